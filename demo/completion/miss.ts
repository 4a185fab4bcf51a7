import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { LatentRandom } from "babylon-deepsdf";
import { pointsOn, type Triangles } from "./objects.js";

/** Points on each of the two. */
const POINTS = 1200;

/**
 * How far two surfaces are from each other, both ways, as parts of the first one's longest side: the distances that half
 * of the points and 95 in 100 stay within. What is missing counts as
 * what is too much does; a few in 100 may lie where parts of a thing overlap, inside of it.
 */
export function measureMiss(real: Triangles, made: Triangles): { median: number; most: number } {
    const size = longestSide(real.positions);
    const misses = [...distances(real, made), ...distances(made, real)].sort((a, b) => a - b);
    const within = (share: number) => (misses[Math.floor(share * misses.length)] ?? Number.POSITIVE_INFINITY) / size;
    return { median: within(0.5), most: within(0.95) };
}

/** From points spread over one surface to the other. */
function distances(from: Triangles, to: Triangles): number[] {
    const random = new LatentRandom(5);
    const points = pointsOn(from, POINTS, () => random.uniform());
    const distance = distanceTo(to);
    return Array.from({ length: POINTS }, (_, n) => distance(new Vector3(...points.subarray(3 * n, 3 * n + 3))));
}

/** Of a mesh with fine triangles those at the vertices nearest to a point are looked at, of a coarse one all. */
function distanceTo({ positions, indices }: Triangles): (point: Vector3) => number {
    const corners = Array.from({ length: positions.length / 3 }, (_, n) => Vector3.FromArray(positions, 3 * n));
    const at: number[][] = corners.map(() => []);
    for (let i = 0; i < indices.length; i++) at[indices[i]].push(i - (i % 3));
    const all = Array.from({ length: indices.length / 3 }, (_, t) => 3 * t);
    const isCoarse = all.length < 2000;
    const foot = new Vector3();
    return (point) => {
        const near = isCoarse ? all : at[nearest(positions, point)];
        return near.reduce((least, t) => {
            const [a, b, c] = [0, 1, 2].map((corner) => corners[indices[t + corner]]);
            return Math.min(least, Vector3.ProjectOnTriangleToRef(point, a, b, c, foot));
        }, Number.POSITIVE_INFINITY);
    };
}

function nearest(positions: ArrayLike<number>, { x, y, z }: Vector3): number {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let at = 0; at < positions.length; at += 3) {
        const square = (positions[at] - x) ** 2 + (positions[at + 1] - y) ** 2 + (positions[at + 2] - z) ** 2;
        if (square < least) [best, least] = [at / 3, square];
    }
    return best;
}

function longestSide(positions: ArrayLike<number>): number {
    const sides = [0, 1, 2].map((axis) => {
        let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (let at = axis; at < positions.length; at += 3) {
            low = Math.min(low, positions[at]);
            high = Math.max(high, positions[at]);
        }
        return high - low;
    });
    return Math.max(...sides);
}

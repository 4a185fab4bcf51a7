import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { LatentRandom } from "babylon-deepsdf";
import { pointsOn, type Triangles } from "./objects.js";

/** Points on each of the two. */
const POINTS = 600;

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

/** Exact; triangles farther off than the nearest so far, by the balls around them, are not looked at. */
function distanceTo({ positions, indices }: Triangles): (point: Vector3) => number {
    const corners = Array.from({ length: positions.length / 3 }, (_, n) => Vector3.FromArray(positions, 3 * n));
    const triangles = Array.from({ length: indices.length / 3 }, (_, t) => {
        const [a, b, c] = [0, 1, 2].map((corner) => corners[indices[3 * t + corner]]);
        const middle = a
            .add(b)
            .addInPlace(c)
            .scaleInPlace(1 / 3);
        const radius = Math.max(...[a, b, c].map((corner) => Vector3.Distance(middle, corner)));
        return { a, b, c, middle, radius };
    });
    const foot = new Vector3();
    return (point) => {
        let least = Number.POSITIVE_INFINITY;
        for (const { a, b, c, middle, radius } of triangles) {
            const reach = least + radius;
            if (Vector3.DistanceSquared(point, middle) < reach * reach) {
                least = Math.min(least, Vector3.ProjectOnTriangleToRef(point, a, b, c, foot));
            }
        }
        return least;
    };
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

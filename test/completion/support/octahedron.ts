import { rotationOf, type Similarity, toScan } from "../../../plugin/completion/pose.js";
import type { Scan } from "../../../plugin/completion/scan.js";

export const UPRIGHT: Similarity = { rotation: rotationOf([0, 0, 0]), scale: 1, translation: [0, 0, 0] };

/** The eight faces of |x| + |y| + |z| = radius as a grid of small triangles, without those that `drop` says. */
export function octahedronMesh(
    radius: number,
    steps: number,
    pose: Similarity = UPRIGHT,
    drop: (x: number, y: number, z: number) => boolean = () => false,
): Scan & { indices: Uint32Array } {
    const positions: number[] = [];
    const indices: number[] = [];
    const places = new Map<string, number>();
    const vertex = (x: number, y: number, z: number): number => {
        const key = [x, y, z].join();
        let index = places.get(key);
        if (index === undefined) {
            index = positions.length / 3;
            places.set(key, index);
            positions.push((radius * x) / steps, (radius * y) / steps, (radius * z) / steps);
        }
        return index;
    };
    const add = (corners: readonly (readonly number[])[], isFlipped: boolean) => {
        const [x, y, z] = [0, 1, 2].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 3 / steps);
        if (drop(radius * x, radius * y, radius * z)) return;
        const triangle = corners.map(([a, b, c]) => vertex(a, b, c));
        indices.push(...(isFlipped ? triangle.reverse() : triangle));
    };
    for (let octant = 0; octant < 8; octant++) {
        const [sx, sy, sz] = [0, 1, 2].map((axis) => ((octant >> axis) & 1 ? -1 : 1));
        const at = (i: number, j: number) => [sx * i, sy * j, sz * (steps - i - j)];
        for (let i = 0; i < steps; i++) {
            for (let j = 0; i + j < steps; j++) {
                const isFlipped = sx * sy * sz < 0;
                add([at(i, j), at(i + 1, j), at(i, j + 1)], isFlipped);
                if (i + j + 2 <= steps) add([at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)], isFlipped);
            }
        }
    }
    return { positions: toScan(pose, Float32Array.from(positions)), indices: Uint32Array.from(indices) };
}

/** Distance of a point to the nearest of points. */
export function nearestDistance(points: Float32Array, x: number, y: number, z: number): number {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < points.length; i += 3) {
        best = Math.min(best, (points[i] - x) ** 2 + (points[i + 1] - y) ** 2 + (points[i + 2] - z) ** 2);
    }
    return Math.sqrt(best);
}

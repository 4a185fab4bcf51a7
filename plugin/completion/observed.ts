import { PointTree } from "./pointTree.js";

/** Spacings of the scan within which a vertex counts as seen. */
const SPACINGS = 2.5;

/**
 * How far each vertex was seen by the sensor: 1 where points of the scan are near, 0 far from all.
 *
 * @param scan [n, 3], finite
 * @param vertices [m, 3], the same space
 * @param least distance that counts as near however dense the scan
 * @returns [m]
 */
export function observedShares(scan: Float32Array, vertices: Float32Array, least: number): Float32Array {
    const tree = new PointTree(scan);
    const near = Math.max(least, SPACINGS * medianSpacing(tree));
    return Float32Array.from({ length: vertices.length / 3 }, (_, n) => {
        const { distance } = tree.nearest(vertices[3 * n], vertices[3 * n + 1], vertices[3 * n + 2], 2 * near);
        return Math.min(1, Math.max(0, 2 - distance / near));
    });
}

/** Median distance between neighbouring points, of a sample of them. */
export function medianSpacing(tree: PointTree): number {
    const { points } = tree;
    const count = points.length / 3;
    const stride = Math.max(1, Math.floor(count / 500));
    const spacings: number[] = [];
    for (let n = 0; n < count; n += stride) {
        const found = tree.nearestMany(points[3 * n], points[3 * n + 1], points[3 * n + 2], 2);
        if (found.count === 2) spacings.push(Math.sqrt(found.squares[1]));
    }
    spacings.sort((a, b) => a - b);
    return spacings[spacings.length >> 1] ?? 0;
}

/** Points all of whose coordinates are finite; the same array if all are. [n, 3] → [m, 3] */
export function finitePoints(points: Float32Array): Float32Array {
    if (points.every(Number.isFinite)) {
        return points;
    }
    const kept: number[] = [];
    for (let i = 0; i < points.length; i += 3) {
        const triple = points.subarray(i, i + 3);
        if (triple.every(Number.isFinite)) kept.push(...triple);
    }
    return Float32Array.from(kept);
}

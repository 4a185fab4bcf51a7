import { PointTree } from "./pointTree.js";
import type { Scan } from "./scan.js";

/** Spacings of the scan within which a vertex counts as seen. */
const SPACINGS = 2.5;

/** Cosine of the angle to what looked at it beyond which a surface is another part's back; between it and 0 the seam. */
const BACK = -0.35;

/** A surface whose vertices may have been seen. */
interface Vertices {
    /** [m, 3], the scan's space */
    readonly positions: Float32Array;
    /** [m, 3], outward */
    readonly normals: Float32Array;
}

/**
 * How far each vertex was seen by the sensor: 1 where points of the scan are near, 0 far from all and on the back of thin
 * parts whose front was seen.
 *
 * @param scan [n, 3], finite
 * @param outward [n, 3] directions on the seen side of each point, of any length; zeros where unknown
 * @param least distance that counts as near however dense the scan
 * @returns [m]
 */
export function observedShares(
    scan: Float32Array,
    outward: Float32Array,
    { positions, normals }: Vertices,
    least: number,
): Float32Array {
    const tree = new PointTree(scan);
    const near = Math.max(least, SPACINGS * medianSpacing(tree));
    const count = positions.length / 3;
    const shares = new Float32Array(count);
    const cosines = new Float32Array(count).fill(1);
    let facing = 0;
    for (let n = 0, at = 0; n < count; n++, at += 3) {
        const { index, distance } = tree.nearest(positions[at], positions[at + 1], positions[at + 2], 2 * near);
        if (index < 0) continue;
        shares[n] = Math.min(1, Math.max(0, 2 - distance / near));
        cosines[n] = cosineBetween(normals.subarray(at, at + 3), outward.subarray(3 * index, 3 * index + 3));
        // The scan lies on what it saw, and beside its back.
        facing += Math.sign(cosines[n]) * Math.max(0, 1 - distance / near);
    }
    // Where most of what was seen shows its back, it is the scan's directions that are turned inside out.
    if (facing < 0) return shares;
    return shares.map((share, n) => share * Math.min(1, Math.max(0, 1 - cosines[n] / BACK)));
}

/** Of the angle between two directions; 1 where one of them has no length. */
function cosineBetween(a: Float32Array, b: Float32Array): number {
    const lengths = Math.hypot(a[0], a[1], a[2]) * Math.hypot(b[0], b[1], b[2]);
    return lengths > 0 ? (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / lengths : 1;
}

/** Towards each point's sensor, else along its normal; zeros where neither is known. [n, 3], of a scan of finite points */
export function seenFrom({ positions, normals, sensorPositions }: Scan): Float32Array {
    const isOne = sensorPositions?.length === 3;
    const outward: number[] = [];
    for (let i = 0; i < positions.length; i += 3) {
        for (let axis = 0; axis < 3; axis++) {
            const direction = sensorPositions
                ? sensorPositions[(isOne ? 0 : i) + axis] - positions[i + axis]
                : (normals?.[i + axis] ?? 0);
            outward.push(Number.isFinite(direction) ? direction : 0);
        }
    }
    return Float32Array.from(outward);
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

import type { Bounds } from "../../model/decoder.js";
import { type CornerValues, gridPosition, slotOf } from "./corners.js";
import type { CornerClasses } from "./marchingCubes.js";
import { boxDistance } from "./refine.js";

/** Below this a gradient has no direction to speak of. */
const SMALLEST_GRADIENT = 1e-12;

/**
 * Unit normals from the field at the vertices; on the faces where the bounds cut the shape off, the box's own.
 * CPU twin of `finishNormals` in `normals.wgsl`.
 *
 * @param positions [n, 3]
 * @param distances [n], the field there, not clipped
 * @param gradients [n, 3], its gradient there
 * @returns [n, 3]
 */
export function finishNormals(
    positions: Float32Array,
    distances: Float32Array,
    gradients: Float32Array,
    bounds: Bounds,
): Float32Array {
    const normals = new Float32Array(positions.length);
    for (let at = 0; at < positions.length; at += 3) {
        const [x, y, z] = [positions[at], positions[at + 1], positions[at + 2]];
        if (boxDistance(bounds, x, y, z) > distances[at / 3]) {
            normals.set(boxNormal(bounds, x, y, z), at);
        } else {
            setUnitNormal(normals, at, gradients[at], gradients[at + 1], gradients[at + 2]);
        }
    }
    return normals;
}

/** A gradient as a normal; upward where it has no direction. */
function setUnitNormal(normals: Float32Array, at: number, x: number, y: number, z: number): void {
    const length = Math.sqrt(x * x + y * y + z * z);
    // NaN fails the comparison too.
    if (length > SMALLEST_GRADIENT && length < Number.POSITIVE_INFINITY) {
        normals[at] = x / length;
        normals[at + 1] = y / length;
        normals[at + 2] = z / length;
    } else {
        normals[at + 1] = 1;
    }
}

/**
 * Unit normals from differences of the distances at the corners. CPU twin of `gridNormals` in `gridNormals.wgsl`.
 *
 * @returns [vertexCount, 3]
 */
export function gridNormals(corners: CornerValues, classes: CornerClasses): Float32Array {
    const { mask, members, distances } = corners;
    const strides = [1, mask.size[0], mask.size[0] * mask.size[1]];
    const normals = new Float32Array(3 * classes.vertexCount);
    const slopeAlong = (slot: number, axis: number): number => {
        const place = gridPosition(mask, members[slot])[axis];
        const below = place > 0 ? slotOf(corners, members[slot] - strides[axis]) : -1;
        const above = place + 1 < mask.size[axis] ? slotOf(corners, members[slot] + strides[axis]) : -1;
        const cells = (below >= 0 ? 1 : 0) + (above >= 0 ? 1 : 0);
        return (distances[above >= 0 ? above : slot] - distances[below >= 0 ? below : slot]) / Math.max(cells, 1);
    };
    for (let slot = 0; slot < members.length; slot++) {
        let vertex = classes.vertexOffsets[slot];
        for (let axis = 0; axis < 3; axis++) {
            if (classes.crossings[slot] & (1 << axis)) {
                const neighbour = slotOf(corners, members[slot] + strides[axis]);
                const t = distances[slot] / (distances[slot] - distances[neighbour]);
                const [x, y, z] = [0, 1, 2].map((a) => (1 - t) * slopeAlong(slot, a) + t * slopeAlong(neighbour, a));
                setUnitNormal(normals, 3 * vertex, x, y, z);
                vertex++;
            }
        }
    }
    return normals;
}

/** Outward normal of the box's face nearest to a point. */
function boxNormal({ min, max }: Bounds, x: number, y: number, z: number): [number, number, number] {
    const outside = [min[0] - x, min[1] - y, min[2] - z, x - max[0], y - max[1], z - max[2]];
    const face = outside.indexOf(Math.max(...outside));
    const normal: [number, number, number] = [0, 0, 0];
    normal[face % 3] = face < 3 ? -1 : 1;
    return normal;
}

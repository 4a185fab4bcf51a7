import type { Bounds } from "../../model/decoder.js";
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
            const [gx, gy, gz] = [gradients[at], gradients[at + 1], gradients[at + 2]];
            const length = Math.sqrt(gx * gx + gy * gy + gz * gz);
            // NaN fails the comparison too.
            if (length > SMALLEST_GRADIENT && length < Number.POSITIVE_INFINITY) {
                normals.set([gx / length, gy / length, gz / length], at);
            } else {
                normals[at + 1] = 1;
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

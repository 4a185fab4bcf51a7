import type { Random } from "../random.js";
import type { TriangleMesh } from "../samples/mesh.js";
import { cumulativeAreas, surfacePoint } from "../samples/sample.js";

/** Points of a surface with the normals of the triangles they lie on. */
export interface SurfacePoints {
    /** [count, 3] */
    readonly positions: Float32Array;
    /** [count, 3], unit length, outwards */
    readonly normals: Float32Array;
}

/** Points of a mesh, every part of its surface alike likely. @throws if it has no area */
export function surfacePoints(mesh: TriangleMesh, count: number, random: Random): SurfacePoints {
    const areas = cumulativeAreas(mesh);
    if (!(areas[areas.length - 1] > 0)) throw new Error("surfacePoints: the mesh has no area; expected a surface");
    const positions = new Float32Array(3 * count);
    const normals = new Float32Array(3 * count);
    const point = new Float64Array(3);
    for (let n = 0; n < count; n++) {
        const triangle = surfacePoint(mesh, areas, random, point);
        positions.set(point, 3 * n);
        normals.set(normalOf(mesh, triangle), 3 * n);
    }
    return { positions, normals };
}

function normalOf({ positions: p, indices }: TriangleMesh, triangle: number): [number, number, number] {
    const [a, b, c] = [3 * indices[3 * triangle], 3 * indices[3 * triangle + 1], 3 * indices[3 * triangle + 2]];
    const [ux, uy, uz] = [p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]];
    const [vx, vy, vz] = [p[c] - p[a], p[c + 1] - p[a + 1], p[c + 2] - p[a + 2]];
    const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    const length = Math.hypot(x, y, z) || 1;
    return [x / length, y / length, z / length];
}

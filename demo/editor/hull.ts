import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import quickHull from "quickhull3d";

/** Most points that the hull is made from; a physics engine would not take more either. */
const MOST_POINTS = 4000;

/** The convex hull of a mesh, as a physics engine would see it; null of fewer than four points. */
export function hullOf(data: VertexData): VertexData | null {
    const positions = data.positions ?? [];
    const count = positions.length / 3;
    const step = Math.max(1, Math.ceil(count / MOST_POINTS));
    const points: [number, number, number][] = [];
    for (let i = 0; i < count; i += step) points.push([positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]]);
    if (points.length < 4) return null;
    const hull = new VertexData();
    hull.positions = points.flat();
    hull.indices = quickHull(points).flat();
    return hull;
}

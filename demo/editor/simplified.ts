import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";

/** Greatest deviation, as a part of the mesh's size: the budget decides, not this. */
const GREATEST_ERROR = 1;
/** How much a wrong normal counts beside a wrong place. */
const NORMAL_WEIGHT = 0.3;

/** A mesh with at most so many triangles, by meshoptimizer; null where it has no more already. */
export async function simplified(data: VertexData, triangleBudget: number): Promise<VertexData | null> {
    const positions = Float32Array.from(data.positions ?? []);
    const normals = Float32Array.from(data.normals ?? []);
    const indices = Uint32Array.from(data.indices ?? []);
    if (indices.length <= 3 * triangleBudget) return null;
    const { MeshoptSimplifier } = await import("meshoptimizer/simplifier");
    await MeshoptSimplifier.ready;
    const weights = [NORMAL_WEIGHT, NORMAL_WEIGHT, NORMAL_WEIGHT];
    const [kept] = MeshoptSimplifier.simplifyWithAttributes(
        indices,
        positions,
        3,
        normals,
        3,
        weights,
        null,
        3 * triangleBudget,
        GREATEST_ERROR,
    );
    const [remap, count] = MeshoptSimplifier.compactMesh(kept);
    const result = new VertexData();
    const [newPositions, newNormals] = [new Float32Array(3 * count), new Float32Array(3 * count)];
    remap.forEach((to, from) => {
        if (to === 0xffffffff) return;
        newPositions.set(positions.subarray(3 * from, 3 * from + 3), 3 * to);
        newNormals.set(normals.subarray(3 * from, 3 * from + 3), 3 * to);
    });
    result.positions = newPositions;
    result.normals = newNormals;
    result.indices = kept;
    return result;
}

import { loadKernel, type Manifold, Workbench } from "../../../training/families/workbench.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";

/** The mesh of what is built, closed and outwards. */
export async function built(build: (bench: Workbench) => Manifold): Promise<TriangleMesh> {
    const bench = new Workbench(await loadKernel());
    const { vertProperties, triVerts } = build(bench).getMesh();
    const mesh = { positions: Float32Array.from(vertProperties), indices: Uint32Array.from(triVerts) };
    bench.dispose();
    return mesh;
}

/** Meshes side by side in one, as an exporter writes parts that merely touch or overlap. */
export function together(...meshes: readonly TriangleMesh[]): TriangleMesh {
    const positions: number[] = [];
    const indices: number[] = [];
    for (const mesh of meshes) {
        const first = positions.length / 3;
        positions.push(...mesh.positions);
        indices.push(...Array.from(mesh.indices, (index) => index + first));
    }
    return { positions: Float32Array.from(positions), indices: Uint32Array.from(indices) };
}

/** Without the triangles chosen by number. */
export function without({ positions, indices }: TriangleMesh, chosen: (triangle: number) => boolean): TriangleMesh {
    return { positions, indices: indices.filter((_, i) => !chosen(Math.floor(i / 3))) };
}

/** Chosen triangles turned round. */
export function flipped({ positions, indices }: TriangleMesh, chosen: (triangle: number) => boolean): TriangleMesh {
    const result = indices.slice();
    for (let t = 0; t < result.length / 3; t++) {
        if (chosen(t)) [result[3 * t + 1], result[3 * t + 2]] = [result[3 * t + 2], result[3 * t + 1]];
    }
    return { positions, indices: result };
}

/** Each triangle with corners of its own, as STL has them. */
export function soup({ positions, indices }: TriangleMesh): TriangleMesh {
    return {
        positions: Float32Array.from([...indices].flatMap((v) => [...positions.subarray(3 * v, 3 * v + 3)])),
        indices: Uint32Array.from(indices, (_, i) => i),
    };
}

/** Triangles whose three corners all satisfy a condition. */
export function where(
    { positions, indices }: TriangleMesh,
    holds: (x: number, y: number, z: number) => boolean,
): (triangle: number) => boolean {
    return (t) =>
        [0, 1, 2].every((k) => {
            const v = 3 * indices[3 * t + k];
            return holds(positions[v], positions[v + 1], positions[v + 2]);
        });
}

import { Matrix } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import "@babylonjs/core/Meshes/thinInstanceMesh.js";

/** Meshes of many codes; codes that are equal share a mesh. */
export interface ShapePopulation {
    /** One for each distinct code, in the order in which they first appear. */
    readonly meshes: Mesh[];
    /** For each code, which of `meshes` shows it. */
    readonly meshOf: number[];
}

/** Which codes are equal, number for number. */
export function distinctLatents(latents: readonly Float32Array[]): { distinct: Float32Array[]; meshOf: number[] } {
    const known = new Map<string, number>();
    const distinct: Float32Array[] = [];
    const meshOf = latents.map((latent) => {
        const key = latent.join();
        let index = known.get(key);
        if (index === undefined) {
            index = distinct.push(latent) - 1;
            known.set(key, index);
        }
        return index;
    });
    return { distinct, meshOf };
}

/**
 * Gives each mesh a thin instance for each code that it shows.
 *
 * @param transforms for each code, where its shape stands
 */
export function placeInstances({ meshes, meshOf }: ShapePopulation, transforms: readonly Matrix[]): void {
    for (const [index, mesh] of meshes.entries()) {
        const own = transforms.filter((_, code) => meshOf[code] === index);
        const matrices = new Float32Array(16 * own.length);
        own.forEach((transform, i) => {
            transform.copyToArray(matrices, 16 * i);
        });
        mesh.thinInstanceSetBuffer("matrix", matrices, 16, true);
    }
}

/** As many places as there are codes, all at the origin. */
export function atOrigin(count: number): Matrix[] {
    return Array.from({ length: count }, () => Matrix.Identity());
}

/** @throws if there are transforms, but not one for each code */
export function checkTransforms(latents: readonly Float32Array[], transforms: readonly Matrix[] | undefined): void {
    if (transforms && transforms.length !== latents.length) {
        throw new Error(
            `createMeshesAsync: got ${transforms.length} transforms for ${latents.length} codes; expected one for each code; leave them out to place the meshes yourself`,
        );
    }
}

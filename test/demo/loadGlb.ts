import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import type { PBRMaterial } from "@babylonjs/core/Materials/PBR/pbrMaterial.js";
import { Scene } from "@babylonjs/core/scene.js";
// What a scene draws with where a mesh has no material.
import "@babylonjs/core/Materials/standardMaterial.js";
import "@babylonjs/loaders/glTF/2.0/index.js";
import type { Page } from "playwright";

/** What a prop is in a scene. */
export interface PropInScene {
    readonly triangles: number;
    /** Least and greatest coordinates in the world, and the mean of its vertices. */
    readonly minimum: number[];
    readonly maximum: number[];
    readonly middle: number[];
    /** Red, green and blue in sRGB. */
    readonly color: number[];
}

/** The one mesh of a GLB file, loaded as a game loads it. */
export async function propInGlb(bytes: Uint8Array): Promise<PropInScene> {
    const engine = new NullEngine();
    try {
        const { meshes } = await LoadAssetContainerAsync(bytes, new Scene(engine), { pluginExtension: ".glb" });
        const [mesh, ...others] = meshes.filter((each) => each.getTotalVertices() > 0);
        if (!mesh || others.length > 0) throw new Error(`propInGlb: got ${meshes.length} meshes; expected one`);
        const { m } = mesh.computeWorldMatrix(true);
        const local = mesh.getVerticesData(VertexBuffer.PositionKind)!;
        const positions = Array.from(local, (_, i) => {
            const [first, axis] = [i - (i % 3), i % 3];
            return [0, 1, 2].reduce((sum, k) => sum + local[first + k] * m[4 * k + axis], m[12 + axis]);
        });
        const { albedoColor } = mesh.material as PBRMaterial;
        return propOf(positions, mesh.getTotalIndices() / 3, albedoColor.toGammaSpace(true).asArray());
    } finally {
        engine.dispose();
    }
}

/** What stands on the editor's stage: the prop, or its copy with fewer triangles. */
export async function propOnStage(page: Page): Promise<PropInScene> {
    const { positions, triangles, color } = await page.evaluate(() => {
        interface Shown {
            name: string;
            isEnabled(): boolean;
            getTotalIndices(): number;
            getVerticesData(kind: string): Float32Array;
            material: { diffuseColor: { asArray(): number[] } };
        }
        const { meshes } = (window as unknown as { demo: { scene: { meshes: Shown[] } } }).demo.scene;
        const mesh = meshes.find((each) => each.name.startsWith("prop") && each.isEnabled())!;
        return {
            positions: [...mesh.getVerticesData("position")],
            triangles: mesh.getTotalIndices() / 3,
            color: mesh.material.diffuseColor.asArray(),
        };
    });
    return propOf(positions, triangles, color);
}

function propOf(positions: readonly number[], triangles: number, color: number[]): PropInScene {
    const axes = [0, 1, 2].map((axis) => positions.filter((_, i) => i % 3 === axis));
    return {
        triangles,
        minimum: axes.map((values) => Math.min(...values)),
        maximum: axes.map((values) => Math.max(...values)),
        middle: axes.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
        color,
    };
}

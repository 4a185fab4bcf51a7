import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";

let engine: NullEngine;
let scene: Scene;
let shapes: ShapeModel;

beforeAll(async () => {
    engine = new NullEngine();
    scene = new Scene(engine);
    shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
});
afterAll(() => engine.dispose());

const [small, large] = [Float32Array.of(-0.1, 0), Float32Array.of(0.1, 0)];

describe("createMeshesAsync", () => {
    it("makes one mesh of equal codes, with a thin instance for each where its transform puts it", async () => {
        const latents = [small, large, small.slice(), small];
        const transforms = latents.map((_, i) => Matrix.Translation(3 * i, 0, 0));
        const { meshes, meshOf } = await shapes.createMeshesAsync("gems", { latents, transforms, resolution: 12 });
        expect(meshOf).toEqual([0, 1, 0, 0]);
        expect(meshes.map((mesh) => [mesh.name, mesh.thinInstanceCount])).toEqual([
            ["gems 0", 3],
            ["gems 1", 1],
        ]);
        expect(meshes[0].thinInstanceGetWorldMatrices().map((matrix) => matrix.getTranslation().x)).toEqual([0, 6, 9]);
        const alone = await shapes.createMeshAsync("gem", { latent: large, resolution: 12 });
        expect(meshes[1].getVerticesData("position")).toEqual(alone.getVerticesData("position"));
    });

    it("leaves distinct codes without transforms as plain meshes, and takes none", async () => {
        const { meshes } = await shapes.createMeshesAsync("gems", { latents: [small, large], resolution: 12 });
        expect(meshes.map((mesh) => mesh.thinInstanceCount)).toEqual([0, 0]);
        expect((await shapes.createMeshesAsync("gems", { latents: [] })).meshes).toEqual([]);
    });

    it("refuses wrong codes, transforms and signals before it makes a mesh", async () => {
        const count = scene.meshes.length;
        const make = (options: object) => shapes.createMeshesAsync("x", { latents: [small], ...options });
        await expect(make({ latents: [small, new Float32Array(3)] })).rejects.toThrow(/code of 3; expected 2/);
        await expect(make({ transforms: [] })).rejects.toThrow(/0 transforms for 1 codes; expected one for each/);
        await expect(make({ resolution: 1 })).rejects.toThrow(/resolution 1/);
        await expect(make({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
        expect(scene.meshes.length).toBe(count);
    });
});

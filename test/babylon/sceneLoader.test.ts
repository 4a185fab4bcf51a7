import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { AppendSceneAsync, ImportMeshAsync, LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Scene } from "@babylonjs/core/scene.js";
// Scenes that are loaded look whether their meshes can be drawn, those without a material too.
import "@babylonjs/core/Materials/standardMaterial.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeLatent, RegisterShapeFileLoader, ShapeModel } from "../../plugin/index.js";
import { octahedronFile, sliverFile } from "../support/decoders.js";

let engine: NullEngine;
let scene: Scene;

beforeEach(() => {
    engine = new NullEngine();
    scene = new Scene(engine);
});
afterEach(() => {
    scene.dispose();
    engine.dispose();
});

const small = { resolution: 12, backend: "wasm" } as const;
const inMemory = (deepsdf: object) => ({
    pluginExtension: ".onnx",
    pluginOptions: { deepsdf: { ...small, ...deepsdf } },
});
const widthOf = (mesh: { getBoundingInfo(): { maximum: { x: number } } }) => mesh.getBoundingInfo().maximum.x;

describe("the scene loader for decoders", () => {
    it("makes the mesh of a seed from bytes in memory", async () => {
        const { meshes } = await ImportMeshAsync(octahedronFile(), scene, inMemory({ seed: 7, category: "large" }));
        expect(meshes.map(({ name }) => name)).toEqual(["large 7"]);
        const shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
        const latent = shapes.sampleLatent({ seed: 7, category: "large" });
        const same = await shapes.createMeshAsync("same", { latent, resolution: 12 });
        expect(meshes[0].getVerticesData("position")).toEqual(same.getVerticesData("position"));
    });

    it("makes it from a file", async () => {
        const file = new File([octahedronFile()], "gems.onnx");
        const { meshes } = await ImportMeshAsync(file, scene, { pluginOptions: { deepsdf: { ...small, seed: 3 } } });
        expect(meshes[0].name).toBe("shape 3");
        expect(meshes[0].getTotalVertices()).toBeGreaterThan(100);
    });

    it("makes several, by seeds or by codes, and those of them that are named", async () => {
        const { meshes } = await ImportMeshAsync(octahedronFile(), scene, inMemory({ seed: 5, count: 3 }));
        expect(meshes.map(({ name }) => name)).toEqual(["shape 5", "shape 6", "shape 7"]);
        const codes = [Float32Array.of(-0.1, 0), encodeLatent(Float32Array.of(0.15, 0))];
        const byCode = await ImportMeshAsync(octahedronFile(), scene, inMemory({ latents: codes }));
        expect(widthOf(byCode.meshes[1]) - widthOf(byCode.meshes[0])).toBeCloseTo(0.25 * Math.sqrt(3), 1);
        const named = await ImportMeshAsync(octahedronFile(), scene, {
            ...inMemory({ count: 3 }),
            meshNames: ["shape 1"],
        });
        expect(named.meshes.map(({ name }) => name)).toEqual(["shape 1"]);
    });

    it("misses no sheet where it is to be exact", async () => {
        const options = { resolution: 64, latents: [new Float32Array(1)] };
        const sparse = await ImportMeshAsync(sliverFile(), scene, inMemory(options));
        const exact = await ImportMeshAsync(sliverFile(), scene, inMemory({ ...options, exact: true }));
        expect(sparse.meshes[0].getTotalIndices()).toBe(0);
        expect(exact.meshes[0].getTotalIndices()).toBeGreaterThan(30_000);
    });

    it("fills a scene, or a container whose meshes are not in the scene yet", async () => {
        await AppendSceneAsync(octahedronFile(), scene, inMemory({}));
        expect(scene.meshes.length).toBe(1);
        const container = await LoadAssetContainerAsync(octahedronFile(), scene, inMemory({ count: 2 }));
        expect(container.meshes.length).toBe(2);
        expect(scene.meshes.length).toBe(1);
        container.addAllToScene();
        expect(scene.meshes.length).toBe(3);
    });

    it("hands the decoder over where it is wanted, and disposes it otherwise", async () => {
        let model: ShapeModel | undefined;
        const { meshes } = await ImportMeshAsync(
            octahedronFile(),
            scene,
            inMemory({
                onModelLoaded: (loaded: ShapeModel) => {
                    model = loaded;
                },
            }),
        );
        expect(model!.isDisposed).toBe(false);
        const before = widthOf(meshes[0]);
        const latent = Float32Array.of(0.2, 0);
        const changed = new Promise<void>((done) => model!.onSurfaceObservable.addOnce(() => done()));
        model!.updateMesh(meshes[0] as never, { latent, resolution: 12 });
        await changed;
        expect(widthOf(meshes[0])).toBeGreaterThan(before);
        model!.dispose();
    });

    it.each([
        ["another file", () => new TextEncoder().encode("no decoder at all"), {}, /decoder/],
        ["an unknown category", octahedronFile, { category: "teapot" }, /teapot.*small, large/],
        ["a count out of range", octahedronFile, { count: 0 }, /got count 0/],
        [
            "a code of another decoder",
            octahedronFile,
            { latents: [new Float32Array(5)] },
            /latent code of 5; expected 2/,
        ],
        ["a resolution out of range", octahedronFile, { resolution: 1 }, /got resolution 1/],
    ])("refuses %s and leaves no mesh behind", async (_, file, options, message) => {
        await expect(ImportMeshAsync(file(), scene, inMemory(options))).rejects.toThrow(message);
        expect(scene.meshes.length).toBe(0);
    });

    it("stops where its signal says so", async () => {
        const signal = AbortSignal.abort(new Error("no longer wanted"));
        await expect(ImportMeshAsync(octahedronFile(), scene, inMemory({ signal }))).rejects.toThrow(
            "no longer wanted",
        );
        expect(scene.meshes.length).toBe(0);
    });

    it("may be registered again", async () => {
        RegisterShapeFileLoader();
        const { meshes } = await ImportMeshAsync(octahedronFile(), scene, inMemory({}));
        expect(meshes.length).toBe(1);
    });
});

import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { Engine } from "@babylonjs/core/Engines/engine.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import "@babylonjs/core/Materials/standardMaterial.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";
import { maxDifference } from "../support/perceptrons.js";

const hasWebGpu = (await navigator.gpu?.requestAdapter()) != null;

function stage(engine: AbstractEngine, rightHanded: boolean): Scene {
    const scene = new Scene(engine);
    scene.useRightHandedSystem = rightHanded;
    scene.clearColor = new Color4(0, 0, 0, 1);
    new HemisphericLight("light", new Vector3(0, 1, 0), scene).intensity = 1;
    const camera = new FreeCamera("camera", new Vector3(0, 0, rightHanded ? 3 : -3), scene);
    camera.setTarget(Vector3.Zero());
    return scene;
}

function newCanvas(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    document.body.append(canvas);
    return canvas;
}

/** Pixels that are not background, after what was submitted has been drawn. */
async function litPixels(scene: Scene): Promise<number> {
    const engine = scene.getEngine();
    await scene.whenReadyAsync();
    engine.beginFrame();
    scene.render();
    const pixels = engine.readPixels(0, 0, 64, 64);
    engine.endFrame();
    const bytes = new Uint8Array((await pixels).buffer);
    let lit = 0;
    for (let i = 0; i < bytes.length; i += 4) lit += bytes[i] + bytes[i + 1] + bytes[i + 2] > 30 ? 1 : 0;
    return lit;
}

describe.skipIf(!hasWebGpu)("ShapeModel on WebGPU", () => {
    let engine: WebGPUEngine;
    const errors: string[] = [];

    beforeAll(async () => {
        engine = new WebGPUEngine(newCanvas());
        await engine.initAsync();
        engine._device.addEventListener("uncapturederror", (event) => errors.push(event.error.message));
    });
    afterAll(() => engine.dispose());

    it("takes WASM by itself where the adapter is software", async () => {
        const model = await ShapeModel.LoadAsync(octahedronFile(), stage(engine, false));
        expect(model.backend).toBe("wasm");
        model.scene.dispose();
    });

    for (const evaluator of ["fused", "onnxruntime"] as const) {
        it.each([false, true])(
            `draws a mesh that stays on the GPU (${evaluator}, right-handed %s)`,
            async (rightHanded) => {
                const scene = stage(engine, rightHanded);
                const model = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu", evaluator });
                expect([model.backend, model.evaluator]).toEqual(["webgpu", evaluator]);
                expect(await litPixels(scene)).toBe(0);
                const mesh = await model.createMeshAsync("gem", { latent: Float32Array.of(0, 0), resolution: 24 });
                expect(mesh.getVerticesData("position")).toBeNull();
                expect(mesh.getTotalVertices()).toBe(model.statistics!.vertices);
                expect(mesh.getBoundingInfo().boundingBox.maximum.asArray()).toEqual([1, 1, 1]);
                expect(model.statistics!.dispatches).toBeGreaterThan(10);
                // Seen from the front, faces and not backs: culling would leave an inside-out gem black where light falls.
                const size = await litPixels(scene);
                expect(size).toBeGreaterThan(200);
                mesh.dispose();
                expect(await litPixels(scene)).toBe(0);
                scene.dispose();
            },
        );
    }

    it("makes a population in the dispatches of one, and draws it", async () => {
        const scene = stage(engine, false);
        const model = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu" });
        const dispatches: number[] = [];
        const vertices: number[] = [];
        model.onSurfaceObservable.add(({ statistics }) => {
            dispatches.push(statistics.dispatches);
            vertices.push(statistics.vertices);
        });
        const latents = [0, -0.1, 0.05, -0.2].map((size) => Float32Array.of(size, 0));
        for (const latent of latents) {
            (await model.createMeshAsync("alone", { latent, resolution: 16 })).dispose();
        }
        const alone = await model.createMeshAsync("gem", { latent: latents[0], resolution: 16 });
        const size = await litPixels(scene);
        alone.dispose();
        const { meshes } = await model.createMeshesAsync("gems", { latents, resolution: 16 });
        expect(vertices.slice(-4)).toEqual(vertices.slice(0, 4));
        expect(dispatches.slice(-4)).toEqual(Array(4).fill(dispatches[0] / 4));
        for (const mesh of meshes.slice(1)) mesh.dispose();
        expect(await litPixels(scene)).toBe(size);
        scene.dispose();
    });

    it("gives the same vertex data as WASM, and data to those who keep it", async () => {
        const scene = stage(engine, false);
        const options = { latent: Float32Array.of(0.03, 0), resolution: 20 };
        const gpu = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu" });
        const wasm = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "wasm" });
        const [a, b] = [await gpu.createVertexDataAsync(options), await wasm.createVertexDataAsync(options)];
        expect(a.indices).toEqual(b.indices);
        expect(maxDifference(a.positions!, b.positions!)).toBeLessThan(1e-4);
        const mesh = await gpu.createMeshAsync("kept", { ...options, keepData: true });
        expect(mesh.getVerticesData("position")).toEqual(a.positions);
        expect(gpu.statistics!.bytesReadBack).toBeGreaterThan(1000);
        scene.dispose();
    });

    it("updates live: no wait, nothing read back, the newest code is what is drawn next", async () => {
        const scene = stage(engine, false);
        const model = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu" });
        const mesh = await model.createMeshAsync("gem", { latent: Float32Array.of(0, 0), resolution: 24 });
        const before = await litPixels(scene);
        for (const size of [0.3, 0.2, -0.2])
            model.updateMesh(mesh, { latent: Float32Array.of(size, 0), resolution: 16 });
        const after = await litPixels(scene);
        expect(after).toBeLessThan(0.7 * before);
        expect(after).toBeGreaterThan(20);
        // From the second frame on the GPU says how many triangles are drawn; the picture is the same.
        const indirect = vi.spyOn(GPURenderPassEncoder.prototype, "drawIndexedIndirect");
        const direct = vi.spyOn(GPURenderPassEncoder.prototype, "drawIndexed");
        expect(await litPixels(scene)).toBe(after);
        expect([indirect.mock.calls.length, direct.mock.calls.length]).toEqual([1, 0]);
        vi.restoreAllMocks();
        expect(model.onErrorObservable.hasObservers()).toBe(false);

        let statistics = model.statistics!;
        model.onSurfaceObservable.addOnce((event) => {
            statistics = event.statistics;
        });
        model.updateMesh(mesh, { latent: Float32Array.of(0.1, 0), resolution: 32 });
        await expect.poll(() => statistics.surfaceCells, { timeout: 30_000 }).toBeGreaterThan(500);
        expect(statistics).toMatchObject({ awaits: 0, bytesReadBack: 0, attempts: 1 });
        expect(statistics.lateBytes).toBeGreaterThan(0);
        scene.dispose();
    });

    it("goes on from the last search while a code moves a little, and searches for the whole where it rests", async () => {
        const scene = stage(engine, false);
        const model = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu" });
        const mesh = await model.createMeshAsync("gem", { latent: Float32Array.of(0, 0), resolution: 32 });
        const told = () =>
            new Promise<number>((resolve) => {
                model.onSurfaceObservable.addOnce(({ statistics }) => resolve(statistics.evaluations));
            });
        const move = async (size: number) => {
            await litPixels(scene);
            const evaluations = told();
            model.updateMesh(mesh, { latent: Float32Array.of(size, 0), resolution: 32 });
            return evaluations;
        };
        const whole = await move(0.1);
        let going = whole;
        // How distances follow the code becomes known beside the frames.
        for (let step = 1; step < 300 && going > 0.8 * whole; step++) going = await move(0.1 + 0.001 * (step % 2));
        expect(going).toBeLessThan(0.8 * whole);
        const atRest = told();
        for (let frame = 0; frame < 12; frame++) await litPixels(scene);
        expect(await atRest).toBeGreaterThan(0.9 * whole);
        scene.dispose();
    }, 60_000);

    it("updates a mesh of another origin and one that onnxruntime evaluates", async () => {
        const scene = stage(engine, false);
        const model = await ShapeModel.LoadAsync(octahedronFile(), scene, {
            backend: "webgpu",
            evaluator: "onnxruntime",
        });
        const mesh = await model.createMeshAsync("gem", { latent: Float32Array.of(0, 0), resolution: 12 });
        const before = await litPixels(scene);
        model.updateMesh(mesh, { latent: Float32Array.of(-0.2, 0), resolution: 12 });
        await expect.poll(() => mesh.getVerticesData("position")?.length ?? 0, { timeout: 20_000 }).toBeGreaterThan(30);
        expect(await litPixels(scene)).toBeLessThan(0.7 * before);
        scene.dispose();
    });

    it("leaves meshes drawn when the model goes, and rejects calls that run", async () => {
        const scene = stage(engine, false);
        const model = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu" });
        const mesh: Mesh = await model.createMeshAsync("gem", { latent: Float32Array.of(0, 0), resolution: 12 });
        const controller = new AbortController();
        const aborted = model.createMeshAsync("x", {
            latent: Float32Array.of(0, 0),
            resolution: 32,
            signal: controller.signal,
        });
        controller.abort();
        await expect(aborted).rejects.toThrow(/abort/i);
        const running = model.createMeshAsync("x", { latent: Float32Array.of(0, 0), resolution: 32 });
        model.dispose();
        await expect(running).rejects.toThrow(/disposed/);
        expect(scene.meshes).toEqual([mesh]);
        expect(await litPixels(scene)).toBeGreaterThan(200);
        scene.dispose();
    });

    it("draws nothing for an empty shape", async () => {
        const scene = stage(engine, false);
        const model = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu" });
        const mesh = await model.createMeshAsync("none", { latent: Float32Array.of(-9, 0), resolution: 12 });
        expect(model.statistics).toMatchObject({ vertices: 0, triangles: 0 });
        expect(mesh.getTotalVertices()).toBe(1);
        expect(await litPixels(scene)).toBe(0);
        scene.dispose();
    });

    it("raises no validation error", () => {
        expect(errors).toEqual([]);
    });
});

describe("ShapeModel on WebGL", () => {
    it("draws what WASM computed", async () => {
        const engine = new Engine(newCanvas(), false);
        const scene = stage(engine, false);
        const model = await ShapeModel.LoadAsync(octahedronFile(), scene);
        expect(model.backend).toBe("wasm");
        const mesh = await model.createMeshAsync("gem", { latent: Float32Array.of(0, 0), resolution: 24 });
        const before = await litPixels(scene);
        expect(before).toBeGreaterThan(200);
        model.updateMesh(mesh, { latent: Float32Array.of(-0.2, 0), resolution: 24 });
        const loaded = model.statistics;
        await expect.poll(() => model.statistics !== loaded).toBe(true);
        expect(await litPixels(scene)).toBeLessThan(0.7 * before);
        scene.dispose();
        engine.dispose();
    });
});

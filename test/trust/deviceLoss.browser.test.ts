import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import "@babylonjs/core/Materials/standardMaterial.js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { buildAsync, registerShapeModel, ShapeModel, unregisterShapeModel } from "../../plugin/index.js";
import { decodeOf, graphOf, sampleOf } from "../nodes/graphs.js";
import { octahedronFile } from "../support/decoders.js";

const hasWebGpu = (await navigator.gpu?.requestAdapter()) != null;
const SIZE = 64;
const EVALUATORS = ["fused", "onnxruntime"] as const;
const latent = Float32Array.of(0, 0);
const small = Float32Array.of(-0.2, 0);

// Losing and making devices takes a software adapter seconds.
vi.setConfig({ testTimeout: 300_000 });

describe.skipIf(!hasWebGpu)("A lost device", () => {
    let engine: WebGPUEngine;
    let scene: Scene;
    const errors: string[] = [];
    const unhandled: string[] = [];
    const note = (event: PromiseRejectionEvent) => unhandled.push(String(event.reason));

    beforeAll(() => {
        // Of every device that the engine makes, those after a loss too.
        const request = GPUAdapter.prototype.requestDevice;
        vi.spyOn(GPUAdapter.prototype, "requestDevice").mockImplementation(async function (this: GPUAdapter, options) {
            const device = await request.call(this, options);
            device.addEventListener("uncapturederror", (event) => errors.push(event.error.message));
            return device;
        });
        addEventListener("unhandledrejection", note);
    });
    afterAll(() => {
        vi.restoreAllMocks();
        removeEventListener("unhandledrejection", note);
    });

    beforeEach(async () => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = SIZE;
        document.body.append(canvas);
        engine = new WebGPUEngine(canvas);
        await engine.initAsync();
        scene = new Scene(engine);
        scene.clearColor = new Color4(0, 0, 0, 1);
        new HemisphericLight("light", new Vector3(0, 1, 0), scene);
        new FreeCamera("camera", new Vector3(0, 0, -3), scene).setTarget(Vector3.Zero());
    });
    afterEach(() => {
        engine.dispose();
        expect(errors.splice(0)).toEqual([]);
        expect(unhandled.splice(0)).toEqual([]);
    });

    const load = (evaluator: "fused" | "onnxruntime" = "fused") =>
        ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu", evaluator });

    /** Pixels that are not background, in a frame drawn now. */
    async function litPixels(): Promise<number> {
        await scene.whenReadyAsync();
        engine.beginFrame();
        scene.render();
        const pixels = engine.readPixels(0, 0, SIZE, SIZE);
        engine.endFrame();
        const bytes = new Uint8Array((await pixels).buffer);
        let lit = 0;
        for (let i = 0; i < bytes.length; i += 4) lit += bytes[i] + bytes[i + 1] + bytes[i + 2] > 30 ? 1 : 0;
        return lit;
    }

    const restored = () => new Promise<void>((resolve) => engine.onContextRestoredObservable.addOnce(() => resolve()));

    /** Loses the device, for real, and gives what is drawn in the first frame after the engine restored it. */
    async function lose(): Promise<number> {
        const back = restored();
        engine._device.destroy();
        engine.beginFrame();
        scene.render();
        engine.endFrame();
        await back;
        return litPixels();
    }

    /** The device is lost in its n-th call of a method from now on. */
    function loseAt(method: "submit" | "createComputePipelineAsync" | "mapAsync", count: number): Promise<void> {
        const device = engine._device;
        const back = restored();
        let left = count;
        const place = method === "submit" ? device.queue : method === "mapAsync" ? GPUBuffer.prototype : device;
        const target = place as unknown as Record<string, (...values: unknown[]) => unknown>;
        const original = target[method];
        target[method] = function (this: unknown, ...values: unknown[]) {
            const result = original.apply(this, values);
            if (--left === 0) device.destroy();
            return result;
        };
        return back.then(() => {
            target[method] = original;
            expect(left).toBeLessThanOrEqual(0);
        });
    }

    function neverRestore(): void {
        Object.assign(engine, { _restoreEngineAfterContextLost: () => {} });
    }

    describe("and meshes on the GPU", () => {
        it.each(EVALUATORS)("come back by themselves, twice; until then nothing is drawn (%s)", async (evaluator) => {
            const shapes = await load(evaluator);
            const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 16 });
            const clone = mesh.clone("twin");
            clone.position.x = 0.4;
            const before = await litPixels();
            for (let loss = 0; loss < 2; loss++) {
                expect(await lose()).toBe(0);
                await expect.poll(litPixels, { timeout: 30_000 }).toBe(before);
            }
            expect(mesh.getTotalVertices()).toBeGreaterThan(50);
            expect(mesh.getVerticesData("position")).toBeNull();
        });

        it("come back where they stand as a population, and with a copy on the CPU at once", async () => {
            const shapes = await load();
            const at = (x: number) => Matrix.Translation(x, 0, 0);
            const latents = [latent, small, latent];
            await shapes.createMeshesAsync("row", { latents, resolution: 12, transforms: [at(-0.7), at(0), at(0.7)] });
            const row = await litPixels();
            const kept = await shapes.createMeshAsync("kept", { latent, resolution: 12, keepData: true });
            kept.position.y = 1;
            const before = await litPixels();
            const first = await lose();
            expect(first).toBeGreaterThan(0);
            expect(first).toBeLessThanOrEqual(before - row / 2);
            await expect.poll(litPixels, { timeout: 30_000 }).toBe(before);
        });

        it("come back when their model is disposed, and nothing is kept when they go", async () => {
            const shapes = await load();
            const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 16 });
            const before = await litPixels();
            shapes.dispose();
            expect(await lose()).toBe(0);
            await expect.poll(litPixels, { timeout: 30_000 }).toBe(before);
            const observers = engine.onContextRestoredObservable.observers.length;
            mesh.dispose();
            await expect.poll(() => engine.onContextRestoredObservable.observers.length).toBe(observers - 1);
            expect(await litPixels()).toBe(0);
        });

        it("show the last shape they were updated to, before the loss or during it", async () => {
            const shapes = await load();
            const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 16 });
            const large = await litPixels();
            shapes.updateMesh(mesh, { latent: small, resolution: 16 });
            await expect.poll(litPixels, { timeout: 30_000 }).toBeLessThan(0.7 * large);
            const less = await litPixels();
            await lose();
            await expect.poll(litPixels, { timeout: 30_000 }).toBe(less);

            const back = restored();
            engine._device.destroy();
            shapes.updateMesh(mesh, { latent, resolution: 16 });
            await back;
            shapes.updateMesh(mesh, { latent: Float32Array.of(-9, 0), resolution: 16 });
            shapes.updateMesh(mesh, { latent, resolution: 16 });
            await expect.poll(litPixels, { timeout: 30_000 }).toBe(large);
            // And live it stays.
            shapes.updateMesh(mesh, { latent: small, resolution: 16 });
            await expect.poll(litPixels, { timeout: 30_000 }).toBe(less);
        });

        it("leave what was given other data alone", async () => {
            const shapes = await load();
            const mesh: Mesh = await shapes.createMeshAsync("gem", { latent, resolution: 12 });
            const { CreateBoxVertexData } = await import("@babylonjs/core/Meshes/Builders/boxBuilder.pure.js");
            mesh.geometry!.releaseForMesh(mesh, true);
            CreateBoxVertexData({ size: 0.5 }).applyToMesh(mesh);
            const box = await litPixels();
            expect(await lose()).toBe(box);
            await new Promise((done) => setTimeout(done, 500));
            expect(await litPixels()).toBe(box);
        });
    });

    describe("at every stage", () => {
        it.each([
            ["fused", "createComputePipelineAsync", 1],
            ["fused", "mapAsync", 1],
            ["onnxruntime", "mapAsync", 2],
        ] as const)(
            "of loading (%s, at %s %i): the decoder is loaded all the same",
            async (evaluator, method, count) => {
                const back = loseAt(method, count);
                const shapes = await load(evaluator);
                await back;
                expect(shapes.evaluator).toBe(evaluator);
                const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 12 });
                expect(mesh.getTotalVertices()).toBeGreaterThan(30);
                expect(await litPixels()).toBeGreaterThan(200);
            },
        );

        it("before loading: the decoder is loaded when the device is back", async () => {
            engine._device.destroy();
            const shapes = await load();
            await shapes.createMeshAsync("gem", { latent, resolution: 12 });
            expect(await litPixels()).toBeGreaterThan(200);
        });

        it.each([
            ["fused", "submit", 1],
            ["fused", "mapAsync", 1],
            ["onnxruntime", "mapAsync", 2],
        ] as const)(
            "of decoding (%s, at %s %i): each call gives what it gives alone",
            async (evaluator, method, count) => {
                const shapes = await load(evaluator);
                const points = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i));
                const calls = async () => {
                    const [data, distances, mesh] = await Promise.all([
                        shapes.createVertexDataAsync({ latent, resolution: 12 }),
                        shapes.evaluateAsync(latent, points),
                        shapes.createMeshAsync("gem", { latent: small, resolution: 12 }),
                    ]);
                    const size = mesh.getTotalVertices();
                    return { data: [[...data.positions!], [...data.indices!]], distances: [...distances], size };
                };
                const alone = await calls();
                const back = loseAt(method, count);
                expect(await calls()).toEqual(alone);
                await back;
                expect(await litPixels()).toBeGreaterThan(50);
            },
        );

        it.each([1, 3])("of a live remesh (at submit %i): the mesh shows the shape asked for", async (count) => {
            const shapes = await load();
            const failures: Error[] = [];
            shapes.onErrorObservable.add(({ error }) => failures.push(error));
            const mesh = await shapes.createMeshAsync("gem", { latent: small, resolution: 16 });
            const less = await litPixels();
            shapes.updateMesh(mesh, { latent, resolution: 16 });
            await expect.poll(litPixels, { timeout: 30_000 }).toBeGreaterThan(1.4 * less);
            const back = loseAt("submit", count);
            for (const size of [0, -0.1, -0.2]) {
                shapes.updateMesh(mesh, { latent: Float32Array.of(size, 0), resolution: 16 });
                engine.beginFrame();
                scene.render();
                engine.endFrame();
            }
            await back;
            // Normals of live surfaces come from the grid: a few pixels are lit otherwise than the first mesh's.
            const off = async () => Math.abs((await litPixels()) - less) / less;
            await expect.poll(off, { timeout: 30_000 }).toBeLessThan(0.1);
            expect(failures).toEqual([]);
        });

        it.each([4])(
            "of a completion (at mapAsync %i): it completes",
            async (count) => {
                const shapes = await load();
                const whole = await shapes.createVertexDataAsync({ latent, resolution: 12 });
                const half = Array.from({ length: whole.positions!.length / 3 }, (_, n) => n).filter(
                    (n) => whole.positions![3 * n] > -0.1,
                );
                const pick = (values: ArrayLike<number>) =>
                    Float32Array.from(half.flatMap((n) => [0, 1, 2].map((axis) => values[3 * n + axis])));
                const scan = { positions: pick(whole.positions!), normals: pick(whole.normals!) };
                const complete = async () => {
                    const [best] = await shapes.completeScanAsync(scan, { removeSupport: false });
                    return {
                        best,
                        vertices: (await best.createMeshAsync("whole", { resolution: 12 })).getTotalVertices(),
                    };
                };
                const alone = await complete();
                const back = loseAt("mapAsync", count);
                const { best, vertices } = await complete();
                await back;
                expect([...best.latent]).toEqual([...alone.best.latent]);
                expect(vertices).toBe(alone.vertices);
                // Results from before the loss go on as well.
                expect((await alone.best.createMeshAsync("later", { resolution: 12 })).getTotalVertices()).toBe(
                    vertices,
                );
            },
            240_000,
        );

        it.each([1])("of a node graph's build (at mapAsync %i): it builds", async (count) => {
            const shapes = await load();
            registerShapeModel("lost", shapes);
            const graph = () => graphOf(decodeOf(sampleOf(count).latent, 8).geometry);
            const alone = graph();
            await buildAsync(alone);
            // What is decoded once is kept: another graph decodes another shape.
            const other = graphOf(decodeOf(sampleOf(count + 10).latent, 8).geometry);
            const back = loseAt("mapAsync", count);
            await buildAsync(other);
            await back;
            expect(other.vertexData!.positions!.length).toBeGreaterThan(60);
            unregisterShapeModel("lost");
        });
    });

    it("that nobody restores ends every call with an error", async () => {
        const shapes = await load();
        engine.doNotHandleContextLost = true;
        neverRestore();
        const running = shapes.createVertexDataAsync({ latent, resolution: 16 });
        const controller = new AbortController();
        engine._device.destroy();
        await expect(running).rejects.toThrow(/device was lost.*; expected .*; /);
        await expect(shapes.evaluateAsync(latent, new Float32Array(3))).rejects.toThrow(/device was lost/);
        controller.abort(new Error("enough"));
        await expect(
            shapes.createMeshAsync("gem", { latent, resolution: 8, signal: controller.signal }),
        ).rejects.toThrow("enough");
        shapes.dispose();
    });

    it("ends waiting calls when they are aborted or the model is disposed", async () => {
        const shapes = await load();
        neverRestore();
        const lost = new Promise<void>((done) => engine.onContextLostObservable.addOnce(() => done()));
        engine._device.destroy();
        await lost;
        const controller = new AbortController();
        const aborted = shapes.evaluateAsync(latent, new Float32Array(3), { signal: controller.signal });
        const waiting = shapes.evaluateAsync(latent, new Float32Array(3));
        controller.abort(new Error("enough"));
        await expect(aborted).rejects.toThrow("enough");
        shapes.dispose();
        await expect(waiting).rejects.toThrow(/disposed/);
    });
});

import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { countDevice, type DeviceCounts } from "../support/countingDevice.js";
import { octahedronFile } from "../support/decoders.js";

const hasWebGpu = (await navigator.gpu?.requestAdapter()) != null;
/** 100 stands for 10 000 remeshes, 1 000 times create and dispose, 100 times load and dispose. */
const rounds = Number(import.meta.env.VITE_MEMORY_ROUNDS ?? 1);
const limit = 120_000 * Math.max(1, rounds);

describe.skipIf(!hasWebGpu)("GPU buffers of Babylon's device go back to where they were", () => {
    let engine: WebGPUEngine;
    let scene: Scene;
    let counts: DeviceCounts;
    const errors: string[] = [];

    beforeAll(async () => {
        engine = new WebGPUEngine(document.createElement("canvas"));
        await engine.initAsync();
        counts = countDevice(engine._device);
        engine._device.addEventListener("uncapturederror", (event) => errors.push(event.error.message));
        scene = new Scene(engine);
        new FreeCamera("camera", Vector3.Zero(), scene);
    });
    afterAll(() => engine?.dispose());

    /** Babylon frees the buffers that were let go when a frame ends. */
    const draw = () => {
        engine.beginFrame();
        scene.render();
        engine.endFrame();
    };
    const load = (evaluator: "fused" | "onnxruntime") =>
        ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu", evaluator });

    /** Does something often, after it was done a few times to fill what is kept. */
    async function often(count: number, once: (n: number) => Promise<void>): Promise<void> {
        const drawn = async (n: number) => {
            await once(n);
            draw();
        };
        for (let n = 0; n < Math.min(count, 26); n++) await drawn(n);
        const before = [counts.buffers, counts.bytes];
        for (let n = 0; n < count; n++) await drawn(n);
        expect([counts.buffers, counts.bytes]).toEqual(before);
    }

    it(
        `after ${100 * rounds} remeshes of changing size, and what they took when the mesh goes`,
        async () => {
            const shapes = await load("fused");
            const latent = (n: number) => Float32Array.of(-0.3 + 0.03 * (n % 13), 0);
            const make = () => shapes.createMeshAsync("live", { latent: latent(0), resolution: 8 });
            const remesh = (mesh: Mesh, n: number) =>
                new Promise<void>((done) => {
                    shapes.onSurfaceObservable.addOnce(() => done());
                    shapes.updateMesh(mesh, { latent: latent(n), resolution: 4 + (n % 13) });
                    draw();
                });
            const step = (mesh: Mesh, n: number) =>
                new Promise<number>((done) => {
                    shapes.onSurfaceObservable.addOnce(({ statistics }) => done(statistics.evaluations));
                    shapes.updateMesh(mesh, { latent: Float32Array.of(0.001 * (n % 2), 0), resolution: 32 });
                    draw();
                });
            // The model keeps one set of lists for all live meshes, and measures once how distances follow codes: over
            // as soon as a search goes on from the one before.
            const first = await make();
            for (let n = 0; n < 26; n++) await remesh(first, n);
            const whole = await step(first, 0);
            let going = whole;
            for (let n = 1; n < 500 && going > 0.85 * whole; n++) going = await step(first, n);
            expect(going).toBeLessThanOrEqual(0.85 * whole);
            first.dispose();
            draw();
            const before = [counts.buffers, counts.bytes];
            const mesh = await make();
            await often(100 * rounds, (n) => remesh(mesh, n));
            mesh.dispose();
            draw();
            expect([counts.buffers, counts.bytes]).toEqual(before);
            shapes.dispose();
        },
        limit,
    );

    it(
        `after ${10 * rounds} times create and dispose, alone and together`,
        async () => {
            const shapes = await load("fused");
            await often(10 * rounds, async (n) => {
                const resolution = 4 + (n % 13);
                const latents = [0, 1, 2].map((seed) => shapes.sampleLatent({ seed: n + seed }));
                const mesh = await shapes.createMeshAsync("one", { latent: latents[0], resolution });
                const { meshes } = await shapes.createMeshesAsync("three", { latents, resolution });
                for (const each of [mesh, ...meshes]) each.dispose();
            });
            shapes.dispose();
        },
        limit,
    );

    it.each(["fused", "onnxruntime"] as const)(
        `after ${rounds} times load and dispose (%s)`,
        async (evaluator) => {
            await often(rounds, async (n) => {
                const shapes = await load(evaluator);
                const mesh = await shapes.createMeshAsync("mesh", { latent: Float32Array.of(0, 0), resolution: 6 });
                mesh.dispose();
                shapes.dispose();
                // What a model held is freed after the calls that run.
                await new Promise((done) => setTimeout(done, n === 0 ? 50 : 5));
            });
        },
        limit,
    );

    it("raises no validation error", () => {
        expect(errors).toEqual([]);
    });
});

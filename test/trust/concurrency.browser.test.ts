import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { octahedronMesh, UPRIGHT } from "../completion/support/octahedron.js";
import { octahedronFile } from "../support/decoders.js";
import {
    allTogether,
    CALLERS,
    callOf,
    completions,
    eachAlone,
    everything,
    mostlyDistances,
} from "./overlappingCalls.js";

const hasWebGpu = (await navigator.gpu?.requestAdapter()) != null;

describe.skipIf(!hasWebGpu)(`${CALLERS} overlapping callers on WebGPU`, () => {
    const engines: WebGPUEngine[] = [];
    const errors: string[] = [];

    beforeAll(async () => {
        for (let n = 0; n < 2; n++) {
            const engine = new WebGPUEngine(document.createElement("canvas"));
            await engine.initAsync();
            engine._device.addEventListener("uncapturederror", (event) => errors.push(event.error.message));
            engines.push(engine);
        }
    });
    afterAll(() => {
        for (const engine of engines) engine.dispose();
    });

    const load = (n: number, evaluator: "fused" | "onnxruntime") =>
        ShapeModel.LoadAsync(octahedronFile(), new Scene(engines[n % 2]), { backend: "webgpu", evaluator });

    it.each([
        ["fused", everything],
        ["onnxruntime", mostlyDistances],
    ] as const)(
        "each get what they get alone, over two models in two scenes on two engines (%s)",
        async (evaluator, calls) => {
            const models = [await load(0, evaluator), await load(1, evaluator)];
            // Each has a caller of every sort.
            const modelOf = (n: number) => models[(n % 2) ^ (n < CALLERS / 2 ? 0 : 1)];
            const alone = await eachAlone(calls, modelOf);
            expect(alone.every((numbers) => numbers.length > 0)).toBe(true);
            expect(await allTogether(calls, modelOf)).toEqual(alone);
            for (const model of models) model.dispose();
        },
        240_000,
    );

    it("all settle while some abort and one model is disposed; the rest get what they get alone", async () => {
        const [stays, goes] = [await load(0, "fused"), await load(0, "fused")];
        const alone: number[][] = [];
        for (let n = 0; n < CALLERS; n++) alone.push(n % 3 === 2 ? await callOf(everything, stays, n) : []);
        const latent = stays.sampleLatent({ seed: 1 });
        const calls = Array.from({ length: CALLERS }, (_, n) => {
            if (n % 3 === 2) return callOf(everything, stays, n);
            if (n % 3 === 1) return goes.createVertexDataAsync({ latent, resolution: 20 });
            const controller = new AbortController();
            const aborted = stays.createMeshAsync("no", { latent, resolution: 20, signal: controller.signal });
            queueMicrotask(() => controller.abort(new Error(`enough ${n}`)));
            return aborted;
        });
        goes.dispose();
        const ends = await Promise.allSettled(calls);
        ends.forEach((end, n) => {
            if (n % 3 === 2) expect(end).toEqual({ status: "fulfilled", value: alone[n] });
            else
                expect(String((end as PromiseRejectedResult).reason)).toMatch(n % 3 === 1 ? /disposed/ : `enough ${n}`);
        });
        expect(stays.scene.meshes).toEqual([]);
    }, 240_000);

    it("complete scans at once: some abort, one model is disposed, the rest get what they get alone", async () => {
        const [stays, goes] = [await load(0, "fused"), await load(1, "fused")];
        const alone = [await callOf(completions, stays, 0), await callOf(completions, stays, 1)];
        const scan = octahedronMesh(0.6, 8, UPRIGHT, (x) => x < 0);
        const controller = new AbortController();
        const options = { count: 1, signal: controller.signal };
        const calls: Promise<unknown>[] = [
            callOf(completions, stays, 0),
            callOf(completions, stays, 1),
            // Aborted while it searches, not before.
            stays.completeScanAsync(scan, {
                ...options,
                onProgress: (share) => share > 0.1 && controller.abort(new Error("enough")),
            }),
            goes.completeScanAsync(scan, { count: 1, onProgress: (share) => share > 0.1 && goes.dispose() }),
            goes.completeScanAsync(scan, { count: 1 }),
        ];
        const [first, second, aborted, ...disposed] = await Promise.allSettled(calls);
        expect([first, second]).toEqual(alone.map((value) => ({ status: "fulfilled", value })));
        expect(String((aborted as PromiseRejectedResult).reason)).toMatch("enough");
        for (const end of disposed) expect(String((end as PromiseRejectedResult).reason)).toMatch(/disposed/);
        stays.dispose();
    }, 240_000);

    it("leave each live mesh with the last shape asked for, while others decode", async () => {
        const shapes = await load(1, "fused");
        const meshes = [new Mesh("one", shapes.scene), new Mesh("two", shapes.scene)];
        const last: number[] = [0, 0];
        const shown = new Map<Mesh | null, number>();
        shapes.onSurfaceObservable.add(({ mesh, statistics }) => shown.set(mesh, statistics.triangles));
        for (let n = 0; n < CALLERS; n++) {
            const latent = shapes.sampleLatent({ seed: n, category: n % 2 ? "small" : "large" });
            shapes.updateMesh(meshes[n % 2], { latent, resolution: 10 });
            if (n >= CALLERS - 2) {
                const { indices } = await shapes.createVertexDataAsync({ latent, resolution: 10 });
                last[n % 2] = indices!.length / 3;
            }
        }
        const frame = () => {
            shapes.scene.onBeforeRenderTargetsRenderObservable.notifyObservers(shapes.scene);
            return meshes.map((mesh) => shown.get(mesh));
        };
        await expect.poll(frame, { timeout: 60_000 }).toEqual(last);
    }, 240_000);

    it("raise no validation error", () => {
        expect(errors).toEqual([]);
    });
});

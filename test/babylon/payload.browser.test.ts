import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { describe, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";

const hasWebGpu = (await navigator.gpu?.requestAdapter()) != null;

/** Every address that this page asks for from here on; the page's own list of them is limited. */
const asked: string[] = [];
const note = (entries: PerformanceEntry[]) => asked.push(...entries.map(({ name }) => name));
const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({ type: "resource" });

/** What of onnxruntime this page has asked for. */
const runtimeRequests = () => {
    note(observer.takeRecords());
    return asked.filter((name) => /onnxruntime-web|ort-wasm/.test(name));
};

describe("what a game downloads", () => {
    it.skipIf(!hasWebGpu)("holds no onnxruntime on WebGPU with a perceptron, and does without", async () => {
        const engine = new WebGPUEngine(document.createElement("canvas"));
        await engine.initAsync();
        const scene = new Scene(engine);
        const latent = Float32Array.of(0, 0);
        const shapes = await ShapeModel.LoadAsync(octahedronFile(), scene, { backend: "webgpu" });
        const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 12 });
        shapes.updateMesh(mesh, { latent, resolution: 8 });
        await shapes.createVertexDataAsync({ latent, resolution: 8 });
        await shapes.createMeshesAsync("gems", { latents: [latent], resolution: 8 });
        expect(runtimeRequests()).toEqual([]);

        // That such requests are seen at all.
        const { loadWasmRuntimeAsync } = await import("../../plugin/field/onnxRuntime/runtime.js");
        await loadWasmRuntimeAsync();
        await expect.poll(runtimeRequests).not.toEqual([]);
        scene.dispose();
        engine.dispose();
    });
});

/**
 * onnxruntime for the UMD build: the page's own `ort`, from a script of onnxruntime-web that the page chose to load.
 * A script can't import modules lazily, and bundling the runtime would make every page download it.
 */
const runtime = (globalThis as { ort?: typeof import("onnxruntime-web") }).ort;

if (!runtime) {
    throw new Error(
        "DeepSDF: got no global ort; expected onnxruntime-web, which this decoder or backend needs; load its ort.min.js or ort.webgpu.min.js by a script tag before this, or use WebGPU with a perceptron",
    );
}

export const { InferenceSession, Tensor, env } = runtime;

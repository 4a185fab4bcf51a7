import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import type { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";

/** Where shapes are computed. */
export type Backend = "webgpu" | "wasm";

/** Adapters that compute on the CPU; WASM is many times faster there. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp|software/i;

/** The engine's WebGPU device, or null for other engines. Babylon takes no device from outside, so ours is its own. */
export function deviceOf(engine: AbstractEngine): GPUDevice | null {
    return engine.isWebGPU ? (engine as WebGPUEngine)._device : null;
}

/**
 * What "auto" stands for here, or whether what was asked for is possible.
 *
 * @throws if "webgpu" is asked for and the engine has none
 */
export function chooseBackend(requested: Backend | "auto", engine: AbstractEngine): Backend {
    if (requested === "wasm") {
        return "wasm";
    }
    const device = deviceOf(engine);
    if (requested === "webgpu") {
        if (!device) {
            throw new Error(
                `ShapeModel.LoadAsync: got backend "webgpu" with an engine of ${engine.description}; expected a WebGPUEngine; create one or use backend "auto"`,
            );
        }
        return "webgpu";
    }
    if (requested !== "auto") {
        throw new Error(
            `ShapeModel.LoadAsync: got backend ${JSON.stringify(requested)}; expected "auto", "webgpu" or "wasm"; correct the option`,
        );
    }
    return device && !isSoftware(engine as WebGPUEngine) ? "webgpu" : "wasm";
}

/** Whether a WebGPU engine's adapter computes on the CPU. */
function isSoftware(engine: WebGPUEngine): boolean {
    const { vendor, renderer, version } = engine.getInfo();
    const adapter = (engine as unknown as { _adapter?: GPUAdapter })._adapter;
    const isFallback = adapter?.info?.isFallbackAdapter === true;
    return isFallback || SOFTWARE.test(`${vendor} ${renderer} ${version}`);
}

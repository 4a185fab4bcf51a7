import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { Engine } from "@babylonjs/core/Engines/engine.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";

const NO_GRAPHICS =
    "This browser offers neither WebGPU nor WebGL, so nothing can be drawn; turn on hardware acceleration in its settings, update it, or open the page in another browser";

/** Renderers that draw on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp|software/i;

/**
 * WebGPU where the browser has it and a device can be had of it, else WebGL.
 *
 * @param wanted "webgl" for WebGL in any case
 * @throws an error that says what to do if the browser has neither
 */
export async function createEngine(canvas: HTMLCanvasElement, wanted: string | null): Promise<AbstractEngine> {
    if (wanted !== "webgl" && (await WebGPUEngine.IsSupportedAsync)) {
        const engine = new WebGPUEngine(canvas, { antialias: true, adaptToDeviceRatio: true });
        try {
            await engine.initAsync();
            return engine;
        } catch (error) {
            // An adapter may be listed by drivers that give no device; without one the canvas is still free.
            console.warn("WebGPU does not start here, so WebGL draws:", error);
        }
    }
    try {
        return new Engine(canvas, true, { preserveDrawingBuffer: true }, true);
    } catch {
        throw new Error(NO_GRAPHICS);
    }
}

/** Whether each frame is drawn by the CPU, so that frames are to be saved. */
export function isDrawnInSoftware(engine: AbstractEngine): boolean {
    const { vendor, renderer, version } = (engine as Engine | WebGPUEngine).getInfo();
    return SOFTWARE.test(`${vendor} ${renderer} ${version}`);
}

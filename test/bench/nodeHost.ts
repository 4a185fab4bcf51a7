import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { requestDawnAdapter } from "../support/dawn.js";
import { openDecoders } from "./decoders.js";
import { requestSuiteDevice } from "./suite/suite.js";
import type { SuiteHost, UsherMarchingCubes } from "./suite/types.js";
import { adapterName, versions } from "./versions.js";

/**
 * The suite's host in Node.
 *
 * @param usher folder of a copy of github.com/Twinklebear/webgpu-marching-cubes, or null
 * @throws if there is no adapter
 */
export async function createNodeHost(decoders: readonly string[], usher: string | null): Promise<SuiteHost> {
    prepareForOnnxRuntime();
    const adapter = await requestDawnAdapter();
    if (!adapter) {
        throw new Error(
            "bench: there is no WebGPU adapter here; expected one; use --counters or --cpu, or a machine with a GPU",
        );
    }
    const device = await requestSuiteDevice(adapter);
    copySharedWrites(device);
    return {
        device,
        adapter: adapterName(adapter),
        versions: versions(),
        decoders: openDecoders(decoders),
        log: (line) => console.log(line),
        usher: usher ? await loadUsher(usher) : null,
    };
}

/** onnxruntime-web's WebGPU build is made for pages: it looks for `navigator`, and for `require` when it sees Node. */
function prepareForOnnxRuntime(): void {
    const scope = globalThis as { navigator?: unknown; require?: unknown };
    scope.navigator ??= {};
    scope.require ??= createRequire(import.meta.url);
}

/** onnxruntime writes from memory that its threads share, which Dawn's module for Node refuses: it is given copies. */
function copySharedWrites(device: GPUDevice): void {
    const { queue } = device;
    const write = queue.writeBuffer.bind(queue);
    const copyAndWrite: typeof write = (
        buffer: GPUBuffer,
        at: number,
        data: ArrayBufferLike | ArrayBufferView,
        from = 0,
        size?: number,
    ) => {
        const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
        if (typeof SharedArrayBuffer === "undefined" || !(view.buffer instanceof SharedArrayBuffer)) {
            return write(buffer, at, data as ArrayBufferView<ArrayBuffer>, from, size);
        }
        const unit = (view as Uint8Array).BYTES_PER_ELEMENT ?? 1;
        const bytes = size === undefined ? view.byteLength - from * unit : size * unit;
        const copy = new Uint8Array(bytes);
        copy.set(new Uint8Array(view.buffer, view.byteOffset + from * unit, bytes));
        return write(buffer, at, copy);
    };
    queue.writeBuffer = copyAndWrite;
}

/** Their modules import shaders by bare `.wgsl` names, which `run.ts` tells Vite to read as text. */
async function loadUsher(folder: string): Promise<UsherMarchingCubes> {
    const path = resolve(folder, "src/marching_cubes.ts");
    const { MarchingCubes } = await import(/* @vite-ignore */ pathToFileURL(path).href);
    if (typeof MarchingCubes?.create !== "function") {
        throw new Error(
            `bench: ${path} has no MarchingCubes.create; expected a copy of github.com/Twinklebear/webgpu-marching-cubes`,
        );
    }
    return MarchingCubes;
}

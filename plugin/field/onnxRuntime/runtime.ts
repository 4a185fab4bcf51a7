import type * as ort from "onnxruntime-web";

/**
 * The only place that knows onnxruntime-web's loading, devices and threads; made for version 1.30, which package.json
 * pins. Later ones are announced to take the WebGPU device by `env` instead of the provider's options.
 */
export type Runtime = typeof ort;
export type RuntimeSession = ort.InferenceSession;
export type RuntimeTensor = ort.Tensor;

/** Not a literal where it is imported, so that bundlers leave Node's build out of pages. */
const NODE_BUILD = "onnxruntime-web";
const NODE_OS = "node:os";
/** More gain nothing on matrices of a decoder's size. */
const MAX_THREADS = 8;

/** What fails is thrown; the runtime need not print it as well. */
const FATAL = 4;

let wasm: Promise<Runtime> | null = null;
let webgpu: Promise<Runtime> | null = null;

const isNode =
    typeof process !== "undefined" && process.versions?.node !== undefined && typeof document === "undefined";

/** Loads the runtime's WASM build, once; with threads where the page is cross-origin isolated. */
export function loadWasmRuntimeAsync(): Promise<Runtime> {
    wasm ??= isNode ? loadInNode() : import("onnxruntime-web/wasm").then(quiet);
    return wasm;
}

/** Loads the runtime's WebGPU build, once. */
export function loadWebGpuRuntimeAsync(): Promise<Runtime> {
    webgpu ??= import("onnxruntime-web/webgpu").then(quiet);
    return webgpu;
}

/** Pages choose a number of threads by themselves; in Node the runtime takes one unless told. */
async function loadInNode(): Promise<Runtime> {
    const [runtime, { availableParallelism }] = await Promise.all([
        import(/* webpackIgnore: true */ /* @vite-ignore */ NODE_BUILD) as Promise<Runtime>,
        import(/* webpackIgnore: true */ /* @vite-ignore */ NODE_OS) as Promise<typeof import("node:os")>,
    ]);
    runtime.env.wasm.numThreads = Math.min(availableParallelism(), MAX_THREADS);
    return quiet(runtime);
}

function quiet(runtime: Runtime): Runtime {
    runtime.env.logLevel = "error";
    return runtime;
}

export function createWasmSessionAsync(runtime: Runtime, bytes: Uint8Array): Promise<RuntimeSession> {
    return runtime.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: FATAL });
}

/** A session on a device of ours; outputs stay in GPU buffers. */
export function createWebGpuSessionAsync(
    runtime: Runtime,
    bytes: Uint8Array,
    device: GPUDevice,
): Promise<RuntimeSession> {
    const provider = { name: "webgpu", device } as unknown as ort.InferenceSession.ExecutionProviderConfig;
    return runtime.InferenceSession.create(bytes, {
        executionProviders: [provider],
        preferredOutputLocation: "gpu-buffer",
        logSeverityLevel: FATAL,
    });
}

export function runAsync(
    session: RuntimeSession,
    feeds: Record<string, RuntimeTensor>,
): Promise<Record<string, RuntimeTensor>> {
    return session.run(feeds, { logSeverityLevel: FATAL }) as Promise<Record<string, RuntimeTensor>>;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `task` after all tasks before it: overlapping runs hang or corrupt the WebGPU build, across sessions too.
 *
 * A task that fails does not hold up the next.
 */
export function enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = last.then(task, task);
    last = result.catch(() => undefined);
    return result;
}

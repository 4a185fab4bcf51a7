import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The part of TensorFlow.js that training uses; the same for every backend. */
export type TensorFlow = typeof import("@tensorflow/tfjs-core");

export interface Backend {
    readonly tf: TensorFlow;
    readonly name: BackendName;
    /** What computes, for the model card. */
    readonly description: string;
    /** A device that trains by kernels of our own (`gpu/`), beside TensorFlow's, which measures; null without WebGPU. */
    readonly device: GPUDevice | null;
}

/** Fastest first. */
export const BACKEND_NAMES = ["tfjs-node-gpu", "tfjs-node", "webgpu", "wasm", "cpu"] as const;
/** For training: where there is a GPU our own kernels come first, for native TensorFlow may have CPU kernels only. */
export const TRAINING_BACKENDS = ["webgpu", ...BACKEND_NAMES.filter((name) => name !== "webgpu")] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Names of adapters that compute on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software/i;

const DRIVER_FOLDERS = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

const NATIVE_FOLDER = join(import.meta.dirname, "native");

/**
 * The fastest backend that works here, or the one asked for; says which it took and why not a faster one.
 *
 * @param say gets one line a backend tried
 * @param names of the backends tried where none was asked for, the first that works being taken
 * @throws if none works, or the one asked for does not
 */
export async function loadBackend(
    requested: BackendName | null,
    say: (line: string) => void = console.log,
    names: readonly BackendName[] = BACKEND_NAMES,
): Promise<Backend> {
    const candidates = requested ? [requested] : names;
    const reasons: string[] = [];
    for (const name of candidates) {
        try {
            const { tf, description, device = null } = await LOADERS[name](requested !== null);
            say(`backend: ${description}`);
            return { tf, name, description, device };
        } catch (error) {
            const [reason] = String(error instanceof Error ? error.message : error).split("\n");
            reasons.push(`${name}: ${reason}`);
            say(`backend: not ${name} (${reason})`);
        }
    }
    throw new Error(`loadBackend: none of ${candidates.join(", ")} works here; ${reasons.join("; ")}`);
}

type Loaded = Pick<Backend, "tf" | "description"> & Partial<Pick<Backend, "device">>;

/** Each is told whether it was asked for by name. */
const LOADERS: Record<BackendName, (isWish: boolean) => Promise<Loaded>> = {
    "tfjs-node-gpu": () => loadNative("@tensorflow/tfjs-node-gpu"),
    "tfjs-node": () => loadNative("@tensorflow/tfjs-node"),
    webgpu: loadWebGpu,
    wasm: async () => {
        const tf = await loadCore();
        const { setWasmPaths, setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
        setWasmPaths(`${join(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"), "..")}/`);
        setThreadsCount(1);
        if (!(await tf.setBackend("wasm"))) {
            throw new Error("the WASM kernels did not start");
        }
        return { tf, description: `tfjs-backend-wasm ${tf.version_core}` };
    },
    cpu: async () => {
        const tf = await loadCore();
        await import("@tensorflow/tfjs-backend-cpu");
        await tf.setBackend("cpu");
        return { tf, description: `tfjs-backend-cpu ${tf.version_core}, plain JavaScript` };
    },
};

/** WebGPU on Dawn: any GPU that has a Vulkan, Metal or Direct3D 12 driver. */
async function loadWebGpu(isWish: boolean): Promise<Loaded> {
    if (process.platform === "linux" && !hasVulkanDriver()) throw new Error("no Vulkan driver");
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    const gpu = create([]);
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw new Error("no adapter; a graphics driver with Vulkan, Metal or Direct3D 12 brings one");
    const name = adapter.info.description || adapter.info.device || adapter.info.vendor;
    const isSoftware = adapter.info.isFallbackAdapter || SOFTWARE.test(`${name} ${adapter.info.architecture}`);
    if (isSoftware && !isWish) throw new Error(`the adapter "${name}" computes on the CPU, which WASM does faster`);
    // Where TensorFlow.js looks for it, and where Node before 21 has nothing.
    if (!globalThis.navigator) Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
    Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
    const tf = await loadCore();
    await import("@tensorflow/tfjs-backend-webgpu");
    if (!(await tf.setBackend("webgpu"))) throw new Error("the WebGPU kernels did not start");
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
    return { tf, device, description: `tfjs-backend-webgpu ${tf.version_core} on Dawn, ${name}` };
}

/** Dawn itself complains on the console where there is none. */
function hasVulkanDriver(): boolean {
    const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env;
    return Boolean(VK_ICD_FILENAMES || VK_DRIVER_FILES) || DRIVER_FOLDERS.some((folder) => existsSync(folder));
}

/** TensorFlow.js without kernels, but with the gradients, which its own entry leaves out. */
async function loadCore(): Promise<TensorFlow> {
    const tf = await import("@tensorflow/tfjs-core");
    // Published for bundlers only: Node's own loader cannot follow its imports. It shares its registry with the entry.
    const { require } = await import("tsx/cjs/api");
    require("@tensorflow/tfjs-core/dist/register_all_gradients.js", import.meta.url);
    return tf;
}

async function loadNative(packageName: string): Promise<{ tf: TensorFlow; description: string }> {
    if (!existsSync(join(NATIVE_FOLDER, "node_modules", packageName))) {
        throw new Error("not installed; npm run train:setup --workspace training installs it");
    }
    // Its notes on CPU features would run through the progress bar.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
    const require = createRequire(join(NATIVE_FOLDER, "package.json"));
    // Gone from Node 23 on; the binding still asks for it.
    require("node:util").isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    const tf = require(packageName);
    await tf.ready();
    const binding = tf.backend().binding;
    const device = tf.backend().isUsingGpuDevice ? "CUDA" : "CPU kernels";
    return {
        tf,
        description: `${packageName} ${tf.version["tfjs-core"]}, TensorFlow ${binding.TF_Version}, ${device}`,
    };
}

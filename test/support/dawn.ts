import { existsSync, readdirSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { findBrowser } from "../browser.mjs";

const ICD = "VK_ICD_FILENAMES";
const SOFTWARE_DRIVER = "vk_swiftshader_icd.json";
const LOADER = "libvulkan.so.1";
/** Keeps a library loaded after it is closed; Linux's `RTLD_NODELETE`. */
const NO_DELETE = 0x1000;
const DRIVER_FOLDERS = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/**
 * WebGPU in Node, on Dawn: the system's adapter, or where there is no Vulkan driver the software one that comes with a
 * Chromium. Null where there is neither.
 */
export async function requestDawnAdapter(): Promise<GPUAdapter | null> {
    let dawn: typeof import("webgpu");
    try {
        if (process.platform === "linux" && !process.env[ICD] && !hasDriver()) {
            const driver = findSoftwareDriver();
            if (!driver) {
                return null;
            }
            process.env[ICD] = driver;
            preload(join(dirname(driver), LOADER));
        }
        dawn = await import("webgpu");
    } catch {
        return null;
    }
    Object.assign(globalThis, dawn.globals);
    // Features still in trial are seen too.
    gpu ??= dawn.create(["enable-dawn-features=allow_unsafe_apis"]);
    Object.defineProperty(globalThis.navigator ?? globalThis, "gpu", { value: gpu, configurable: true });
    return (await gpu.requestAdapter({ powerPreference: "high-performance" })) ?? null;
}

/** Adapters and devices live as long as what they came from. */
let gpu: GPU | null = null;

/** Loads the Vulkan loader that comes with the driver, so that Dawn finds it by its name where the system has none. */
function preload(loader: string): void {
    if (existsSync(loader)) {
        try {
            process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | NO_DELETE);
        } catch {
            // It is no module of Node's, which is said after it has been loaded.
        }
    }
}

function hasDriver(): boolean {
    return DRIVER_FOLDERS.some(
        (folder) => existsSync(folder) && readdirSync(folder).some((name) => /\.json$/.test(name)),
    );
}

/** The driver beside an installed Chromium or Chrome. */
function findSoftwareDriver(): string | null {
    const browser = findBrowser();
    const folders = browser ? [dirname(browser), dirname(realpathSync(browser))] : [];
    for (const folder of [...folders, "/usr/lib/chromium", "/usr/lib64/chromium-browser", "/opt/google/chrome"]) {
        const path = join(folder, SOFTWARE_DRIVER);
        if (existsSync(path)) {
            return path;
        }
    }
    return null;
}

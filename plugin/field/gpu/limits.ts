/** What a device's buffers may hold, and the error where that ends. */

type SizeLimit = "maxBufferSize" | "maxStorageBufferBindingSize" | "maxUniformBufferBindingSize";

/** The tightest limit of a device for buffers of a usage. */
function tightest({ limits }: GPUDevice, usage: GPUBufferUsageFlags): { name: SizeLimit; bytes: number } {
    const names: SizeLimit[] = ["maxBufferSize"];
    if (usage & GPUBufferUsage.STORAGE) {
        names.push("maxStorageBufferBindingSize");
    }
    if (usage & GPUBufferUsage.UNIFORM) {
        names.push("maxUniformBufferBindingSize");
    }
    return names
        .map((name) => ({ name, bytes: limits[name] }))
        .reduce((least, other) => (other.bytes < least.bytes ? other : least));
}

/** Bytes of the largest buffer that a kernel can have. */
export function storageLimit(device: GPUDevice): number {
    return tightest(device, GPUBufferUsage.STORAGE).bytes;
}

/**
 * To be asked before anything is allocated; WebGPU itself would say it later, aside, and go on.
 *
 * @param what needs the bytes
 * @param remedy what the caller can do
 * @throws if the device has no buffer of that size for that usage
 */
export function checkBufferSize(
    device: GPUDevice,
    what: string,
    bytes: number,
    usage: GPUBufferUsageFlags,
    remedy = "ask for less at a time",
): void {
    const limit = tightest(device, usage);
    if (bytes > limit.bytes) {
        throw new Error(
            `${what}: ${bytes} bytes are needed; this device has buffers of up to ${limit.bytes} (${limit.name}); ${remedy}, or make the engine with setMaximumLimits`,
        );
    }
}

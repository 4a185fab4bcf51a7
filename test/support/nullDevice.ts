/**
 * A device of Dawn's that runs nothing but checks everything, with every feature there is: shaders for features that no
 * adapter here has are at least compiled and bound. Null where Dawn is missing.
 */
export async function requestNullDevice(features: GPUFeatureName[]): Promise<GPUDevice | null> {
    let dawn: typeof import("webgpu");
    try {
        dawn = await import("webgpu");
    } catch {
        return null;
    }
    Object.assign(globalThis, dawn.globals);
    nullGpu ??= dawn.create(["backend=null", "enable-dawn-features=allow_unsafe_apis"]);
    const adapter = await nullGpu.requestAdapter();
    return (await adapter?.requestDevice({ requiredFeatures: features })) ?? null;
}

/** Devices live as long as what they came from. */
let nullGpu: GPU | null = null;

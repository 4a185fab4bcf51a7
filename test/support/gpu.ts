/** The device browser tests run on; null where there is no adapter, and then GPU tests are skipped and counted. */
export async function requestTestDevice(): Promise<GPUDevice | null> {
    const adapter = await navigator.gpu?.requestAdapter();
    const device = (await adapter?.requestDevice()) ?? null;
    device?.addEventListener("uncapturederror", (event) => {
        console.error("WebGPU:", event.error.message);
        uncapturedErrors.push(event.error.message);
    });
    return device;
}

/** Messages of validation errors so far; a test asserts that there are none. */
export const uncapturedErrors: string[] = [];

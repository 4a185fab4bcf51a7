/** The device that GPU tests run on; null where there is no adapter, and then they are skipped and counted. */
export async function requestTestDevice(): Promise<GPUDevice | null> {
    const adapter = await requestTestAdapter();
    const device = (await adapter?.requestDevice()) ?? null;
    device?.addEventListener("uncapturederror", (event) => {
        console.error("WebGPU:", event.error.message);
        uncapturedErrors.push(event.error.message);
    });
    return device;
}

/** Of the page, or in Node of Dawn. */
export async function requestTestAdapter(): Promise<GPUAdapter | null> {
    if (typeof document !== "undefined") {
        return (await navigator.gpu?.requestAdapter()) ?? null;
    }
    const { requestDawnAdapter } = await import("./dawn.js");
    return requestDawnAdapter();
}

/** Messages of validation errors so far; a test asserts that there are none. */
export const uncapturedErrors: string[] = [];

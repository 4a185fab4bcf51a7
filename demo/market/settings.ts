/** What the page's address may set. */
export interface Settings {
    readonly seed: number;
    readonly model: string;
    readonly engine: string | null;
    readonly backend: string | null;
    /** Props at one time. */
    readonly limit: number;
    readonly resolution: number;
    readonly temperature: number;
    readonly strolls: boolean;
    readonly hasPhysics: boolean;
    /** Screen pixels a drawn pixel covers in one direction. */
    readonly pixelSize: number;
}

export const DEFAULT_MODEL = "./props.onnx";

/** @param isSoftware frames are drawn by the CPU, @param isOnGpu props are made on the GPU */
export function readSettings(address: URLSearchParams, isSoftware: boolean, isOnGpu: boolean): Settings {
    const number = (name: string, fallback: number, least: number, most: number) => {
        const value = Number.parseFloat(address.get(name) ?? "");
        return Number.isFinite(value) ? Math.max(least, Math.min(most, value)) : fallback;
    };
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
        seed: Math.round(number("seed", 1, 0, 1e9)),
        model: address.get("model") ?? DEFAULT_MODEL,
        engine: address.get("engine"),
        backend: address.get("backend"),
        limit: Math.round(number("props", isSoftware ? 120 : isOnGpu ? 340 : 300, 0, 1000)),
        resolution: Math.round(number("resolution", isOnGpu ? 64 : 36, 12, 128)),
        temperature: number("temperature", 0.7, 0, 1.5),
        strolls: address.has("stroll") ? address.get("stroll") !== "0" : !isSoftware && !isCalm,
        hasPhysics: address.get("physics") !== "0",
        pixelSize: number("pixel", isSoftware ? 2 : 1, 0.5, 8),
    };
}

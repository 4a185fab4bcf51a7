import type { ShapeModel } from "babylon-deepsdf";

/** Says where shapes are computed, unless it is the GPU. */
export function showProcessor(element: HTMLElement, { backend }: ShapeModel): void {
    element.hidden = backend === "webgpu";
    const isAskedFor = new URLSearchParams(location.search).get("backend") === "wasm";
    element.textContent = `Computed on the CPU, ${isAskedFor ? "as the address asks" : "no GPU here"}`;
}

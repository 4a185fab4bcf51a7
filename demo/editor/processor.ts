import type { ShapeModel } from "babylon-deepsdf";

/** Says where shapes are computed, unless it is the GPU. */
export function showProcessor(element: HTMLElement, { backend }: ShapeModel): void {
    element.hidden = backend === "webgpu";
    const isAskedFor = new URLSearchParams(location.search).get("backend") === "wasm";
    const reason = isAskedFor ? "as the address asks" : "as there is no GPU to compute on";
    element.textContent = `Shapes are computed on the CPU, ${reason}`;
}

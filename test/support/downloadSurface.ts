import { readBuffer } from "../../plugin/field/gpu/buffers.js";
import type { GpuSurface } from "../../plugin/surface/gpu/gpuSurface.js";

/** What a surface on the GPU holds, on the CPU. */
export async function downloadSurface(
    device: GPUDevice,
    { positions, normals, indices, vertexCount, triangleCount }: GpuSurface,
) {
    return {
        positions: new Float32Array(await readBuffer(device, positions, 12 * vertexCount)),
        normals: new Float32Array(await readBuffer(device, normals, 12 * vertexCount)),
        indices: new Uint32Array(await readBuffer(device, indices, 12 * triangleCount)),
    };
}

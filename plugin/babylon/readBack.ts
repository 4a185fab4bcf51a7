import { readBuffer } from "../field/gpu/buffers.js";
import type { GpuSurface } from "../surface/gpu/gpuSurface.js";
import type { SurfaceMesh } from "../surface/mesh.js";

/** A surface's copy on the CPU; its buffers are destroyed. */
export async function readBack(
    device: GPUDevice,
    surface: GpuSurface,
): Promise<{ surface: SurfaceMesh; bytes: number }> {
    const { positions, normals, indices, vertexCount, triangleCount } = surface;
    const sizes = [12 * vertexCount, 12 * vertexCount, 12 * triangleCount];
    const buffers = [positions, normals, indices];
    try {
        const [p, n, i] = await Promise.all(buffers.map((buffer, k) => readBuffer(device, buffer, sizes[k])));
        return {
            surface: { positions: new Float32Array(p), normals: new Float32Array(n), indices: new Uint32Array(i) },
            bytes: sizes.reduce((sum, size) => sum + size, 0),
        };
    } finally {
        for (const buffer of buffers) {
            buffer.destroy();
        }
    }
}

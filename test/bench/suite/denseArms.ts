import type { EncodableField } from "../../../plugin/field/field.js";
import { createBuffer, createBufferFrom, readBuffer } from "../../../plugin/field/gpu/buffers.js";
import {
    createWebGpuSessionAsync,
    enqueue,
    loadWebGpuRuntimeAsync,
} from "../../../plugin/field/onnxRuntime/runtime.js";
import type { Decoder } from "../../../plugin/model/decoder.js";
import { writeDecoder } from "../../../plugin/model/index.js";
import { LATENT, POINTS, SDF } from "../../../plugin/model/perceptronGraph.js";
import type { SurfaceMesh } from "../../../plugin/surface/mesh.js";
import { denseMarchingCubes } from "./denseMarchingCubes.js";
import { GridPoints } from "./gridPoints.js";

/** Points of a run: as many as a storage binding of the widest activations takes, at most these. */
const MOST_POINTS = 1 << 18;

/** Every corner evaluated on the GPU, distances read back, Marching Cubes on the CPU. */
export interface DenseArm {
    remeshAsync(latent: Float32Array): Promise<SurfaceMesh>;
    dispose(): void;
}

interface Chunk {
    start: number;
    count: number;
    points: GPUBuffer;
}

/** Points in buffers of one length, as runtimes like it, made once; the last is filled up with its first point. */
function createChunks(device: GPUDevice, grid: GridPoints, widest: number): { chunks: Chunk[]; size: number } {
    const limit = Math.floor(device.limits.maxStorageBufferBindingSize / (4 * widest));
    const size = Math.min(MOST_POINTS, 2 ** Math.floor(Math.log2(limit)), 2 ** Math.ceil(Math.log2(grid.count)));
    const chunks: Chunk[] = [];
    for (let start = 0; start < grid.count; start += size) {
        const count = Math.min(size, grid.count - start);
        const points = createBuffer(device, "dense points", 12 * size);
        device.queue.writeBuffer(points, 0, grid.slice(start, start + count));
        chunks.push({ start, count, points });
    }
    return { chunks, size };
}

const mesh = (grid: GridPoints, bytes: ArrayBuffer): SurfaceMesh =>
    denseMarchingCubes(new Float32Array(bytes), grid.side, grid.origin, grid.cell);

/** By the fused evaluator. */
export function createDenseFusedArm(field: EncodableField, decoder: Decoder, resolution: number): DenseArm {
    const { device } = field;
    const grid = new GridPoints(decoder.bounds, resolution);
    const { chunks, size } = createChunks(device, grid, 3);
    const code = field.createCode(new Float32Array(field.latentSize));
    const counts = chunks.map(({ count }) => createBufferFrom(device, "dense count", Uint32Array.of(count)));
    const distances = createBuffer(device, "dense distances", 4 * size);
    const all = createBuffer(device, "dense grid", 4 * grid.count);
    return {
        async remeshAsync(latent) {
            code.update(latent);
            const encoder = device.createCommandEncoder({ label: "dense fused" });
            for (const [index, { start, count, points }] of chunks.entries()) {
                field.encode(encoder, code, { points, pointCount: counts[index], distances });
                encoder.copyBufferToBuffer(distances, 0, all, 4 * start, 4 * count);
            }
            device.queue.submit([encoder.finish()]);
            return mesh(grid, await readBuffer(device, all, 4 * grid.count));
        },
        dispose() {
            code.dispose();
            for (const buffer of [...chunks.map(({ points }) => points), ...counts, distances, all]) {
                buffer.destroy();
            }
        },
    };
}

/**
 * By onnxruntime-web on the same device, in large runs of one size, distances staying on the GPU until all are there.
 *
 * @throws if the runtime can't be loaded here or refuses the decoder
 */
export async function createOnnxRuntimeArmAsync(
    device: GPUDevice,
    decoder: Decoder,
    resolution: number,
): Promise<DenseArm> {
    const { perceptron } = decoder;
    if (!perceptron) {
        throw new Error(`bench: got a decoder that is no perceptron: ${decoder.notPerceptronReason}; expected one`);
    }
    const runtime = await loadWebGpuRuntimeAsync();
    const session = await createWebGpuSessionAsync(runtime, writeDecoder(perceptron, null), device);
    const grid = new GridPoints(decoder.bounds, resolution);
    const widest = Math.max(
        perceptron.features.length,
        ...perceptron.layers.map(({ outputSize }) => outputSize + perceptron.features.length),
    );
    const { chunks, size } = createChunks(device, grid, widest);
    const all = createBuffer(device, "dense grid", 4 * grid.count);
    return {
        remeshAsync: (latent) =>
            enqueue(async () => {
                for (const { start, count, points } of chunks) {
                    const results = await session.run({
                        [LATENT]: new runtime.Tensor("float32", latent, [1, latent.length]),
                        [POINTS]: runtime.Tensor.fromGpuBuffer(points, { dataType: "float32", dims: [size, 3] }),
                    });
                    const encoder = device.createCommandEncoder({ label: "dense results" });
                    encoder.copyBufferToBuffer(results[SDF].gpuBuffer as GPUBuffer, 0, all, 4 * start, 4 * count);
                    device.queue.submit([encoder.finish()]);
                    results[SDF].dispose();
                }
                return mesh(grid, await readBuffer(device, all, 4 * grid.count));
            }),
        dispose() {
            void enqueue(() => session.release());
            for (const buffer of [...chunks.map(({ points }) => points), all]) {
                buffer.destroy();
            }
        },
    };
}

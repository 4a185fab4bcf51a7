import type { GpuEvaluation } from "../field.js";
import { bind, createBuffer, createBufferFrom } from "../gpu/buffers.js";
import { computePipelineAsync } from "../gpu/pipelines.js";
import chunkedKernel from "./chunkedPerceptron.wgsl?raw";
import network from "./network.wgsl?raw";
import type { PackedPerceptron } from "./packPerceptron.js";

/** As in the shader. */
const TILE_POINTS = 64;
const TILE_QUADS = 16;
/**
 * Room for the activations of a chunk, of which a layer reads one half and writes the other: small enough for the second
 * cache of the GPUs that such networks are for (no adapter tells its size), large enough to occupy them.
 */
const SCRATCH_BYTES = 16 * 2 ** 20;

/** Narrowest layer at which this is tried: below, one kernel for all layers is ahead. */
export const LEAST_CHUNKED_WIDTH = 256;

/** Buffers that the field has. */
export interface PerceptronBuffers {
    network: GPUBuffer;
    weights: GPUBuffer;
    /** Of one code or several. */
    constants: GPUBuffer;
    /** Of one code; jobs of several have their own. */
    ranges: GPUBuffer;
}

/** A perceptron evaluated layer by layer over chunks of points; see `chunkedPerceptron.wgsl`. */
export class ChunkedPerceptron {
    private readonly scratch: GPUBuffer;
    private readonly steps: GPUBuffer[];
    private readonly chunks = new Map<string, GPUBuffer>();

    /**
     * @param chunkPoints a multiple of 64; as many as the room for activations holds unless given
     * @throws if the device refuses the kernel
     */
    static async CreateAsync(
        device: GPUDevice,
        packed: PackedPerceptron,
        chunkPoints = defaultChunkPoints(packed),
    ): Promise<ChunkedPerceptron> {
        const code = network + chunkedKernel;
        const pipeline = await computePipelineAsync(device, "chunked perceptron", code, "evaluateLayer");
        return new ChunkedPerceptron(device, packed, pipeline, chunkPoints);
    }

    private constructor(
        private readonly device: GPUDevice,
        private readonly packed: PackedPerceptron,
        private readonly pipeline: GPUComputePipeline,
        private readonly chunkPoints: number,
    ) {
        const { layerCount, widthQuads } = packed;
        this.scratch = createBuffer(
            device,
            "perceptron chunk",
            2 * 16 * widthQuads * chunkPoints,
            GPUBufferUsage.STORAGE,
        );
        this.steps = Array.from({ length: layerCount }, (_, layer) => this.uniform(Uint32Array.of(layer, 0, 0, 0)));
    }

    /**
     * Appends the evaluation of all points that the job's buffers hold room for; several codes share the chunks.
     *
     * @returns the number of dispatches
     */
    encode(encoder: GPUCommandEncoder, buffers: PerceptronBuffers, job: GpuEvaluation, codeCount = 1): number {
        const { device, packed, pipeline, scratch, steps } = this;
        const capacity = Math.ceil(job.distances.size / 4 / codeCount);
        const chunkPoints = TILE_POINTS * Math.max(1, Math.floor(this.chunkPoints / codeCount / TILE_POINTS));
        if (chunkPoints * codeCount > this.chunkPoints) {
            throw new Error(
                `chunked perceptron: got ${codeCount} codes; expected up to ${this.chunkPoints / TILE_POINTS} at a time; make fewer together`,
            );
        }
        const pass = encoder.beginComputePass({ label: pipeline.label });
        pass.setPipeline(pipeline);
        let dispatches = 0;
        for (let start = 0; start < capacity; start += chunkPoints) {
            const chunk = this.chunk(start, chunkPoints);
            const points = Math.min(chunkPoints, capacity - start);
            for (const [layer, step] of steps.entries()) {
                const group = bind(device, pipeline, {
                    0: buffers.network,
                    1: buffers.weights,
                    2: buffers.constants,
                    3: job.points,
                    4: job.pointCount,
                    5: job.distances,
                    6: step,
                    7: chunk,
                    8: scratch,
                    9: job.ranges ?? buffers.ranges,
                });
                pass.setBindGroup(0, group);
                const outputTiles = Math.ceil(packed.outputQuads[layer] / TILE_QUADS);
                pass.dispatchWorkgroups(Math.ceil(points / TILE_POINTS), outputTiles, codeCount);
                dispatches++;
            }
        }
        pass.end();
        return dispatches;
    }

    dispose(): void {
        for (const buffer of [this.scratch, ...this.steps, ...this.chunks.values()]) {
            buffer.destroy();
        }
    }

    private chunk(start: number, size: number): GPUBuffer {
        const key = `${start}/${size}`;
        let chunk = this.chunks.get(key);
        if (!chunk) {
            chunk = this.uniform(Uint32Array.of(start, size, this.chunkPoints, 0));
            this.chunks.set(key, chunk);
        }
        return chunk;
    }

    private uniform(words: Uint32Array): GPUBuffer {
        const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
        return createBufferFrom(this.device, "perceptron step", words, usage);
    }
}

function defaultChunkPoints({ widthQuads }: PackedPerceptron): number {
    return TILE_POINTS * Math.max(1, Math.floor(SCRATCH_BYTES / (2 * 16 * widthQuads * TILE_POINTS)));
}

import type { Perceptron } from "../../model/decoder.js";
import {
    checkFieldArguments,
    type EncodableField,
    type FieldGradient,
    type FieldGradientOptions,
    type FieldOptions,
    type GpuCode,
    type GpuEvaluation,
} from "../field.js";
import { bind, createBuffer, createBufferFrom, readBuffer } from "../gpu/buffers.js";
import { storageLimit } from "../gpu/limits.js";
import { computePipelineAsync } from "../gpu/pipelines.js";
import { packPointRanges } from "../gpu/pointRanges.js";
import { ChunkedPerceptron, LEAST_CHUNKED_WIDTH } from "./chunkedPerceptron.js";
import network from "./network.wgsl?raw";
import { fusedLimit, type PackedPerceptron, packPerceptron } from "./packPerceptron.js";
import perceptronKernel from "./perceptron.wgsl?raw";
import { type TiledKernel, tiledKernelsAsync } from "./tiledKernels.js";
import { chooseVariantAsync, type FusedVariant, isSoftware, MAX_TILED_WIDTH } from "./variants.js";

/** Points an invocation carries at a time, and invocations of a workgroup; as in the shader. */
const POINTS_PER_INVOCATION = 4;
const WORKGROUP_SIZE = 64;
/** Scratch is kept to what a large GPU's L2 holds. */
const SCRATCH_BYTES = 32 * 2 ** 20;
const MAX_WORKGROUPS = 512;
/** Points of one round of the calls that return to the host. */
const CHUNK_POINTS = 2 ** 18;

interface Program {
    pipeline: GPUComputePipeline;
    network: GPUBuffer;
    scratch: GPUBuffer;
    workgroupCount: number;
}

/** Any multilayer perceptron in one WGSL kernel, weights resident; see `perceptron.wgsl`. */
export class FusedField implements EncodableField {
    readonly maker = "fused";
    readonly latentSize: number;
    /** Kernel that computes distances; gradients have one. */
    variant: FusedVariant = "barrierFree";
    private tiled: ReadonlyMap<FusedVariant, TiledKernel> = new Map();
    private chunked: ChunkedPerceptron | null = null;
    private readonly weights: GPUBuffer;
    private readonly programs = new Map<string, Program>();
    private readonly unused: GPUBuffer;
    /** Of jobs with one code. */
    private readonly oneRange: GPUBuffer;
    private disposed = false;

    /**
     * @param variant kernel for distances; the fastest here unless given, see `chooseVariantAsync`
     * @param halves let hidden layers be in half precision where the device has the feature "shader-f16": distances near
     *     the surface are then off by up to about 1e-3; elsewhere it changes nothing
     * @throws if the perceptron is beyond the kernel's limits, or the device refuses the pipelines
     */
    static async CreateAsync(
        device: GPUDevice,
        perceptron: Perceptron,
        variant?: FusedVariant,
        halves = variant === "tiledHalf" || variant === "matrix",
    ): Promise<FusedField> {
        const limit = fusedLimit(perceptron);
        if (limit) {
            throw new Error(`FusedField.CreateAsync: ${limit}; use the onnxruntime evaluator for it`);
        }
        const packed = packPerceptron(perceptron);
        const [evaluate, evaluateGradient] = await Promise.all(
            ["evaluate", "evaluateGradient"].map((entry) =>
                computePipelineAsync(device, "perceptron", network + perceptronKernel, entry),
            ),
        );
        const field = new FusedField(device, packed, perceptron.latentSize, evaluate, evaluateGradient);
        // Software adapters take seconds to compile barriers.
        if (variant ? variant !== "barrierFree" : !isSoftware(device)) {
            field.tiled = await tiledKernelsAsync(device, perceptron, packed, field.weights, halves, variant);
            if (variant === "chunked" || (!variant && 4 * packed.widthQuads >= LEAST_CHUNKED_WIDTH)) {
                field.chunked = await ChunkedPerceptron.CreateAsync(device, packed);
            }
        }
        if (variant && !field.variants.includes(variant)) {
            const { variants } = field;
            field.dispose();
            throw new Error(
                `FusedField.CreateAsync: got variant "${variant}" for a width of ${4 * packed.widthQuads}; expected ${variants.join(" or ")} for this device and network, tiles go up to ${MAX_TILED_WIDTH}; leave the variant out`,
            );
        }
        field.variant =
            variant ?? (field.variants.length > 1 ? await chooseVariantAsync(device, field) : "barrierFree");
        return field;
    }

    private constructor(
        readonly device: GPUDevice,
        private readonly packed: PackedPerceptron,
        latentSize: number,
        private readonly evaluatePipeline: GPUComputePipeline,
        private readonly gradientPipeline: GPUComputePipeline,
    ) {
        this.latentSize = latentSize;
        this.weights = createBufferFrom(
            device,
            "perceptron weights",
            packed.weights,
            GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
        );
        this.unused = createBuffer(device, "perceptron unused output", 4);
        const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
        this.oneRange = createBufferFrom(device, "perceptron range", packPointRanges(1, 0, 0), usage);
    }

    /** Kernels that this device and network have. */
    get variants(): FusedVariant[] {
        return [...this.tiled.keys(), ...(this.chunked ? (["chunked"] as const) : []), "barrierFree"];
    }

    /** What the time of an evaluation depends on. */
    get shape(): string {
        const { featureQuads, widthQuads, layerCount } = this.packed;
        return `${featureQuads}/${widthQuads}/${layerCount}`;
    }

    createCode(latent: Float32Array): GpuCode {
        return this.createCodes([latent]);
    }

    createCodes(latents: readonly Float32Array[]): GpuCode {
        this.throwIfDisposed("createCode");
        for (const latent of latents) {
            checkFieldArguments("createCode", this.latentSize, latent, new Float32Array(0));
        }
        const { device, packed } = this;
        const bytes = 16 * packed.constantQuads;
        const buffer = createBuffer(device, "perceptron code", bytes * latents.length);
        const update = (latent: Float32Array, index = 0) => {
            const constants = packed.packConstants(latent) as Float32Array<ArrayBuffer>;
            device.queue.writeBuffer(buffer, bytes * index, constants);
        };
        latents.forEach(update);
        return { buffer, codeCount: latents.length, update, dispose: () => buffer.destroy() };
    }

    encode(encoder: GPUCommandEncoder, code: GpuCode, job: GpuEvaluation): number {
        return this.encodeWith(encoder, code, job, null);
    }

    async evaluateAsync(latent: Float32Array, points: Float32Array, options: FieldOptions = {}): Promise<Float32Array> {
        const distances = new Float32Array(points.length / 3);
        await this.inChunks("evaluateAsync", latent, points, options.signal, async (start, chunk, code) => {
            const result = await this.runChunk(code, chunk, false, false);
            distances.set(result.distances, start);
        });
        return distances;
    }

    async evaluateGradientAsync(
        latent: Float32Array,
        points: Float32Array,
        options: FieldGradientOptions = {},
    ): Promise<FieldGradient> {
        const count = points.length / 3;
        const gradient: FieldGradient = {
            distances: new Float32Array(count),
            pointGradients: new Float32Array(3 * count),
            latentGradients: options.latentGradients ? new Float32Array(this.latentSize * count) : null,
        };
        const wantsLatent = gradient.latentGradients !== null;
        const run = async (start: number, chunk: Float32Array, code: GpuCode) => {
            const result = await this.runChunk(code, chunk, true, wantsLatent);
            gradient.distances.set(result.distances, start);
            gradient.pointGradients.set(result.pointGradients, 3 * start);
            gradient.latentGradients?.set(result.latentGradients ?? [], this.latentSize * start);
        };
        // Of all buffers the one of gradients by the code is the largest.
        const fitting = Math.floor(storageLimit(this.device) / (4 * Math.max(3, this.latentSize)));
        const atOnce = wantsLatent ? Math.min(CHUNK_POINTS, fitting) : CHUNK_POINTS;
        await this.inChunks("evaluateGradientAsync", latent, points, options.signal, run, atOnce);
        return gradient;
    }

    dispose(): void {
        if (!this.disposed) {
            this.disposed = true;
            this.weights.destroy();
            this.chunked?.dispose();
            for (const { hiddenWeights } of this.tiled.values()) {
                hiddenWeights.destroy();
            }
            this.unused.destroy();
            this.oneRange.destroy();
            for (const { network, scratch } of this.programs.values()) {
                network.destroy();
                scratch.destroy();
            }
            this.programs.clear();
        }
    }

    private throwIfDisposed(operation: string): void {
        if (this.disposed) {
            throw new Error(`${operation}: this field was disposed; a live one is needed; create it anew`);
        }
    }

    private async inChunks(
        operation: string,
        latent: Float32Array,
        points: Float32Array,
        signal: AbortSignal | undefined,
        run: (start: number, chunk: Float32Array, code: GpuCode) => Promise<void>,
        atOnce = CHUNK_POINTS,
    ): Promise<void> {
        this.throwIfDisposed(operation);
        checkFieldArguments(operation, this.latentSize, latent, points, signal);
        const count = points.length / 3;
        const code = this.createCode(latent);
        try {
            for (let start = 0; start < count; start += atOnce) {
                signal?.throwIfAborted();
                await run(start, points.subarray(3 * start, 3 * Math.min(start + atOnce, count)), code);
            }
        } finally {
            code.dispose();
        }
    }

    private async runChunk(
        code: GpuCode,
        points: Float32Array,
        wantsGradient: boolean,
        wantsLatent: boolean,
    ): Promise<FieldGradient> {
        const { device } = this;
        const count = points.length / 3;
        const pointBuffer = createBufferFrom(device, "field points", points);
        const pointCount = createBufferFrom(device, "field point count", Uint32Array.of(count));
        const distances = createBuffer(device, "field distances", 4 * count);
        const pointGradients = createBuffer(device, "field point gradients", wantsGradient ? 12 * count : 4);
        const latentBytes = wantsLatent ? 4 * this.latentSize * count : 4;
        const latentGradients = createBuffer(device, "field latent gradients", latentBytes);
        const buffers = [pointBuffer, pointCount, distances, pointGradients, latentGradients];
        try {
            const encoder = device.createCommandEncoder({ label: "field evaluation" });
            const job = wantsGradient
                ? { points: pointBuffer, pointCount, distances, pointGradients }
                : { points: pointBuffer, pointCount, distances };
            this.encodeWith(encoder, code, job, wantsLatent ? latentGradients : null);
            device.queue.submit([encoder.finish()]);
            const [byDistance, byPoint, byLatent] = await Promise.all([
                readBuffer(device, distances, 4 * count),
                wantsGradient ? readBuffer(device, pointGradients, 12 * count) : null,
                wantsLatent ? readBuffer(device, latentGradients, latentBytes) : null,
            ]);
            return {
                distances: new Float32Array(byDistance),
                pointGradients: new Float32Array(byPoint ?? new ArrayBuffer(0)),
                latentGradients: byLatent ? new Float32Array(byLatent) : null,
            };
        } finally {
            for (const buffer of buffers) {
                buffer.destroy();
            }
        }
    }

    private encodeWith(
        encoder: GPUCommandEncoder,
        code: GpuCode,
        job: GpuEvaluation,
        latentGradients: GPUBuffer | null,
    ): number {
        this.throwIfDisposed("encode");
        if (code.codeCount !== 1 && !job.ranges) {
            throw new Error(
                `encode: got ${code.codeCount} codes and a job without ranges; expected ranges that say where each code's points lie; add them, or take one code`,
            );
        }
        const program = this.program(job, latentGradients !== null);
        const { network, scratch, workgroupCount } = program;
        if (this.variant === "chunked" && this.chunked && !job.pointGradients) {
            const { weights, oneRange: ranges } = this;
            const chunkBuffers = { network, weights, constants: code.buffer, ranges };
            return this.chunked.encode(encoder, chunkBuffers, job, code.codeCount);
        }
        const tiled = job.pointGradients ? undefined : this.tiled.get(this.variant);
        const pipeline = tiled?.pipeline ?? program.pipeline;
        const buffers: Record<number, GPUBuffer> = {
            0: network,
            1: this.weights,
            2: code.buffer,
            3: job.points,
            4: job.pointCount,
            5: job.distances,
            6: tiled?.hiddenWeights ?? scratch,
            9: job.ranges ?? this.oneRange,
        };
        if (job.pointGradients) {
            buffers[7] = job.pointGradients;
            buffers[8] = latentGradients ?? this.unused;
        }
        const pass = encoder.beginComputePass({ label: pipeline.label });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bind(this.device, pipeline, buffers));
        if (job.groups) {
            pass.dispatchWorkgroupsIndirect(job.groups, 0);
        } else {
            // Without tiles an idle workgroup costs a software adapter as much as one at work.
            const tiles = job.distances.size / 4 / POINTS_PER_INVOCATION + code.codeCount;
            const needed = tiled ? workgroupCount : Math.ceil(tiles / WORKGROUP_SIZE);
            pass.dispatchWorkgroups(Math.min(workgroupCount, needed), code.codeCount);
        }
        pass.end();
        return 1;
    }

    /** Pipeline, sizes and scratch for distances, for gradients, or for gradients with the code's; made when first used. */
    private program({ pointGradients }: GpuEvaluation, wantsLatent: boolean): Program {
        const wantsGradient = pointGradients !== undefined;
        const key = `${wantsGradient}/${wantsLatent}`;
        let program = this.programs.get(key);
        if (!program) {
            const { device, packed } = this;
            const { featureQuads, widthQuads, layerCount } = packed;
            const quads = wantsGradient
                ? 2 * featureQuads + (2 + layerCount) * widthQuads
                : featureQuads + 2 * widthQuads;
            const workgroupBytes = quads * 16 * POINTS_PER_INVOCATION * WORKGROUP_SIZE;
            const workgroupCount = Math.min(MAX_WORKGROUPS, Math.max(1, Math.floor(SCRATCH_BYTES / workgroupBytes)));
            const networkData = packed.packNetwork(workgroupCount * WORKGROUP_SIZE, wantsLatent);
            program = {
                pipeline: wantsGradient ? this.gradientPipeline : this.evaluatePipeline,
                network: createBufferFrom(
                    device,
                    "perceptron network",
                    networkData,
                    GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
                ),
                scratch: createBuffer(
                    device,
                    "perceptron scratch",
                    workgroupCount * workgroupBytes,
                    GPUBufferUsage.STORAGE,
                ),
                workgroupCount,
            };
            this.programs.set(key, program);
        }
        return program;
    }
}

import type { Perceptron } from "../model/decoder.js";

/** What a field is: (latent code, points) → signed distances and their gradients, whoever computes them. */

export interface FieldOptions {
    /** Aborting rejects with the signal's reason before the next piece of work starts. */
    signal?: AbortSignal;
}

export interface FieldGradientOptions extends FieldOptions {
    /** Also compute the derivative by the code; off by default. */
    latentGradients?: boolean;
}

export interface FieldGradient {
    /** [n], model units, negative inside. */
    distances: Float32Array;
    /** [n, 3], ∂distance / ∂point, unitless. */
    pointGradients: Float32Array;
    /** [n, latentSize], ∂distance / ∂code, or null when it was not asked for. */
    latentGradients: Float32Array | null;
}

/**
 * Who computes: the CPU in plain code, this library's kernels in WebAssembly or WGSL ("fused"), or onnxruntime on WASM
 * or WebGPU.
 */
export type FieldMaker = "reference" | "wasm" | "fused" | "onnxruntime-wasm" | "onnxruntime-webgpu";

/** A decoder made ready to be asked. Every maker agrees with the reference within 1e-4. */
export interface Field {
    readonly maker: FieldMaker;
    readonly latentSize: number;
    /** The network that it computes, to be bounded over cells; null where the decoder is none, absent where it is elsewhere. */
    readonly network?: Perceptron | null;

    /**
     * Signed distances of `points` for one latent code.
     *
     * @param latent [latentSize], unitless
     * @param points [n, 3], model space, inside the decoder's bounds
     * @returns [n], model units, negative inside, reliable up to the decoder's clamp distance
     * @throws if a size is off, the field was disposed, or the signal is aborted
     */
    evaluateAsync(latent: Float32Array, points: Float32Array, options?: FieldOptions): Promise<Float32Array>;

    /** Distances with their derivatives by the point and, on request, by the code. Arguments as in `evaluateAsync`. */
    evaluateGradientAsync(
        latent: Float32Array,
        points: Float32Array,
        options?: FieldGradientOptions,
    ): Promise<FieldGradient>;

    dispose(): void;
}

/** Where a field on the GPU finds its points and puts its results. Buffers stay the caller's. */
export interface GpuEvaluation {
    /** [capacity, 3] floats, usage STORAGE. */
    points: GPUBuffer;
    /** First a u32: how many of the points count, usage STORAGE | COPY_SRC. */
    pointCount: GPUBuffer;
    /**
     * Of several codes at once, where each one's points and their number lie, as `packPointRanges` writes it, usage
     * UNIFORM; `distances` and `pointGradients` follow the points. One code's, from the start, unless given.
     */
    ranges?: GPUBuffer;
    /**
     * The three u32 of an indirect dispatch, usage INDIRECT: along x a workgroup for each 64 points of the code that has
     * most of them, along y the codes. Absent where the host may choose.
     */
    groups?: GPUBuffer;
    /** [capacity] floats, usage STORAGE | COPY_DST. */
    distances: GPUBuffer;
    /** [capacity, 3] floats, usage STORAGE | COPY_DST, or absent when only distances are wanted. */
    pointGradients?: GPUBuffer;
}

/** One code or several, made ready on the GPU (biases folded); `dispose` when the last command with it is submitted. */
export interface GpuCode {
    readonly buffer: GPUBuffer;
    readonly codeCount: number;
    /** Replaces the code, or one of them, by another one; ordered with the queue's submits, nothing waits. */
    update(latent: Float32Array, index?: number): void;
    dispose(): void;
}

/** A field whose evaluation is plain commands: the number of points may live on the GPU, nothing is awaited. */
export interface EncodableField extends Field {
    readonly device: GPUDevice;
    createCode(latent: Float32Array): GpuCode;
    /** Codes that are evaluated together, each at points of its own; `job` then has `ranges`. */
    createCodes(latents: readonly Float32Array[]): GpuCode;
    /** Appends the evaluation of `job` for `code`; returns the number of dispatches appended. */
    encode(encoder: GPUCommandEncoder, code: GpuCode, job: GpuEvaluation): number;
}

/** A field that works on GPU buffers but needs the number of points on the host. */
export interface GpuBatchField extends Field {
    readonly device: GPUDevice;
    /** Distances (and gradients) of the first `count` points; commands submitted before the call are seen. */
    evaluateOnGpuAsync(latent: Float32Array, job: GpuEvaluation, count: number, options?: FieldOptions): Promise<void>;
}

export function isEncodable(field: Field): field is EncodableField {
    return "encode" in field;
}

export function isGpuBatch(field: Field): field is GpuBatchField {
    return "evaluateOnGpuAsync" in field;
}

/** Refuses codes and points that no field can take; shared by all makers. */
export function checkFieldArguments(
    operation: string,
    latentSize: number,
    latent: Float32Array,
    points: Float32Array,
    signal?: AbortSignal,
): void {
    signal?.throwIfAborted();
    if (!(latent instanceof Float32Array) || latent.length !== latentSize) {
        const got = latent instanceof Float32Array ? `a code of ${latent.length} numbers` : describe(latent);
        throw new Error(
            `${operation}: got ${got}; this decoder takes a Float32Array of ${latentSize}; use a code made for this decoder`,
        );
    }
    if (!latent.every(Number.isFinite)) {
        const index = latent.findIndex((value) => !Number.isFinite(value));
        throw new Error(
            `${operation}: the code holds ${latent[index]} at index ${index}; every entry must be finite; check how the code was made`,
        );
    }
    if (!(points instanceof Float32Array) || points.length % 3 !== 0) {
        const got = points instanceof Float32Array ? `${points.length} numbers` : describe(points);
        throw new Error(
            `${operation}: got ${got} as points; points are a Float32Array of x, y, z triples; pass 3 numbers a point`,
        );
    }
}

function describe(value: unknown): string {
    return value === null ? "null" : Array.isArray(value) ? "an Array" : `a ${typeof value}`;
}

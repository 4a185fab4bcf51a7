import type { Matrix } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { ReadDecoderOptions } from "../model/readDecoder.js";
import type { SurfaceStatistics } from "../surface/mesh.js";
import type { Backend } from "./backend.js";
import type { Evaluator } from "./createField.js";
import type { DecoderProgress } from "./readSource.js";

export interface ShapeModelOptions extends Omit<ReadDecoderOptions, "name"> {
    /** "auto" (the default) takes WebGPU unless it is missing or computes on the CPU. */
    backend?: Backend | "auto";
    /** "auto" (the default) takes the fused kernels where they can run the decoder. */
    evaluator?: Evaluator | "auto";
    /**
     * Let the fused kernels compute hidden layers in half precision, where the engine's device was made with the feature
     * "shader-f16" and it is faster there, by matrices too with "subgroups" and "chromium-experimental-subgroup-matrix"; off
     * by default. The shipped decoder's surface moves by less than 3e-4.
     */
    halves?: boolean;
    /** Spread of the codes of a decoder whose file holds no prior; makes `sampleLatent` work there. */
    latentDeviation?: number;
    /**
     * Milliseconds of the GPU that the making of meshes may take in a frame, so that a long one does not hold up the frames
     * beside it; all at once unless given. `updateMesh` is one frame's work in any case.
     */
    frameBudget?: number;
    signal?: AbortSignal;
    onProgress?: (progress: DecoderProgress) => void;
}

export interface ShapeOptions {
    /** [latentSize] */
    latent: Float32Array;
    /** Whole number of cells along the longest side of the decoder's bounds; 64 unless given. */
    resolution?: number;
    /**
     * Miss nothing, for sure, at several times the work: on the CPU parts are left out only where bounds of the network prove
     * that the surface is not there, which takes a decoder that is a perceptron; on the GPU nothing is left out. Off by
     * default; not for `updateMesh`.
     */
    exact?: boolean;
    signal?: AbortSignal;
}

export interface ShapeMeshOptions extends ShapeOptions {
    /** Keep a copy on the CPU, for picking, physics and export; off by default, then the mesh stays on the GPU. */
    keepData?: boolean;
}

export interface ShapePopulationOptions extends Omit<ShapeMeshOptions, "latent"> {
    /** Each [latentSize]; any number of them. */
    latents: readonly Float32Array[];
    /** For each code, where its shape stands; without, meshes of codes that occur once have no instances. */
    transforms?: readonly Matrix[];
}

/** A surface that was made. */
export interface ShapeEvent {
    /** The mesh it went to, or null. */
    readonly mesh: Mesh | null;
    readonly statistics: SurfaceStatistics;
}

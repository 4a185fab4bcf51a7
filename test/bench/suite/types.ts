import type { Decoder } from "../../../plugin/model/decoder.js";
import type { Spread } from "../spread.js";

/** A decoder and the codes that every arm is given. */
export interface BenchDecoder {
    readonly name: string;
    readonly decoder: Decoder;
    /** Code of a number; the same ones every time, the categories in turn. */
    code(index: number): Float32Array;
}

/** What the suite runs on: in Node on Dawn or in a page. */
export interface SuiteHost {
    readonly device: GPUDevice;
    /** As complete as the adapter tells. */
    readonly adapter: string;
    readonly versions: Readonly<Record<string, string>>;
    readonly decoders: readonly BenchDecoder[];
    log(line: string): void;
    /** W. Usher's Marching Cubes, from the user's own copy of it; null without one. */
    readonly usher: UsherMarchingCubes | null;
}

/** The classes of `marching_cubes.ts` of github.com/Twinklebear/webgpu-marching-cubes that the suite calls. */
export interface UsherMarchingCubes {
    create(
        volume: UsherVolume,
        device: GPUDevice,
    ): Promise<{ computeSurface(isovalue: number): Promise<{ count: number; buffer: GPUBuffer }> }>;
}

export interface UsherVolume {
    readonly dims: number[];
    readonly dualGridDims: number[];
    readonly dualGridNumVoxels: number;
    readonly texture: GPUTexture;
}

export interface SuiteOptions {
    /** Cells along the longest side. */
    readonly resolutions: readonly number[];
    /** Cells of the volume for Marching Cubes alone. */
    readonly volumeResolution: number;
    readonly runCount: number;
    readonly codeCount: number;
    /** Points of one evaluation of the kernels. */
    readonly points: number;
    /** Milliseconds that a measurement of throughput should at least last. */
    readonly leastMilliseconds: number;
}

/** One line of the results. */
export interface SuiteRow {
    readonly what: string;
    readonly decoder?: string;
    readonly resolution?: number;
    /** Milliseconds of each arm. */
    readonly milliseconds: Readonly<Record<string, Spread>>;
    /** Ratios and rates, by name. */
    readonly figures: Readonly<Record<string, number>>;
    /** What was left out, and why. */
    readonly notes: readonly string[];
}

export interface SuiteReport {
    readonly adapter: string;
    readonly date: string;
    readonly options: SuiteOptions;
    readonly rows: readonly SuiteRow[];
    readonly versions: Readonly<Record<string, string>>;
}

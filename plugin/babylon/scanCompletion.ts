import { Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import type { Scene } from "@babylonjs/core/scene.js";
import {
    type Completion,
    type CompletionOptions,
    completeScanAsync,
    type PrepareCompletionOptions,
    prepareCompletionAsync,
} from "../completion/completeScan.js";
import type { Confidence } from "../completion/confidence.js";
import { toMatrix } from "../completion/pose.js";
import type { Scan } from "../completion/scan.js";
import {
    type CompletionMode,
    type CompletionSurface,
    checkMode,
    surfaceOfCompletionAsync,
} from "../completion/surfaceOfCompletion.js";
import type { Decoder } from "../model/decoder.js";
import { type ScanSource, toScanAsync } from "./scanSource.js";
import type { ShapeSurfaces } from "./shapeSurfaces.js";

export interface CompleteScanOptions extends CompletionOptions {
    /** What `createMeshAsync` makes of the results; "replace" unless given. */
    mode?: CompletionMode;
}

export interface CompletionMeshOptions {
    /** Another mode than the one the scan was completed with. */
    mode?: CompletionMode;
    /** Whole number of cells along the longest side of the decoder's bounds; 64 unless given. */
    resolution?: number;
    /** Colours for seen and guessed parts as vertex colours, RGB from 0 to 1; none unless given. */
    colors?: { readonly observed: readonly number[]; readonly guessed: readonly number[] };
    signal?: AbortSignal;
}

/** What completing takes of a model. */
export interface CompletionHost {
    readonly scene: Scene;
    readonly decoder: Decoder;
    /** What `work` gives; done again where the device was lost meanwhile. */
    runAsync<Result>(
        work: (surfaces: ShapeSurfaces) => Promise<Result>,
        signal: AbortSignal | undefined,
    ): Promise<Result>;
    /** The caller's signal joined with the model's disposal. */
    signalOf(signal: AbortSignal | undefined): AbortSignal;
}

/** Name of the vertex attribute that is 1 where the sensor saw the surface and 0 where it is a guess. */
export const OBSERVED_KIND = "observed";

/** One way to complete a scan, made by `ShapeModel.completeScanAsync`. */
export class ScanCompletion {
    /** What was completed: the scan without what was asked to be removed. */
    readonly scan: Scan;
    /** [latentSize] */
    readonly latent: Float32Array;
    /** From the decoder's model space into the scan's space. */
    readonly transform: Matrix;
    /** null for decoders without categories. */
    readonly category: string | null;
    /** How far to believe it, from 0 to 1; below about 0.3 the scan shows something else. */
    readonly confidence: number;
    /** What the confidence is made of. */
    readonly evidence: Confidence;

    constructor(
        private readonly host: CompletionHost,
        private readonly completion: Completion,
        readonly mode: CompletionMode,
    ) {
        this.scan = completion.scan;
        this.latent = completion.latent;
        this.transform = Matrix.FromArray(toMatrix(completion.pose));
        this.category = completion.category;
        this.confidence = completion.confidence.value;
        this.evidence = completion.confidence;
    }

    /**
     * The completed shape as a mesh in the scan's space; in "fill" the missing part alone, the scan stays what it is.
     *
     * Its vertices carry `OBSERVED_KIND`, 1 where the sensor saw the surface and 0 where it is a guess.
     *
     * @throws if the resolution or mode is out of range, the model was disposed or the signal is aborted
     */
    async createMeshAsync(name: string, options: CompletionMeshOptions = {}): Promise<Mesh> {
        const surface = await this.createSurfaceAsync(options);
        const mesh = new Mesh(name, this.host.scene);
        const data = new VertexData();
        data.positions = surface.positions;
        data.normals = surface.normals;
        data.indices = surface.indices;
        if (options.colors) {
            data.colors = blendColors(surface.observed, options.colors);
        }
        data.applyToMesh(mesh);
        mesh.setVerticesData(OBSERVED_KIND, surface.observed, false, 1);
        return mesh;
    }

    /** The same as plain arrays. */
    createSurfaceAsync({
        mode = this.mode,
        resolution,
        signal,
    }: CompletionMeshOptions = {}): Promise<CompletionSurface> {
        const { host, scan, completion } = this;
        const both = host.signalOf(signal);
        const options = { mode, resolution, winding: "clockwise", signal: both } as const;
        return host.runAsync(
            ({ field, slope }) =>
                surfaceOfCompletionAsync(field, host.decoder, scan, completion, { ...options, slope }),
            both,
        );
    }
}

/** The work of `ShapeModel.prepareCompletionAsync`. */
export function prepareCompletionOn(host: CompletionHost, options: PrepareCompletionOptions): Promise<void> {
    const signal = host.signalOf(options.signal);
    return host.runAsync(({ field }) => prepareCompletionAsync(field, host.decoder, { ...options, signal }), signal);
}

/** The work of `ShapeModel.completeScanAsync`. */
export async function completeScanOn(
    host: CompletionHost,
    source: ScanSource,
    { mode = "replace", ...options }: CompleteScanOptions,
): Promise<ScanCompletion[]> {
    checkMode("completeScanAsync", mode);
    const scan = await toScanAsync(source);
    const signal = host.signalOf(options.signal);
    const completions = await host.runAsync(
        ({ field }) => completeScanAsync(field, host.decoder, scan, { ...options, signal }),
        signal,
    );
    return completions.map((completion) => new ScanCompletion(host, completion, mode));
}

function blendColors(
    observed: Float32Array,
    { observed: seen, guessed }: NonNullable<CompletionMeshOptions["colors"]>,
): Float32Array {
    const colors = new Float32Array(4 * observed.length);
    observed.forEach((share, n) => {
        for (let k = 0; k < 3; k++) colors[4 * n + k] = guessed[k] + share * (seen[k] - guessed[k]);
        colors[4 * n + 3] = 1;
    });
    return colors;
}

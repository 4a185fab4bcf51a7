import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { Observable } from "@babylonjs/core/Misc/observable.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { PrepareCompletionOptions } from "../completion/completeScan.js";
import type { LatentSampleOptions } from "../latent/index.js";
import {
    checkLatent,
    findAxis,
    interpolateLatents,
    moveAlongAxis,
    sampleLatent,
    sampleLatentAround,
    typicality,
} from "../latent/index.js";
import type { Bounds, Decoder, DecoderMetadata, LatentAxis } from "../model/decoder.js";
import { readDecoderAsync } from "../model/readDecoder.js";
import type { Surface } from "../surface/cpu/extractSurface.js";
import type { GpuSurface } from "../surface/gpu/gpuSurface.js";
import { checkResolution } from "../surface/grid.js";
import type { SurfaceStatistics } from "../surface/mesh.js";
import { WorkerField } from "../surface/worker/workerField.js";
import { type Backend, chooseBackend } from "./backend.js";
import type { Evaluator } from "./createField.js";
import { DeviceSurfaces } from "./deviceSurfaces.js";
import { setCpuGeometry, toVertexData } from "./gpuGeometry.js";
import { GpuShapes } from "./gpuShapes.js";
import { checkLiveUpdate, LiveMeshes, type LiveShape } from "./liveMeshes.js";
import { type DecoderSource, readSource } from "./readSource.js";
import type { CompleteScanOptions, CompletionHost, ScanCompletion } from "./scanCompletion.js";
import type { ScanSource } from "./scanSource.js";
import type {
    ShapeEvent,
    ShapeMeshOptions,
    ShapeModelOptions,
    ShapeOptions,
    ShapePopulationOptions,
} from "./shapeOptions.js";
import { atOrigin, checkTransforms, distinctLatents, placeInstances, type ShapePopulation } from "./shapePopulation.js";
import type { SurfaceDetail } from "./shapeSurfaces.js";
import { type SurfacesMaker, surfacesMaker } from "./surfacesMaker.js";

const DEFAULT_RESOLUTION = 64;

/** A decoder in a scene: codes in, distances, vertex data and meshes out. */
export class ShapeModel {
    /** Tells of each surface made, and what it took. */
    readonly onSurfaceObservable = new Observable<ShapeEvent>();
    /** Tells of failures that nobody awaits: of `updateMesh`, and, with null as mesh, of restoring after a lost device. */
    readonly onErrorObservable = new Observable<{ readonly mesh: Mesh | null; readonly error: Error }>();
    readonly onDisposeObservable = new Observable<ShapeModel>();

    private lastStatistics: SurfaceStatistics | null = null;
    private madeBy: Evaluator = "onnxruntime";
    private fetchedByWorker = 0;
    private readonly surfaces: DeviceSurfaces;
    private readonly shapes: GpuShapes;
    private readonly live: LiveMeshes;
    private readonly disposal = new AbortController();
    /** Ends what is left when the last mesh is gone too. */
    private readonly free: () => void;

    /**
     * Loads a decoder, ours or a foreign one, and makes it ready on the scene's engine.
     *
     * @throws if the source is no decoder, its sizes contradict the options, or the backend asked for is missing
     */
    static async LoadAsync(source: DecoderSource, scene: Scene, options: ShapeModelOptions = {}): Promise<ShapeModel> {
        const { backend: requested = "auto", signal, onProgress, latentDeviation } = options;
        const backend = chooseBackend(requested, scene.getEngine());
        const { bytes, name } = await readSource(source, signal, onProgress, options.maxBytes);
        const decoder = await readDecoderAsync(bytes, { ...options, name });
        const make = surfacesMaker(decoder, options);
        const model = new ShapeModel(scene, decoder, backend, make, latentDeviation ?? null);
        try {
            await model.surfaces.runAsync(async ({ field }) => {
                model.madeBy = field.maker === "fused" || field.maker === "wasm" ? "fused" : "onnxruntime";
                model.fetchedByWorker = field instanceof WorkerField ? field.fetchedBytes : 0;
            }, model.signalOf(signal));
        } catch (error) {
            model.dispose();
            throw error;
        }
        return model;
    }

    private constructor(
        readonly scene: Scene,
        private readonly decoder: Decoder,
        /** Where shapes are computed. */
        readonly backend: Backend,
        make: SurfacesMaker,
        private readonly latentDeviation: number | null,
    ) {
        this.shapes = new GpuShapes(scene, decoder.bounds);
        this.surfaces = new DeviceSurfaces(scene.getEngine(), backend === "webgpu", make, {
            onLost: () => this.live.lose(),
            onBack: () => this.shapes.clear(),
            onRestored: async (surfaces) => {
                this.live.restore();
                const isPresent = () => this.surfaces.isPresent(surfaces);
                await this.shapes.restoreAsync(surfaces, isPresent, (mesh) => this.live.has(mesh));
            },
            onFailed: (error) => this.reportError(null, error),
        });
        this.live = new LiveMeshes(
            this.surfaces,
            this.shapes,
            (mesh, statistics) => this.note(mesh, statistics),
            (mesh, error) => this.reportError(mesh, error),
        );
        const observer = scene.onDisposeObservable.addOnce(() => {
            this.dispose();
            this.free();
        });
        // A scene that lives on must not hold models that are gone.
        this.free = () => {
            observer.remove(true);
            this.surfaces.dispose();
        };
    }

    /** Length of a code. */
    get latentSize(): number {
        return this.decoder.latentSize;
    }

    /** Names that `sampleLatent` takes; none for foreign decoders. */
    get categories(): readonly string[] {
        return this.decoder.metadata?.categories ?? [];
    }

    /** Principal axes of the codes; none for foreign decoders. */
    get axes(): readonly LatentAxis[] {
        return this.decoder.metadata?.axes ?? [];
    }

    get evaluator(): Evaluator {
        return this.madeBy;
    }

    /** Bytes that a worker fetched to run the decoder, which the page's own resources lack; 0 without a worker. */
    get workerBytes(): number {
        return this.fetchedByWorker;
    }

    /** Box in which the shapes lie, model units. */
    get bounds(): Bounds {
        return this.decoder.bounds;
    }

    /** What rides in the decoder's file, or null. */
    get metadata(): DecoderMetadata | null {
        return this.decoder.metadata;
    }

    /** What the last surface took, or null before the first. */
    get statistics(): SurfaceStatistics | null {
        return this.lastStatistics;
    }

    get isDisposed(): boolean {
        return this.disposal.signal.aborted;
    }

    /**
     * A code drawn from the decoder's prior; the same seed gives the same code, bit for bit, everywhere.
     *
     * @throws if the seed or temperature is out of range, the category unknown, or the decoder has no prior and no
     *     `latentDeviation` was given
     */
    sampleLatent(options: LatentSampleOptions): Float32Array {
        this.throwIfDisposed("sampleLatent");
        const { metadata } = this.decoder;
        if (this.latentDeviation !== null && options.category === undefined && !metadata?.prior.length) {
            return sampleLatentAround(this.latentSize, this.latentDeviation, options);
        }
        return sampleLatent(metadata ?? { latentSize: this.latentSize, categories: [], prior: [] }, options);
    }

    /** The weighted mean of codes; weights are divided by their sum, and equal unless given. */
    interpolateLatents(latents: readonly Float32Array[], weights?: readonly number[]): Float32Array {
        for (const latent of latents) {
            checkLatent("interpolateLatents", latent, this.latentSize);
        }
        return interpolateLatents(latents, weights);
    }

    /**
     * A code moved along an axis of `axes`.
     *
     * @param axis its place in `axes`, or its name
     * @param amount standard deviations of the trained codes
     * @param category for names that several categories have, and for places among that category's axes
     */
    moveAlongAxis(latent: Float32Array, axis: number | string, amount: number, category?: string): Float32Array {
        checkLatent("moveAlongAxis", latent, this.latentSize);
        return moveAlongAxis(latent, findAxis({ axes: this.axes }, axis, category), amount);
    }

    /** How ordinary a code is, from 0 to 1; about 0.6 for a typical sample. */
    typicality(latent: Float32Array, category?: string): number {
        const { metadata } = this.decoder;
        return typicality(latent, metadata ?? { latentSize: this.latentSize, categories: [], prior: [] }, category);
    }

    /**
     * Signed distances at points.
     *
     * @param points [n, 3], model space, inside `bounds`
     * @returns [n], model units, negative inside, reliable up to the decoder's clamp distance
     */
    async evaluateAsync(
        latent: Float32Array,
        points: Float32Array,
        options: { signal?: AbortSignal } = {},
    ): Promise<Float32Array> {
        this.throwIfDisposed("evaluateAsync");
        checkLatent("evaluateAsync", latent, this.latentSize);
        const signal = this.signalOf(options.signal);
        return this.surfaces.runAsync(({ field }) => field.evaluateAsync(latent, points, { signal }), signal);
    }

    /**
     * A mesh of a shape. On WebGPU it never leaves the GPU unless `keepData` is set.
     *
     * @throws if the code does not fit the decoder, the resolution is out of range, or the signal is aborted
     */
    async createMeshAsync(name: string, options: ShapeMeshOptions): Promise<Mesh> {
        const { latent, ...detail } = this.checked("createMeshAsync", options);
        if (this.backend === "webgpu" && !options.keepData) {
            const signal = this.signalOf(options.signal);
            const surface = await this.surfaces.runAsync(
                (surfaces) => surfaces.extractOnGpuAsync(latent, detail, signal),
                signal,
            );
            return this.showOnGpu(name, surface, { latent, ...detail });
        }
        return this.showOnCpu(name, await this.extract(latent, detail, options.signal));
    }

    /**
     * Meshes of many shapes at once. On WebGPU they are made together, up to sixteen in the same dispatches (fewer from
     * 112³ on, where each takes much room); codes that are equal share a mesh, which then shows a thin instance for each.
     *
     * @param name of the population; meshes are numbered
     * @throws if there is a code that does not fit the decoder, a transform too many or too few, the resolution is out of
     *     range, or the signal is aborted
     */
    async createMeshesAsync(name: string, options: ShapePopulationOptions): Promise<ShapePopulation> {
        const { latents, transforms, keepData = false } = options;
        const detail = this.checkedPopulation(options);
        const signal = this.signalOf(options.signal);
        const { distinct, meshOf } = distinctLatents(latents);
        const meshes: Mesh[] = [];
        if (this.backend === "webgpu" && !keepData) {
            const made = await this.surfaces.runAsync(
                (surfaces) => surfaces.extractManyOnGpuAsync(distinct, detail, signal),
                signal,
            );
            for (const [index, surface] of made.entries()) {
                meshes.push(this.showOnGpu(`${name} ${index}`, surface, { latent: distinct[index], ...detail }));
            }
        } else {
            const made: Surface[] = [];
            for (const latent of distinct) {
                made.push(await this.extract(latent, detail, signal));
            }
            meshes.push(...made.map((surface, index) => this.showOnCpu(`${name} ${index}`, surface)));
        }
        const population = { meshes, meshOf };
        if (transforms || distinct.length < latents.length) {
            placeInstances(population, transforms ?? atOrigin(latents.length));
        }
        return population;
    }

    /** Positions, normals and indices of a shape on the CPU, wound as Babylon's own builders do. */
    async createVertexDataAsync(options: ShapeOptions): Promise<VertexData> {
        const { latent, ...detail } = this.checked("createVertexDataAsync", options);
        const { mesh, statistics } = await this.extract(latent, detail, options.signal);
        this.note(null, statistics);
        return toVertexData(mesh);
    }

    /**
     * Whole shapes that agree with a scan of a part of one, in place, the likeliest first.
     *
     * @param scan arrays, meshes of the scene (world space) or a file's bytes
     * @throws if the scan holds too little, the category or mode is unknown, or the signal is aborted
     */
    async completeScanAsync(scan: ScanSource, options: CompleteScanOptions = {}): Promise<ScanCompletion[]> {
        this.throwIfDisposed("completeScanAsync");
        // Most games complete nothing: the code for it is only loaded here.
        const { completeScanOn } = await import("./scanCompletion.js");
        return completeScanOn(this.completionHost, scan, options);
    }

    /**
     * Does ahead what the first completion would do before it looks at its scan, some seconds where there is no GPU: for a
     * loading screen. Of one category only where one is named.
     *
     * @throws if the category is unknown or the signal is aborted
     */
    async prepareCompletionAsync(options: PrepareCompletionOptions = {}): Promise<void> {
        this.throwIfDisposed("prepareCompletionAsync");
        const { prepareCompletionOn } = await import("./scanCompletion.js");
        return prepareCompletionOn(this.completionHost, options);
    }

    private get completionHost(): CompletionHost {
        const { scene, decoder, surfaces } = this;
        return {
            scene,
            decoder,
            runAsync: (work, signal) => surfaces.runAsync(work, signal),
            signalOf: (signal) => this.signalOf(signal),
        };
    }

    /**
     * Gives a mesh another shape, as soon as can be: nothing to await, and of several calls the last wins. On WebGPU
     * with the fused evaluator it is done in the frame that is drawn next.
     *
     * @throws if the code does not fit the decoder or the resolution is out of range; what goes wrong later is told by
     *     `onErrorObservable`
     */
    updateMesh(mesh: Mesh, options: Omit<ShapeOptions, "signal" | "exact">): void {
        const { latent, resolution, exact } = this.checked("updateMesh", options);
        checkLiveUpdate(mesh, exact);
        // The caller may reuse the array before the work is done.
        this.live.update(mesh, { resolution, latent: latent.slice() });
    }

    /** Frees what the decoder holds; calls still running reject. Meshes stay, and stay drawn. */
    dispose(): void {
        if (this.isDisposed) {
            return;
        }
        this.disposal.abort(new Error("ShapeModel: this model was disposed while it worked; load it again"));
        this.live.dispose();
        this.release();
        this.onDisposeObservable.notifyObservers(this);
        this.onSurfaceObservable.clear();
        this.onErrorObservable.clear();
        this.onDisposeObservable.clear();
    }

    /** What is drawn from the GPU alone is decoded again after a lost device, also when the model is gone. */
    private release(): void {
        if (this.shapes.isEmpty) {
            this.free();
            return;
        }
        this.surfaces.rest();
        const observer = this.scene.onGeometryRemovedObservable.add(() => {
            if (this.shapes.isEmpty) {
                observer.remove(true);
                this.free();
            }
        });
    }

    private checked(operation: string, options: ShapeOptions): Required<Omit<ShapeOptions, "signal">> {
        this.throwIfDisposed(operation);
        const { latent, resolution = DEFAULT_RESOLUTION, exact = false, signal } = options;
        checkLatent(operation, latent, this.latentSize);
        checkResolution(operation, resolution);
        signal?.throwIfAborted();
        return { latent, resolution, exact };
    }

    private checkedPopulation({ latents, transforms, ...options }: ShapePopulationOptions): SurfaceDetail {
        const { resolution = DEFAULT_RESOLUTION, exact } = options;
        for (const latent of latents) {
            this.checked("createMeshesAsync", { ...options, latent });
        }
        checkTransforms(latents, transforms);
        return { resolution, exact };
    }

    private extract(latent: Float32Array, detail: SurfaceDetail, signal: AbortSignal | undefined): Promise<Surface> {
        const both = this.signalOf(signal);
        return this.surfaces.runAsync((surfaces) => surfaces.extractAsync(latent, detail, both), both);
    }

    private showOnGpu(name: string, surface: GpuSurface, recipe: LiveShape & SurfaceDetail): Mesh {
        const mesh = new Mesh(name, this.scene);
        this.shapes.show(mesh, surface, recipe);
        this.note(mesh, surface.statistics);
        return mesh;
    }

    private showOnCpu(name: string, { mesh: data, statistics }: Surface): Mesh {
        const mesh = new Mesh(name, this.scene);
        setCpuGeometry(mesh, data);
        this.note(mesh, statistics);
        return mesh;
    }

    /** Aborts with the caller's signal and with `dispose`. */
    private signalOf(signal: AbortSignal | undefined): AbortSignal {
        return signal ? AbortSignal.any([signal, this.disposal.signal]) : this.disposal.signal;
    }

    private note(mesh: Mesh | null, statistics: SurfaceStatistics): void {
        this.lastStatistics = statistics;
        this.onSurfaceObservable.notifyObservers({ mesh, statistics });
    }

    private reportError(mesh: Mesh | null, cause: unknown): void {
        const error = cause instanceof Error ? cause : new Error(String(cause));
        this.onErrorObservable.notifyObservers({ mesh, error });
    }

    private throwIfDisposed(operation: string): void {
        if (this.isDisposed) {
            throw new Error(`${operation}: this model was disposed; expected a live one; load it again with LoadAsync`);
        }
    }
}

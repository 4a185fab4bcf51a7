import { type Field, isEncodable } from "../field/field.js";
import { extractSurfaceAsync, type FieldDomain, type Surface } from "../surface/cpu/extractSurface.js";
import { extractBatchAsync } from "../surface/gpu/gpuBatch.js";
import { type GpuSurface, type GpuSurfaceMaker, isOnGpu } from "../surface/gpu/gpuSurface.js";
import type { SurfaceOptions } from "../surface/mesh.js";
import type { FieldMotion } from "../surface/motion.js";
import { WorkerField } from "../surface/worker/workerField.js";
import { readBack } from "./readBack.js";

/** How finely a surface is made, and how surely. */
export interface SurfaceDetail {
    readonly resolution: number;
    /** See `SurfaceOptions`. */
    readonly exact?: boolean;
}

/** Surfaces of a decoder's shapes, made where the decoder runs: on the GPU, in a worker, or on this thread. */
export class ShapeSurfaces {
    private motion: Promise<FieldMotion | null> | null = null;

    constructor(
        readonly field: Field,
        readonly maker: GpuSurfaceMaker | null,
        readonly domain: FieldDomain,
        /** Bound on the length of the field's gradient. */
        readonly slope: number,
        private readonly measureMotion: () => Promise<FieldMotion | null>,
        /** Milliseconds of the GPU in a frame that a surface may take; all at once if undefined. */
        private readonly frameBudget?: number,
    ) {}

    /** A surface on the CPU, wherever it was made. */
    async extractAsync(latent: Float32Array, detail: SurfaceDetail, signal: AbortSignal): Promise<Surface> {
        const { field, domain, maker } = this;
        if (maker) {
            const onGpu = await this.extractOnGpuAsync(latent, detail, signal);
            const { surface, bytes } = await readBack(maker.device, onGpu);
            const { awaits, bytesReadBack } = onGpu.statistics;
            const statistics = { ...onGpu.statistics, awaits: awaits + 1, bytesReadBack: bytesReadBack + bytes };
            return { mesh: surface, statistics };
        }
        const options = this.options(detail, signal);
        const surface =
            field instanceof WorkerField
                ? await field.extractAsync(latent, domain, options)
                : await extractSurfaceAsync(field, latent, domain, options);
        signal.throwIfAborted();
        return surface;
    }

    /** A surface that stays on the GPU. */
    async extractOnGpuAsync(latent: Float32Array, detail: SurfaceDetail, signal: AbortSignal): Promise<GpuSurface> {
        const { field, domain, maker } = this;
        if (!maker || !isOnGpu(field)) {
            throw new Error("ShapeModel: the field is not on the GPU; load the model again");
        }
        const surface = await maker.extractAsync(field, latent, domain, this.options(detail, signal));
        if (signal.aborted) {
            for (const buffer of [surface.positions, surface.normals, surface.indices]) {
                buffer.destroy();
            }
            signal.throwIfAborted();
        }
        return surface;
    }

    /** How the decoder's distances follow its codes, measured when first asked for; null where its file has no prior. */
    motionAsync(): Promise<FieldMotion | null> {
        this.motion ??= this.measureMotion();
        return this.motion;
    }

    /** Surfaces that stay on the GPU, many to a submit where the field allows it. */
    async extractManyOnGpuAsync(
        latents: readonly Float32Array[],
        detail: SurfaceDetail,
        signal: AbortSignal,
    ): Promise<GpuSurface[]> {
        const { field, domain, maker } = this;
        if (maker && isEncodable(field)) {
            return extractBatchAsync(maker, field, latents, domain, this.options(detail, signal));
        }
        const surfaces: GpuSurface[] = [];
        for (const latent of latents) {
            surfaces.push(await this.extractOnGpuAsync(latent, detail, signal));
        }
        return surfaces;
    }

    /** Frees what the decoder holds on its device. */
    dispose(): void {
        this.field.dispose();
        this.maker?.dispose();
    }

    private options({ resolution, exact = false }: SurfaceDetail, signal: AbortSignal) {
        const { slope, frameBudget } = this;
        return {
            resolution,
            exact,
            slope,
            winding: "clockwise",
            frameBudget,
            signal,
        } as const satisfies SurfaceOptions;
    }
}

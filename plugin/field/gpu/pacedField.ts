import type { EncodableField, FieldGradient, FieldOptions, GpuBatchField, GpuCode, GpuEvaluation } from "../field.js";
import { createBuffer } from "./buffers.js";

/** Points of a slice: of the first one, and the fewest, below which a dispatch no longer fills a small GPU. */
const FIRST_SLICE = 1 << 13;
const LEAST_SLICE = 1 << 10;
/** The most; chunks of this length fit any adapter's bindings. */
const MOST_SLICE = 1 << 20;

/** What a field has learned of its speed, kept from one surface to the next. */
const learned = new WeakMap<EncodableField, { slice: number }>();

/** How the work is held to a clock; another one in tests. */
export interface Pace {
    /** Milliseconds. */
    now(): number;
    /** Resolves when the next frame may begin. */
    nextFrame(): Promise<void>;
}

/**
 * A field that works in slices, one a frame, each as many points as take about the budget on this device: a long
 * evaluation then never holds up the frames that are drawn beside it. How many those are is learned from the slices
 * before, less what a wait for the device takes anyhow.
 */
export class PacedField implements GpuBatchField {
    readonly maker = "fused";
    readonly device: GPUDevice;
    readonly latentSize: number;
    /** Submits, and the most points of one. */
    slices = 0;
    largestSlice = 0;
    private readonly speed: { slice: number };
    private code: { latent: Float32Array; gpu: GpuCode } | null = null;
    private wait: number | null = null;

    /**
     * @param budget milliseconds of the device in a frame
     * @throws if the budget is not above 0
     */
    constructor(
        private readonly field: EncodableField,
        private readonly budget: number,
        private readonly pace: Pace = realPace,
    ) {
        if (!(budget > 0)) {
            throw new Error(
                `frameBudget: got ${String(budget)}; expected milliseconds above 0; 4 leaves most of a frame to the game`,
            );
        }
        this.device = field.device;
        this.latentSize = field.latentSize;
        this.speed = learned.get(field) ?? { slice: FIRST_SLICE };
        learned.set(field, this.speed);
    }

    evaluateAsync(latent: Float32Array, points: Float32Array, options?: FieldOptions): Promise<Float32Array> {
        return this.field.evaluateAsync(latent, points, options);
    }

    evaluateGradientAsync(latent: Float32Array, points: Float32Array, options?: FieldOptions): Promise<FieldGradient> {
        return this.field.evaluateGradientAsync(latent, points, options);
    }

    async evaluateOnGpuAsync(
        latent: Float32Array,
        job: GpuEvaluation,
        count: number,
        { signal }: FieldOptions = {},
    ): Promise<void> {
        const code = this.codeOf(latent);
        for (let start = 0; start < count; ) {
            signal?.throwIfAborted();
            const size = Math.min(this.speed.slice, count - start);
            await this.runSlice(code, job, start, size);
            start += size;
        }
    }

    /** The field it paces lives on. */
    dispose(): void {
        this.code?.gpu.dispose();
        this.code = null;
    }

    private codeOf(latent: Float32Array): GpuCode {
        if (this.code?.latent !== latent) {
            this.code?.gpu.dispose();
            this.code = { latent, gpu: this.field.createCode(latent) };
        }
        return this.code.gpu;
    }

    private async runSlice(code: GpuCode, job: GpuEvaluation, start: number, size: number): Promise<void> {
        const { device, field, pace } = this;
        await pace.nextFrame();
        this.wait ??= await this.timeWait();
        const points = createBuffer(device, "paced points", 12 * size);
        const pointCount = createBuffer(device, "paced count", 4);
        const distances = createBuffer(device, "paced distances", 4 * size);
        const gradients = job.pointGradients ? createBuffer(device, "paced gradients", 12 * size) : null;
        try {
            device.queue.writeBuffer(pointCount, 0, Uint32Array.of(size));
            const encoder = device.createCommandEncoder({ label: "paced evaluation" });
            encoder.copyBufferToBuffer(job.points, 12 * start, points, 0, 12 * size);
            const slice = { points, pointCount, distances };
            field.encode(encoder, code, gradients ? { ...slice, pointGradients: gradients } : slice);
            encoder.copyBufferToBuffer(distances, 0, job.distances, 4 * start, 4 * size);
            if (gradients && job.pointGradients) {
                encoder.copyBufferToBuffer(gradients, 0, job.pointGradients, 12 * start, 12 * size);
            }
            const started = pace.now();
            device.queue.submit([encoder.finish()]);
            await device.queue.onSubmittedWorkDone();
            this.learn(size, pace.now() - started - this.wait);
        } finally {
            for (const buffer of [points, pointCount, distances, gradients]) {
                buffer?.destroy();
            }
        }
    }

    /** What a wait takes with nothing to wait for: in some browsers a good part of a frame. */
    private async timeWait(): Promise<number> {
        const { device, pace } = this;
        device.queue.submit([]);
        const started = pace.now();
        await device.queue.onSubmittedWorkDone();
        return pace.now() - started;
    }

    private learn(size: number, milliseconds: number): void {
        this.slices++;
        this.largestSlice = Math.max(this.largestSlice, size);
        // The rest of a list is no measure; at most doubled, for a first slice may still be warming up.
        if (size === this.speed.slice || milliseconds > this.budget) {
            const fitting = (size * this.budget) / Math.max(milliseconds, 1e-3);
            const next = 2 ** Math.floor(Math.log2(Math.min(fitting, 2 * size)));
            this.speed.slice = Math.min(MOST_SLICE, Math.max(LEAST_SLICE, next));
        }
    }
}

const realPace: Pace = {
    now: () => performance.now(),
    nextFrame: () =>
        new Promise((resolve) => {
            // A page that is hidden draws no frames.
            const draws = typeof requestAnimationFrame === "function" && document.visibilityState === "visible";
            if (draws) {
                requestAnimationFrame(() => resolve());
            } else {
                setTimeout(resolve, 0);
            }
        }),
};

import type { Decoder } from "../../model/decoder.js";
import { SDF } from "../../model/perceptronGraph.js";
import { POINT_GRADIENTS } from "../../model/writeGradientGraph.js";
import { checkFieldArguments, type FieldOptions, type GpuBatchField, type GpuEvaluation } from "../field.js";
import { createBuffer, readBuffer } from "../gpu/buffers.js";
import { runFailure, takesBarePoints } from "./feeds.js";
import { OnnxRuntimeField } from "./onnxRuntimeField.js";
import {
    createWebGpuSessionAsync,
    enqueue,
    loadWebGpuRuntimeAsync,
    type Runtime,
    type RuntimeSession,
    runAsync,
} from "./runtime.js";

/** Points of every run: varying sizes would each grow the runtime's buffer cache. */
const CHUNK_POINTS = 1 << 14;

/** A decoder run by onnxruntime-web on a WebGPU device of ours; points and distances stay on the GPU. */
export class OnnxRuntimeGpuField extends OnnxRuntimeField implements GpuBatchField {
    override readonly maker = "onnxruntime-webgpu";
    protected override readonly sines = "polynomial";
    private chunk: GPUBuffer | null = null;

    /** @throws if the runtime can't be loaded or refuses the graph */
    static async CreateOnDeviceAsync(decoder: Decoder, device: GPUDevice): Promise<OnnxRuntimeGpuField> {
        const field = new OnnxRuntimeGpuField(decoder, await loadWebGpuRuntimeAsync(), device);
        await field.session("value");
        return field;
    }

    private constructor(
        decoder: Decoder,
        runtime: Runtime,
        readonly device: GPUDevice,
    ) {
        super(decoder, runtime);
    }

    async evaluateOnGpuAsync(
        latent: Float32Array,
        job: GpuEvaluation,
        count: number,
        { signal }: FieldOptions = {},
    ): Promise<void> {
        this.throwIfDisposed("evaluateOnGpuAsync");
        checkFieldArguments("evaluateOnGpuAsync", this.latentSize, latent, new Float32Array(0), signal);
        if (!this.decoder.perceptron && (job.pointGradients || !takesBarePoints(this.inputs))) {
            await this.throughHost(latent, job, count, signal);
            return;
        }
        const session = await this.session(job.pointGradients ? "pointGradient" : "value");
        for (let start = 0; start < count; start += CHUNK_POINTS) {
            signal?.throwIfAborted();
            await enqueue(() => this.runChunk(session, latent, job, start, Math.min(CHUNK_POINTS, count - start)));
        }
    }

    override dispose(): void {
        if (!this.disposed) {
            void enqueue(async () => this.chunk?.destroy());
        }
        super.dispose();
    }

    protected override createSession(bytes: Uint8Array): Promise<RuntimeSession> {
        return createWebGpuSessionAsync(this.runtime, bytes, this.device);
    }

    /** One run: points into a buffer of the fixed size, results out to where the caller wants them. */
    private async runChunk(
        session: RuntimeSession,
        latent: Float32Array,
        job: GpuEvaluation,
        start: number,
        count: number,
    ): Promise<void> {
        const { runtime, device, inputs } = this;
        this.throwIfDisposed("evaluateOnGpuAsync");
        if (inputs.layout !== "separate") {
            throw new Error(
                "evaluateOnGpuAsync: this graph takes no bare points; they go through the host; report this",
            );
        }
        this.chunk ??= createBuffer(device, "onnxruntime points", 12 * CHUNK_POINTS);
        const encoder = device.createCommandEncoder({ label: "onnxruntime points" });
        encoder.copyBufferToBuffer(job.points, 12 * start, this.chunk, 0, 12 * count);
        device.queue.submit([encoder.finish()]);

        const feeds = {
            [inputs.latent]: new runtime.Tensor("float32", latent, [1, latent.length]),
            [inputs.points]: runtime.Tensor.fromGpuBuffer(this.chunk, { dataType: "float32", dims: [CHUNK_POINTS, 3] }),
        };
        const results = await runAsync(session, feeds).catch((cause) => {
            throw runFailure(this.decoder, cause);
        });
        const after = device.createCommandEncoder({ label: "onnxruntime results" });
        const distances = results[this.decoder.perceptron ? SDF : this.decoder.output];
        if (distances.size !== CHUNK_POINTS) {
            throw new Error(
                `evaluateOnGpuAsync: the decoder gave ${distances.size} distances for ${CHUNK_POINTS} points; expected one a point; export it with the output [N, 1]`,
            );
        }
        after.copyBufferToBuffer(distances.gpuBuffer, 0, job.distances, 4 * start, 4 * count);
        if (job.pointGradients) {
            const gradients = results[POINT_GRADIENTS].gpuBuffer;
            after.copyBufferToBuffer(gradients, 0, job.pointGradients, 12 * start, 12 * count);
        }
        device.queue.submit([after.finish()]);
        for (const tensor of Object.values(results)) {
            tensor.dispose();
        }
    }

    /** For graphs that want the code beside every point, or gradients by differences: rare enough to go by the host. */
    private async throughHost(
        latent: Float32Array,
        job: GpuEvaluation,
        count: number,
        signal: AbortSignal | undefined,
    ): Promise<void> {
        const points = new Float32Array(await readBuffer(this.device, job.points, 12 * count));
        if (job.pointGradients) {
            const { distances, pointGradients } = await this.evaluateGradientAsync(latent, points, { signal });
            this.device.queue.writeBuffer(job.distances, 0, distances as Float32Array<ArrayBuffer>);
            this.device.queue.writeBuffer(job.pointGradients, 0, pointGradients as Float32Array<ArrayBuffer>);
        } else {
            const distances = await this.evaluateAsync(latent, points, { signal });
            this.device.queue.writeBuffer(job.distances, 0, distances as Float32Array<ArrayBuffer>);
        }
    }
}

import type { Decoder, Perceptron } from "../../model/decoder.js";
import { SDF } from "../../model/perceptronGraph.js";
import type { SineKind } from "../../model/waves.js";
import { writeDecoder } from "../../model/writeDecoder.js";
import { LATENT_GRADIENTS, POINT_GRADIENTS, writeGradientGraph } from "../../model/writeGradientGraph.js";
import {
    checkFieldArguments,
    type Field,
    type FieldGradient,
    type FieldGradientOptions,
    type FieldMaker,
    type FieldOptions,
} from "../field.js";
import { checkDistances, createFeeds, OWN_INPUTS, refusal, runFailure } from "./feeds.js";
import {
    createWasmSessionAsync,
    enqueue,
    loadWasmRuntimeAsync,
    type Runtime,
    type RuntimeSession,
    runAsync,
} from "./runtime.js";

/** Points of one run. */
const CHUNK_POINTS = 1 << 14;

/** Step of the differences that stand in for gradients of graphs that are no perceptron, as a part of the bounds. */
const DIFFERENCE_STEP = 1e-3;

type SessionKind = "value" | "pointGradient" | "latentGradient";

/**
 * A decoder run by onnxruntime-web on the CPU. Perceptrons run as graphs written for it, gradients by reverse mode;
 * other graphs as they are, gradients by central differences.
 */
export class OnnxRuntimeField implements Field {
    readonly maker: FieldMaker = "onnxruntime-wasm";
    readonly latentSize: number;
    private readonly sessions = new Map<SessionKind, Promise<RuntimeSession>>();
    protected disposed = false;
    protected readonly sines: SineKind = "operator";

    /** @throws if the runtime can't be loaded or refuses the graph */
    static async CreateAsync(decoder: Decoder): Promise<OnnxRuntimeField> {
        const field = new OnnxRuntimeField(decoder, await loadWasmRuntimeAsync());
        await field.session("value");
        return field;
    }

    protected constructor(
        protected readonly decoder: Decoder,
        protected readonly runtime: Runtime,
    ) {
        this.latentSize = decoder.latentSize;
    }

    async evaluateAsync(latent: Float32Array, points: Float32Array, options: FieldOptions = {}): Promise<Float32Array> {
        const distances = new Float32Array(points.length / 3);
        await this.inChunks("evaluateAsync", latent, points, options.signal, async (start, chunk) => {
            const results = await this.run("value", latent, chunk);
            const found = results[this.outputName];
            checkDistances(found, chunk.length / 3);
            distances.set(found, start);
        });
        return distances;
    }

    async evaluateGradientAsync(
        latent: Float32Array,
        points: Float32Array,
        options: FieldGradientOptions = {},
    ): Promise<FieldGradient> {
        const { signal, latentGradients: wantsLatent = false } = options;
        if (!this.decoder.perceptron) {
            return this.differences(latent, points, wantsLatent, signal);
        }
        const count = points.length / 3;
        const gradient: FieldGradient = {
            distances: new Float32Array(count),
            pointGradients: new Float32Array(3 * count),
            latentGradients: wantsLatent ? new Float32Array(count * this.latentSize) : null,
        };
        await this.inChunks("evaluateGradientAsync", latent, points, signal, async (start, chunk) => {
            const results = await this.run(wantsLatent ? "latentGradient" : "pointGradient", latent, chunk);
            gradient.distances.set(results[SDF], start);
            gradient.pointGradients.set(results[POINT_GRADIENTS], 3 * start);
            gradient.latentGradients?.set(results[LATENT_GRADIENTS], this.latentSize * start);
        });
        return gradient;
    }

    dispose(): void {
        if (!this.disposed) {
            this.disposed = true;
            for (const session of this.sessions.values()) {
                // After the runs that are still queued.
                void session.then((live) => enqueue(() => live.release())).catch(() => undefined);
            }
            this.sessions.clear();
        }
    }

    get network(): Perceptron | null {
        return this.decoder.perceptron;
    }

    protected get outputName(): string {
        return this.decoder.perceptron ? SDF : this.decoder.output;
    }

    protected get inputs() {
        return this.decoder.perceptron ? OWN_INPUTS : this.decoder.inputs;
    }

    protected createSession(bytes: Uint8Array): Promise<RuntimeSession> {
        return createWasmSessionAsync(this.runtime, bytes);
    }

    /** The session of a kind, made when first used. */
    protected session(kind: SessionKind): Promise<RuntimeSession> {
        let session = this.sessions.get(kind);
        if (!session) {
            session = this.createSession(this.graphOf(kind)).catch((cause) => {
                this.sessions.delete(kind);
                throw refusal(this.decoder, cause);
            });
            this.sessions.set(kind, session);
        }
        return session;
    }

    protected throwIfDisposed(operation: string): void {
        if (this.disposed) {
            throw new Error(`${operation}: this field was disposed; a live one is needed; create it anew`);
        }
    }

    private graphOf(kind: SessionKind): Uint8Array {
        const { perceptron, bytes } = this.decoder;
        if (!perceptron) {
            return bytes;
        }
        return kind === "value"
            ? writeDecoder(perceptron, null, { sines: this.sines })
            : writeGradientGraph(perceptron, kind === "latentGradient", this.sines);
    }

    private async run(
        kind: SessionKind,
        latent: Float32Array,
        points: Float32Array,
    ): Promise<Record<string, Float32Array>> {
        const session = await this.session(kind);
        return enqueue(async () => {
            const feeds = createFeeds(this.runtime, this.inputs, latent, points);
            const results = await runAsync(session, feeds).catch((cause) => {
                throw runFailure(this.decoder, cause);
            });
            const data: Record<string, Float32Array> = {};
            for (const [name, tensor] of Object.entries(results)) {
                data[name] = (await tensor.getData(true)) as Float32Array;
                tensor.dispose();
            }
            return data;
        });
    }

    private async inChunks(
        operation: string,
        latent: Float32Array,
        points: Float32Array,
        signal: AbortSignal | undefined,
        run: (start: number, chunk: Float32Array) => Promise<void>,
    ): Promise<void> {
        this.throwIfDisposed(operation);
        checkFieldArguments(operation, this.latentSize, latent, points, signal);
        const count = points.length / 3;
        for (let start = 0; start < count; start += CHUNK_POINTS) {
            signal?.throwIfAborted();
            this.throwIfDisposed(operation);
            const chunk = points.slice(3 * start, 3 * Math.min(start + CHUNK_POINTS, count));
            await run(start, chunk);
        }
    }

    /** Central differences by the point and, on request, by the code. */
    private async differences(
        latent: Float32Array,
        points: Float32Array,
        wantsLatent: boolean,
        signal: AbortSignal | undefined,
    ): Promise<FieldGradient> {
        const { bounds } = this.decoder;
        const step = DIFFERENCE_STEP * Math.max(...bounds.max.map((max, axis) => max - bounds.min[axis]));
        const count = points.length / 3;
        const slope = async (at: (sign: number) => [Float32Array, Float32Array]) => {
            const [ahead, behind] = [
                await this.evaluateAsync(...at(1), { signal }),
                await this.evaluateAsync(...at(-1), { signal }),
            ];
            return ahead.map((value, n) => (value - behind[n]) / (2 * step));
        };
        const pointGradients = new Float32Array(3 * count);
        for (let axis = 0; axis < 3; axis++) {
            const along = await slope((sign) => [
                latent,
                points.map((value, i) => (i % 3 === axis ? value + sign * step : value)),
            ]);
            along.forEach((value, n) => {
                pointGradients[3 * n + axis] = value;
            });
        }
        const latentGradients = wantsLatent ? new Float32Array(count * latent.length) : null;
        for (let entry = 0; latentGradients && entry < latent.length; entry++) {
            const along = await slope((sign) => [
                latent.map((value, i) => (i === entry ? value + sign * step : value)),
                points,
            ]);
            along.forEach((value, n) => {
                latentGradients[n * latent.length + entry] = value;
            });
        }
        return { distances: await this.evaluateAsync(latent, points, { signal }), pointGradients, latentGradients };
    }
}

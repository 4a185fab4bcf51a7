import {
    checkFieldArguments,
    type Field,
    type FieldGradient,
    type FieldGradientOptions,
    type FieldMaker,
    type FieldOptions,
} from "../../field/field.js";
import type { Decoder } from "../../model/decoder.js";
import type { FieldDomain, Surface } from "../cpu/extractSurface.js";
import type { SurfaceOptions } from "../mesh.js";
import type { LoadResult, WorkerAnswer, WorkerRequest } from "./messages.js";

/** What a page's `Worker` is to us. */
export interface WorkerPort {
    postMessage(message: WorkerRequest): void;
    onmessage: ((event: { data: WorkerAnswer }) => void) | null;
    onerror: ((event: { message?: string; preventDefault?: () => void }) => void) | null;
    terminate(): void;
}

interface Question {
    resolve(result: unknown): void;
    reject(error: Error): void;
}

/** A request without its number. */
type Asked = WorkerRequest extends infer Request
    ? Request extends { number: number }
        ? Omit<Request, "number">
        : never
    : never;

/** Whether this place has module workers. */
export function hasWorkers(): boolean {
    return typeof Worker === "function" && typeof document !== "undefined";
}

/**
 * A decoder run in a worker on the CPU, which also meshes there: the caller's thread only posts and receives, so
 * that it never waits for a decode, however long.
 */
export class WorkerField implements Field {
    readonly latentSize: number;
    private loaded: LoadResult = { maker: "wasm", fetchedBytes: 0 };
    private readonly questions = new Map<number, Question>();
    private asked = 0;
    private disposed = false;

    /** @throws if there are no workers here, the worker can't be loaded, or the runtime refuses the decoder */
    static async CreateAsync(
        decoder: Decoder,
        port: WorkerPort = startWorker(),
        evaluator: "auto" | "onnxruntime" = "auto",
    ): Promise<WorkerField> {
        const field = new WorkerField(decoder, port);
        try {
            field.loaded = (await field.ask({ kind: "load", decoder, evaluator })) as LoadResult;
        } catch (error) {
            field.dispose();
            throw error;
        }
        return field;
    }

    private constructor(
        { latentSize }: Decoder,
        private readonly port: WorkerPort,
    ) {
        this.latentSize = latentSize;
        port.onmessage = ({ data }) => this.settle(data);
        port.onerror = (event) => {
            event.preventDefault?.();
            this.rejectAll(new WorkerUnavailable(event.message ?? "its script could not be loaded"));
        };
    }

    /** Who computes in the worker. */
    get maker(): FieldMaker {
        return this.loaded.maker;
    }

    /** What the worker fetched to run the decoder; its page does not see that. */
    get fetchedBytes(): number {
        return this.loaded.fetchedBytes;
    }

    async evaluateAsync(
        latent: Float32Array,
        points: Float32Array,
        { signal }: FieldOptions = {},
    ): Promise<Float32Array> {
        this.check("evaluateAsync", latent, points, signal);
        return (await this.ask({ kind: "evaluate", latent, points }, signal)) as Float32Array;
    }

    async evaluateGradientAsync(
        latent: Float32Array,
        points: Float32Array,
        { latentGradients = false, signal }: FieldGradientOptions = {},
    ): Promise<FieldGradient> {
        this.check("evaluateGradientAsync", latent, points, signal);
        return (await this.ask({ kind: "gradient", latent, points, latentGradients }, signal)) as FieldGradient;
    }

    /** As `extractSurfaceAsync` with this field, all of it in the worker. */
    async extractAsync(
        latent: Float32Array,
        domain: FieldDomain,
        { signal, ...options }: SurfaceOptions = {},
    ): Promise<Surface> {
        this.check("extractAsync", latent, new Float32Array(0), signal);
        const { bounds, clampDistance, reach } = domain;
        const request = { kind: "extract", latent, domain: { bounds, clampDistance, reach }, options } as const;
        const surface = (await this.ask(request, signal)) as Surface;
        // The one wait of this thread.
        return { ...surface, statistics: { ...surface.statistics, awaits: 1 } };
    }

    dispose(): void {
        if (!this.disposed) {
            this.disposed = true;
            this.port.terminate();
            this.rejectAll(new Error("WorkerField: this field was disposed while it worked; create it anew"));
        }
    }

    private check(operation: string, latent: Float32Array, points: Float32Array, signal?: AbortSignal): void {
        if (this.disposed) {
            throw new Error(`${operation}: this field was disposed; a live one is needed; create it anew`);
        }
        checkFieldArguments(operation, this.latentSize, latent, points, signal);
    }

    private ask(request: Asked, signal?: AbortSignal): Promise<unknown> {
        const number = ++this.asked;
        return new Promise((resolve, reject) => {
            const abort = () => {
                this.port.postMessage({ kind: "abort", number });
                settled();
                reject(signal?.reason);
            };
            const settled = () => {
                this.questions.delete(number);
                signal?.removeEventListener("abort", abort);
            };
            signal?.addEventListener("abort", abort);
            this.questions.set(number, {
                resolve: (result) => {
                    settled();
                    resolve(result);
                },
                reject: (error) => {
                    settled();
                    reject(error);
                },
            });
            this.port.postMessage({ ...request, number } as WorkerRequest);
        });
    }

    private settle(answer: WorkerAnswer): void {
        const question = this.questions.get(answer.number);
        if ("failure" in answer) {
            question?.reject(new Error(answer.failure));
        } else {
            question?.resolve(answer.result);
        }
    }

    private rejectAll(error: Error): void {
        for (const question of [...this.questions.values()]) {
            question.reject(error);
        }
    }
}

/** The worker could not be started; its work can still be done on the caller's thread. */
export class WorkerUnavailable extends Error {
    constructor(reason: string) {
        super(`WorkerField.CreateAsync: the worker did not start: ${reason}; expected a page that may start one`);
    }
}

function startWorker(): WorkerPort {
    if (!hasWorkers()) {
        throw new WorkerUnavailable("there are none here");
    }
    try {
        const worker = new Worker(new URL("./surfaceWorker.js", import.meta.url), { type: "module", name: "deepsdf" });
        return worker as unknown as WorkerPort;
    } catch (cause) {
        // A plain script has no address of its own to find the worker by, and a page's policy may forbid workers.
        throw new WorkerUnavailable(cause instanceof Error ? cause.message : String(cause));
    }
}

import type { Perceptron } from "../../model/decoder.js";
import {
    checkFieldArguments,
    type Field,
    type FieldGradient,
    type FieldGradientOptions,
    type FieldOptions,
} from "../field.js";
import { foldLatent } from "../foldLatent.js";
import { mapTogether } from "../together.js";
import { TILE_POINTS } from "./kernels.js";
import { LocalMachine, type Machine, ThreadedMachine, threadCountAsync } from "./machine.js";
import { type EvaluationKind, type ModuleLayout, writePerceptronModule } from "./perceptronModule.js";
import type { Piece } from "./piece.js";
import { hasRelaxedMultiplyAdd, wasmObstacle } from "./support.js";

/** Fewer points are not worth a message to a thread. */
const LEAST_SPREAD = 64;
/** A piece of a call that is spread over threads has no fewer. */
const PIECE_POINTS = 256;
/** Pieces a thread gets of one call, so that a slow one holds up little. */
const PIECES_A_THREAD = 3;
const MAX_THREADS = 8;
/** Points between two turns of the event loop where there are no threads: some 40 ms of a network of seven layers of 160. */
const LOCAL_POINTS = 4096;
/** Milliseconds after which events are let in, however small the pieces. */
const LONGEST_STRETCH = 50;

export interface WasmFieldOptions {
    /**
     * Threads besides the caller's; as many as there are cores, in pages half as many, up to 8, unless given. One is as
     * good as none.
     */
    threads?: number;
}

/**
 * A perceptron on the CPU by kernels of ours: WebAssembly with vectors of four, written for the network when it is
 * loaded, on as many threads as there are cores. Twin of `ReferenceField`.
 */
export class WasmField implements Field {
    readonly maker = "wasm";
    readonly latentSize: number;
    private disposed = false;
    /** When events were last let in. */
    private rested = performance.now();
    private threads: Promise<Machine> | null = null;

    /** @throws if there is an obstacle, see `wasmObstacle` */
    static async CreateAsync(network: Perceptron, options: WasmFieldOptions = {}): Promise<WasmField> {
        const obstacle = wasmObstacle(network);
        if (obstacle) {
            throw new Error(`WasmField.CreateAsync: ${obstacle}; use the onnxruntime evaluator for it`);
        }
        const { bytes, layout } = writePerceptronModule(network, hasRelaxedMultiplyAdd());
        const module = await WebAssembly.compile(bytes);
        const wanted = Math.min(options.threads ?? (await threadCountAsync()), MAX_THREADS);
        return new WasmField(network, layout, module, await LocalMachine.CreateAsync(module), wanted > 1 ? wanted : 0);
    }

    private constructor(
        readonly network: Perceptron,
        private readonly layout: ModuleLayout,
        private readonly module: WebAssembly.Module,
        private readonly local: LocalMachine,
        private readonly threadCount: number,
    ) {
        this.latentSize = network.latentSize;
    }

    async evaluateAsync(latent: Float32Array, points: Float32Array, options: FieldOptions = {}): Promise<Float32Array> {
        this.check("evaluateAsync", latent, points, options.signal);
        const distances = new Float32Array(points.length / 3);
        await this.inPieces("value", latent, points, options.signal, (start, count, found) => {
            distances.set(found.subarray(0, count), start);
        });
        return distances;
    }

    async evaluateGradientAsync(
        latent: Float32Array,
        points: Float32Array,
        { signal, latentGradients: wantsLatent = false }: FieldGradientOptions = {},
    ): Promise<FieldGradient> {
        this.check("evaluateGradientAsync", latent, points, signal);
        const { latentSize, layout } = this;
        const total = points.length / 3;
        const gradient: FieldGradient = {
            distances: new Float32Array(total),
            pointGradients: new Float32Array(3 * total),
            latentGradients: wantsLatent ? new Float32Array(latentSize * total) : null,
        };
        const kind = wantsLatent ? "latentGradient" : "pointGradient";
        await this.inPieces(kind, latent, points, signal, (start, count, found) => {
            const filled = filledPoints(count);
            const [byPoint, byLatent] = [found.subarray(filled, 4 * filled), found.subarray(4 * filled)];
            gradient.distances.set(found.subarray(0, count), start);
            untile(byPoint, 3, gradient.pointGradients.subarray(3 * start, 3 * (start + count)), 3);
            if (gradient.latentGradients) {
                const rows = gradient.latentGradients.subarray(latentSize * start, latentSize * (start + count));
                untile(byLatent, layout.latentRows, rows, latentSize);
            }
        });
        return gradient;
    }

    dispose(): void {
        if (!this.disposed) {
            this.disposed = true;
            void this.threads?.then((machine) => machine.dispose());
        }
    }

    private throwIfDisposed(operation: string): void {
        if (this.disposed) {
            throw new Error(`${operation}: this field was disposed; a live one is needed; create it anew`);
        }
    }

    private check(operation: string, latent: Float32Array, points: Float32Array, signal?: AbortSignal): void {
        this.throwIfDisposed(operation);
        checkFieldArguments(operation, this.latentSize, latent, points, signal);
    }

    private async inPieces(
        kind: EvaluationKind,
        latent: Float32Array,
        points: Float32Array,
        signal: AbortSignal | undefined,
        take: (start: number, count: number, results: Float32Array) => void,
    ): Promise<void> {
        const biases = foldLatent(this.network, latent);
        const total = points.length / 3;
        const spread = this.threadCount > 0 && total >= LEAST_SPREAD;
        const machine = spread ? await this.machine() : this.local;
        const shared = Math.ceil(total / Math.max(1, this.threadCount * PIECES_A_THREAD));
        const size = Math.min(spread ? Math.max(PIECE_POINTS, shared) : LOCAL_POINTS, this.layout.capacity[kind]);
        const starts = Array.from({ length: Math.ceil(total / size) }, (_, n) => n * size);
        await mapTogether(starts, spread ? 2 * this.threadCount : 1, async (start) => {
            const isOverdue = performance.now() - this.rested > LONGEST_STRETCH;
            if (isOverdue || (!spread && start > 0)) {
                // Lets events in, an abort among them: Node hands over one message of its threads after the other.
                await new Promise((resolve) => setTimeout(resolve));
                this.rested = performance.now();
            }
            signal?.throwIfAborted();
            this.throwIfDisposed("WasmField");
            const count = Math.min(size, total - start);
            const piece = this.piece(kind, biases, points.subarray(3 * start, 3 * (start + count)));
            take(start, count, await machine.run(piece));
        });
        signal?.throwIfAborted();
    }

    private piece(kind: EvaluationKind, biases: readonly Float32Array[], points: Float32Array): Piece {
        const { layout } = this;
        const tiles = filledPoints(points.length / 3) / TILE_POINTS;
        const inputs = new Float32Array(layout.pointOffset + tiles * 3 * TILE_POINTS);
        for (const [index, bias] of biases.entries()) {
            inputs.set(bias, layout.biasOffsets[index]);
        }
        tilePoints(points, inputs.subarray(layout.pointOffset));
        const found = (address: number, rows: number) => [address, tiles * rows * TILE_POINTS] as const;
        return {
            name: kind,
            argument: tiles,
            at: layout.inputs,
            inputs,
            outputs: [
                found(layout.distances, 1),
                ...(kind === "value" ? [] : [found(layout.pointGradients, 3)]),
                ...(kind === "latentGradient" ? [found(layout.latentGradients, layout.latentRows)] : []),
            ],
        };
    }

    /** Threads start when first needed; without any, everything runs here. */
    private machine(): Promise<Machine> {
        this.threads ??= ThreadedMachine.CreateAsync(this.module, this.local, this.threadCount).catch(() => this.local);
        return this.threads;
    }
}

/** Points of the tiles that so many points take. */
function filledPoints(count: number): number {
    return Math.ceil(count / TILE_POINTS) * TILE_POINTS;
}

/** [n, 3] as [tiles][3][8]; the last tile is left as it is beyond its points. */
function tilePoints(points: Float32Array, tiled: Float32Array): void {
    for (let n = 0; 3 * n < points.length; n++) {
        const at = Math.floor(n / TILE_POINTS) * 3 * TILE_POINTS + (n % TILE_POINTS);
        tiled[at] = points[3 * n];
        tiled[at + TILE_POINTS] = points[3 * n + 1];
        tiled[at + 2 * TILE_POINTS] = points[3 * n + 2];
    }
}

/** [tiles][rows][8] as [n, width], the first `width` rows. */
function untile(tiled: Float32Array, rows: number, out: Float32Array, width: number): void {
    for (let n = 0; n * width < out.length; n++) {
        const at = Math.floor(n / TILE_POINTS) * rows * TILE_POINTS + (n % TILE_POINTS);
        for (let row = 0; row < width; row++) {
            out[n * width + row] = tiled[at + row * TILE_POINTS];
        }
    }
}

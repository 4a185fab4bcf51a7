import type { GeometryOutputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryOutputBlock.pure.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { Observable } from "@babylonjs/core/Misc/observable.js";
import { blocksInOrder } from "./graphWalk.js";
import { type RehearsalState, rehearse } from "./rehearsal.js";
import { ShapeBlockError } from "./shapeBlock.js";
import { ValueCache } from "./valueCache.js";
import { isPrepared, type ValueRequest } from "./valueRequest.js";

/** Values that are made at a time; more would only wait for each other. */
const CONCURRENCY = 4;
/** Stages of a graph whose codes depend on shapes it decodes. */
const GREATEST_ROUND = 16;

/** Tells of graphs whose build failed while it waited: nobody called the engine's own build then. */
export const onGraphErrorObservable = new Observable<Error>();

/** A promise for the engine to wait on when nothing shall come of it. */
const NEVER = new Promise<void>(() => {});

/**
 * Makes what a graph needs before it is built, as building can't wait.
 *
 * The engine asks each block for a promise first, and builds anew when all have resolved; what is thrown in that second
 * build is an unhandled rejection, and two builds that wait become two builds. So a graph is rehearsed until it asks
 * for nothing that is not there; only then one of the waiting builds is let through, and all others come to nothing.
 * Where it fails, none is let through: a build started by hand throws, the one that waited is reported.
 */
export class GraphPreparation {
    private static readonly all = new WeakMap<GeometryOutputBlock, GraphPreparation>();

    static Of(output: GeometryOutputBlock): GraphPreparation {
        let preparation = GraphPreparation.all.get(output);
        if (!preparation) {
            preparation = new GraphPreparation(output);
            GraphPreparation.all.set(output, preparation);
        }
        return preparation;
    }

    private values = new Map<string, unknown>();
    /** What could not be made, to be told once to the next build. */
    private readonly failures = new Map<string, Error>();
    private running: Promise<void> | null = null;
    /** Something may have changed since the last rehearsal. */
    private changed = false;
    private waitsAsync = false;
    private waitsPlain = false;
    private cancellation: { readonly reason: unknown } | null = null;
    private letsThrough = false;
    private answer: Promise<void> | null | undefined;

    private constructor(private readonly output: GeometryOutputBlock) {}

    /** A build begins: the engine initializes all blocks, then asks them. */
    noteBuild(): void {
        this.answer = undefined;
    }

    /**
     * What a block answers to the engine's question; the same for all blocks of one build, each of which is asked twice.
     *
     * @throws what is wrong with the graph, into the build that asks
     */
    answerPoll(): Promise<void> | null {
        if (this.answer === undefined) {
            this.answer = this.answerBuild();
            // Blocks behind a teleport are not initialized; but a build is over before anything else runs.
            queueMicrotask(() => this.noteBuild());
        }
        return this.answer;
    }

    /** Makes all that the graph needs, then builds. */
    async buildAsync(build: () => void): Promise<void> {
        this.noteChange();
        this.waitsAsync = true;
        try {
            this.running ??= this.run();
            await this.running;
            this.letsThrough = true;
            build();
        } finally {
            this.letsThrough = false;
            this.waitsAsync = false;
        }
    }

    /** Something in the graph may have changed: what is made for its old state can stop. */
    noteChange(): void {
        this.changed = true;
        this.cancellation = null;
    }

    /** The caller of `buildAsync` left: what is not yet begun is not, unless the engine waits for it. */
    cancel(reason: unknown): void {
        if (!this.waitsPlain) {
            this.cancellation = { reason };
        }
    }

    private answerBuild(): Promise<void> | null {
        if (this.letsThrough) {
            this.letsThrough = false;
            return null;
        }
        this.noteChange();
        if (this.running) {
            this.waitsPlain = true;
            return NEVER;
        }
        if (this.foreignWaits().length === 0) {
            const rehearsal = rehearse(this.output, this.lookUp);
            const { missing } = rehearsal;
            this.throwFailure(missing);
            if (missing.length === 0) {
                this.handOut(rehearsal);
                return null;
            }
        }
        this.running = this.run();
        this.waitsPlain = true;
        return new Promise((resolve) => {
            this.running?.then(
                () => {
                    // A caller of buildAsync builds by itself.
                    if (!this.waitsAsync) {
                        this.letsThrough = true;
                        resolve();
                        // The build follows at once or, if it was called off, never.
                        setTimeout(() => {
                            this.letsThrough = false;
                        });
                    }
                },
                (cause: unknown) => {
                    if (!this.waitsAsync) {
                        const error = cause instanceof Error ? cause : new Error(String(cause).trim());
                        Logger.Error(`Build of NodeGeometry failed: ${error.message}`);
                        onGraphErrorObservable.notifyObservers(error);
                    }
                },
            );
        });
    }

    private async run(): Promise<void> {
        try {
            await this.makeAll();
        } finally {
            this.running = null;
            this.waitsPlain = false;
            this.cancellation = null;
        }
    }

    private async makeAll(): Promise<void> {
        let last: RehearsalState | null = null;
        for (let round = 1; ; round++) {
            await Promise.all(this.foreignWaits());
            if (this.cancellation) {
                throw this.cancellation.reason;
            }
            if (this.changed) {
                round = 1;
                last = null;
                this.changed = false;
            }
            const rehearsal = rehearse(this.output, this.lookUp);
            const { missing } = rehearsal;
            if (missing.length === 0) {
                this.handOut(rehearsal);
                return;
            }
            // Codes that differ from one rehearsal to the next come from unseeded random blocks.
            if (last && !last.hasDoubts && !sameKeys(rehearsal, rehearse(this.output, this.lookUp))) {
                this.handOut(last);
                return;
            }
            if (round > GREATEST_ROUND) {
                throw ShapeBlockError.From(
                    missing[0].block,
                    new Error(
                        `asks for new codes after ${GREATEST_ROUND} rounds of decoding; expected codes that settle; don't let codes depend on shapes decoded from them`,
                    ),
                );
            }
            await this.makeAsync(missing);
            last = rehearsal;
        }
    }

    /** Makes values, a few at a time, until one fails or the graph changes. */
    private async makeAsync(requests: readonly ValueRequest[]): Promise<void> {
        const queue = [...requests];
        const errors: unknown[] = [];
        const work = async () => {
            for (let next = queue.shift(); next && this.goesOn && errors.length === 0; next = queue.shift()) {
                const { block, model, key, make, bytesOf } = next;
                try {
                    this.values.set(key, await ValueCache.Of(model).getOrMakeAsync(key, make, bytesOf));
                } catch (cause) {
                    const error = ShapeBlockError.From(block, cause);
                    this.failures.set(key, error);
                    errors.push(error);
                }
            }
        };
        await Promise.all(Array.from({ length: CONCURRENCY }, work));
        if (errors.length > 0) {
            throw errors[0];
        }
    }

    private readonly lookUp = ({ key, model }: ValueRequest): unknown => {
        const value = this.values.get(key) ?? ValueCache.Of(model).get(key);
        if (value !== undefined) {
            // Held from now on, whatever the cache drops before the build.
            this.values.set(key, value);
        }
        return value;
    };

    private get goesOn(): boolean {
        return !this.changed && !this.cancellation;
    }

    private throwFailure(requests: readonly ValueRequest[]): void {
        for (const { key } of requests) {
            const failure = this.failures.get(key);
            if (failure) {
                this.failures.delete(key);
                throw failure;
            }
        }
    }

    /** Gives blocks what the rehearsal asked for, and lets go of the rest. */
    private handOut(rehearsal: RehearsalState): void {
        this.failures.clear();
        this.values = new Map([...this.values].filter(([key]) => rehearsal.requests.has(key)));
        for (const block of blocksInOrder(this.output)) {
            if (isPrepared(block)) {
                block.preparedValues = this.values;
                block.rehearsedKeys = (rehearsal.keys.get(block) ?? []).filter((key) => this.values.has(key));
                block.replayedCount = 0;
            }
        }
    }

    /** What blocks of others wait for. */
    private foreignWaits(): Promise<void>[] {
        return blocksInOrder(this.output).flatMap((block) => {
            const wait = isPrepared(block) ? null : block._isReadyState;
            return wait ? [wait] : [];
        });
    }
}

function sameKeys(a: RehearsalState, b: RehearsalState): boolean {
    const [left, right] = [[...a.requests.keys()], [...b.requests.keys()]];
    return left.length === right.length && left.every((key, i) => key === right[i]);
}

import type { GraphModel } from "./shapeModels.js";

/** What a model may keep of decoded shapes and completed scans, bytes. */
const DEFAULT_LIMIT_BYTES = 256 * 2 ** 20;

interface Entry {
    readonly value: unknown;
    readonly bytes: number;
}

/**
 * What a model has worked out, by key: each value is made once, however many graphs and blocks ask, and the ones that
 * were not asked for the longest are dropped when there is too much.
 */
export class ValueCache {
    private static readonly all = new WeakMap<GraphModel, ValueCache>();

    static Of(model: GraphModel): ValueCache {
        let cache = ValueCache.all.get(model);
        if (!cache) {
            cache = new ValueCache();
            ValueCache.all.set(model, cache);
            model.onDisposeObservable.addOnce(() => ValueCache.all.delete(model));
        }
        return cache;
    }

    private readonly entries = new Map<string, Entry>();
    private readonly running = new Map<string, Promise<unknown>>();
    private heldBytes = 0;

    constructor(private readonly limitBytes = DEFAULT_LIMIT_BYTES) {}

    get bytes(): number {
        return this.heldBytes;
    }

    get(key: string): unknown {
        const entry = this.entries.get(key);
        if (entry) {
            // To the young end.
            this.entries.delete(key);
            this.entries.set(key, entry);
        }
        return entry?.value;
    }

    /** The value, made now unless it is there or being made. */
    getOrMakeAsync(key: string, make: () => Promise<unknown>, bytesOf: (value: unknown) => number): Promise<unknown> {
        const known = this.get(key);
        if (known !== undefined) {
            return Promise.resolve(known);
        }
        let making = this.running.get(key);
        if (!making) {
            making = make()
                .then((value) => {
                    this.add(key, value, bytesOf(value));
                    return value;
                })
                .finally(() => this.running.delete(key));
            this.running.set(key, making);
        }
        return making;
    }

    private add(key: string, value: unknown, bytes: number): void {
        this.entries.set(key, { value, bytes });
        this.heldBytes += bytes;
        for (const [oldest, entry] of this.entries) {
            if (this.heldBytes <= this.limitBytes || oldest === key) {
                break;
            }
            this.entries.delete(oldest);
            this.heldBytes -= entry.bytes;
        }
    }
}

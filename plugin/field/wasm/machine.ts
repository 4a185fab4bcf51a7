/** Runs pieces of work on a WebAssembly module, here or on threads that have an instance of their own. */

import { IMPORTS, type Piece, runPiece } from "./piece.js";

/** Where pieces run. */
export interface Machine {
    /** The outputs, one after the other. */
    run(piece: Piece): Promise<Float32Array> | Float32Array;
    dispose(): void;
}

/** The caller's thread. */
export class LocalMachine implements Machine {
    static async CreateAsync(module: WebAssembly.Module): Promise<LocalMachine> {
        return new LocalMachine((await WebAssembly.instantiate(module, IMPORTS)).exports);
    }

    private constructor(private readonly exports: WebAssembly.Exports) {}

    run(piece: Piece): Float32Array {
        return runPiece(this.exports, piece);
    }

    dispose(): void {}
}

/**
 * Node's thread, as text, for it is started from sources and from bundles alike; pages have `thread.ts`. First it is
 * sent a module, then pieces.
 */
const NODE_THREAD = `
const { parentPort } = require("node:worker_threads");
let exports = null;
parentPort.on("message", (message) => {
    if (!exports) {
        exports = new WebAssembly.Instance(message, { Math }).exports;
        return;
    }
    const { name, argument, at, inputs, outputs } = message;
    const { buffer } = exports.memory;
    new Float32Array(buffer, at, inputs.length).set(inputs);
    exports[name](argument);
    const results = new Float32Array(outputs.reduce((sum, [, length]) => sum + length, 0));
    let from = 0;
    for (const [address, length] of outputs) {
        results.set(new Float32Array(buffer, address, length), from);
        from += length;
    }
    parentPort.postMessage(results, [results.buffer]);
});
`;

/** A thread as pages and Node both have it. */
interface Thread {
    post(message: WebAssembly.Module | Piece): void;
    /** Whether it keeps the process alive. */
    hold(held: boolean): void;
    terminate(): void;
}

interface Waiting {
    readonly piece: Piece;
    resolve(results: Float32Array): void;
    reject(error: unknown): void;
}

type Listeners = { answer(results: Float32Array): void; fail(): void };

/** Threads that take pieces in turn; where one can't be had, its piece runs on the caller's. */
export class ThreadedMachine implements Machine {
    private readonly waiting: Waiting[] = [];
    private readonly idle: Thread[] = [];
    private readonly working = new Map<Thread, Waiting>();
    private live: number;
    private ended: Error | null = null;

    /** @throws if this place has no threads */
    static async CreateAsync(
        module: WebAssembly.Module,
        local: Pick<LocalMachine, "run">,
        count: number,
    ): Promise<ThreadedMachine> {
        const startThread = await threadStarterAsync();
        return new ThreadedMachine(module, local, count, startThread);
    }

    private constructor(
        module: WebAssembly.Module,
        private readonly local: Pick<LocalMachine, "run">,
        count: number,
        startThread: (listeners: Listeners) => Thread,
    ) {
        this.live = count;
        for (let n = 0; n < count; n++) {
            const thread: Thread = startThread({
                answer: (results) => this.finish(thread, results),
                fail: () => this.lose(thread),
            });
            thread.post(module);
            thread.hold(false);
            this.idle.push(thread);
        }
    }

    run(piece: Piece): Promise<Float32Array> {
        if (this.ended) {
            return Promise.reject(this.ended);
        }
        return new Promise((resolve, reject) => {
            this.waiting.push({ piece, resolve, reject });
            this.handOut();
        });
    }

    dispose(): void {
        for (const thread of [...this.idle, ...this.working.keys()]) {
            thread.terminate();
        }
        this.ended = new Error(
            "WasmField: this field was disposed while it worked; a live one is needed; create it anew",
        );
        for (const { reject } of [...this.waiting, ...this.working.values()]) {
            reject(this.ended);
        }
        this.idle.length = 0;
        this.waiting.length = 0;
        this.working.clear();
    }

    private handOut(): void {
        while (this.waiting.length > 0 && (this.idle.length > 0 || this.live === 0)) {
            const next = this.waiting.shift() as Waiting;
            const thread = this.idle.pop();
            if (thread) {
                this.working.set(thread, next);
                thread.hold(true);
                thread.post(next.piece);
            } else {
                next.resolve(this.local.run(next.piece));
                // The next one after whatever else this thread has to do.
                setTimeout(() => this.handOut());
                return;
            }
        }
    }

    private finish(thread: Thread, results: Float32Array): void {
        const done = this.working.get(thread);
        if (done) {
            this.working.delete(thread);
            thread.hold(false);
            this.idle.push(thread);
            done.resolve(results);
            this.handOut();
        }
    }

    private lose(thread: Thread): void {
        const unfinished = this.working.get(thread);
        const place = this.idle.indexOf(thread);
        if (place >= 0) {
            this.idle.splice(place, 1);
        } else if (!this.working.delete(thread)) {
            return;
        }
        this.live--;
        thread.terminate();
        if (unfinished) {
            this.waiting.unshift(unfinished);
        }
        this.handOut();
    }
}

/** Not literals where they are imported, so that bundlers leave Node's modules out of pages. */
const NODE_THREADS = "node:worker_threads";
const NODE_OS = "node:os";

const isNode =
    typeof process !== "undefined" && process.versions?.node !== undefined && typeof document === "undefined";

/** How many threads to share work between: all cores, in pages half of them, for a game has work of its own. */
export async function threadCountAsync(): Promise<number> {
    if (isNode) {
        const { availableParallelism } = (await import(/* @vite-ignore */ NODE_OS)) as typeof import("node:os");
        return availableParallelism();
    }
    return Math.ceil((globalThis.navigator?.hardwareConcurrency ?? 1) / 2);
}

async function threadStarterAsync(): Promise<(listeners: Listeners) => Thread> {
    if (isNode) {
        const threads = (await import(/* @vite-ignore */ NODE_THREADS)) as typeof import("node:worker_threads");
        return (listeners) => {
            const worker = new threads.Worker(NODE_THREAD, { eval: true });
            worker.on("message", listeners.answer);
            worker.on("error", listeners.fail);
            return {
                post: (message) => worker.postMessage(message),
                hold: (held) => (held ? worker.ref() : worker.unref()),
                terminate: () => void worker.terminate(),
            };
        };
    }
    return (listeners) => {
        const worker = new Worker(new URL("./thread.js", import.meta.url), { type: "module", name: "deepsdf-layers" });
        worker.onmessage = ({ data }) => listeners.answer(data);
        worker.onerror = (event) => {
            event.preventDefault();
            listeners.fail();
        };
        return {
            post: (message) => worker.postMessage(message),
            hold: () => {},
            terminate: () => worker.terminate(),
        };
    };
}

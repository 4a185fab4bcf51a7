/** The process in which cases run, so that one that crashes or hangs takes only it along. */
import { Finding, MemoryFinding } from "./kind.js";
import { fuzzKinds } from "./kinds.js";
import { inputOf, runCase, shrink } from "./runCase.js";

export interface Order {
    readonly kind: string;
    readonly seed: number;
    readonly from: number;
    readonly to: number;
}

export type Report =
    | { readonly ready: true }
    | { readonly started: number }
    | { readonly done: number; readonly outcome: string }
    | { readonly done: number; readonly finding: string }
    | { readonly shrunk: number; readonly finding: string; readonly input: string }
    | { readonly finished: true; readonly peakBytes: number };

// Readers of other libraries print what they meet.
console.error = console.warn = console.log = () => undefined;

const send = (report: Report) => process.send?.(report);

process.on("message", (order: Order) => {
    // A fault of the fuzzer's own ends the process; the reader's faults are findings.
    work(order).catch((error) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        process.exit(3);
    });
});
// What nobody awaits is a finding as well.
let stray: unknown = null;
process.on("unhandledRejection", (reason) => {
    stray = reason;
});
process.on("disconnect", () => process.exit(0));
send({ ready: true });

async function work({ kind: name, seed, from, to }: Order): Promise<void> {
    const kind = fuzzKinds.find((candidate) => candidate.name === name)!;
    for (let number = from; number < to; number++) {
        send({ started: number });
        const input = inputOf(kind, seed, number);
        try {
            stray = null;
            const outcome = await runCase(kind, input);
            if (number % 16 === 15) await new Promise((resolve) => setTimeout(resolve));
            if (stray) throw new Finding(`a rejection that nobody handles: ${stray}`);
            send({ done: number, outcome });
        } catch (error) {
            const finding = error instanceof Error ? error.message : String(error);
            send({ done: number, finding });
            if (error instanceof MemoryFinding) {
                send({ shrunk: number, finding, input: Buffer.from(input).toString("base64") });
                break;
            }
            const least = (await shrink(kind, seed, number).catch(() => null)) ?? input;
            send({ shrunk: number, finding, input: Buffer.from(least).toString("base64") });
        }
    }
    send({ finished: true, peakBytes: 1024 * process.resourceUsage().maxRSS });
}

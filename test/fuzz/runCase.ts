import fc from "fast-check";
import { CASE_MILLISECONDS, Finding, type FuzzKind, MemoryFinding, type Outcome, PROCESS_BYTES } from "./kind.js";

/** The input of a number; the same seed and number give the same input everywhere. */
export function inputOf(kind: FuzzKind, seed: number, number: number): Uint8Array {
    return fc.sample(kind.inputs, { seed: caseSeed(seed, number), numRuns: 1 })[0];
}

/** Runs a case and holds it to the time and the memory it may take. */
export async function runCase(kind: FuzzKind, input: Uint8Array): Promise<Outcome> {
    const started = performance.now();
    const cpu = process.cpuUsage();
    const outcome = await kind.run(input).catch((error: unknown) => {
        throw error instanceof Finding ? error : new Finding(`threw ${error instanceof Error ? error.stack : error}`);
    });
    const spent = process.cpuUsage(cpu);
    // Time of the processor, since the machine may be busy with other things; several threads count together.
    const milliseconds = Math.min(performance.now() - started, (spent.user + spent.system) / 1000);
    if (milliseconds > CASE_MILLISECONDS) {
        throw new Finding(`took ${Math.round(milliseconds)} ms of at most ${CASE_MILLISECONDS}`);
    }
    const peakBytes = 1024 * process.resourceUsage().maxRSS;
    if (peakBytes > PROCESS_BYTES) {
        throw new MemoryFinding(
            `the process took ${Math.round(peakBytes / 2 ** 20)} MiB of at most ${PROCESS_BYTES / 2 ** 20}`,
        );
    }
    return outcome;
}

/** The least input that still fails, found by the library's shrinking, and what it does. */
export async function shrink(kind: FuzzKind, seed: number, number: number): Promise<Uint8Array | null> {
    const property = fc.asyncProperty(kind.inputs, async (input) => {
        await runCase(kind, input);
    });
    const details = await fc.check(property, {
        seed: caseSeed(seed, number),
        numRuns: 1,
        interruptAfterTimeLimit: CASE_MILLISECONDS,
        skipEqualValues: true,
    });
    return details.failed && details.counterexample ? details.counterexample[0] : null;
}

/** Neighbouring seeds give unlike inputs. */
function caseSeed(seed: number, number: number): number {
    let x = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return x ^ (x >>> 16);
}

import type { Arbitrary } from "fast-check";

/** How a case ended. */
export type Outcome =
    /** One clear error. */
    | "refused"
    /** A result, compared with an independent computation. */
    | "checked"
    /** A result within every invariant, though no second implementation takes the input. */
    | "plausible";

/** One sort of input that may come from a stranger. */
export interface FuzzKind {
    readonly name: string;
    /** What the inputs are made from; each ends in a result. */
    readonly sound: readonly Uint8Array[];
    /** Mutated inputs, as the bytes of the file, text or graph. */
    readonly inputs: Arbitrary<Uint8Array>;
    /** @throws Finding for a wrong result or an error that is not clear */
    run(input: Uint8Array): Promise<Outcome>;
}

/** Something wrong that was found. */
export class Finding extends Error {}

/** The process has grown too large: true of all its cases from then on, so that a new one has to take them. */
export class MemoryFinding extends Finding {}

/** Milliseconds that a case may take on a machine that does nothing else; a loaded one gets `SLACK` times that. */
export const CASE_MILLISECONDS = 5_000;
export const SLACK = 12;

/** Resident bytes of the process that runs the cases, all runtimes loaded. */
export const PROCESS_BYTES = 1536 * 2 ** 20;

/** An error as users are promised it: who says so, what was received, what was expected, what to do. */
export function expectClearError(error: unknown, operations: RegExp): void {
    if (!(error instanceof Error)) {
        throw new Finding(`threw ${typeof error}, no Error`);
    }
    const { message } = error;
    if (!operations.test(message)) {
        throw new Finding(`error of another operation: ${message.slice(0, 400)}\n${error.stack}`);
    }
    if (message.length > 1200) {
        throw new Finding(`error of ${message.length} characters: ${message.slice(0, 200)}`);
    }
    if (/undefined is not|Cannot read|is not a function|is not iterable|\[object Object\]/.test(message)) {
        throw new Finding(`error that speaks of the program: ${message.slice(0, 400)}`);
    }
}

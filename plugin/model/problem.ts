/**
 * An error that says what was received, what was expected and what to do.
 *
 * @param operation what the user called, for example "readDecoder"
 */
export function problem(operation: string, received: string, expected: string, advice: string): Error {
    return new Error(`${operation}: ${received}; ${expected}; ${advice}`);
}

/** A graph is sound but no chain of layers; `message` becomes `Decoder.notPerceptronReason`. */
export class NotPerceptron extends Error {}

/** A value that asks for more memory than a file is allowed, whatever runs it; becomes an error that names the node. */
export class TooLarge extends Error {}

/** A graph that no runtime can evaluate; becomes an error that names the node. */
export class BrokenGraph extends Error {}

/** Text from a file, fit for a message: quoted, printable, at most 80 characters. */
export function quote(text: string): string {
    const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    return JSON.stringify(short);
}

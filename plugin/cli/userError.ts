/** A mistake of the user's: its message is one line, and the exit code 2. */
export class UserError extends Error {}

/** A whole number out of a flag. */
export function wholeNumber(flag: string, text: string, least: number, greatest: number): number {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < least || value > greatest) {
        throw new UserError(`--${flag}: got "${text}"; expected a whole number from ${least} to ${greatest}`);
    }
    return value;
}

/** A number out of a flag. */
export function finiteNumber(flag: string, text: string, least: number): number {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < least) {
        throw new UserError(`--${flag}: got "${text}"; expected a number from ${least} on`);
    }
    return value;
}

/** K and N of "K/N", K from 1 to N. */
export function shardOf(text: string): { index: number; count: number } {
    const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
    if (!(Number(index) >= 1 && Number(index) <= Number(count))) {
        throw new UserError(`--shard: got "${text}"; expected K/N with K from 1 to N, for example 1/4`);
    }
    return { index: Number(index), count: Number(count) };
}

/** What the system said of a file, without the path that it repeats. */
export function systemReason(cause: Error): string {
    return cause.message.split(", ")[0];
}

import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the user typed cannot be meant; one line says why. */
export class OptionError extends Error {}

/** `--name value` of the options given, with their defaults; `flags` take no value. */
export function readOptions<Defaults extends Record<string, string>, Flag extends string>(
    defaults: Defaults,
    flags: readonly Flag[],
): Record<keyof Defaults, string> & Record<Flag | "help", boolean> {
    const options: Record<string, { type: "string" | "boolean"; default: string | boolean }> = {};
    for (const [name, value] of Object.entries(defaults)) options[name] = { type: "string", default: value };
    for (const name of [...flags, "help"]) options[name] = { type: "boolean", default: false };
    try {
        return parseArgs({ options, strict: true }).values as ReturnType<typeof readOptions<Defaults, Flag>>;
    } catch (error) {
        throw new OptionError(`${(error as Error).message.split("\n")[0]}; --help lists the options`);
    }
}

/** @throws OptionError unless `text` is a positive number */
export function positive(name: string, text: string): number {
    const value = Number(text);
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
        throw new OptionError(`--${name}: got "${text}"; expected a positive number`);
    }
    return value;
}

/** @throws OptionError unless `text` is a number of 0 or more */
export function atLeastZero(name: string, text: string): number {
    return text.trim() !== "" && Number(text) === 0 ? 0 : positive(name, text);
}

/** @throws OptionError unless `text` is a whole number from `least` to `most` */
export function whole(name: string, text: string, least: number, most: number): number {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
        throw new OptionError(`--${name}: got "${text}"; expected a whole number from ${least} to ${most}`);
    }
    return value;
}

/** @throws OptionError unless `text` is one of `names` or empty (null) */
export function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name | null {
    if (text === "") return null;
    const name = names.find((candidate) => candidate === text);
    if (name) return name;
    throw new OptionError(`--${option}: got "${text}"; expected one of ${names.join(", ")}`);
}

/** Runs a command; ends with code 2 after a wrong option, 1 after another failure, and one line either way. */
export function runCommand(name: string, main: () => Promise<void>): void {
    main().catch((error: Error) => {
        console.error(`${name}: ${error.message}`);
        process.exitCode = error instanceof OptionError ? 2 : 1;
    });
}

/** A path as the user meant it: from where the command was called, which `npm run` leaves for the package's folder. */
export function userPath(text: string): string {
    return resolve(process.env.INIT_CWD ?? process.cwd(), text);
}

import { Presets, SingleBar } from "cli-progress";

/** A progress bar on standard error; where that is no terminal, a line every half minute; nothing when `quiet`. */
export function progressBar(format: string, quiet = false): SingleBar {
    return new SingleBar(
        {
            format,
            noTTYOutput: !quiet,
            notTTYSchedule: 30_000,
            hideCursor: true,
            stopOnComplete: false,
            ...(quiet ? { stream: silent } : {}),
        },
        Presets.shades_classic,
    );
}

/** A turn of the event loop: native kernels never wait, and without one a bar's timer would not run. */
export function turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}

/** A stream that is no terminal: with `noTTYOutput` off, nothing is written to it. */
const silent = { isTTY: false, write: () => true } as unknown as NodeJS.WritableStream;

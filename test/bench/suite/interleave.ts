import { type Spread, spread } from "../spread.js";

/** What one run of an arm does; `lap` ends the time that counts, else it ends with the run. */
export type Arm = (run: number, lap: () => void) => Promise<void>;

/**
 * Milliseconds of each arm over `runCount` rounds. In each round every arm runs once, in an order that turns from round to
 * round; a first round warms up and is not counted.
 */
export async function interleave<Name extends string>(
    arms: Readonly<Record<Name, Arm>>,
    runCount: number,
): Promise<Record<Name, Spread>> {
    const names = Object.keys(arms) as Name[];
    const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
    for (let run = 0; run <= runCount; run++) {
        for (let turn = 0; turn < names.length; turn++) {
            const name = names[(run + turn) % names.length];
            const started = performance.now();
            let ended = Number.NaN;
            await arms[name](run, () => {
                ended = performance.now();
            });
            if (run > 0) {
                times[name].push((Number.isNaN(ended) ? performance.now() : ended) - started);
            }
        }
    }
    return Object.fromEntries(names.map((name) => [name, spread(times[name])])) as Record<Name, Spread>;
}

/**
 * How often to repeat a piece of work within one submit so that it lasts long enough for the host's clock: doubled until
 * it does.
 */
export async function repeatsFor(
    leastMilliseconds: number,
    run: (repeats: number) => Promise<void>,
    most = 256,
): Promise<number> {
    await run(1);
    for (let repeats = 1; ; repeats *= 2) {
        const started = performance.now();
        await run(repeats);
        if (performance.now() - started >= leastMilliseconds || repeats >= most) {
            return repeats;
        }
    }
}

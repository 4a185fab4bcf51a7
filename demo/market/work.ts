/** Longest piece of the page's own work since it was last asked, milliseconds. */
let longest = 0;
const isMarking = new URLSearchParams(globalThis.location?.search).has("marks");

/** Does a piece of the page's own work and notes how long it took; with `?marks` also on the browser's timeline. */
export function timed<T>(name: string, work: () => T): T {
    const start = performance.now();
    try {
        return work();
    } finally {
        const end = performance.now();
        longest = Math.max(longest, end - start);
        if (isMarking) performance.measure(`market: ${name}`, { start, end });
    }
}

/** The longest piece since the last call. */
export function takeLongest(): number {
    const milliseconds = longest;
    longest = 0;
    return milliseconds;
}

/** Lets the browser do what waits, in a task of its own. */
export function nextTask(): Promise<void> {
    return new Promise((proceed) => setTimeout(proceed));
}

/** Milliseconds of a slice of work that is done between frames. */
const SLICE = 4;

/** Runs a generator to its end in slices that leave the thread free between them. */
export async function inSlices<T>(name: string, work: Generator<void, T>): Promise<T> {
    for (;;) {
        const step = timed(name, () => {
            const start = performance.now();
            let next = work.next();
            while (!next.done && performance.now() - start < SLICE) next = work.next();
            return next;
        });
        if (step.done) return step.value;
        await nextTask();
    }
}

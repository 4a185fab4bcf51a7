/** Longest piece of the page's own work since it was last asked, milliseconds. */
let longest = 0;
const isMarking = new URLSearchParams(location.search).has("marks");

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

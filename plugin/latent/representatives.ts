const MOST_ROUNDS = 10;

/**
 * Those of some codes that stand for all of them: each code is near one of them (k-medoids, Kaufman and Rousseeuw 1987,
 * begun at codes that differ as much as can be and improved by turns).
 *
 * @param codes [latentSize] each
 * @returns `count` of them, or all where there are fewer
 */
export function representatives(codes: readonly Float32Array[], count: number): Float32Array[] {
    let chosen = mostDifferent(codes, count);
    for (let round = 0; chosen.length > 0 && round < MOST_ROUNDS; round++) {
        const groups = chosen.map((): Float32Array[] => []);
        for (const code of codes) groups[nearest(code, chosen)].push(code);
        const next = groups.map((group, n) => (group.length > 0 ? medoid(group) : chosen[n]));
        if (next.every((code, n) => code === chosen[n])) break;
        chosen = next;
    }
    return chosen;
}

/** Those that differ most: the first, and then always the one farthest from all before. */
export function mostDifferent(codes: readonly Float32Array[], count: number): Float32Array[] {
    const gaps = codes.map(() => Number.POSITIVE_INFINITY);
    const chosen = codes.slice(0, Math.min(1, count));
    while (chosen.length < Math.min(count, codes.length)) {
        const last = chosen[chosen.length - 1];
        for (const [n, code] of codes.entries()) gaps[n] = Math.min(gaps[n], squaredGap(code, last));
        chosen.push(codes[gaps.indexOf(Math.max(...gaps))]);
    }
    return chosen;
}

/** The code that is nearest to all others of a group. */
function medoid(group: readonly Float32Array[]): Float32Array {
    const sums = group.map((code) => group.reduce((sum, other) => sum + squaredGap(code, other), 0));
    return group[sums.indexOf(Math.min(...sums))];
}

function nearest(code: Float32Array, chosen: readonly Float32Array[]): number {
    const gaps = chosen.map((other) => squaredGap(code, other));
    return gaps.indexOf(Math.min(...gaps));
}

function squaredGap(a: Float32Array, b: Float32Array): number {
    return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

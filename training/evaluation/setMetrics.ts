/** How samples of a prior compare, as a set, with true shapes never trained on. */
export interface SetFigures {
    /** Share of true shapes that are the nearest one of some sample (Achlioptas et al. 2018). */
    readonly coverage: number;
    /** Mean distance of a true shape to its nearest sample. */
    readonly minimumMatching: number;
    /**
     * Share of shapes, true and sampled, whose nearest other shape is of their own kind: 0.5 where the sets cannot be
     * told apart, 1 where they can (Lopez-Paz and Oquab 2017; Yang et al. 2019).
     */
    readonly nearestNeighbourAccuracy: number;
}

/**
 * @param distances [n, n] symmetric, of all shapes: the first `sampleCount` are samples, the rest are true
 * @throws unless there are at least one of each and two of one
 */
export function compareSets(distances: readonly (readonly number[])[], sampleCount: number): SetFigures {
    const count = distances.length;
    if (!(sampleCount >= 1 && sampleCount < count && count >= 3)) {
        throw new Error(
            `compareSets: ${sampleCount} samples of ${count} shapes; expected at least one of each and three`,
        );
    }
    const covered = new Set<number>();
    for (let s = 0; s < sampleCount; s++) covered.add(nearest(distances[s], s, sampleCount, count));
    let matching = 0;
    for (let t = sampleCount; t < count; t++) matching += distances[t][nearest(distances[t], t, 0, sampleCount)];
    let alike = 0;
    for (let i = 0; i < count; i++) {
        const other = nearest(distances[i], i, 0, count);
        alike += other < sampleCount === i < sampleCount ? 1 : 0;
    }
    return {
        coverage: covered.size / (count - sampleCount),
        minimumMatching: matching / (count - sampleCount),
        nearestNeighbourAccuracy: alike / count,
    };
}

/** The index from `from` to before `to`, other than `self`, of the least distance. */
function nearest(row: readonly number[], self: number, from: number, to: number): number {
    let best = -1;
    for (let i = from; i < to; i++) if (i !== self && (best < 0 || row[i] < row[best])) best = i;
    return best;
}

import { NearestPoints } from "./nearestPoints.js";
import type { SurfacePoints } from "./surfacePoints.js";

/** How near one surface is to another, both as points. */
export interface SurfaceFigures {
    /**
     * Mean squared distance from each result point to the truth, plus the same the other way: Park et al. 2019, section
     * 6 (there with 30 000 points); model units squared.
     */
    readonly chamfer: number;
    /** Harmonic mean of the shares of points within the threshold of the other surface (Knapitsch et al. 2017). */
    readonly fScore: number;
    /** Mean |cosine| between normals of nearest points, both ways (Mescheder et al. 2019). */
    readonly normalConsistency: number;
    /** The distance within which 90 % of the result's points are of the truth; model units. Park et al. 2019. */
    readonly accuracy: number;
    /** Share of the truth's points that the result comes within 0.01 of; Park et al. 2019, model units. */
    readonly completion: number;
}

const ACCURACY_SHARE = 0.9;
const COMPLETION_DISTANCE = 0.01;

/** @param threshold of the F-score, model units */
export function compareSurfaces(result: SurfacePoints, truth: SurfacePoints, threshold: number): SurfaceFigures {
    const there = nearestDistances(result, truth);
    const back = nearestDistances(truth, result);
    const precision = shareWithin(there.squared, threshold);
    const recall = shareWithin(back.squared, threshold);
    return {
        chamfer: mean(there.squared) + mean(back.squared),
        fScore: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
        normalConsistency: (mean(there.cosines) + mean(back.cosines)) / 2,
        accuracy: Math.sqrt(there.squared.slice().sort()[Math.ceil(ACCURACY_SHARE * there.squared.length) - 1]),
        completion: shareWithin(back.squared, COMPLETION_DISTANCE),
    };
}

function nearestDistances(from: SurfacePoints, to: SurfacePoints): { squared: Float64Array; cosines: Float64Array } {
    const tree = new NearestPoints(to.positions);
    const count = from.positions.length / 3;
    const squared = new Float64Array(count);
    const cosines = new Float64Array(count);
    for (let n = 0; n < count; n++) {
        const at = 3 * n;
        const found = 3 * tree.find(from.positions[at], from.positions[at + 1], from.positions[at + 2]);
        squared[n] = tree.squaredDistance;
        cosines[n] = Math.abs(
            from.normals[at] * to.normals[found] +
                from.normals[at + 1] * to.normals[found + 1] +
                from.normals[at + 2] * to.normals[found + 2],
        );
    }
    return { squared, cosines };
}

function shareWithin(squared: Float64Array, distance: number): number {
    let count = 0;
    for (const value of squared) count += value <= distance * distance ? 1 : 0;
    return count / squared.length;
}

export function mean(values: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i];
    return sum / values.length;
}

/** Chamfer distance of points alone, model units squared. Trees may be shared between calls. */
export function chamferDistance(
    a: { readonly positions: Float32Array; readonly tree: NearestPoints },
    b: { readonly positions: Float32Array; readonly tree: NearestPoints },
): number {
    return meanSquared(a.positions, b.tree) + meanSquared(b.positions, a.tree);
}

function meanSquared(positions: Float32Array, tree: NearestPoints): number {
    let sum = 0;
    for (let at = 0; at < positions.length; at += 3) {
        tree.find(positions[at], positions[at + 1], positions[at + 2]);
        sum += tree.squaredDistance;
    }
    return (3 * sum) / positions.length;
}

import type { Field } from "../field/field.js";
import { LatentRandom } from "../latent/random.js";
import type { Bounds } from "../model/decoder.js";
import type { Candidate } from "./fit.js";
import { clampInto, type FitState } from "./fitProblem.js";
import { createObservations, type Observations, spreadEvenly } from "./observations.js";
import { toModel } from "./pose.js";
import type { UnitScan } from "./scan.js";

/** How far a completion is to be believed. */
export interface Confidence {
    /**
     * From 0 to 1: the product of how much is explained, how little is contradicted, how ordinary the shape is and how
     * well distances on and beside the seen surface agree.
     */
    readonly value: number;
    /** Median distance of the observed points to the shape, as a part of the shape's longest side. */
    readonly residual: number;
    /**
     * Share of the observed points within 1.2 % of the longest side of the shape, or more where the scan itself scatters
     * more: the distance there is as small, and the surface, not only a low value of the field, lies as near along the
     * scan's normal.
     */
    readonly explained: number;
    /** Share of the space seen to be empty that the shape fills by more than 1 % of its longest side. */
    readonly violated: number;
    /** How ordinary the code is, 0 to 1: 1 up to the distance from its component's mean that samples have. */
    readonly typicality: number;
    /**
     * Mean squared error of the distances on and beside the seen surface, large ones capped; 1 at 0.55 % of the side, or
     * at the scan's own scatter where that is more.
     */
    readonly misfit: number;
}

const SAMPLES = 1024;
/** Observed points by which it is told how much is explained. */
const SURFACE_SAMPLES = 384;
const NEAR = 0.012;
const DEEP = 0.01;
/** Of the distances, unit frame: an error that counts 1, and what errors are capped at. */
const ERROR = 0.01;
const LARGEST_ERROR = 0.06;
/** Misfit of shapes that a decoder knows, and by how much more confidence falls to 1/e. */
const USUAL_MISFIT = 0.75;
const MISFIT_RANGE = 2;

/**
 * Measures a candidate against samples that its fit did not see.
 *
 * @param noise the scan's own deviation from a surface, unit frame: what is more than a decoder's errors is forgiven
 */
export async function judge(
    field: Field,
    bounds: Bounds,
    scan: UnitScan,
    normals: Float32Array,
    { state, typicality }: Pick<Candidate, "state" | "typicality">,
    noise = 0,
    signal?: AbortSignal,
): Promise<Confidence> {
    const observations = createObservations(scan, normals, SAMPLES, 99);
    const { points, excess } = clampInto(bounds, toModel(state.pose, observations.points));
    const distances = await field.evaluateAsync(state.latent, points, { signal });
    const side = 0.9 * Math.max(...bounds.max.map((max, axis) => max - bounds.min[axis]));
    let [emptyCount, filledCount, errors] = [0, 0, 0];
    for (let n = 0; n < distances.length; n++) {
        const distance = distances[n] + excess[n];
        errors += squaredError(observations, n, state.pose.scale * distance);
        if (observations.isBound[n]) {
            emptyCount++;
            filledCount += distance < -DEEP * side ? 1 : 0;
        }
    }
    const blur = Math.max(1, noise / ERROR);
    const { explained, residual } = await explain(field, bounds, side, blur * NEAR, scan, normals, state, signal);
    const violated = emptyCount > 0 ? filledCount / emptyCount : 0;
    const misfit = errors / distances.length / (blur * ERROR) ** 2;
    const agreement = Math.exp(-Math.max(0, misfit - USUAL_MISFIT) / MISFIT_RANGE);
    return {
        value: explained ** 2 * (1 - violated) ** 2 * typicality * agreement,
        residual,
        explained,
        violated,
        typicality,
        misfit,
    };
}

/** How near the shape's surface is to points of the scan, as a part of its longest side `side`, model units. */
async function explain(
    field: Field,
    bounds: Bounds,
    side: number,
    near: number,
    scan: UnitScan,
    normals: Float32Array,
    { pose, latent }: FitState,
    signal: AbortSignal | undefined,
): Promise<Pick<Confidence, "explained" | "residual">> {
    const chosen = spreadEvenly(scan.positions, SURFACE_SAMPLES, new LatentRandom(0x5ee, 99));
    const reach = near * side * pose.scale;
    // Each point, and as far in front of it and behind it as the surface may be.
    const probes = new Float32Array(9 * chosen.length);
    chosen.forEach((index, n) => {
        for (let axis = 0; axis < 3; axis++) {
            const [at, normal] = [scan.positions[3 * index + axis], reach * normals[3 * index + axis]];
            [at, at + normal, at - normal].forEach((value, probe) => {
                probes[9 * n + 3 * probe + axis] = value;
            });
        }
    });
    const { points, excess } = clampInto(bounds, toModel(pose, probes));
    const distances = await field.evaluateAsync(latent, points, { signal });
    const misses: number[] = [];
    let explained = 0;
    for (const [n, index] of chosen.entries()) {
        const [here, before, behind] = [0, 1, 2].map((probe) => distances[3 * n + probe] + excess[3 * n + probe]);
        const miss = Math.abs(here) / side;
        // Without a normal the distance has to do.
        const isLost = normals.subarray(3 * index, 3 * index + 3).every((value) => value === 0);
        const isCrossed = isLost || here < 0 !== before < 0 || here < 0 !== behind < 0;
        misses.push(miss);
        explained += miss <= near && isCrossed ? 1 : 0;
    }
    misses.sort((a, b) => a - b);
    return {
        explained: explained / Math.max(1, misses.length),
        residual: misses[misses.length >> 1] ?? Number.POSITIVE_INFINITY,
    };
}

function squaredError({ targets, isBound, isEitherSide }: Observations, n: number, distance: number): number {
    const error = (isEitherSide[n] ? Math.abs(distance) : distance) - targets[n];
    return isBound[n] && error > 0 ? 0 : Math.min(error * error, LARGEST_ERROR ** 2);
}

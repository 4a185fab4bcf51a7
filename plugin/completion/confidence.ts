import type { Field } from "../field/field.js";
import type { Bounds } from "../model/decoder.js";
import type { Candidate } from "./fit.js";
import { clampInto } from "./fitProblem.js";
import { createObservations, type Observations } from "./observations.js";
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
    /** Share of the observed points within 1.2 % of the longest side of the shape. */
    readonly explained: number;
    /** Share of the space seen to be empty that the shape fills by more than 1 % of its longest side. */
    readonly violated: number;
    /** How ordinary the code is, 0 to 1: 1 up to the distance from its component's mean that samples have. */
    readonly typicality: number;
    /** Mean squared error of the distances on and beside the seen surface, large ones capped; 1 at 0.55 % of the side. */
    readonly misfit: number;
}

const SAMPLES = 1024;
const NEAR = 0.012;
const DEEP = 0.01;
/** Of the distances, unit frame: an error that counts 1, and what errors are capped at. */
const ERROR = 0.01;
const LARGEST_ERROR = 0.06;
/** Misfit of shapes that a decoder knows, and by how much more confidence falls to 1/e. */
const USUAL_MISFIT = 0.75;
const MISFIT_RANGE = 2;

/** Measures a candidate against samples that its fit did not see. */
export async function judge(
    field: Field,
    bounds: Bounds,
    scan: UnitScan,
    normals: Float32Array,
    { state, typicality }: Pick<Candidate, "state" | "typicality">,
    signal?: AbortSignal,
): Promise<Confidence> {
    const observations = createObservations(scan, normals, SAMPLES, 99);
    const { points, excess } = clampInto(bounds, toModel(state.pose, observations.points));
    const distances = await field.evaluateAsync(state.latent, points, { signal });
    const side = 0.9 * Math.max(...bounds.max.map((max, axis) => max - bounds.min[axis]));
    const onSurface: number[] = [];
    let [emptyCount, filledCount, errors] = [0, 0, 0];
    for (let n = 0; n < distances.length; n++) {
        const distance = (distances[n] + excess[n]) / side;
        errors += squaredError(observations, n, state.pose.scale * (distances[n] + excess[n]));
        if (observations.isBound[n]) {
            emptyCount++;
            filledCount += distance < -DEEP ? 1 : 0;
        } else if (observations.targets[n] === 0) {
            onSurface.push(Math.abs(distance));
        }
    }
    onSurface.sort((a, b) => a - b);
    const explained = onSurface.filter((distance) => distance <= NEAR).length / Math.max(1, onSurface.length);
    const violated = emptyCount > 0 ? filledCount / emptyCount : 0;
    const misfit = errors / distances.length / ERROR ** 2;
    const agreement = Math.exp(-Math.max(0, misfit - USUAL_MISFIT) / MISFIT_RANGE);
    return {
        value: explained ** 2 * (1 - violated) ** 2 * typicality * agreement,
        residual: onSurface[onSurface.length >> 1] ?? Number.POSITIVE_INFINITY,
        explained,
        violated,
        typicality,
        misfit,
    };
}

function squaredError({ targets, isBound, isEitherSide }: Observations, n: number, distance: number): number {
    const error = (isEitherSide[n] ? Math.abs(distance) : distance) - targets[n];
    return isBound[n] && error > 0 ? 0 : Math.min(error * error, LARGEST_ERROR ** 2);
}

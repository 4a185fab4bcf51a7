import type { Field } from "../field/field.js";
import type { Bounds } from "../model/decoder.js";
import { coarseFieldsOf } from "./coarseField.js";
import { type CodeComponent, nearestComponent } from "./codePrior.js";
import { FitProblem, type FitState, type FitWeights } from "./fitProblem.js";
import { type Fit, minimise } from "./levenbergMarquardt.js";
import { createObservations, type Observations } from "./observations.js";
import type { Similarity } from "./pose.js";
import type { UnitScan } from "./scan.js";
import { chooseStarts, startCodes } from "./starts.js";

/** One pass of the search over the guesses left: coarse ones see few samples, forgive much and are many. */
interface Stage {
    readonly sampleCount: number;
    readonly keep: number;
    readonly iterations: number;
    readonly noise: number;
    readonly outlier: number;
}

const SCORE_SAMPLES = 72;

const STAGES: readonly Stage[] = [
    { sampleCount: 96, keep: 64, iterations: 3, noise: 0.03, outlier: 0.15 },
    { sampleCount: 192, keep: 14, iterations: 4, noise: 0.02, outlier: 0.12 },
    { sampleCount: 384, keep: 5, iterations: 5, noise: 0.012, outlier: 0.08 },
    { sampleCount: 1024, keep: 3, iterations: 7, noise: 0.01, outlier: 0.06 },
];

/** Sensor noise and shapes that the decoder can't show leave about this much said by all samples together. */
const EFFECTIVE_COUNT = 400;

const TILT = (8 * Math.PI) / 180;
const GROWTH = 0.25;

export interface SearchOptions {
    readonly starts: { readonly poses: readonly Similarity[]; readonly upAxis: number };
    readonly signal?: AbortSignal;
    /** Told the share that is done, from 0 to 1. */
    readonly onProgress?: (share: number) => void;
}

/** A guess that went through all stages. */
export interface Candidate extends Fit {
    readonly category: string | null;
    /** From 0 to 1: 1 up to the distance from its component's mean that samples of the prior have. */
    readonly typicality: number;
}

/**
 * Codes and poses that explain a scan, best first: many starts are scored, the best refined by Levenberg and
 * Marquardt's method in stages of more samples and less forgiveness, the worse half left behind each time.
 *
 * @param normals [n, 3] outward, zeros where unknown
 */
export async function searchShapes(
    field: Field,
    bounds: Bounds,
    prior: readonly CodeComponent[],
    scan: UnitScan,
    normals: Float32Array,
    { starts, signal, onProgress }: SearchOptions,
): Promise<Candidate[]> {
    const codes = startCodes(prior);
    const coarse = await coarseFieldsOf(field, bounds, codes, signal, (share) => onProgress?.(0.2 * share));
    const look = createObservations(scan, normals, SCORE_SAMPLES, 1);
    let states: FitState[] = chooseStarts(codes, coarse, starts.poses, look, STAGES[0].keep);
    onProgress?.(0.2);
    let fits: Fit[] = [];
    const total = STAGES.reduce((sum, { sampleCount, keep, iterations }) => sum + sampleCount * keep * iterations, 0);
    let done = 0;
    for (const [index, stage] of STAGES.entries()) {
        const problem = problemOf(
            field,
            bounds,
            prior,
            createObservations(scan, normals, stage.sampleCount, 2 + index),
            stage,
            starts.upAxis,
            signal,
        );
        fits = [];
        for (const state of states.slice(0, stage.keep)) {
            fits.push(await minimise(problem, state, stage.iterations));
            done += stage.sampleCount * stage.iterations;
            onProgress?.(0.2 + (0.8 * done) / total);
        }
        fits.sort((a, b) => a.cost - b.cost);
        states = fits.map(({ state }) => state);
    }
    return fits.map((fit) => {
        const { component, squared } = nearestComponent(prior, fit.state.latent);
        const excess = Math.max(0, squared / field.latentSize - 1);
        return { ...fit, category: component.category, typicality: Math.exp(-excess) };
    });
}

/** The problem of the last stage: what a search minimises in the end. */
export function finalProblem(
    field: Field,
    bounds: Bounds,
    prior: readonly CodeComponent[],
    scan: UnitScan,
    normals: Float32Array,
    upAxis: number,
): FitProblem {
    const stage = STAGES[STAGES.length - 1];
    const observations = createObservations(scan, normals, stage.sampleCount, 1 + STAGES.length);
    return problemOf(field, bounds, prior, observations, stage, upAxis, undefined);
}

function problemOf(
    field: Field,
    bounds: Bounds,
    prior: readonly CodeComponent[],
    observations: Observations,
    { noise, outlier }: Stage,
    upAxis: number,
    signal: AbortSignal | undefined,
): FitProblem {
    const weights: FitWeights = { noise, outlier, effectiveCount: EFFECTIVE_COUNT, tilt: TILT, growth: GROWTH };
    return new FitProblem(field, bounds, prior, observations, weights, upAxis, signal);
}

import type { Field } from "../field/field.js";
import type { Bounds } from "../model/decoder.js";
import { coarseFieldsOf } from "./coarseField.js";
import { type CodeFamily, nearestComponent } from "./codePrior.js";
import type { Extent } from "./extent.js";
import { FitProblem, type FitState, type FitWeights } from "./fitProblem.js";
import { minimise } from "./levenbergMarquardt.js";
import { createObservations, type Observations } from "./observations.js";
import type { Similarity } from "./pose.js";
import type { UnitScan } from "./scan.js";
import { chooseShapes, chooseStarts, startCodes } from "./starts.js";

/** One pass of the search over the guesses left: coarse ones see few samples, forgive much and are many. */
interface Stage {
    readonly sampleCount: number;
    readonly keep: number;
    readonly iterations: number;
    readonly noise: number;
    readonly outlier: number;
    /** How far the size may go from the start's (deviation of the logarithm): a code has to change before its size. */
    readonly growth: number;
}

const SCORE_SAMPLES = 72;

const STAGES: readonly Stage[] = [
    { sampleCount: 96, keep: 64, iterations: 2, noise: 0.03, outlier: 0.15, growth: 0.02 },
    { sampleCount: 160, keep: 32, iterations: 3, noise: 0.02, outlier: 0.12, growth: 0.03 },
    { sampleCount: 256, keep: 12, iterations: 4, noise: 0.012, outlier: 0.08, growth: 0.06 },
    { sampleCount: 1024, keep: 3, iterations: 6, noise: 0.01, outlier: 0.06, growth: 0.06 },
];

/** Of the guesses: shapes drawn from the prior; the rest begins at its components' means. */
const SHAPES = 32;
/** Samples that those shapes are chosen by. */
const SHAPE_SAMPLES = 48;

/** Sensor noise and shapes that the decoder can't show leave about this much said by all samples together. */
const EFFECTIVE_COUNT = 400;

const TILT = (8 * Math.PI) / 180;

export interface SearchOptions {
    readonly starts: { readonly poses: readonly Similarity[]; readonly upAxis: number; readonly extent: Extent };
    readonly signal?: AbortSignal;
    /** Told the share that is done, from 0 to 1. */
    readonly onProgress?: (share: number) => void;
}

/** A guess after a stage. */
interface Fit {
    readonly state: FitState;
    readonly cost: number;
    readonly dataCost: number;
    /** Twice the negative logarithm of how well the neighbourhood as a whole explains the scan (Laplace's approximation). */
    readonly evidence: number;
    /** Evaluations of the field with its derivatives, all stages together. */
    readonly iterations: number;
}

/** A guess that went through all stages. */
export interface Candidate extends Fit {
    readonly category: string | null;
    /** From 0 to 1: 1 up to the distance from its family's mean that samples of the prior have. */
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
    prior: readonly CodeFamily[],
    scan: UnitScan,
    normals: Float32Array,
    { starts, signal, onProgress }: SearchOptions,
): Promise<Candidate[]> {
    const begin = startCodes(prior);
    const coarse = await coarseFieldsOf(field, bounds, begin.codes, signal, (share) => onProgress?.(0.2 * share));
    const look = createObservations(scan, normals, SCORE_SAMPLES, 1);
    const problemWith = (stage: Stage, sampleCount: number, seed: number) => {
        const observations = createObservations(scan, normals, sampleCount, seed);
        return problemOf(field, bounds, prior, observations, stage, starts.upAxis, starts.extent, signal);
    };
    const first = chooseStarts(begin, coarse, starts.poses, look, starts.extent, STAGES[0].keep - SHAPES);
    const trial = problemWith(STAGES[0], SHAPE_SAMPLES, 1);
    const shapes = await chooseShapes(prior, first.posesOf, (...pair) => trial.dataCostsOf(...pair), SHAPES);
    let guesses: readonly Pick<Fit, "state" | "iterations">[] = [...first.states, ...shapes].map((state) => ({
        state,
        iterations: 0,
    }));
    onProgress?.(0.3);
    let fits: Fit[] = [];
    const total = STAGES.reduce((sum, { sampleCount, keep, iterations }) => sum + sampleCount * keep * iterations, 0);
    let done = 0;
    for (const [index, stage] of STAGES.entries()) {
        const problem = problemWith(stage, stage.sampleCount, 2 + index);
        fits = [];
        for (const { state, iterations } of guesses.slice(0, stage.keep)) {
            fits.push(await fitFrom(problem, state, iterations, stage.iterations));
            done += stage.sampleCount * stage.iterations;
            onProgress?.(0.3 + (0.7 * done) / total);
        }
        fits.sort((a, b) => a.evidence - b.evidence);
        guesses = fits;
    }
    return fits.map((fit) => {
        const { component, squared } = nearestComponent(prior, fit.state.latent);
        const excess = Math.max(0, squared / field.latentSize - 1);
        return { ...fit, category: component.category, typicality: Math.exp(-excess) };
    });
}

async function fitFrom(problem: FitProblem, start: FitState, before: number, most: number): Promise<Fit> {
    const { state, at, iterations } = await minimise(problem, start, most);
    const { cost, dataCost } = at;
    return { state, cost, dataCost, evidence: cost + problem.narrowness(state, at), iterations: before + iterations };
}

/** The problem of the last stage: what a search minimises in the end. */
export function finalProblem(
    field: Field,
    bounds: Bounds,
    prior: readonly CodeFamily[],
    scan: UnitScan,
    normals: Float32Array,
    { upAxis, extent }: Pick<SearchOptions["starts"], "upAxis" | "extent">,
): FitProblem {
    const stage = STAGES[STAGES.length - 1];
    const observations = createObservations(scan, normals, stage.sampleCount, 1 + STAGES.length);
    return problemOf(field, bounds, prior, observations, stage, upAxis, extent, undefined);
}

function problemOf(
    field: Field,
    bounds: Bounds,
    prior: readonly CodeFamily[],
    observations: Observations,
    { noise, outlier, growth }: Stage,
    upAxis: number,
    extent: Extent,
    signal: AbortSignal | undefined,
): FitProblem {
    const weights: FitWeights = { noise, outlier, effectiveCount: EFFECTIVE_COUNT, tilt: TILT, growth };
    return new FitProblem(field, bounds, prior, observations, weights, upAxis, extent, signal);
}

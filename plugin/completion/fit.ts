import type { Field } from "../field/field.js";
import { mapTogether } from "../field/together.js";
import type { Bounds } from "../model/decoder.js";
import { coarseFieldsOf } from "./coarseField.js";
import { type CodeFamily, nearestComponent } from "./codePrior.js";
import type { Extent } from "./extent.js";
import { FitProblem, type FitState, type FitWeights } from "./fitProblem.js";
import { minimise } from "./levenbergMarquardt.js";
import { createObservations, type Observations } from "./observations.js";
import type { UnitScan } from "./scan.js";
import { type Contradictions, SightLines } from "./sightLines.js";
import type { StanceOptions } from "./stances.js";
import { AT_ONCE, type CostsOf, chooseStarts, otherShapes, startCodes } from "./starts.js";

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

/** Samples that coarse fields are held against. */
const LOOK_SAMPLES = 160;

const STAGES: readonly Stage[] = [
    { sampleCount: 96, keep: 96, iterations: 2, noise: 0.03, outlier: 0.15, growth: 0.02 },
    { sampleCount: 160, keep: 32, iterations: 3, noise: 0.02, outlier: 0.12, growth: 0.03 },
    { sampleCount: 256, keep: 12, iterations: 4, noise: 0.012, outlier: 0.12, growth: 0.06 },
    { sampleCount: 1024, keep: 3, iterations: 6, noise: 0.01, outlier: 0.06, growth: 0.06 },
];

/** The stage after which other shapes are tried in the poses that were found. */
const RENEWED_STAGE = 1;

/** The first stage after which lines of sight are followed, and the guesses for which they are. */
const SIGHTED_STAGE = 2;
const SIGHTED_GUESSES = 6;

/** Samples that starts are chosen by. */
const TRIAL_SAMPLES = 48;

/** Sensor noise and shapes that the decoder can't show leave about this much said by all samples together. */
const EFFECTIVE_COUNT = 400;

const TILT = (8 * Math.PI) / 180;

export interface SearchOptions {
    readonly starts: StanceOptions;
    /** The scan's own deviation from a surface, unit frame; less than the decoder's own errors does not count. */
    readonly noise: number;
    /** How many times as many guesses are followed as usual. */
    readonly effort: number;
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
    /** Lines of sight through it, where they were followed. */
    readonly contradictions?: Contradictions;
}

/** A guess that went through all stages. */
export interface Candidate extends Fit {
    readonly category: string | null;
    /** From 0 to 1: 1 up to the distance from its family's mean that samples of the prior have. */
    readonly typicality: number;
}

/**
 * Codes and poses that explain a scan, best first: many starts are scored, the best refined by Levenberg and
 * Marquardt's method in stages of more samples and less forgiveness, the worse ones left behind each time; once poses are
 * nearly right, other shapes are tried in them. Those that come through last are held against the lines of sight.
 *
 * @param normals [n, 3] outward, zeros where unknown
 */
export async function searchShapes(
    field: Field,
    bounds: Bounds,
    prior: readonly CodeFamily[],
    scan: UnitScan,
    normals: Float32Array,
    { starts, noise, effort, signal, onProgress }: SearchOptions,
): Promise<Candidate[]> {
    const begin = startCodes(prior);
    const coarse = await coarseFieldsOf(field, bounds, begin.codes, signal, (share) => onProgress?.(0.2 * share));
    const { upAxis, extent } = starts;
    const problems = problemsOfStages(field, bounds, prior, scan, normals, { ...starts, noise }, signal);
    const look = createObservations(scan, normals, LOOK_SAMPLES, 1);
    const lines = SightLines.of(scan);
    const few = createObservations(scan, normals, TRIAL_SAMPLES, 1);
    const trial = problemOf(field, bounds, prior, few, STAGES[0], upAxis, extent, signal);
    const costsOf: CostsOf = (latent, poses) => trial.dataCostsOf(latent, poses);
    const chosen = await chooseStarts(begin, coarse, starts, look, costsOf, effort * STAGES[0].keep);
    let guesses: readonly Pick<Fit, "state" | "iterations" | "contradictions">[] = chosen.map((state) => ({
        state,
        iterations: 0,
    }));
    onProgress?.(0.3);
    let fits: Fit[] = [];
    const workOf = ({ sampleCount, keep, iterations }: Stage) => effort * keep * sampleCount * iterations;
    const total = STAGES.reduce((sum, stage) => sum + workOf(stage), 0);
    let done = 0;
    for (const [index, stage] of STAGES.entries()) {
        const problem = problems[index];
        const kept = guesses.slice(0, effort * stage.keep);
        fits = await mapTogether(kept, AT_ONCE, async ({ state, iterations, contradictions }) => {
            const held = contradictions ? problem.with(contradictions.observations) : problem;
            const fit = await fitFrom(held, state, iterations, stage.iterations);
            done += stage.sampleCount * stage.iterations;
            onProgress?.(0.3 + (0.7 * done) / total);
            return { ...fit, contradictions };
        });
        fits.sort(byEvidence);
        if (index === RENEWED_STAGE) {
            const found = fits.map(({ state: { pose, latent } }) => ({ pose, family: familyOf(prior, latent) }));
            const others = await otherShapes(found, (latent, poses) => problem.dataCostsOf(latent, poses));
            fits.push(...(await mapTogether(others, AT_ONCE, (state) => fitFrom(problem, state, 0, stage.iterations))));
            fits.sort(byEvidence);
        }
        if (lines && index >= SIGHTED_STAGE) {
            const best = fits.slice(0, effort * SIGHTED_GUESSES);
            fits = await mapTogether(best, AT_ONCE, async (fit) =>
                contradicted(fit, await lines.contradictions(field, bounds, fit.state, signal), problem),
            );
            fits.sort(byEvidence);
        }
        guesses = fits;
    }
    return fits.map((fit) => {
        const { component, squared } = nearestComponent(prior, fit.state.latent);
        const excess = Math.max(0, squared / field.latentSize - 1);
        return { ...fit, category: component.category, typicality: Math.exp(-excess) };
    });
}

/** A fit after its lines of sight were followed: those that it did not know of before cost it something. */
function contradicted(fit: Fit, contradictions: Contradictions, problem: FitProblem): Fit {
    const known = new Set(fit.contradictions?.lines);
    const { targets, weights } = contradictions.observations;
    let more = 0;
    for (const [n, line] of contradictions.lines.entries()) {
        if (!known.has(line)) more += problem.costOf(contradictions.depths[n] - targets[n], weights[n]);
    }
    const { cost, dataCost, evidence } = fit;
    return { ...fit, contradictions, cost: cost + more, dataCost: dataCost + more, evidence: evidence + more };
}

function byEvidence(a: Fit, b: Fit): number {
    return a.evidence - b.evidence;
}

function familyOf(prior: readonly CodeFamily[], latent: Float32Array): CodeFamily {
    const { category } = nearestComponent(prior, latent).component;
    return prior.find((family) => family.category === category)!;
}

async function fitFrom(problem: FitProblem, start: FitState, before: number, most: number): Promise<Fit> {
    const { state, at, iterations } = await minimise(problem, start, most);
    const { cost, dataCost } = at;
    return { state, cost, dataCost, evidence: cost + problem.narrowness(state, at), iterations: before + iterations };
}

/** What each stage of a search minimises, from first to last. */
export function problemsOfStages(
    field: Field,
    bounds: Bounds,
    prior: readonly CodeFamily[],
    scan: UnitScan,
    normals: Float32Array,
    { upAxis, extent, noise = 0 }: Pick<StanceOptions, "upAxis" | "extent"> & Partial<Pick<SearchOptions, "noise">>,
    signal?: AbortSignal,
): FitProblem[] {
    return STAGES.map((least, index) => {
        const stage = { ...least, noise: Math.max(least.noise, noise) };
        const observations = createObservations(scan, normals, stage.sampleCount, 2 + index);
        return problemOf(field, bounds, prior, observations, stage, upAxis, extent, signal);
    });
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

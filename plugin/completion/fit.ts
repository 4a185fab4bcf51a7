import type { Field } from "../field/field.js";
import { mapTogether } from "../field/together.js";
import type { Bounds } from "../model/decoder.js";
import { type CodeFamily, nearestComponent } from "./codePrior.js";
import type { Extent } from "./extent.js";
import { FitProblem, type FitState, type FitWeights } from "./fitProblem.js";
import { minimise } from "./levenbergMarquardt.js";
import { createObservations, type Observations } from "./observations.js";
import type { UnitScan } from "./scan.js";
import { type Contradictions, SightLines } from "./sightLines.js";
import { sketchesOf } from "./sketch.js";
import type { StanceOptions } from "./stances.js";
import { AT_ONCE, type CostsOf, chooseStarts, otherShapes, type PlacedFamily, startCodes } from "./starts.js";

/** One pass of the search over the guesses left: coarse ones see few samples, forgive much and are many. */
interface Stage {
    readonly sampleCount: number;
    /** Guesses that go through it in the first round, and in each later one. */
    readonly keep: number;
    readonly keepLater: number;
    readonly iterations: number;
    readonly noise: number;
    readonly outlier: number;
    /** How far the size may go from the start's (deviation of the logarithm): a code has to change before its size. */
    readonly growth: number;
}

/** Samples that sketches are held against. */
const LOOK_SAMPLES = 160;

const STAGES: readonly Stage[] = [
    { sampleCount: 96, keep: 96, keepLater: 96, iterations: 2, noise: 0.03, outlier: 0.15, growth: 0.02 },
    { sampleCount: 160, keep: 32, keepLater: 48, iterations: 3, noise: 0.02, outlier: 0.12, growth: 0.03 },
    { sampleCount: 256, keep: 12, keepLater: 16, iterations: 4, noise: 0.012, outlier: 0.12, growth: 0.06 },
    { sampleCount: 1024, keep: 3, keepLater: 4, iterations: 6, noise: 0.01, outlier: 0.06, growth: 0.06 },
];

/** The stage after which other shapes are tried in the poses that were found, and the one by whose samples. */
const RENEWED_STAGE = 1;
const RENEWING_STAGE = 0;

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
    readonly signal?: AbortSignal;
}

/** A guess that waits for a stage. */
interface Guess {
    readonly state: FitState;
    /** Of the stage before; its place among the starts where there was none. */
    readonly evidence: number;
    /** Evaluations of the field from the start on, all stages together. */
    readonly iterations: number;
    /** Lines of sight through it, where they were followed. */
    readonly contradictions?: Contradictions;
}

/** A guess after a stage. */
interface Fit extends Guess {
    readonly cost: number;
    readonly dataCost: number;
    /** Twice the negative logarithm of how well the neighbourhood as a whole explains the scan (Laplace's approximation). */
    readonly evidence: number;
}

/** A guess that went through all stages. */
export interface Candidate extends Fit {
    readonly category: string | null;
    /** From 0 to 1: 1 up to the distance from its family's mean that samples of the prior have. */
    readonly typicality: number;
}

/** Told the share that is done, from 0 to 1. */
type OnProgress = (share: number) => void;

/**
 * Looks for codes and poses that explain a scan. Many starts are scored, the best refined by Levenberg and Marquardt's
 * method in stages of more samples and less forgiveness, the worse ones left behind each time; once poses are nearly right,
 * other shapes are tried in them. Those that come far are held against the lines of sight. What is left behind waits: each
 * further round takes up the best of it.
 */
export class ShapeSearch {
    /** Of each stage, those that wait for it, the best first. */
    private readonly waiting: Guess[][] = STAGES.map(() => []);
    /** Of each stage, those that went through it and whose lines of sight were not followed. */
    private readonly unsighted: Fit[][] = STAGES.map(() => []);
    private readonly renewed: PlacedFamily[] = [];
    private rounds = 0;

    /** @param normals [n, 3] outward, zeros where unknown */
    static async CreateAsync(
        field: Field,
        bounds: Bounds,
        prior: readonly CodeFamily[],
        scan: UnitScan,
        normals: Float32Array,
        { starts, noise, signal }: SearchOptions,
        onProgress?: OnProgress,
    ): Promise<ShapeSearch> {
        const begin = startCodes(prior);
        const sketches = await sketchesOf(field, bounds, begin.codes, signal, onProgress);
        const { upAxis, extent } = starts;
        const problems = problemsOfStages(field, bounds, prior, scan, normals, { ...starts, noise }, signal);
        const look = createObservations(scan, normals, LOOK_SAMPLES, 1);
        const few = createObservations(scan, normals, TRIAL_SAMPLES, 1);
        const trial = problemOf(field, bounds, prior, few, STAGES[0], upAxis, extent, signal);
        const costsOf: CostsOf = (latent, poses) => trial.dataCostsOf(latent, poses);
        const wanted = STAGES[0].keep + STAGES[0].keepLater;
        const chosen = await chooseStarts(begin, sketches, starts, look, costsOf, wanted, signal);
        const lines = SightLines.of(scan);
        return new ShapeSearch(field, bounds, prior, problems, lines, chosen, signal);
    }

    private constructor(
        private readonly field: Field,
        private readonly bounds: Bounds,
        private readonly prior: readonly CodeFamily[],
        private readonly problems: readonly FitProblem[],
        private readonly lines: SightLines | null,
        starts: readonly FitState[],
        private readonly signal: AbortSignal | undefined,
    ) {
        this.waiting[0] = starts.map((state, evidence) => ({ state, evidence, iterations: 0 }));
    }

    /** Follows the best guesses that wait through all stages: those that come through last, best first. */
    async nextRound(onProgress?: OnProgress): Promise<Candidate[]> {
        const isFirst = this.rounds === 0;
        this.rounds++;
        const keeps = STAGES.map(({ keep, keepLater }) => (isFirst ? keep : keepLater));
        const workOf = ({ sampleCount, iterations }: Stage) => sampleCount * iterations;
        const total = STAGES.reduce((sum, stage, index) => sum + keeps[index] * workOf(stage), 0);
        let done = 0;
        let last: Fit[] = [];
        for (const [index, stage] of STAGES.entries()) {
            const kept = this.waiting[index].splice(0, keeps[index]);
            last = await mapTogether(kept, AT_ONCE, async (guess) => {
                const fit = await fitFrom(this.problems[index], guess, stage.iterations);
                done += workOf(stage);
                onProgress?.(Math.min(1, done / total));
                return fit;
            });
            if (index === RENEWED_STAGE) last.push(...(await this.renew(last.sort(byEvidence), stage)));
            if (this.lines && index >= SIGHTED_STAGE) last = await this.sight(index, last, this.lines);
            if (index + 1 < STAGES.length) {
                this.waiting[index + 1].push(...last);
                this.waiting[index + 1].sort(byEvidence);
            }
        }
        return last.sort(byEvidence).map((fit) => {
            const { component, squared } = nearestComponent(this.prior, fit.state.latent);
            const excess = Math.max(0, squared / this.field.latentSize - 1);
            return { ...fit, category: component.category, typicality: Math.exp(-excess) };
        });
    }

    /** Other shapes in the poses of the best fits. */
    private async renew(sorted: readonly Fit[], { iterations }: Stage): Promise<Fit[]> {
        const [problem, trial] = [this.problems[RENEWED_STAGE], this.problems[RENEWING_STAGE]];
        const found = sorted.map(({ state: { pose, latent } }) => ({ pose, family: familyOf(this.prior, latent) }));
        const { states, tried } = await otherShapes(found, this.renewed, (latent, poses) =>
            trial.dataCostsOf(latent, poses),
        );
        this.renewed.push(...tried);
        return mapTogether(states, AT_ONCE, (state) =>
            fitFrom(problem, { state, evidence: 0, iterations: 0 }, iterations),
        );
    }

    /** Follows the lines of sight through the best of a stage's fits; the others stay behind. */
    private async sight(index: number, fits: readonly Fit[], lines: SightLines): Promise<Fit[]> {
        const { field, bounds, signal } = this;
        const all = [...this.unsighted[index], ...fits].sort(byEvidence);
        this.unsighted[index] = all.splice(SIGHTED_GUESSES);
        return mapTogether(all, AT_ONCE, async (fit) =>
            contradicted(fit, await lines.contradictions(field, bounds, fit.state, signal), this.problems[index]),
        );
    }
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

function byEvidence(a: Guess, b: Guess): number {
    return a.evidence - b.evidence;
}

function familyOf(prior: readonly CodeFamily[], latent: Float32Array): CodeFamily {
    const { category } = nearestComponent(prior, latent).component;
    return prior.find((family) => family.category === category)!;
}

async function fitFrom(plain: FitProblem, guess: Guess, most: number): Promise<Fit> {
    const { contradictions } = guess;
    const problem = contradictions ? plain.with(contradictions.observations) : plain;
    const { state, cost, dataCost, near, iterations } = await minimise(problem, guess.state, most);
    const evidence = cost + problem.narrowness(state, near);
    return { state, cost, dataCost, evidence, iterations: guess.iterations + iterations, contradictions };
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

import { mapTogether } from "../field/together.js";
import type { CoarseField } from "./coarseField.js";
import type { CodeFamily } from "./codePrior.js";
import type { Extent } from "./extent.js";
import type { FitState } from "./fitProblem.js";
import type { Observations } from "./observations.js";
import type { Similarity } from "./pose.js";
import { costOf, settle } from "./settle.js";
import type { Sketch } from "./sketch.js";
import { type StanceOptions, stancesOf, type Turns, turnsOf } from "./stances.js";

/** Searches that go on side by side, for the field's threads to have work while the caller's thread reckons. */
export const AT_ONCE = 6;
/** Codes whose sketches explain a scan best are looked at closely: this share of all, and so many of each family. */
const PROMISING_SHARE = 0.5;
const PROMISING_OF_FAMILY = 4;
/** Starts of each family and kind that come before any others. */
const STARTS_PER_FAMILY = 1;
/** Starts that stand as they were found, for each one that was settled first. */
const STANDING_TO_SETTLED = 2;
/** Cosine of the angle between two poses beyond which they are far apart. */
const OTHER_TURN = Math.cos((40 * Math.PI) / 180);
/** Guesses in whose poses other shapes are tried, and the shapes that remain of each. */
const RENEWED_GUESSES = 4;
const RENEWED_SHAPES = 4;

/** What a code costs in each of some poses. */
export type CostsOf = (latent: Float32Array, poses: readonly Similarity[]) => Promise<readonly number[]>;

/** A code and a pose that may be worth refining. */
interface Guess {
    readonly state: FitState;
    readonly cost: number;
    readonly family: number;
}

/**
 * Codes that searches begin at, and which family each is of: whole shapes that differ as much as a family's do, or the
 * means of its components where it has no shapes of its own.
 */
export function startCodes(prior: readonly CodeFamily[]): { codes: Float32Array[]; families: number[] } {
    const all = prior.flatMap(({ components, samples }, family) => {
        const codes = samples.length > 0 ? samples : components.map(({ mean }) => Float32Array.from(mean));
        return codes.map((code) => ({ code, family }));
    });
    return { codes: all.map(({ code }) => code), families: all.map(({ family }) => family) };
}

/**
 * How each code's shape may stand in a scan: the stances that its coarse field explains best, as starts by what the field
 * itself says of them; some of each family, for a thin shape's first guess looks worse than a stout one's. Most start as
 * they stand, some brought to where they fit best first: that tells thin shapes better, and misleads where a shape of
 * wrong proportions fits best in a wrong size.
 *
 * @param sketches of the codes; those that look promising are finished
 * @param look what the sketches are held against
 * @returns the most promising first
 */
export async function chooseStarts(
    { codes, families }: ReturnType<typeof startCodes>,
    sketches: readonly Pick<Sketch, "rough" | "fineAsync">[],
    options: StanceOptions,
    look: Observations,
    costsOf: CostsOf,
    wanted: number,
    signal?: AbortSignal,
): Promise<FitState[]> {
    const { extent } = options;
    const turns = turnsOf(options);
    const least = sketches.map(({ rough }) => rankedStances(rough, turns, extent, look)[0].cost);
    const found = await mapTogether(promising(least, families), AT_ONCE, async (c) => {
        const [latent, family] = [codes[c], families[c]];
        const field = await sketches[c].fineAsync(signal);
        const starts = farApart(rankedStances(field, turns, extent, look).map(({ pose }) => pose));
        const moved = starts.map((start) => settle(field, start, look, extent));
        const costs = await costsOf(latent, [...starts, ...moved]);
        const toGuess = (pose: Similarity, start: Similarity, cost: number): Guess => {
            return { state: { latent, pose, start }, cost, family };
        };
        return {
            standing: starts.map((start, n) => toGuess(start, start, costs[n])),
            settled: starts.map((start, n) => toGuess(moved[n], start, costs[starts.length + n])),
        };
    });
    const moved = withEveryFamily(found.flatMap(({ settled }) => settled));
    const unmoved = withEveryFamily(found.flatMap(({ standing }) => standing));
    const chosen = unmoved.flatMap((guess, n) => {
        const place = n / STANDING_TO_SETTLED;
        return Number.isInteger(place) && place < moved.length ? [moved[place], guess] : [guess];
    });
    return chosen.slice(0, wanted).map(({ state }) => state);
}

/** Stances of a shape and what each costs, the best first. */
function rankedStances(field: CoarseField, turns: Turns, extent: Extent, look: Observations) {
    return stancesOf(field, turns)
        .map((pose) => ({ pose, cost: costOf(field, pose, look, extent) }))
        .sort((a, b) => a.cost - b.cost);
}

/** Numbers of the codes that are worth a closer look, the best first. */
function promising(costs: readonly number[], families: readonly number[]): number[] {
    const sorted = [...costs.keys()].sort((a, b) => costs[a] - costs[b]);
    const taken = new Map<number, number>();
    return sorted.filter((c, n) => {
        const rank = taken.get(families[c]) ?? 0;
        taken.set(families[c], rank + 1);
        return n < PROMISING_SHARE * costs.length || rank < PROMISING_OF_FAMILY;
    });
}

/** The best, and the best that is turned otherwise. */
function farApart(sorted: readonly Similarity[]): Similarity[] {
    const other = sorted.find((pose) => cosineBetween(pose, sorted[0]) < OTHER_TURN);
    return other ? [sorted[0], other] : [sorted[0]];
}

/** The best of each family, then the others, the best first. */
function withEveryFamily(guesses: readonly Guess[]): Guess[] {
    const sorted = guesses.toSorted((a, b) => a.cost - b.cost);
    const taken = new Map<number, number>();
    const isOwed = ({ family }: Guess) => {
        taken.set(family, (taken.get(family) ?? 0) + 1);
        return taken.get(family)! <= STARTS_PER_FAMILY;
    };
    const kept = new Set(sorted.filter(isOwed));
    return [...kept, ...sorted.filter((guess) => !kept.has(guess))];
}

/** A pose in which shapes of a family may stand. */
export interface PlacedFamily {
    readonly pose: Similarity;
    readonly family: CodeFamily;
}

/**
 * Other whole shapes in the poses of the best guesses: a pose that is nearly right tells far better which shape it is.
 *
 * @param guesses the best first
 * @param known what was tried before and is not again
 * @returns starts, and the poses that they are of
 */
export async function otherShapes(
    guesses: readonly PlacedFamily[],
    known: readonly PlacedFamily[],
    costsOf: CostsOf,
): Promise<{ states: FitState[]; tried: PlacedFamily[] }> {
    const tried: PlacedFamily[] = [];
    for (const guess of guesses) {
        const isKnown = [...known, ...tried].some(
            ({ pose, family }) => family === guess.family && isNear(pose, guess.pose),
        );
        if (!isKnown) tried.push(guess);
        if (tried.length === RENEWED_GUESSES) break;
    }
    const states: FitState[] = [];
    for (const { pose, family } of tried) {
        const shapes = await mapTogether(family.pool, AT_ONCE, async (latent) => {
            const [cost] = await costsOf(latent, [pose]);
            return { latent, cost };
        });
        shapes.sort((a, b) => a.cost - b.cost);
        states.push(...shapes.slice(0, RENEWED_SHAPES).map(({ latent }) => ({ latent, pose, start: pose })));
    }
    return { states, tried };
}

/** Within 12°, 8 % and 0.1 of place. */
function isNear(pose: Similarity, other: Similarity): boolean {
    const shift = Math.hypot(...pose.translation.map((value, axis) => value - other.translation[axis]));
    return cosineBetween(pose, other) > 0.98 && Math.abs(Math.log(pose.scale / other.scale)) < 0.08 && shift < 0.1;
}

/** Of the angle that one pose is turned against another. */
function cosineBetween(a: Similarity, b: Similarity): number {
    let trace = 0;
    for (let i = 0; i < 9; i++) trace += a.rotation[i] * b.rotation[i];
    return (trace - 1) / 2;
}

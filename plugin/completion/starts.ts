import type { CoarseField } from "./coarseField.js";
import type { CodeFamily } from "./codePrior.js";
import type { FitState } from "./fitProblem.js";
import type { Observations } from "./observations.js";
import type { Similarity } from "./pose.js";
import { costOf, settle } from "./settle.js";
import { type StanceOptions, stancesOf } from "./stances.js";

/** Poses of one code that go on. */
const POSES_PER_CODE = 3;
/** Starts that each family has at least. */
const STARTS_PER_FAMILY = 3;
/** Logarithm of two sizes, and cosine of the angle between two poses, beyond which they are far apart. */
const OTHER_SIZE = 0.06;
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
 * How each code's shape may stand in a scan: the stances that its coarse field explains best, brought to where they fit
 * best, as starts by what the field itself says of them; some of each family, for a thin shape's first guess looks worse
 * than a stout one's.
 *
 * @param fields coarse fields of the codes
 * @param look what the coarse fields are held against
 */
export async function chooseStarts(
    { codes, families }: ReturnType<typeof startCodes>,
    fields: readonly CoarseField[],
    options: StanceOptions,
    look: Observations,
    costsOf: CostsOf,
    wanted: number,
): Promise<FitState[]> {
    const guesses: Guess[] = [];
    for (const [c, latent] of codes.entries()) {
        const field = fields[c];
        const stances = stancesOf(field, options)
            .map((pose) => ({ pose, cost: costOf(field, pose, look, options.extent) }))
            .sort((a, b) => a.cost - b.cost)
            .map(({ pose }) => pose);
        const states = farApart(stances).map((start) => ({
            latent,
            pose: settle(field, start, look, options.extent),
            start,
        }));
        const costs = await costsOf(
            latent,
            states.map(({ pose }) => pose),
        );
        guesses.push(...states.map((state, n) => ({ state, cost: costs[n], family: families[c] })));
    }
    guesses.sort((a, b) => a.cost - b.cost);
    return withEveryFamily(guesses, wanted).map(({ state }) => state);
}

/** The best, one of another size, and one that is turned otherwise. */
function farApart(sorted: readonly Similarity[]): Similarity[] {
    const kept = [sorted[0]];
    for (let n = 1; n < POSES_PER_CODE; n++) {
        const isFar = (pose: Similarity, other: Similarity) =>
            n % 2 === 1
                ? Math.abs(Math.log(pose.scale / other.scale)) > OTHER_SIZE
                : cosineBetween(pose, other) < OTHER_TURN;
        const next = sorted.find((pose) => kept.every((other) => isFar(pose, other)));
        if (next) kept.push(next);
    }
    return kept;
}

/** The best, some of each family among them. */
function withEveryFamily(sorted: readonly Guess[], wanted: number): Guess[] {
    const taken = new Map<number, number>();
    const isOwed = ({ family }: Guess) => {
        taken.set(family, (taken.get(family) ?? 0) + 1);
        return taken.get(family)! <= STARTS_PER_FAMILY;
    };
    const kept = new Set(sorted.filter(isOwed));
    return [...kept, ...sorted.filter((guess) => !kept.has(guess))].slice(0, wanted);
}

/**
 * Other whole shapes in the poses of the best guesses: a pose that is nearly right tells far better which shape it is.
 *
 * @param guesses the best first, each with its family
 */
export async function otherShapes(
    guesses: readonly { readonly pose: Similarity; readonly family: CodeFamily }[],
    costsOf: CostsOf,
): Promise<FitState[]> {
    const kept: (typeof guesses)[number][] = [];
    for (const guess of guesses) {
        const isKnown = kept.some(({ pose, family }) => family === guess.family && isNear(pose, guess.pose));
        if (!isKnown) kept.push(guess);
        if (kept.length === RENEWED_GUESSES) break;
    }
    const states: FitState[] = [];
    for (const { pose, family } of kept) {
        const shapes: { latent: Float32Array; cost: number }[] = [];
        for (const latent of family.samples) {
            const [cost] = await costsOf(latent, [pose]);
            shapes.push({ latent, cost });
        }
        shapes.sort((a, b) => a.cost - b.cost);
        states.push(...shapes.slice(0, RENEWED_SHAPES).map(({ latent }) => ({ latent, pose, start: pose })));
    }
    return states;
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

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { LatentAxis, PriorComponent } from "../plugin/model/decoder.js";
import { Random } from "./random.js";

/** The codes of one category's shapes. */
export interface CategoryCodes {
    readonly category: string;
    /** [count, latentSize] */
    readonly codes: readonly Float32Array[];
    /** What shaped each shape, by name; to name axes by. */
    readonly traits: readonly Readonly<Record<string, number>>[];
}

/** Principal directions that the Gaussian keeps; the rest goes into deviations entry by entry. */
const FACTOR_COUNT = 16;
const CODES_PER_CLUSTER = 20;
const SMALLEST_CLUSTER = 6;
const STARTS = 8;
const ROUNDS = 30;
const AXIS_COUNT = 6;
/** Axes are safe as far as trained codes reach, and no farther than this. */
const GREATEST_AMOUNT = 2.5;
/** An axis is called by the trait it follows if it follows one this well. */
const NAMING_CORRELATION = 0.45;

/**
 * A mixture of Gaussians: each category's codes in clusters (a chair on legs and one on a pedestal have nothing in
 * between), for each its mean, principal directions times deviations, and what these leave unexplained.
 */
export function fitPrior(categories: readonly CategoryCodes[], seed: number): PriorComponent[] {
    const total = categories.reduce((sum, { codes }) => sum + codes.length, 0);
    return categories.flatMap(({ category, codes }) => {
        const count = Math.max(1, Math.round(codes.length / CODES_PER_CLUSTER));
        return clusterCodes(codes, count, new Random(seed, 5)).map((cluster) => ({
            category,
            weight: cluster.length / total,
            ...fitGaussian(cluster),
        }));
    });
}

function fitGaussian(codes: readonly Float32Array[]): Omit<PriorComponent, "category" | "weight"> {
    const { mean, variances, directions, covariance } = principalAxes(codes);
    const factorCount = Math.min(FACTOR_COUNT, codes.length - 1, mean.length);
    const factors = new Float32Array(factorCount * mean.length);
    const left = Float64Array.from(mean, (_, i) => covariance.get(i, i));
    for (let f = 0; f < factorCount; f++) {
        for (let i = 0; i < mean.length; i++) {
            factors[f * mean.length + i] = Math.sqrt(variances[f]) * directions[f][i];
            left[i] -= factors[f * mean.length + i] ** 2;
        }
    }
    return {
        mean: Float32Array.from(mean),
        factors,
        factorCount,
        deviations: Float32Array.from(left, (variance) => Math.sqrt(Math.max(0, variance))),
    };
}

/**
 * Codes in clusters by k-means, the best of several starts (Arthur and Vassilvitskii, "k-means++", 2007); clusters too
 * small to have a spread of their own join the nearest.
 */
export function clusterCodes(codes: readonly Float32Array[], count: number, random: Random): Float32Array[][] {
    let best: { labels: number[]; cost: number } | null = null;
    for (let start = 0; start < STARTS; start++) {
        let centres = spreadCentres(codes, count, random);
        let labels: number[] = [];
        for (let round = 0; round < ROUNDS; round++) {
            labels = codes.map((code) => nearest(code, centres));
            centres = centres.map((centre, k) => meanOf(codes.filter((_, i) => labels[i] === k)) ?? centre);
        }
        const cost = codes.reduce((sum, code, i) => sum + squaredDistance(code, centres[labels[i]]), 0);
        if (!best || cost < best.cost) best = { labels, cost };
    }
    const { labels } = best as { labels: number[] };
    const clusters = Array.from({ length: count }, (_, k) => codes.filter((_, i) => labels[i] === k));
    const large = clusters.filter((cluster) => cluster.length >= SMALLEST_CLUSTER);
    if (large.length === 0) return [[...codes]];
    const centres = large.map((cluster) => meanOf(cluster) as Float64Array);
    for (const cluster of clusters.filter((cluster) => cluster.length < SMALLEST_CLUSTER)) {
        for (const code of cluster) large[nearest(code, centres)].push(code);
    }
    return large;
}

/** First centres: each next one likelier the farther it lies from those there are. */
function spreadCentres(codes: readonly Float32Array[], count: number, random: Random): ArrayLike<number>[] {
    const centres: ArrayLike<number>[] = [codes[random.below(codes.length)]];
    while (centres.length < count) {
        const distances = codes.map((code) => Math.min(...centres.map((centre) => squaredDistance(code, centre))));
        let left = random.uniform() * distances.reduce((sum, d) => sum + d, 0);
        const index = distances.findIndex((distance) => {
            left -= distance;
            return left < 0;
        });
        centres.push(codes[Math.max(0, index)]);
    }
    return centres;
}

function nearest(code: ArrayLike<number>, centres: readonly ArrayLike<number>[]): number {
    const distances = centres.map((centre) => squaredDistance(code, centre));
    return distances.indexOf(Math.min(...distances));
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
    return sum;
}

function meanOf(codes: readonly Float32Array[]): Float64Array | null {
    if (codes.length === 0) return null;
    return Float64Array.from(codes[0], (_, i) => codes.reduce((sum, code) => sum + code[i], 0) / codes.length);
}

/** The directions along which each category's codes vary most, named by the traits they follow. */
export function findAxes(categories: readonly CategoryCodes[]): LatentAxis[] {
    return categories.flatMap(({ category, codes, traits }) => {
        const { mean, variances, directions } = principalAxes(codes);
        const taken = new Set<string>();
        return directions.slice(0, Math.min(AXIS_COUNT, codes.length - 1)).map((direction, n): LatentAxis => {
            const deviation = Math.sqrt(variances[n]);
            const amounts = codes.map(
                (code) =>
                    dot(
                        Float64Array.from(code, (v, i) => v - mean[i]),
                        direction,
                    ) / deviation,
            );
            const { name, sign } = nameAxis(amounts, traits, taken, `axis ${n + 1}`);
            taken.add(name);
            const reach = (amount: number) => Math.max(-GREATEST_AMOUNT, Math.min(GREATEST_AMOUNT, amount));
            const ends = [reach(sign * Math.min(...amounts)), reach(sign * Math.max(...amounts))].sort((a, b) => a - b);
            return {
                name,
                category,
                direction: Float32Array.from(direction, (value) => sign * value),
                deviation,
                range: [ends[0], ends[1]],
            };
        });
    });
}

/** The trait that follows an axis best, and whether it grows along it. */
function nameAxis(
    amounts: readonly number[],
    traits: readonly Readonly<Record<string, number>>[],
    taken: ReadonlySet<string>,
    fallback: string,
): { name: string; sign: number } {
    let best = { name: fallback, sign: 1, strength: NAMING_CORRELATION };
    for (const trait of Object.keys(traits[0] ?? {})) {
        const r = correlation(
            amounts,
            traits.map((values) => values[trait]),
        );
        if (!taken.has(trait) && Math.abs(r) > best.strength) {
            best = { name: trait, sign: Math.sign(r), strength: Math.abs(r) };
        }
    }
    return best;
}

function principalAxes(codes: readonly Float32Array[]) {
    const size = codes[0].length;
    const mean = Float64Array.from(
        { length: size },
        (_, i) => codes.reduce((sum, code) => sum + code[i], 0) / codes.length,
    );
    const centred = new Matrix(codes.map((code) => Array.from(code, (value, i) => value - mean[i])));
    const covariance = centred
        .transpose()
        .mmul(centred)
        .div(Math.max(1, codes.length - 1));
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
    const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
    return {
        mean,
        covariance,
        variances: order.map((i) => Math.max(0, realEigenvalues[i])),
        directions: order.map((i) => eigenvectorMatrix.getColumn(i)),
    };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
}

function correlation(a: readonly number[], b: readonly number[]): number {
    const centre = (values: readonly number[]) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.map((value) => value - mean);
    };
    const [u, v] = [centre(a), centre(b)];
    const length = Math.sqrt(dot(u, u) * dot(v, v));
    return length > 0 ? dot(u, v) / length : 0;
}

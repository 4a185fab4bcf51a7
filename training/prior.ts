import { Matrix } from "ml-matrix";
import type { PriorComponent } from "../plugin/model/decoder.js";
import { meanOf, principalDirections, scatterOf } from "./principalAxes.js";
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
const FACTOR_COUNT = 6;
/**
 * Clusters of a category. Codes held out are likeliest under one Gaussian, but few shapes are drawn whole from it: the
 * mean of all tables is no table. Small clusters about shapes that there are keep together.
 */
const MOST_CLUSTERS = 10;
const CODES_PER_CLUSTER = 16;
/**
 * Codes' worth of the covariance that all of a category's clusters share, in the covariance of each: a few dozen codes
 * of 64 numbers say little about their own.
 */
const SHARED_CODES = 40;
const SMALLEST_CLUSTER = 6;
const STARTS = 4;
const ROUNDS = 30;

/**
 * A mixture of Gaussians: each category's codes in clusters (a chair on legs and one on a pedestal have nothing in
 * between), for each its mean, principal directions times deviations, and what these leave unexplained.
 */
export function fitPrior(categories: readonly CategoryCodes[], seed: number): PriorComponent[] {
    const total = categories.reduce((sum, { codes }) => sum + codes.length, 0);
    return categories.flatMap(({ category, codes }) => {
        return fitClusters(codes, clusterCount(codes.length), seed).map(({ weight, mean, covariance }) => ({
            category,
            weight: (weight * codes.length) / total,
            mean: Float32Array.from(mean),
            ...factorise(covariance),
        }));
    });
}

function clusterCount(codeCount: number): number {
    return Math.max(1, Math.min(MOST_CLUSTERS, Math.floor(codeCount / CODES_PER_CLUSTER)));
}

interface Cluster {
    /** Share of the codes. */
    readonly weight: number;
    readonly mean: Float64Array;
    readonly covariance: Matrix;
}

function fitClusters(codes: readonly Float32Array[], count: number, seed: number): Cluster[] {
    const clusters = clusterCodes(codes, count, new Random(seed, 5)).map((cluster) => {
        const mean = meanOf(cluster);
        return { size: cluster.length, mean, scatter: scatterOf(cluster, mean) };
    });
    const size = codes[0].length;
    const within = clusters.reduce((sum, { scatter }) => sum.add(scatter), Matrix.zeros(size, size));
    const shared = within.div(Math.max(1, codes.length - clusters.length));
    return clusters.map(({ size, mean, scatter }) => ({
        weight: size / codes.length,
        mean,
        covariance: scatter.add(Matrix.mul(shared, SHARED_CODES)).div(size + SHARED_CODES),
    }));
}

/** The covariance as principal directions times deviations, and what these leave, entry by entry. */
function factorise(covariance: Matrix): Pick<PriorComponent, "factors" | "factorCount" | "deviations"> {
    const size = covariance.rows;
    const { variances, directions } = principalDirections(covariance);
    const factorCount = Math.min(FACTOR_COUNT, size, variances.filter((variance) => variance > 0).length);
    const factors = new Float32Array(factorCount * size);
    const left = covariance.diagonal();
    for (let f = 0; f < factorCount; f++) {
        for (let i = 0; i < size; i++) {
            factors[f * size + i] = Math.sqrt(variances[f]) * directions[f][i];
            left[i] -= factors[f * size + i] ** 2;
        }
    }
    return { factors, factorCount, deviations: Float32Array.from(left, (rest) => Math.sqrt(Math.max(0, rest))) };
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
            const next = codes.map((code) => nearest(code, centres));
            if (next.every((label, i) => label === labels[i])) break;
            labels = next;
            centres = centres.map((centre, k) => {
                const own = codes.filter((_, i) => labels[i] === k);
                return own.length > 0 ? meanOf(own) : centre;
            });
        }
        const cost = codes.reduce((sum, code, i) => sum + squaredDistance(code, centres[labels[i]]), 0);
        if (!best || cost < best.cost) best = { labels, cost };
    }
    const { labels } = best as { labels: number[] };
    const clusters = Array.from({ length: count }, (_, k) => codes.filter((_, i) => labels[i] === k));
    const large = clusters.filter((cluster) => cluster.length >= SMALLEST_CLUSTER);
    if (large.length === 0) return [[...codes]];
    const centres = large.map((cluster) => meanOf(cluster));
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

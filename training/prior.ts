import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { PriorComponent } from "../plugin/model/decoder.js";
import { principalAxes } from "./principalAxes.js";
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
/** Numbers of clusters tried for a category, as long as each has codes enough. */
const CLUSTER_COUNTS = [1, 2, 3, 4, 6, 8];
const CODES_PER_CLUSTER = 16;
/** One code in so many is held out to judge a number of clusters by. */
const HELD_OUT = 5;
/** Deviations below this part of the mean one are noise; they would make any likelihood. */
const LEAST_DEVIATION = 0.05;
const SMALLEST_CLUSTER = 6;
const STARTS = 8;
const ROUNDS = 30;

/**
 * A mixture of Gaussians: each category's codes in clusters (a chair on legs and one on a pedestal have nothing in
 * between), for each its mean, principal directions times deviations, and what these leave unexplained. The number of
 * clusters is the one under which codes held out are likeliest.
 */
export function fitPrior(categories: readonly CategoryCodes[], seed: number): PriorComponent[] {
    const total = categories.reduce((sum, { codes }) => sum + codes.length, 0);
    return categories.flatMap(({ category, codes }) => {
        const count = bestClusterCount(codes, seed);
        return fitClusters(codes, count, seed).map((cluster) => ({
            category,
            ...cluster,
            weight: (cluster.weight * codes.length) / total,
        }));
    });
}

type Component = Omit<PriorComponent, "category">;

function fitClusters(codes: readonly Float32Array[], count: number, seed: number): Component[] {
    return clusterCodes(codes, count, new Random(seed, 5)).map((cluster) => ({
        weight: cluster.length / codes.length,
        ...fitGaussian(cluster),
    }));
}

/** Of `CLUSTER_COUNTS`, by the mean logarithm of the density at every fifth code, which the rest was fitted without. */
export function bestClusterCount(codes: readonly Float32Array[], seed: number): number {
    const candidates = CLUSTER_COUNTS.filter((count) => count === 1 || codes.length >= count * CODES_PER_CLUSTER);
    if (candidates.length === 1) return 1;
    const score = (count: number) => {
        let sum = 0;
        for (let fold = 0; fold < HELD_OUT; fold++) {
            const kept = codes.filter((_, i) => i % HELD_OUT !== fold);
            const densities = fitClusters(kept, count, seed).map(logDensity);
            for (let i = fold; i < codes.length; i += HELD_OUT) sum += logSum(densities.map((at) => at(codes[i])));
        }
        return sum;
    };
    const scores = candidates.map(score);
    return candidates[scores.indexOf(Math.max(...scores))];
}

/** ln(weight · N(code; mean, FᵀF + D²)) as a function of the code, but for a constant. */
function logDensity({ weight, mean, factors, factorCount, deviations }: Component): (code: Float32Array) => number {
    const size = mean.length;
    const least = LEAST_DEVIATION * Math.sqrt(deviations.reduce((sum, d) => sum + d * d, 0) / size) || 1e-6;
    const rows = Matrix.from1DArray(factorCount, size, factors);
    const covariance = rows.transpose().mmul(rows);
    for (let i = 0; i < size; i++) covariance.set(i, i, covariance.get(i, i) + Math.max(deviations[i], least) ** 2);
    const cholesky = new CholeskyDecomposition(covariance);
    const triangle = cholesky.lowerTriangularMatrix;
    const halfLogDeterminant = triangle.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
    return (code) => {
        const offset = Matrix.columnVector(Array.from(code, (value, i) => value - mean[i]));
        const squared = offset.transpose().mmul(cholesky.solve(offset)).get(0, 0);
        return Math.log(weight) - halfLogDeterminant - squared / 2;
    };
}

/** ln Σ exp(xᵢ), without overflow. */
function logSum(values: readonly number[]): number {
    const most = Math.max(...values);
    return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
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

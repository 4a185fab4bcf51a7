import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { LatentAxis, PriorComponent } from "../plugin/model/decoder.js";

/** The codes of one category's shapes. */
export interface CategoryCodes {
    readonly category: string;
    /** [count, latentSize] */
    readonly codes: readonly Float32Array[];
    /** What shaped each shape, by name; to name axes by. */
    readonly traits: readonly Readonly<Record<string, number>>[];
}

/** Principal directions that the Gaussian keeps; the rest goes into deviations entry by entry. */
const FACTOR_COUNT = 32;
const AXIS_COUNT = 6;
/** Axes are safe as far as trained codes reach, and no farther than this. */
const GREATEST_AMOUNT = 2.5;
/** An axis is called by the trait it follows if it follows one this well. */
const NAMING_CORRELATION = 0.45;

/** One Gaussian a category: mean, principal directions times deviations, and what these leave unexplained. */
export function fitPrior(categories: readonly CategoryCodes[]): PriorComponent[] {
    const total = categories.reduce((sum, { codes }) => sum + codes.length, 0);
    return categories.map(({ category, codes }) => {
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
            category,
            weight: codes.length / total,
            mean: Float32Array.from(mean),
            factors,
            factorCount,
            deviations: Float32Array.from(left, (variance) => Math.sqrt(Math.max(0, variance))),
        };
    });
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

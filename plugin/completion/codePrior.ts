import { componentsOf } from "../latent/sampleLatent.js";
import type { DecoderMetadata, PriorComponent } from "../model/decoder.js";
import { invertPositive } from "./linearAlgebra.js";

/** One normal distribution of codes, ready to be asked. */
export interface CodeComponent {
    /** null for decoders without categories. */
    readonly category: string | null;
    /** [latentSize] */
    readonly mean: Float64Array;
    /** [latentSize, latentSize], inverse of the covariance. */
    readonly precision: Float64Array;
    /** −2 log of weight and normalisation, so that costs of different components compare. */
    readonly offset: number;
}

/**
 * Least deviation of a code in any direction, as a part of the component's mean one: codes of shapes never trained on
 * leave the subspace that the trained ones span.
 */
const FLOOR = 0.35;

/** Deviation taken for decoders whose file says nothing. Park et al. 2019 regularise with 0.01 per code. */
const UNKNOWN_DEVIATION = 0.1;

/**
 * A decoder's prior over codes, for use as a regulariser.
 *
 * @param category only this one's components, or all
 * @throws if the category is unknown
 */
export function createCodePrior(
    operation: string,
    metadata: DecoderMetadata | null,
    latentSize: number,
    category: string | undefined,
): CodeComponent[] {
    if (category === undefined && !metadata?.prior.length) {
        return [isotropic(latentSize)];
    }
    const known = metadata ?? { categories: [], prior: [] };
    return componentsOf(operation, known, category).map((component) => prepare(component, latentSize));
}

function prepare({ category, weight, mean, factors, factorCount, deviations }: PriorComponent, n: number) {
    let trace = 0;
    for (const value of factors) trace += value * value;
    for (const value of deviations) trace += value * value;
    const floor = (FLOOR * FLOOR * trace) / n || UNKNOWN_DEVIATION ** 2;
    const covariance = new Float64Array(n * n);
    for (let row = 0; row < n; row++) {
        for (let column = 0; column <= row; column++) {
            let sum = 0;
            for (let f = 0; f < factorCount; f++) {
                sum += factors[f * n + row] * factors[f * n + column];
            }
            covariance[row * n + column] = sum;
            covariance[column * n + row] = sum;
        }
        covariance[row * n + row] += Math.max(deviations[row] ** 2, floor);
    }
    const { inverse, logDeterminant } = invertPositive(covariance, n);
    const offset = logDeterminant - 2 * Math.log(Math.max(weight, 1e-6));
    return { category, mean: Float64Array.from(mean), precision: inverse, offset };
}

function isotropic(n: number): CodeComponent {
    const precision = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
        precision[i * n + i] = 1 / UNKNOWN_DEVIATION ** 2;
    }
    return { category: null, mean: new Float64Array(n), precision, offset: n * Math.log(UNKNOWN_DEVIATION ** 2) };
}

/** Squared Mahalanobis distance and the precision times the offset from the mean. */
export function distanceTo({ mean, precision }: CodeComponent, latent: ArrayLike<number>) {
    const n = mean.length;
    const gradient = new Float64Array(n);
    let squared = 0;
    for (let row = 0; row < n; row++) {
        let sum = 0;
        for (let column = 0; column < n; column++) {
            sum += precision[row * n + column] * (latent[column] - mean[column]);
        }
        gradient[row] = sum;
        squared += sum * (latent[row] - mean[row]);
    }
    return { squared, gradient };
}

/** Where a code is nearest: the component of the least cost, and that cost (squared distance + offset). */
export function nearestComponent(
    prior: readonly CodeComponent[],
    latent: ArrayLike<number>,
): { component: CodeComponent; cost: number; squared: number } {
    let best = { component: prior[0], cost: Number.POSITIVE_INFINITY, squared: Number.POSITIVE_INFINITY };
    for (const component of prior) {
        const { squared } = distanceTo(component, latent);
        const cost = squared + component.offset;
        if (cost < best.cost) {
            best = { component, cost, squared };
        }
    }
    return best;
}

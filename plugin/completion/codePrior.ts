import { componentsOf, sampleLatent } from "../latent/sampleLatent.js";
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
    /** Natural logarithm of the covariance's determinant. */
    readonly logDeterminant: number;
}

/** Codes of one category. */
export interface CodeFamily {
    /** null for decoders without categories. */
    readonly category: string | null;
    readonly components: readonly CodeComponent[];
    /** [latentSize] each: shapes drawn from the prior that differ as much as can be. */
    readonly samples: readonly Float32Array[];
}

/**
 * Least deviation of a code in any direction, as a part of the family's mean one: codes of shapes never trained on
 * leave the subspace that the trained ones span.
 */
const FLOOR = 0.8;

/** Shapes of each family that a search may start again from. */
const SAMPLE_COUNT = 16;
/** Drawn, of which those that differ most are kept. */
const DRAWN = 72;

/** Deviation taken for decoders whose file says nothing. Park et al. 2019 regularise with 0.01 per code. */
const UNKNOWN_DEVIATION = 0.1;

/**
 * A decoder's prior over codes, for use as a regulariser: its components as wide as trained codes are about them, not as
 * narrow as samples need to be whole shapes. All families are as likely.
 *
 * @param category only this one's, or all
 * @throws if the category is unknown
 */
export function createCodePrior(
    operation: string,
    metadata: DecoderMetadata | null,
    latentSize: number,
    category: string | undefined,
): CodeFamily[] {
    if (category === undefined && !metadata?.prior.length) {
        return [{ category: null, components: [isotropic(latentSize)], samples: [] }];
    }
    const { categories, prior } = metadata ?? { categories: [], prior: [] };
    const known = { latentSize, categories, prior: prior.map(asTrained) };
    const components = componentsOf(operation, known, category);
    return [...new Set(components.map((component) => component.category))].map((name) => ({
        category: name,
        components: invertible(
            components.filter((component) => component.category === name),
            latentSize,
        ),
        samples:
            name === null
                ? []
                : farthest(
                      Array.from({ length: DRAWN }, (_, seed) =>
                          sampleLatent({ latentSize, categories, prior }, { seed, category: name }),
                      ),
                      SAMPLE_COUNT,
                  ),
    }));
}

/** Those that differ most: the first, and then always the one farthest from all before. */
function farthest(codes: readonly Float32Array[], wanted: number): Float32Array[] {
    const gaps = codes.map(() => Number.POSITIVE_INFINITY);
    const chosen = codes.slice(0, 1);
    while (chosen.length < Math.min(wanted, codes.length)) {
        const last = chosen[chosen.length - 1];
        for (const [n, code] of codes.entries()) {
            const gap = code.reduce((sum, value, i) => sum + (value - last[i]) ** 2, 0);
            gaps[n] = Math.min(gaps[n], gap);
        }
        chosen.push(codes[gaps.indexOf(Math.max(...gaps))]);
    }
    return chosen;
}

/** A component as wide as it was before it was narrowed for sampling. */
function asTrained(component: PriorComponent): PriorComponent {
    const { spread = 1, factors, deviations } = component;
    return {
        ...component,
        factors: factors.map((value) => value / spread),
        deviations: deviations.map((value) => value / spread),
        spread: 1,
    };
}

function invertible(components: readonly PriorComponent[], n: number): CodeComponent[] {
    const covariances = components.map((component) => covarianceOf(component, n));
    const trace = covariances.reduce((sum, covariance) => sum + traceOf(covariance, n), 0) / components.length;
    const floor = (FLOOR * FLOOR * trace) / n || UNKNOWN_DEVIATION ** 2;
    return components.map(({ category, mean }, k) => {
        const covariance = covariances[k];
        for (let i = 0; i < n; i++) covariance[i * n + i] += floor;
        const { inverse, logDeterminant } = invertPositive(covariance, n);
        return { category, mean: Float64Array.from(mean), precision: inverse, logDeterminant };
    });
}

/** Fᵀ F + D². [n, n] */
function covarianceOf({ factors, factorCount, deviations }: PriorComponent, n: number): Float64Array {
    const covariance = new Float64Array(n * n);
    for (let row = 0; row < n; row++) {
        for (let column = 0; column < n; column++) {
            let sum = row === column ? deviations[row] ** 2 : 0;
            for (let f = 0; f < factorCount; f++) sum += factors[f * n + row] * factors[f * n + column];
            covariance[row * n + column] = sum;
        }
    }
    return covariance;
}

function traceOf(matrix: Float64Array, n: number): number {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += matrix[i * n + i];
    return sum;
}

function isotropic(n: number): CodeComponent {
    const precision = new Float64Array(n * n);
    for (let i = 0; i < n; i++) precision[i * n + i] = 1 / UNKNOWN_DEVIATION ** 2;
    return {
        category: null,
        mean: new Float64Array(n),
        precision,
        logDeterminant: n * Math.log(UNKNOWN_DEVIATION ** 2),
    };
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

/** The component that a code is likeliest of, and its squared distance from that one's mean, in deviations. */
export function nearestComponent(
    prior: readonly CodeFamily[],
    latent: ArrayLike<number>,
): { component: CodeComponent; squared: number; gradient: Float64Array } {
    let best: ReturnType<typeof nearestComponent> | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const component of prior.flatMap(({ components }) => components)) {
        const found = distanceTo(component, latent);
        const cost = found.squared + component.logDeterminant;
        if (!best || cost < least) {
            best = { component, ...found };
            least = cost;
        }
    }
    return best!;
}

import { mostDifferent, representatives } from "../latent/representatives.js";
import { componentsOf, sampleLatent } from "../latent/sampleLatent.js";
import type { DecoderMetadata, PriorComponent } from "../model/decoder.js";
import { factorCholesky } from "./linearAlgebra.js";

/** One normal distribution of codes, ready to be asked. */
export interface CodeComponent {
    /** null for decoders without categories. */
    readonly category: string | null;
    /** [latentSize] */
    readonly mean: Float64Array;
    /** [latentSize], the diagonal part of the inverse of the covariance. */
    readonly weights: Float64Array;
    /** [latentSize] each: the inverse of the covariance is the diagonal part less the outer products of these. */
    readonly factors: readonly Float64Array[];
    /** Natural logarithm of the covariance's determinant. */
    readonly logDeterminant: number;
}

/** Codes of one category. */
export interface CodeFamily {
    /** null for decoders without categories. */
    readonly category: string | null;
    readonly components: readonly CodeComponent[];
    /** [latentSize] each: shapes that a search begins at, few and unlike each other. */
    readonly samples: readonly Float32Array[];
    /** [latentSize] each: shapes that are tried in poses that were found. */
    readonly pool: readonly Float32Array[];
}

/**
 * Least deviation of a code in any direction, as a part of the family's mean one: codes of shapes never trained on
 * leave the subspace that the trained ones span.
 */
const FLOOR = 0.4;

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
        return [{ category: null, components: [isotropic(latentSize)], samples: [], pool: [] }];
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
        ...(name === null || !metadata ? { samples: [], pool: [] } : shapesOf(name, metadata)),
    }));
}

/** Shapes of each category, the same for every scan. */
const shapesKnown = new WeakMap<DecoderMetadata, Map<string, Pick<CodeFamily, "samples" | "pool">>>();

/** What searches for shapes of a category begin at: the file's exemplars, or samples of its prior where they are few. */
function shapesOf(category: string, metadata: DecoderMetadata): Pick<CodeFamily, "samples" | "pool"> {
    const known = shapesKnown.get(metadata) ?? new Map<string, Pick<CodeFamily, "samples" | "pool">>();
    shapesKnown.set(metadata, known);
    const shapes = known.get(category) ?? findShapes(category, metadata);
    known.set(category, shapes);
    return shapes;
}

function findShapes(category: string, metadata: DecoderMetadata): Pick<CodeFamily, "samples" | "pool"> {
    const { latentSize, exemplars = [] } = metadata;
    const pool = exemplars
        .filter((known) => known.category === category)
        .flatMap(({ count, codes }) =>
            Array.from({ length: count }, (_, n) => codes.slice(n * latentSize, (n + 1) * latentSize)),
        );
    if (pool.length >= SAMPLE_COUNT) return { samples: representatives(pool, SAMPLE_COUNT), pool };
    const drawn = Array.from({ length: DRAWN }, (_, seed) => sampleLatent(metadata, { seed, category }));
    const samples = mostDifferent([...pool, ...drawn], SAMPLE_COUNT);
    return { samples, pool: samples };
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
    const trace = components.reduce((sum, component) => sum + traceOf(component), 0) / components.length;
    const floor = (FLOOR * FLOOR * trace) / n || UNKNOWN_DEVIATION ** 2;
    return components.map((component) => inverted(component, floor, n));
}

/** Of the covariance Fᵀ F + D². */
function traceOf({ factors, deviations }: PriorComponent): number {
    const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0);
    return squares(factors) + squares(deviations);
}

/** The inverse of the covariance Fᵀ F + D² + floor (Woodbury's identity), as far as k factors need. */
function inverted({ category, mean, factors, factorCount, deviations }: PriorComponent, floor: number, n: number) {
    const weights = Float64Array.from(deviations, (deviation) => 1 / (deviation ** 2 + floor));
    const rows = Array.from({ length: factorCount }, (_, f) => weights.map((weight, i) => weight * factors[f * n + i]));
    const inner = new Float64Array(factorCount * factorCount);
    for (let f = 0; f < factorCount; f++) {
        for (let g = 0; g <= f; g++) {
            inner[f * factorCount + g] = f === g ? 1 : 0;
            for (let i = 0; i < n; i++) inner[f * factorCount + g] += factors[f * n + i] * rows[g][i];
        }
    }
    factorCholesky(inner, factorCount);
    let logDeterminant = -weights.reduce((sum, weight) => sum + Math.log(weight), 0);
    for (let f = 0; f < factorCount; f++) {
        const root = inner[f * factorCount + f];
        logDeterminant += 2 * Math.log(root);
        for (let i = 0; i < n; i++) {
            for (let g = 0; g < f; g++) rows[f][i] -= inner[f * factorCount + g] * rows[g][i];
            rows[f][i] /= root;
        }
    }
    return { category, mean: Float64Array.from(mean), weights, factors: rows, logDeterminant };
}

function isotropic(n: number): CodeComponent {
    return {
        category: null,
        mean: new Float64Array(n),
        weights: new Float64Array(n).fill(1 / UNKNOWN_DEVIATION ** 2),
        factors: [],
        logDeterminant: n * Math.log(UNKNOWN_DEVIATION ** 2),
    };
}

/** Half the derivative of a code's squared Mahalanobis distance from a component's mean. [latentSize] */
export function slopeTo({ mean, weights, factors }: CodeComponent, latent: ArrayLike<number>): Float64Array {
    const off = mean.map((value, i) => latent[i] - value);
    const slope = off.map((value, i) => weights[i] * value);
    for (const factor of factors) {
        const along = productOf(factor, off);
        for (let i = 0; i < slope.length; i++) slope[i] -= along * factor[i];
    }
    return slope;
}

/**
 * Squared Mahalanobis distance of a code from a component's mean.
 *
 * @param off [latentSize], takes the code less the mean: a new array for each component would cost more than the products
 */
function squaredDistance({ mean, weights, factors }: CodeComponent, latent: ArrayLike<number>, off: Float64Array) {
    let squared = 0;
    for (let i = 0; i < off.length; i++) {
        off[i] = latent[i] - mean[i];
        squared += weights[i] * off[i] * off[i];
    }
    for (const factor of factors) squared -= productOf(factor, off) ** 2;
    return squared;
}

function productOf(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
}

/** The component that a code is likeliest of, and its squared distance from that one's mean, in deviations. */
export function nearestComponent(
    prior: readonly CodeFamily[],
    latent: ArrayLike<number>,
): { component: CodeComponent; squared: number } {
    let best: ReturnType<typeof nearestComponent> | null = null;
    let least = Number.POSITIVE_INFINITY;
    const off = new Float64Array(latent.length);
    for (const { components } of prior) {
        for (const component of components) {
            const squared = squaredDistance(component, latent, off);
            const cost = squared + component.logDeterminant;
            if (!best || cost < least) {
                best = { component, squared };
                least = cost;
            }
        }
    }
    return best!;
}

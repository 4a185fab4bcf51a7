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
    /** [latentSize] each: whole shapes, drawn from the decoder's own prior. */
    readonly samples: readonly Float32Array[];
}

/**
 * Least deviation of a code in any direction, as a part of the family's mean one: codes of shapes never trained on
 * leave the subspace that the trained ones span.
 */
const FLOOR = 0.35;

/** Part of the family's whole covariance that each of its components has besides its own. */
const SHARED = 0.25;

/** Shapes of each family that a search may start again from. */
const SAMPLE_COUNT = 24;

/** Deviation taken for decoders whose file says nothing. Park et al. 2019 regularise with 0.01 per code. */
const UNKNOWN_DEVIATION = 0.1;

/**
 * A decoder's prior over codes, for use as a regulariser. Its components are narrow on purpose, so that samples of them
 * are whole shapes; shapes never trained on lie between and beside them, so each takes a part of its family's covariance
 * on. All families are as likely.
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
    const known = metadata ?? { latentSize, categories: [], prior: [] };
    const components = componentsOf(operation, known, category);
    return [...new Set(components.map((component) => component.category))].map((name) => ({
        category: name,
        components: widened(
            components.filter((component) => component.category === name),
            latentSize,
        ),
        samples:
            name === null
                ? []
                : Array.from({ length: SAMPLE_COUNT }, (_, seed) => sampleLatent(known, { seed, category: name })),
    }));
}

function widened(components: readonly PriorComponent[], n: number): CodeComponent[] {
    const total = components.reduce((sum, { weight }) => sum + weight, 0);
    const shareOf = ({ weight }: PriorComponent) => (total > 0 ? weight / total : 1 / components.length);
    const centre = new Float64Array(n);
    for (const component of components) {
        for (let i = 0; i < n; i++) centre[i] += shareOf(component) * component.mean[i];
    }
    const shared = new Float64Array(n * n);
    for (const component of components) addCovariance(shared, component, SHARED * shareOf(component), centre);
    let trace = 0;
    for (let i = 0; i < n; i++) trace += shared[i * n + i] / SHARED;
    const floor = (FLOOR * FLOOR * trace) / n || UNKNOWN_DEVIATION ** 2;
    return components.map((component) => {
        const covariance = shared.slice();
        const mean = Float64Array.from(component.mean);
        addCovariance(covariance, component, 1, mean);
        for (let i = 0; i < n; i++) covariance[i * n + i] += floor;
        const { inverse, logDeterminant } = invertPositive(covariance, n);
        return { category: component.category, mean, precision: inverse, logDeterminant };
    });
}

/** covariance += share · (the component's spread about a centre). */
function addCovariance(
    covariance: Float64Array,
    { mean, factors, factorCount, deviations }: PriorComponent,
    share: number,
    centre: Float64Array,
): void {
    const n = centre.length;
    for (let row = 0; row < n; row++) {
        for (let column = 0; column < n; column++) {
            let sum = (mean[row] - centre[row]) * (mean[column] - centre[column]);
            for (let f = 0; f < factorCount; f++) sum += factors[f * n + row] * factors[f * n + column];
            if (row === column) sum += deviations[row] ** 2;
            covariance[row * n + column] += share * sum;
        }
    }
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

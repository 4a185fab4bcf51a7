import type { DecoderMetadata, PriorComponent } from "../model/decoder.js";
import { LatentRandom, seedKeys } from "./random.js";

export interface LatentSampleOptions {
    /** Any finite number; the same seed gives the same code, bit for bit, on every engine. */
    seed: number;
    /** One of the decoder's categories; any of them, by their shares, unless given. */
    category?: string;
    /** 0 gives the category's mean, 1 (the default) the prior as trained, less than 1 tamer shapes. */
    temperature?: number;
}

/**
 * A code drawn from a decoder's prior, a mixture of Gaussians: mean + temperature · (factors · ε₁ + deviations ⊙ ε₂).
 *
 * Different temperatures of one seed lie on a line from the mean.
 *
 * @returns [latentSize]
 * @throws if the seed or temperature is out of range, the category unknown, or the decoder has no prior
 */
export function sampleLatent(
    metadata: Pick<DecoderMetadata, "latentSize" | "categories" | "prior">,
    options: LatentSampleOptions,
): Float32Array {
    const { seed, category, temperature = 1 } = options;
    checkSampling("sampleLatent", seed, temperature);
    const components = componentsOf("sampleLatent", metadata, category);
    const random = new LatentRandom(...seedKeys(seed));
    const { mean, factors, factorCount, deviations } = pick(components, random.uniform());

    // Sums in float64 in a fixed order, rounded once: the same bits everywhere.
    const latent = new Float64Array(metadata.latentSize);
    for (let f = 0; f < factorCount; f++) {
        const weight = random.normal();
        for (let i = 0; i < latent.length; i++) {
            latent[i] += weight * factors[f * latent.length + i];
        }
    }
    for (let i = 0; i < latent.length; i++) {
        latent[i] = mean[i] + temperature * (latent[i] + deviations[i] * random.normal());
    }
    return Float32Array.from(latent);
}

/**
 * A code for a decoder whose file holds no prior: normal numbers of one deviation around zero.
 *
 * @throws if the seed, the temperature or the deviation is out of range
 */
export function sampleLatentAround(
    latentSize: number,
    deviation: number,
    { seed, temperature = 1 }: LatentSampleOptions,
): Float32Array {
    checkSampling("sampleLatent", seed, temperature);
    if (!(deviation >= 0 && deviation < Number.POSITIVE_INFINITY)) {
        throw new Error(
            `sampleLatent: got latentDeviation ${deviation}; expected a number from 0 on; give the spread of the decoder's codes`,
        );
    }
    const random = new LatentRandom(...seedKeys(seed));
    return Float32Array.from({ length: latentSize }, () => temperature * deviation * random.normal());
}

/** The components of a category, or all. */
export function componentsOf(
    operation: string,
    metadata: Pick<DecoderMetadata, "categories" | "prior">,
    category: string | undefined,
): readonly PriorComponent[] {
    if (category !== undefined && !metadata.categories.includes(category)) {
        throw new Error(
            `${operation}: got category "${category}"; expected one of ${metadata.categories.join(", ") || "none"}; see shapes.categories`,
        );
    }
    const components = metadata.prior.filter((component) => category === undefined || component.category === category);
    if (components.length === 0) {
        throw new Error(
            `${operation}: this decoder's file holds no prior${category ? ` for "${category}"` : ""}; expected one to draw from; bring your own codes or give latentDeviation`,
        );
    }
    return components;
}

function checkSampling(operation: string, seed: unknown, temperature: unknown): void {
    if (typeof seed !== "number" || !Number.isFinite(seed)) {
        throw new Error(`${operation}: got seed ${String(seed)}; expected a finite number; give a whole number`);
    }
    if (typeof temperature !== "number" || !(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
        throw new Error(
            `${operation}: got temperature ${String(temperature)}; expected a number from 0 on; 1 is the prior as trained`,
        );
    }
}

function pick(components: readonly PriorComponent[], uniform: number): PriorComponent {
    let left = uniform * components.reduce((sum, { weight }) => sum + weight, 0);
    for (const component of components) {
        left -= component.weight;
        if (left < 0) {
            return component;
        }
    }
    return components[components.length - 1];
}

import type { DecoderMetadata, PriorComponent } from "../model/decoder.js";
import { checkLatent } from "./checkLatent.js";
import { componentsOf } from "./sampleLatent.js";
import { squaredMahalanobis } from "./typicality.js";

/**
 * The weighted mean of codes, kept as far from the prior's means as the codes themselves are: a plain mean falls
 * towards the middle, where shapes are blander than any that was trained.
 *
 * Each code is its nearest component's mean μ plus an offset d. Means and offsets are mixed linearly, then the mixed
 * offset is stretched until its Mahalanobis length is the mix of the codes' own. The stretch is at most 1 / √(Σ wᵢ²),
 * which independent codes need; opposite codes, whose offsets cancel, would ask for any amount.
 *
 * @param weights one a code, none negative, with a positive sum; they are divided by it. Equal unless given
 * @param category of all the codes, so that an unusual one isn't taken for one of another category
 * @throws if a code or the weights do not fit, the category is unknown, or the decoder has no prior
 */
export function interpolateAlongPrior(
    metadata: Pick<DecoderMetadata, "latentSize" | "categories" | "prior">,
    latents: readonly Float32Array[],
    weights: readonly number[] = latents.map(() => 1),
    category?: string,
): Float32Array {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (latents.length === 0 || weights.length !== latents.length || !weights.every((w) => w >= 0) || !(sum > 0)) {
        throw new Error(
            `interpolateAlongPrior: got weights ${JSON.stringify(weights)} for ${latents.length} codes; expected one a code, none negative, not all 0; correct the weights`,
        );
    }
    const components = componentsOf("interpolateAlongPrior", metadata, category);
    const parts = latents.map((latent, n) => {
        checkLatent("interpolateAlongPrior", latent, metadata.latentSize);
        return { latent, weight: weights[n] / sum, ...nearest(latent, components) };
    });

    // 1. Mix means and offsets.
    const size = metadata.latentSize;
    const mean = new Float64Array(size);
    const offset = new Float64Array(size);
    for (const { latent, weight, component } of parts) {
        for (let i = 0; i < size; i++) {
            mean[i] += weight * component.mean[i];
            offset[i] += weight * (latent[i] - component.mean[i]);
        }
    }

    // 2. Stretch the offset. Its length is taken under each code's component, as the mix lies between them.
    const wanted = parts.reduce((total, { weight, squared }) => total + weight * Math.sqrt(squared), 0);
    const squared = parts.reduce((total, { weight, component }) => {
        const at = Float32Array.from(offset, (value, i) => component.mean[i] + value);
        return total + weight * squaredMahalanobis(at, component);
    }, 0);
    const greatest = 1 / Math.sqrt(parts.reduce((total, { weight }) => total + weight * weight, 0));
    const stretch = squared > 0 ? Math.min(wanted / Math.sqrt(squared), greatest) : 1;
    return Float32Array.from(mean, (value, i) => value + stretch * offset[i]);
}

function nearest(latent: Float32Array, components: readonly PriorComponent[]) {
    let best = { component: components[0], squared: Number.POSITIVE_INFINITY };
    for (const component of components) {
        const squared = squaredMahalanobis(latent, component);
        if (squared < best.squared) {
            best = { component, squared };
        }
    }
    return best;
}

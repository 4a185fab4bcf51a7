import type { DecoderMetadata, LatentAxis } from "../model/decoder.js";
import { checkLatent } from "./checkLatent.js";

/**
 * The weighted mean of codes.
 *
 * @param weights one a code, any numbers whose sum is not zero; they are divided by it. Equal unless given
 * @throws if there is no code, the codes' lengths differ or the weights do not fit
 */
export function interpolateLatents(latents: readonly Float32Array[], weights?: readonly number[]): Float32Array {
    if (latents.length === 0) {
        throw new Error("interpolateLatents: got no codes; expected at least one; give the codes to mix");
    }
    const latentSize = latents[0]?.length ?? 0;
    for (const latent of latents) {
        checkLatent("interpolateLatents", latent, latentSize);
    }
    const shares = weights ?? latents.map(() => 1);
    const sum = shares.reduce((total, weight) => total + weight, 0);
    if (shares.length !== latents.length || !Number.isFinite(sum) || sum === 0) {
        throw new Error(
            `interpolateLatents: got weights ${JSON.stringify(shares)} for ${latents.length} codes; expected one finite weight a code and a sum that is not 0; correct the weights`,
        );
    }
    const result = new Float64Array(latentSize);
    latents.forEach((latent, n) => {
        const share = shares[n] / sum;
        for (let i = 0; i < latentSize; i++) {
            result[i] += share * latent[i];
        }
    });
    return Float32Array.from(result);
}

/**
 * A code moved along a principal axis.
 *
 * @param amount standard deviations of the trained codes along it
 * @throws if the code is not the axis' length or the amount no finite number
 */
export function moveAlongAxis(latent: Float32Array, axis: LatentAxis, amount: number): Float32Array {
    checkLatent("moveAlongAxis", latent, axis.direction.length);
    if (typeof amount !== "number" || !Number.isFinite(amount)) {
        throw new Error(
            `moveAlongAxis: got amount ${String(amount)}; expected a finite number of standard deviations; ${axis.range[0]} to ${axis.range[1]} is safe`,
        );
    }
    return latent.map((value, i) => value + amount * axis.deviation * axis.direction[i]);
}

/** Where a code stands along an axis, in standard deviations from `origin`, normally the category's mean. */
export function positionOnAxis(latent: Float32Array, axis: LatentAxis, origin: Float32Array): number {
    checkLatent("positionOnAxis", latent, axis.direction.length);
    let sum = 0;
    for (let i = 0; i < latent.length; i++) {
        sum += (latent[i] - origin[i]) * axis.direction[i];
    }
    return axis.deviation > 0 ? sum / axis.deviation : 0;
}

/**
 * An axis by its place in the file or by name.
 *
 * @param category for names that several categories have
 * @throws if there is none
 */
export function findAxis(
    metadata: Pick<DecoderMetadata, "axes">,
    axis: number | string,
    category?: string,
): LatentAxis {
    const candidates = metadata.axes.filter((entry) => category === undefined || entry.category === category);
    const found = typeof axis === "number" ? candidates[axis] : candidates.find((candidate) => candidate.name === axis);
    if (!found) {
        const names = candidates.map(({ name }, i) => `${i} "${name}"`).join(", ");
        throw new Error(
            `moveAlongAxis: got axis ${JSON.stringify(axis)}; expected one of ${names || "none, the file has no axes"}; see shapes.axes`,
        );
    }
    return found;
}

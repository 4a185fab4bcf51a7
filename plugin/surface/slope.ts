import type { Field } from "../field/field.js";
import type { Bounds, Decoder } from "../model/decoder.js";
import { DEFAULT_SLOPE } from "./grid.js";

const POINTS = 512;
/** Above the steepest place met; the search checks its result and widens where that was not enough. */
const MARGIN = 1.1;

/**
 * How steep a decoder's field gets, for the sparse search: a trained file says so itself; of others the gradient is
 * taken at points spread evenly over the bounds.
 *
 * @param latents typical codes; zeros stand in where none are known
 */
export async function fieldSlopeAsync(
    field: Field,
    decoder: Pick<Decoder, "bounds" | "metadata" | "latentSize">,
    latents: readonly Float32Array[],
): Promise<number> {
    const known = decoder.metadata?.evaluation.slope;
    if (typeof known === "number" && known > 0 && known < 100) {
        return Math.max(DEFAULT_SLOPE, known);
    }
    const points = spreadPoints(decoder.bounds, POINTS);
    let steepest = DEFAULT_SLOPE;
    for (const latent of latents.length > 0 ? latents : [new Float32Array(decoder.latentSize)]) {
        const { pointGradients: g } = await field.evaluateGradientAsync(latent, points);
        for (let at = 0; at < g.length; at += 3) {
            // A gradient that is no number says nothing.
            steepest = Math.max(steepest, Math.hypot(g[at], g[at + 1], g[at + 2]) || 0);
        }
    }
    return MARGIN * steepest;
}

/** A level is worth its evaluations when about a fifth of its cells can be left out. */
const REACH_SHARE = 0.8;

/**
 * How large |field| gets away from the surface: the search starts at the coarsest cells that such values can rule out.
 * The metadata's figure if there is one, else measured at spread points for the codes.
 *
 * @returns model units; a fifth of the points lie above it, for the code where it is least; at least the clamp distance
 */
export async function fieldReachAsync(
    field: Field,
    decoder: Pick<Decoder, "bounds" | "metadata" | "latentSize" | "clampDistance">,
    latents: readonly Float32Array[],
): Promise<number> {
    const known = decoder.metadata?.evaluation.reach;
    if (typeof known === "number" && known > 0 && known < 100) {
        return Math.max(decoder.clampDistance, known);
    }
    const points = spreadPoints(decoder.bounds, POINTS);
    let least = Number.POSITIVE_INFINITY;
    for (const latent of latents.length > 0 ? latents : [new Float32Array(decoder.latentSize)]) {
        const values = (await field.evaluateAsync(latent, points)).map((value) => Math.abs(value) || 0).sort();
        least = Math.min(least, values[Math.floor(REACH_SHARE * values.length)]);
    }
    return Math.max(decoder.clampDistance, least);
}

/**
 * Points of the R₃ sequence (M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).
 *
 * @returns [count, 3], model units
 */
export function spreadPoints({ min, max }: Bounds, count: number): Float32Array {
    const plastic = 1.2207440846057596;
    return Float32Array.from({ length: 3 * count }, (_, i) => {
        const axis = i % 3;
        const share = (0.5 + Math.ceil((i + 1) / 3) / plastic ** (axis + 1)) % 1;
        return min[axis] + (max[axis] - min[axis]) * share;
    });
}

import type { Field } from "../field/field.js";
import { LatentRandom } from "../latent/random.js";
import { sampleLatent } from "../latent/sampleLatent.js";
import type { Decoder } from "../model/decoder.js";
import { DEFAULT_SLOPE } from "../surface/grid.js";

const CODES = 3;
const POINTS = 512;
/** Above the steepest place met; the search checks its result and widens where that was not enough. */
const MARGIN = 1.1;

/**
 * How steep a decoder's field gets, for the sparse search: a trained file says so itself, of others some gradients are
 * taken at random points for typical codes.
 */
export async function measureSlopeAsync(decoder: Decoder, field: Field): Promise<number> {
    const known = decoder.metadata?.evaluation.slope;
    if (typeof known === "number" && known > 0 && known < 100) {
        return Math.max(DEFAULT_SLOPE, MARGIN * known);
    }
    const { bounds, metadata } = decoder;
    const random = new LatentRandom(1);
    const points = Float32Array.from({ length: 3 * POINTS }, (_, i) => {
        const axis = i % 3;
        return bounds.min[axis] + (bounds.max[axis] - bounds.min[axis]) * random.uniform();
    });
    let steepest = DEFAULT_SLOPE;
    for (let seed = 0; seed < CODES; seed++) {
        const latent = metadata?.prior.length ? sampleLatent(metadata, { seed }) : new Float32Array(decoder.latentSize);
        const { pointGradients: g } = await field.evaluateGradientAsync(latent, points);
        for (let at = 0; at < g.length; at += 3) {
            const length = Math.hypot(g[at], g[at + 1], g[at + 2]);
            steepest = Math.max(length || 0, steepest);
        }
    }
    return MARGIN * steepest;
}

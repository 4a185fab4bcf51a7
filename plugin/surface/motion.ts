import type { Field } from "../field/field.js";
import type { Decoder } from "../model/decoder.js";
import { spreadPoints } from "./slope.js";

/** Points at which the derivatives by a code are taken. */
const POINTS = 256;
/**
 * Above the fastest place met. Of 120 small moves of the shipped decoder's codes, along axes and between shapes, none
 * moved a distance by more than 1.7 times what the derivatives of 32 codes say.
 */
const MARGIN = 2;

/** How far distances near the surface move when the code does. */
export class FieldMotion {
    /** @param gradients [n, latentSize], ∂distance / ∂code at n places */
    constructor(
        private readonly gradients: Float32Array,
        private readonly latentSize: number,
    ) {}

    /** A bound on the change of any distance near the surface between two codes close to each other, model units. */
    between(from: Float32Array, to: Float32Array): number {
        const { gradients, latentSize } = this;
        const step = to.map((value, i) => value - from[i]);
        let most = 0;
        for (let at = 0; at < gradients.length; at += latentSize) {
            let change = 0;
            for (let i = 0; i < latentSize; i++) {
                change += gradients[at + i] * step[i];
            }
            most = Math.max(most, Math.abs(change));
        }
        return MARGIN * most;
    }
}

/**
 * Measures how a decoder's distances follow its codes.
 *
 * @param latents codes as they are drawn, some dozens
 * @returns null where there is nothing to measure it by: no codes, or no surface at them
 */
export async function fieldMotionAsync(
    field: Field,
    { bounds, clampDistance }: Pick<Decoder, "bounds" | "clampDistance">,
    latents: readonly Float32Array[],
): Promise<FieldMotion | null> {
    const { latentSize } = field;
    const points = spreadPoints(bounds, POINTS);
    const rows: Float32Array[] = [];
    for (const latent of latents) {
        const { distances, latentGradients } = await field.evaluateGradientAsync(latent, points, {
            latentGradients: true,
        });
        for (let n = 0; latentGradients && n < distances.length; n++) {
            const row = latentGradients.subarray(n * latentSize, (n + 1) * latentSize);
            if (Math.abs(distances[n]) < clampDistance && row.every(Number.isFinite)) {
                rows.push(row);
            }
        }
    }
    const gradients = new Float32Array(rows.length * latentSize);
    rows.forEach((row, n) => {
        gradients.set(row, n * latentSize);
    });
    return rows.length > 0 ? new FieldMotion(gradients, latentSize) : null;
}

import type { DecoderMetadata, PriorComponent } from "../model/decoder.js";
import { checkLatent } from "./checkLatent.js";
import { componentsOf } from "./sampleLatent.js";

/** Smallest deviation taken for an unexplained direction, as a part of the component's mean one. */
const FLOOR = 0.05;

/**
 * How ordinary a code is among those the decoder was trained on: 1 at a component's mean, about 0.6 for a typical
 * sample, falling to 0 for codes no sample looks like.
 *
 * It is exp(−d² / 2L) of the squared Mahalanobis distance d² to the nearest component, whose expectation for a sample
 * is the latent size L.
 *
 * @throws if the code does not fit or the category is unknown
 */
export function typicality(
    latent: Float32Array,
    metadata: Pick<DecoderMetadata, "latentSize" | "categories" | "prior">,
    category?: string,
): number {
    checkLatent("typicality", latent, metadata.latentSize);
    const distances = componentsOf("typicality", metadata, category).map((component) =>
        squaredMahalanobis(latent, component),
    );
    return Math.exp(-Math.min(...distances) / (2 * metadata.latentSize));
}

/** (z − μ)ᵀ (FᵀF + D²)⁻¹ (z − μ) by Woodbury's identity, which needs a solve of factorCount unknowns only. */
export function squaredMahalanobis(latent: Float32Array, component: PriorComponent): number {
    const { mean, factors, factorCount, deviations } = component;
    const size = latent.length;
    const scale = Math.sqrt(deviations.reduce((sum, d) => sum + d * d, 0) / size) || 1e-3;
    const inverse = Array.from(deviations, (d) => 1 / Math.max(d * d, (FLOOR * scale) ** 2));
    const offset = Array.from(latent, (value, i) => value - mean[i]);

    // I + F D⁻² Fᵀ and F D⁻² (z − μ).
    const matrix = Array.from({ length: factorCount }, (_, r) =>
        Array.from({ length: factorCount }, (_, c) => {
            let sum = r === c ? 1 : 0;
            for (let i = 0; i < size; i++) {
                sum += factors[r * size + i] * inverse[i] * factors[c * size + i];
            }
            return sum;
        }),
    );
    const projected = Array.from({ length: factorCount }, (_, r) =>
        offset.reduce((sum, value, i) => sum + factors[r * size + i] * inverse[i] * value, 0),
    );
    const solution = solveCholesky(matrix, projected);
    const direct = offset.reduce((sum, value, i) => sum + value * value * inverse[i], 0);
    return Math.max(0, direct - projected.reduce((sum, value, r) => sum + value * solution[r], 0));
}

/** Solves A x = b for a symmetric positive definite A, which is overwritten. */
function solveCholesky(a: number[][], b: readonly number[]): number[] {
    const n = b.length;
    const x = [...b];
    for (let r = 0; r < n; r++) {
        for (let c = 0; c <= r; c++) {
            let sum = a[r][c];
            for (let k = 0; k < c; k++) {
                sum -= a[r][k] * a[c][k];
            }
            a[r][c] = r === c ? Math.sqrt(sum) : sum / a[c][c];
        }
        for (let k = 0; k < r; k++) {
            x[r] -= a[r][k] * x[k];
        }
        x[r] /= a[r][r];
    }
    for (let r = n - 1; r >= 0; r--) {
        for (let k = r + 1; k < n; k++) {
            x[r] -= a[k][r] * x[k];
        }
        x[r] /= a[r][r];
    }
    return x;
}

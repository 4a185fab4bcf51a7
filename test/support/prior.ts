import { LatentRandom } from "../../plugin/latent/random.js";
import type { DecoderMetadata } from "../../plugin/model/decoder.js";

/** Metadata with two categories and three components of made-up numbers. */
export function testMetadata(latentSize = 8): DecoderMetadata {
    const random = new LatentRandom(99);
    const numbers = (count: number, factor: number) =>
        Float32Array.from({ length: count }, () => factor * (2 * random.uniform() - 1));
    return {
        version: 1,
        latentSize,
        bounds: { min: [-1, -1, -1], max: [1, 1, 1] },
        clampDistance: 0.1,
        upAxis: "y",
        categories: ["chair", "lamp"],
        prior: ["chair", "lamp", "lamp"].map((category, i) => ({
            category,
            weight: [0.5, 0.3, 0.2][i],
            mean: numbers(latentSize, 1),
            factors: numbers(3 * latentSize, 0.5),
            factorCount: 3,
            deviations: numbers(latentSize, 0.2).map(Math.abs),
        })),
        axes: [0, 1].map((i) => ({
            name: ["height", "width"][i],
            category: "chair",
            direction: Float32Array.from({ length: latentSize }, (_, k) => (k === i ? 1 : 0)),
            deviation: 0.5,
            range: [-2, 2] as const,
        })),
        provenance: {},
        evaluation: {},
    };
}

export function hexOf(latent: Float32Array): string[] {
    return Array.from(new Uint32Array(latent.buffer, latent.byteOffset, latent.length), (bits) =>
        bits.toString(16).padStart(8, "0"),
    );
}

import { sampleLatent } from "../../../plugin/latent/index.js";
import { type Decoder, readDecoder } from "../../../plugin/model/index.js";
import { createTestRandom } from "../../support/perceptrons.js";
import type { BenchDecoder } from "./types.js";

/** @throws if the bytes are no decoder */
export function createBenchDecoder(name: string, bytes: Uint8Array): BenchDecoder {
    const decoder = readDecoder(bytes, { name });
    return { name, decoder, code: (index) => codeOf(decoder, index) };
}

/** Of decoders without a prior, small random numbers. */
function codeOf({ metadata, latentSize }: Decoder, index: number): Float32Array {
    if (metadata?.prior.length) {
        const { categories } = metadata;
        return sampleLatent(metadata, { seed: index, category: categories[index % categories.length] });
    }
    const random = createTestRandom(index);
    return Float32Array.from({ length: latentSize }, () => 0.2 * (random() - 0.5));
}

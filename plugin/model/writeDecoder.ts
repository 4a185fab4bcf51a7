import { checkPerceptron } from "./checkPerceptron.js";
import type { DecoderMetadata, Perceptron } from "./decoder.js";
import { GraphBuilder, type WeightPrecision } from "./graphBuilder.js";
import { encodeMetadata } from "./metadata.js";
import { addForward, LATENT, POINTS, SDF } from "./perceptronGraph.js";
import { problem } from "./problem.js";
import type { SineKind } from "./waves.js";

/** Key of our JSON among a file's `metadata_props`. */
export const METADATA_KEY = "deepsdf";

export interface WriteOptions {
    /** "float32" unless given. Halves are rounded to nearest; arithmetic stays float32. */
    weights?: WeightPrecision;
    /** "operator" unless given; "polynomial" for runtimes on WebGPU. */
    sines?: SineKind;
}

/**
 * A decoder file: inputs `latent` [1, latentSize] and `points` [N, 3], output `sdf` [N, 1].
 *
 * The code enters each layer by a product of its own, one row for all points, so that a runtime pays for it once a
 * run. Needs ONNX IR 8 and operator set 17.
 *
 * With float32 weights `readDecoder` gives the perceptron back bit for bit, but for the sign of zeros and these
 * equivalents: features come coordinates first, then sines, then cosines, each once; identity features other than
 * x, y and z become weights of those; layers without an activation merge with the next; and a first layer that reads
 * nothing but sines becomes two, the sines a layer. A file with polynomial sines is for runtimes alone.
 *
 * @throws if the layers do not fit together, a weight is not finite in the chosen precision, no first layer reads
 *   the point, or the metadata is out of range or for codes of another size
 */
export function writeDecoder(
    perceptron: Perceptron,
    metadata: DecoderMetadata | null,
    options: WriteOptions = {},
): Uint8Array {
    const { weights = "float32", sines = "operator" } = options;
    checkPerceptron("writeDecoder", perceptron, weights);
    if (metadata && metadata.latentSize !== perceptron.latentSize) {
        throw problem(
            "writeDecoder",
            `got metadata for codes of ${metadata.latentSize}`,
            `expected ${perceptron.latentSize}, as the perceptron takes`,
            "write the metadata of this decoder",
        );
    }
    const builder = new GraphBuilder(weights);
    addForward(builder, perceptron, sines);
    return builder.write(
        { [LATENT]: [1, perceptron.latentSize], [POINTS]: ["N", 3] },
        { [SDF]: ["N", 1] },
        metadata ? { [METADATA_KEY]: encodeMetadata(metadata, weights) } : {},
    );
}

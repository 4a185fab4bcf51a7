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
 * Features are written coordinates first, then sines, then cosines; `readDecoder` gives them back in that order, and
 * with float32 weights everything else bit for bit.
 *
 * @throws if a matrix has not the size that its layer says, or the metadata is out of range
 */
export function writeDecoder(
    perceptron: Perceptron,
    metadata: DecoderMetadata | null,
    options: WriteOptions = {},
): Uint8Array {
    checkPerceptron(perceptron);
    if (metadata && metadata.latentSize !== perceptron.latentSize) {
        throw problem(
            "writeDecoder",
            `got metadata for codes of ${metadata.latentSize}`,
            `expected ${perceptron.latentSize}, as the perceptron takes`,
            "write the metadata of this decoder",
        );
    }
    const builder = new GraphBuilder(options.weights);
    addForward(builder, perceptron, options.sines ?? "operator");
    return builder.write(
        { [LATENT]: [1, perceptron.latentSize], [POINTS]: ["N", 3] },
        { [SDF]: ["N", 1] },
        metadata ? { [METADATA_KEY]: encodeMetadata(metadata) } : {},
    );
}

/** @throws if a matrix has not the size that its layer says */
export function checkPerceptron({ latentSize, features, layers }: Perceptron): void {
    layers.forEach((layer, i) => {
        const sizes = {
            hiddenWeights: i > 0 ? layers[i - 1].outputSize : 0,
            featureWeights: features.length,
            latentWeights: latentSize,
        };
        for (const [name, columns] of Object.entries(sizes)) {
            const weights = layer[name as keyof typeof sizes];
            if (weights && weights.length !== layer.outputSize * columns) {
                throw problem(
                    "writeDecoder",
                    `layer ${i} has ${weights.length} ${name}`,
                    `expected ${layer.outputSize} × ${columns}`,
                    "give one row an output",
                );
            }
        }
        if (layer.bias.length !== layer.outputSize || (i > 0 && !layer.hiddenWeights)) {
            throw problem(
                "writeDecoder",
                `layer ${i} has ${layer.bias.length} biases${layer.hiddenWeights ? "" : " and no hidden weights"}`,
                `expected ${layer.outputSize} biases and, after the first layer, hidden weights`,
                "check how the layers were made",
            );
        }
    });
    if (layers.length === 0 || layers[layers.length - 1].outputSize !== 1) {
        throw problem(
            "writeDecoder",
            `got ${layers.length} layers`,
            "expected a last layer with one output",
            "add one",
        );
    }
}

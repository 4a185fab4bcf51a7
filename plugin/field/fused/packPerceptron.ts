import type { Perceptron, PerceptronLayer } from "../../model/decoder.js";
import { ACTIVATION_CODES } from "../activations.js";
import { foldLatent } from "../foldLatent.js";

/** Limits of `perceptron.wgsl`. */
export const MAX_LAYERS = 16;
const ABSENT = 0xffffffff;
const NETWORK_HEADER_BYTES = 48;
const LAYER_BYTES = 32;
export const NETWORK_BYTES = NETWORK_HEADER_BYTES + MAX_LAYERS * LAYER_BYTES;

/** Floats in a 4 × 4 block of weights. */
const BLOCK = 16;

/** A perceptron laid out as `perceptron.wgsl` reads it. */
export interface PackedPerceptron {
    /** Blocks of 16 floats. */
    weights: Float32Array;
    featureQuads: number;
    widthQuads: number;
    layerCount: number;
    /** Of each layer. */
    outputQuads: number[];
    /** Length of what `packConstants` gives. */
    constantQuads: number;
    /** The uniform: sizes, then one record a layer. */
    packNetwork(invocationCount: number, wantsLatentGradients: boolean): ArrayBuffer;
    /** Features, then the biases with `latent` folded in: the part that changes with the code. */
    packConstants(latent: Float32Array): Float32Array;
}

const quadsOf = (size: number): number => Math.ceil(size / 4);

/** Why the fused evaluator can't take a perceptron, or null if it can. */
export function fusedLimit(perceptron: Perceptron): string | null {
    return perceptron.layers.length > MAX_LAYERS
        ? `the decoder has ${perceptron.layers.length} layers; the fused evaluator takes up to ${MAX_LAYERS}`
        : null;
}

export function packPerceptron(perceptron: Perceptron): PackedPerceptron {
    const order = featureOrder(perceptron);
    const featureQuads = quadsOf(order.length);
    const latentQuads = quadsOf(perceptron.latentSize);
    const widthQuads = Math.max(...perceptron.layers.map((layer) => quadsOf(layer.outputSize)));

    // Weights of all layers, one after another, as blocks.
    const blocks: number[] = [];
    const records = perceptron.layers.map((layer, index) => {
        const hiddenSize = index > 0 ? perceptron.layers[index - 1].outputSize : 0;
        return {
            layer,
            hiddenQuads: quadsOf(hiddenSize),
            hiddenOffset: appendBlocks(blocks, layer.hiddenWeights, layer.outputSize, hiddenSize),
            featureOffset: appendBlocks(blocks, layer.featureWeights, layer.outputSize, order.length, order),
            latentOffset: appendBlocks(blocks, layer.latentWeights, layer.outputSize, perceptron.latentSize),
        };
    });

    // Features and biases share a buffer, in quads.
    const biasOffsets: number[] = [];
    let constantQuads = order.length;
    for (const layer of perceptron.layers) {
        biasOffsets.push(constantQuads);
        constantQuads += quadsOf(layer.outputSize);
    }

    const countOf = (name: "identity" | "sin") => perceptron.features.filter((f) => f.function === name).length;
    const sinStart = countOf("identity");
    const cosStart = sinStart + countOf("sin");

    return {
        weights: new Float32Array(blocks),
        featureQuads,
        widthQuads,
        layerCount: records.length,
        outputQuads: perceptron.layers.map((layer) => quadsOf(layer.outputSize)),
        constantQuads,
        packNetwork(invocationCount, wantsLatentGradients) {
            const view = new DataView(new ArrayBuffer(NETWORK_BYTES));
            const header = [
                records.length,
                order.length,
                sinStart,
                cosStart,
                featureQuads,
                widthQuads,
                perceptron.latentSize,
                latentQuads,
                invocationCount,
                wantsLatentGradients ? 1 : 0,
                constantQuads,
            ];
            header.forEach((value, i) => {
                view.setUint32(4 * i, value, true);
            });
            records.forEach((record, index) => {
                const at = NETWORK_HEADER_BYTES + index * LAYER_BYTES;
                const { layer } = record;
                const fields = [
                    record.hiddenQuads,
                    quadsOf(layer.outputSize),
                    record.hiddenOffset,
                    record.featureOffset,
                    record.latentOffset,
                    biasOffsets[index],
                    ACTIVATION_CODES[layer.activation.kind],
                ];
                fields.forEach((value, i) => {
                    view.setUint32(at + 4 * i, value, true);
                });
                view.setFloat32(at + 4 * fields.length, layer.activation.alpha, true);
            });
            return view.buffer;
        },
        packConstants(latent) {
            const constants = new Float32Array(4 * constantQuads);
            order.forEach((source, f) => {
                const { direction, phase } = perceptron.features[source];
                constants.set([...direction, phase], 4 * f);
            });
            foldLatent(perceptron, latent).forEach((bias, index) => {
                constants.set(bias, 4 * biasOffsets[index]);
            });
            return constants;
        },
    };
}

/** Indices of the features with all of a function together, as the kernel's ranges want them. */
function featureOrder({ features }: Perceptron): number[] {
    const rank = { identity: 0, sin: 1, cos: 2 };
    return features.map((_, i) => i).sort((a, b) => rank[features[a].function] - rank[features[b].function] || a - b);
}

/**
 * Appends a row-major matrix as 4 × 4 blocks, padded with zeros; a block's columns are its inputs.
 *
 * @returns index of the first block, or ABSENT for no matrix
 */
function appendBlocks(
    blocks: number[],
    matrix: PerceptronLayer["hiddenWeights"],
    rows: number,
    columns: number,
    columnOrder?: readonly number[],
): number {
    if (!matrix) {
        return ABSENT;
    }
    const first = blocks.length / BLOCK;
    for (let row = 0; row < rows; row += 4) {
        for (let column = 0; column < columns; column += 4) {
            for (let c = column; c < column + 4; c++) {
                const source = columnOrder ? columnOrder[c] : c;
                for (let r = row; r < row + 4; r++) {
                    blocks.push(r < rows && c < columns ? matrix[r * columns + source] : 0);
                }
            }
        }
    }
    return first;
}

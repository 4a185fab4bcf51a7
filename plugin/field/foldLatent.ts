import type { Perceptron } from "../model/decoder.js";

/**
 * Biases of every layer with the code's contribution added: b + L · z.
 *
 * The code is constant over a decode, so this is all it ever costs.
 *
 * @param latent [latentSize]
 * @returns one array a layer, [outputSize]
 */
export function foldLatent(perceptron: Perceptron, latent: Float32Array): Float32Array[] {
    const { latentSize } = perceptron;
    return perceptron.layers.map(({ bias, latentWeights, outputSize }) => {
        const folded = bias.slice();
        if (latentWeights) {
            for (let output = 0; output < outputSize; output++) {
                let sum = bias[output];
                for (let i = 0; i < latentSize; i++) {
                    sum += latentWeights[output * latentSize + i] * latent[i];
                }
                folded[output] = sum;
            }
        }
        return folded;
    });
}

import { activate } from "../../plugin/field/activations.js";
import type { Perceptron, PerceptronLayer } from "../../plugin/model/index.js";

/** Least slope with which any activation passes an error on; sigmoid and the rest never exceed it but by alpha. */
const slopeOf = ({ activation: { alpha } }: PerceptronLayer) => Math.max(1, Math.abs(alpha));

/**
 * How far apart two runtimes may be that compute in floats, in units of a float's rounding: each sum of n products
 * errs by at most n roundings of its terms' magnitudes, and errors are passed on by the weights' magnitudes.
 *
 * Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, eq. 3.5.
 *
 * @returns the bound, and the largest magnitude met on the way
 */
export function roundingOf(
    { features, layers }: Perceptron,
    latent: Float32Array,
    point: Float32Array,
): { bound: number; largest: number } {
    let largest = 0;
    const inputs = features.map(({ function: kind, direction, phase }) => {
        const terms = [...direction.map((d, axis) => d * point[axis]), phase];
        const argument = terms.reduce((sum, term) => sum + term, 0);
        const error = 8 * terms.reduce((sum, term) => sum + Math.abs(term), 0);
        largest = Math.max(largest, Math.abs(argument));
        if (kind === "identity") return { value: argument, error };
        return { value: kind === "sin" ? Math.sin(argument) : Math.cos(argument), error: error + 4 };
    });
    const codes = Array.from(latent, (value) => ({ value, error: Math.abs(value) }));
    let hidden: { value: number; error: number }[] = [];
    for (const layer of layers) {
        const blocks = [
            [layer.hiddenWeights, hidden],
            [layer.featureWeights, inputs],
            [layer.latentWeights, codes],
        ] as const;
        hidden = Array.from({ length: layer.outputSize }, (_, row) => {
            let value = layer.bias[row];
            let magnitude = Math.abs(value);
            let passed = 0;
            let count = 2;
            for (const [weights, terms] of blocks) {
                if (!weights) continue;
                count += terms.length;
                terms.forEach((term, column) => {
                    const weight = weights[row * terms.length + column];
                    value += weight * term.value;
                    magnitude += Math.abs(weight * term.value);
                    passed += Math.abs(weight) * term.error;
                });
            }
            largest = Math.max(largest, magnitude);
            // Weights themselves were rounded when the file's operators were folded into them.
            const error = slopeOf(layer) * (passed + (count + 16) * magnitude) + 4 * slopeOf(layer);
            return { value: activate(layer.activation, value), error };
        });
    }
    return { bound: hidden[0].error, largest };
}

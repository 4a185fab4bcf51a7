import { activate } from "../../plugin/field/activations.js";
import { foldLatent } from "../../plugin/field/foldLatent.js";
import type { Perceptron } from "../../plugin/model/decoder.js";
import { floatToHalf, halfToFloat } from "../../plugin/model/half.js";

const half = (value: number): number => halfToFloat(floatToHalf(value));

/**
 * CPU twin of `tiledPerceptron.wgsl` with hidden layers in halves: their weights and activations rounded to half precision,
 * products of four at a time summed in it, everything else in single precision. Of `matrixPerceptron.wgsl` with
 * `sumsInHalves` false: there products are single precision as well.
 */
export function evaluateInHalves(
    perceptron: Perceptron,
    latent: Float32Array,
    points: Float32Array,
    sumsInHalves = true,
): Float32Array {
    const round = sumsInHalves ? half : Math.fround;
    const { features, layers } = perceptron;
    const biases = foldLatent(perceptron, latent);
    const rounded = layers.map(({ hiddenWeights }) => hiddenWeights?.map(half) ?? null);
    const distances = new Float32Array(points.length / 3);
    for (let n = 0; n < distances.length; n++) {
        const inputs = features.map(({ function: kind, direction, phase }) => {
            const argument = direction.reduce((sum, d, axis) => sum + d * points[3 * n + axis], phase);
            return kind === "sin" ? Math.sin(argument) : kind === "cos" ? Math.cos(argument) : argument;
        });
        let hidden: number[] = [];
        layers.forEach(({ outputSize, featureWeights, activation }, l) => {
            const weights = rounded[l];
            hidden = Array.from({ length: outputSize }, (_, o) => {
                let sum = biases[l][o];
                for (let i = 0; weights && i < hidden.length; i += 4) {
                    let four = 0;
                    for (let k = i; k < Math.min(i + 4, hidden.length); k++) {
                        four = round(four + round(weights[o * hidden.length + k] * half(hidden[k])));
                    }
                    sum = Math.fround(sum + four);
                }
                for (let f = 0; featureWeights && f < inputs.length; f++) {
                    sum = Math.fround(sum + featureWeights[o * inputs.length + f] * inputs[f]);
                }
                return activate(activation, sum);
            });
        });
        distances[n] = hidden[0];
    }
    return distances;
}

import type { Perceptron, PerceptronLayer } from "./decoder.js";
import type { WeightPrecision } from "./graphBuilder.js";
import { floatToHalf } from "./half.js";
import { problem } from "./problem.js";

/** Codes of decoder files have no more numbers. */
export const MAX_LATENT_SIZE = 4096;

/** Bits of infinity as a half, without its sign. */
const HALF_INFINITY = 0x7c00;

/**
 * @param operation what the user called, for messages
 * @param precision of the matrices to come
 * @throws if the layers do not fit together, a weight is not finite in this precision, or no layer reads the point
 */
export function checkPerceptron(operation: string, perceptron: Perceptron, precision: WeightPrecision): void {
    const { latentSize, features, layers } = perceptron;
    const wrong = (received: string, expected: string, advice: string) =>
        problem(operation, `the perceptron has ${received}`, `expected ${expected}`, advice);

    if (!(Number.isInteger(latentSize) && latentSize >= 1 && latentSize <= MAX_LATENT_SIZE))
        throw wrong(
            `codes of ${latentSize}`,
            `1 to ${MAX_LATENT_SIZE} numbers`,
            "give a code of one zero if it has none",
        );
    if (features.length === 0 || !layers[0]?.featureWeights)
        throw wrong(
            `${layers.length} layers and ${features.length} features`,
            "a first layer that reads features of the point",
            "give its featureWeights",
        );
    const lastSize = layers[layers.length - 1].outputSize;
    if (lastSize !== 1) throw wrong(`${lastSize} outputs`, "1, the distance", "add a last layer with one output");
    for (const [i, { direction, phase }] of features.entries())
        if (![...direction, phase].every(Number.isFinite))
            throw wrong(`feature ${i} of [${direction}] and ${phase}`, "finite numbers", "train again");
    layers.forEach((layer, i) => {
        const hiddenCount = i > 0 ? layers[i - 1].outputSize : 0;
        checkSizes(layer, i, hiddenCount, perceptron, wrong);
        checkValues(layer, i, precision, wrong);
    });
}

type Wrong = (received: string, expected: string, advice: string) => Error;

function checkSizes(
    layer: PerceptronLayer,
    i: number,
    hiddenCount: number,
    perceptron: Perceptron,
    wrong: Wrong,
): void {
    const { outputSize, bias } = layer;
    if (i > 0 && !layer.hiddenWeights)
        throw wrong(`no hiddenWeights in layer ${i}`, `${outputSize} × ${hiddenCount}`, "give them");
    if (bias.length !== outputSize)
        throw wrong(`${bias.length} biases in layer ${i}`, `${outputSize}`, "give one an output");
    const columns = {
        hiddenWeights: hiddenCount,
        featureWeights: perceptron.features.length,
        latentWeights: perceptron.latentSize,
    };
    for (const name of ["hiddenWeights", "featureWeights", "latentWeights"] as const) {
        const weights = layer[name];
        if (weights && weights.length !== outputSize * columns[name])
            throw wrong(
                `${weights.length} ${name} in layer ${i}`,
                `${outputSize} × ${columns[name]}`,
                "give one row an output",
            );
    }
}

function checkValues(layer: PerceptronLayer, i: number, precision: WeightPrecision, wrong: Wrong): void {
    const matrices = [layer.hiddenWeights, layer.featureWeights, layer.latentWeights];
    for (const weights of [...matrices, layer.bias]) {
        const strange = weights?.find((value) => !Number.isFinite(value));
        if (strange !== undefined) throw wrong(`${strange} in layer ${i}`, "finite weights", "train again");
    }
    if (precision === "float32") return;
    for (const weights of matrices) {
        const tooLarge = weights?.find((value) => (floatToHalf(value) & HALF_INFINITY) === HALF_INFINITY);
        if (tooLarge !== undefined)
            throw wrong(`${tooLarge} in layer ${i}`, "at most 65504, the greatest half", 'write weights: "float32"');
    }
}

import type { Perceptron } from "../../../plugin/model/decoder.js";

/** Operations of one point once the code is folded in: a multiply-add is two; features and activations are not counted. */
export function flopsPerPoint({ features, layers }: Perceptron): number {
    let weights = 0;
    layers.forEach(({ outputSize, hiddenWeights, featureWeights }, index) => {
        weights += hiddenWeights ? outputSize * layers[index - 1].outputSize : 0;
        weights += featureWeights ? outputSize * features.length : 0;
    });
    return 2 * weights;
}

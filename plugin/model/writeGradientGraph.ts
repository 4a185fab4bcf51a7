import { checkPerceptron } from "./checkPerceptron.js";
import type { Activation, Perceptron } from "./decoder.js";
import { GraphBuilder } from "./graphBuilder.js";
import { addForward, type ForwardGraph, LATENT, POINTS, SDF } from "./perceptronGraph.js";
import { addCosine, addSine, type SineKind } from "./waves.js";

/** Names of the gradient graph's further outputs. */
export const POINT_GRADIENTS = "pointGradients";
export const LATENT_GRADIENTS = "latentGradients";

/**
 * An ONNX graph of a perceptron's value and gradient by reverse mode, for runtimes that only go forward: inputs as
 * `writeDecoder`, outputs `sdf` [N, 1], `pointGradients` [N, 3] and on request `latentGradients` [N, latentSize].
 */
export function writeGradientGraph(
    perceptron: Perceptron,
    wantsLatent: boolean,
    sines: SineKind = "operator",
): Uint8Array {
    checkPerceptron("writeGradientGraph", perceptron, "float32");
    const builder = new GraphBuilder();
    const forward = addForward(builder, perceptron, sines);
    const { byFeatures, byLatent } = addBackward(builder, perceptron, forward, sines);
    addPointGradients(builder, forward, byFeatures, sines);
    const outputs: Record<string, (number | string)[]> = { [SDF]: ["N", 1], [POINT_GRADIENTS]: ["N", 3] };
    if (wantsLatent) {
        builder.node("Identity", [byLatent], {}, LATENT_GRADIENTS);
        outputs[LATENT_GRADIENTS] = ["N", perceptron.latentSize];
    }
    return builder.write({ [LATENT]: [1, perceptron.latentSize], [POINTS]: ["N", 3] }, outputs, {});
}

/** From ∂sdf/∂sdf = 1 back through the layers: gradients by the features (in group order) and by the code. */
function addBackward(
    builder: GraphBuilder,
    perceptron: Perceptron,
    { layers }: ForwardGraph,
    sines: SineKind,
): { byFeatures: string; byLatent: string } {
    const zero = builder.floats([0], [1, 1]);
    const add = (sum: string | null, term: string) => (sum ? builder.node("Add", [sum, term]) : term);
    let byFeatures: string | null = null;
    let byLatent: string | null = null;
    // A column of zeros that follows N, since constants do not.
    const zeros = builder.node("Mul", [SDF, zero]);
    let byOutput: string = builder.node("Add", [zeros, builder.floats([1], [1, 1])]);
    for (let i = layers.length - 1; i >= 0; i--) {
        const { sum, output, hidden, feature, latent } = layers[i];
        const slope = addSlope(builder, perceptron.layers[i].activation, sum, output, sines);
        const bySum = slope ? builder.node("Mul", [byOutput, slope]) : byOutput;
        if (feature) {
            byFeatures = add(byFeatures, builder.node("MatMul", [bySum, feature]));
        }
        if (latent) {
            byLatent = add(byLatent, builder.node("MatMul", [bySum, latent]));
        }
        if (hidden) {
            byOutput = builder.node("MatMul", [bySum, hidden]);
        }
    }
    const nothing = (columns: number) =>
        builder.node("MatMul", [zeros, builder.floats(new Float32Array(columns), [1, columns])]);
    return {
        byFeatures: byFeatures ?? nothing(perceptron.features.length),
        byLatent: byLatent ?? nothing(perceptron.latentSize),
    };
}

/** The derivative of an activation, or null where it is 1. */
function addSlope(
    builder: GraphBuilder,
    { kind, alpha }: Activation,
    sum: string,
    output: string,
    sines: SineKind,
): string | null {
    const constant = (value: number) => builder.floats([value], [1, 1]);
    const whereNegative = (slope: string) =>
        builder.node("Where", [builder.node("Greater", [sum, constant(0)]), constant(1), slope]);
    switch (kind) {
        case "identity":
            return null;
        case "relu":
            return whereNegative(constant(0));
        case "leakyRelu":
            return whereNegative(constant(alpha));
        case "elu":
            return whereNegative(builder.node("Add", [output, constant(alpha)]));
        case "softplus":
            return builder.node("Sigmoid", [sum]);
        case "tanh":
            return builder.node("Sub", [constant(1), builder.node("Mul", [output, output])]);
        case "sigmoid":
            return builder.node("Mul", [output, builder.node("Sub", [constant(1), output])]);
        case "sin":
            return addCosine(builder, sum, sines);
    }
}

/** Chain rule through the features: their slopes, then their directions. */
function addPointGradients(builder: GraphBuilder, { groups }: ForwardGraph, byFeatures: string, sines: SineKind): void {
    const parts =
        groups.length > 1
            ? builder.split(
                  byFeatures,
                  groups.map(({ features }) => features.length),
              )
            : [byFeatures];
    const byPoint = groups.map(({ kind, argument, directions }, i) => {
        let byArgument = parts[i];
        if (kind === "sin") {
            byArgument = builder.node("Mul", [byArgument, addCosine(builder, argument, sines)]);
        } else if (kind === "cos") {
            byArgument = builder.node("Neg", [builder.node("Mul", [byArgument, addSine(builder, argument, sines)])]);
        }
        return directions ? builder.node("MatMul", [byArgument, directions]) : byArgument;
    });
    const sum = byPoint.reduce((a, b) => builder.node("Add", [a, b]));
    builder.node("Identity", [sum], {}, POINT_GRADIENTS);
}

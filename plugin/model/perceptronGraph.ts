import type { Activation, Perceptron, PointFeature } from "./decoder.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { addCosine, addSine, type SineKind } from "./waves.js";

/** Names of a written file's inputs and outputs. */
export const LATENT = "latent";
export const POINTS = "points";
export const SDF = "sdf";

/** Features of one kind, in the order in which a written file has them. */
export interface FeatureGroup {
    readonly kind: PointFeature["function"];
    /** Places in `perceptron.features`. */
    readonly features: readonly number[];
    /** Value of the functions' arguments, [N, count]. */
    readonly argument: string;
    /** Value of the functions, [N, count]. */
    readonly value: string;
    /** Constant [count, 3], or null where the arguments are the coordinates themselves. */
    readonly directions: string | null;
}

/** Values of one layer. */
export interface LayerValues {
    /** Before and after the activation, [N, outputSize]. */
    readonly sum: string;
    readonly output: string;
    /** Constants [outputSize, inputs], null where the layer has none; the features' columns in group order. */
    readonly hidden: string | null;
    readonly feature: string | null;
    readonly latent: string | null;
}

export interface ForwardGraph {
    readonly groups: readonly FeatureGroup[];
    readonly layers: readonly LayerValues[];
}

/** Adds everything from the inputs to `SDF`. The code enters each layer by a product of its own, one row for all points. */
export function addForward(builder: GraphBuilder, perceptron: Perceptron, sines: SineKind): ForwardGraph {
    const groups = addFeatures(builder, perceptron.features, sines);
    const order = groups.flatMap((group) => group.features);
    const joined = () =>
        groups.length > 1
            ? builder.node(
                  "Concat",
                  groups.map(({ value }) => value),
                  { axis: 1 },
              )
            : groups[0].value;
    let features: string | null = null;
    const layers: LayerValues[] = [];
    for (const [i, layer] of perceptron.layers.entries()) {
        const { outputSize, hiddenWeights, featureWeights, latentWeights, bias, activation } = layer;
        const previous = layers[i - 1];
        const inner = i > 0 ? perceptron.layers[i - 1].outputSize : 0;
        const hidden = hiddenWeights && builder.matrix(hiddenWeights, outputSize, inner);
        const feature =
            featureWeights && builder.matrix(ordered(featureWeights, outputSize, order), outputSize, order.length);
        const latent = latentWeights && builder.matrix(latentWeights, outputSize, perceptron.latentSize);

        let sum = builder.floats(bias, [1, outputSize]);
        if (latent) {
            sum = builder.node("Gemm", [LATENT, latent, sum], { transB: 1 });
        }
        if (feature) {
            features ??= joined();
            sum = builder.node("Gemm", [features, feature, sum], { transB: 1 });
        }
        if (hidden) {
            sum = builder.node("Gemm", [previous.output, hidden, sum], { transB: 1 });
        }
        const isLast = i === perceptron.layers.length - 1;
        const output = addActivation(builder, activation, sum, sines, isLast ? SDF : undefined);
        layers.push({ sum, output, hidden, feature, latent });
    }
    return { groups, layers };
}

function addFeatures(builder: GraphBuilder, features: readonly PointFeature[], sines: SineKind): FeatureGroup[] {
    const groups: FeatureGroup[] = [];
    for (const kind of ["identity", "sin", "cos"] as const) {
        const members = [...features.keys()].filter((i) => features[i].function === kind);
        if (members.length === 0) {
            continue;
        }
        const phases = members.map((i) => features[i].phase);
        const bare = kind === "identity" && isIdentity(members.map((i) => features[i]));
        const values = members.flatMap((i) => features[i].direction);
        const directions = bare ? null : builder.floats(values, [members.length, 3]);
        let argument = directions ? builder.node("Gemm", [POINTS, directions], { transB: 1 }) : POINTS;
        if (phases.some((phase) => phase !== 0)) {
            argument = builder.node("Add", [argument, builder.floats(phases, [1, phases.length])]);
        }
        const wave = kind === "sin" ? addSine : addCosine;
        const value = kind === "identity" ? argument : wave(builder, argument, sines);
        groups.push({ kind, features: members, argument, value, directions });
    }
    return groups;
}

/** Whether features are x, y and z themselves. */
function isIdentity(features: readonly PointFeature[]): boolean {
    return (
        features.length === 3 &&
        features.every(
            ({ direction, phase }, i) => phase === 0 && direction.every((d, axis) => d === (axis === i ? 1 : 0)),
        )
    );
}

/** Columns of a row-major matrix in another order. */
function ordered(weights: Float32Array, rows: number, order: readonly number[]): Float32Array {
    const columns = weights.length / rows;
    const result = new Float32Array(rows * order.length);
    for (let row = 0; row < rows; row++) {
        order.forEach((column, i) => {
            result[row * order.length + i] = weights[row * columns + column];
        });
    }
    return result;
}

function addActivation(
    builder: GraphBuilder,
    { kind, alpha }: Activation,
    sum: string,
    sines: SineKind,
    output?: string,
): string {
    switch (kind) {
        case "identity":
            return output ? builder.node("Identity", [sum], {}, output) : sum;
        case "relu":
            return builder.node("Relu", [sum], {}, output);
        case "leakyRelu":
            return builder.node("LeakyRelu", [sum], { alpha: { float: alpha } }, output);
        case "elu":
            return builder.node("Elu", [sum], { alpha: { float: alpha } }, output);
        case "softplus":
            return builder.node("Softplus", [sum], {}, output);
        case "tanh":
            return builder.node("Tanh", [sum], {}, output);
        case "sigmoid":
            return builder.node("Sigmoid", [sum], {}, output);
        case "sin":
            return output
                ? builder.node("Identity", [addSine(builder, sum, sines)], {}, output)
                : addSine(builder, sum, sines);
    }
}

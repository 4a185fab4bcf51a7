import type { Activation, ActivationKind } from "../model/decoder.js";

/** Order of the kinds in the kernels; `perceptron.wgsl` switches on these numbers. */
export const ACTIVATION_CODES: Readonly<Record<ActivationKind, number>> = {
    identity: 0,
    relu: 1,
    leakyRelu: 2,
    elu: 3,
    softplus: 4,
    tanh: 5,
    sigmoid: 6,
    sin: 7,
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Value of an activation at `x`. */
export function activate({ kind, alpha }: Activation, x: number): number {
    switch (kind) {
        case "identity":
            return x;
        case "relu":
            return Math.max(x, 0);
        case "leakyRelu":
            return x > 0 ? x : alpha * x;
        case "elu":
            return x > 0 ? x : alpha * Math.expm1(x);
        case "softplus":
            return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        case "tanh":
            return Math.tanh(x);
        case "sigmoid":
            return sigmoid(x);
        case "sin":
            return Math.sin(x);
    }
}

/** Derivative of an activation at `x`; at a kink the one from below. */
export function activationDerivative({ kind, alpha }: Activation, x: number): number {
    switch (kind) {
        case "identity":
            return 1;
        case "relu":
            return x > 0 ? 1 : 0;
        case "leakyRelu":
            return x > 0 ? 1 : alpha;
        case "elu":
            return x > 0 ? 1 : alpha * Math.exp(x);
        case "softplus":
            return sigmoid(x);
        case "tanh":
            return 1 - Math.tanh(x) ** 2;
        case "sigmoid":
            return sigmoid(x) * (1 - sigmoid(x));
        case "sin":
            return Math.cos(x);
    }
}

import type { Perceptron, PerceptronLayer, PointFeature } from "../model/decoder.js";
import { activate, activationDerivative } from "./activations.js";
import {
    checkFieldArguments,
    type Field,
    type FieldGradient,
    type FieldGradientOptions,
    type FieldOptions,
} from "./field.js";
import { foldLatent } from "./foldLatent.js";

/** Points between two looks at the signal and two turns of the event loop. */
const CHUNK_POINTS = 4096;

/** The field in plain code, in double precision: what every other maker is tested against. */
export class ReferenceField implements Field {
    readonly maker = "reference";
    readonly latentSize: number;
    private disposed = false;

    constructor(readonly network: Perceptron) {
        this.latentSize = network.latentSize;
    }

    async evaluateAsync(latent: Float32Array, points: Float32Array, options: FieldOptions = {}): Promise<Float32Array> {
        this.check("evaluateAsync", latent, points, options.signal);
        const evaluate = createPointEvaluator(this.network, latent);
        const distances = new Float32Array(points.length / 3);
        await this.forEachPoint(distances.length, options.signal, (n) => {
            distances[n] = evaluate(points[3 * n], points[3 * n + 1], points[3 * n + 2]);
        });
        return distances;
    }

    async evaluateGradientAsync(
        latent: Float32Array,
        points: Float32Array,
        options: FieldGradientOptions = {},
    ): Promise<FieldGradient> {
        this.check("evaluateGradientAsync", latent, points, options.signal);
        const count = points.length / 3;
        const gradient = createPointGradient(this.network, latent);
        const result: FieldGradient = {
            distances: new Float32Array(count),
            pointGradients: new Float32Array(3 * count),
            latentGradients: options.latentGradients ? new Float32Array(this.latentSize * count) : null,
        };
        await this.forEachPoint(count, options.signal, (n) => {
            const { distance, byPoint, byLatent } = gradient(points[3 * n], points[3 * n + 1], points[3 * n + 2]);
            result.distances[n] = distance;
            result.pointGradients.set(byPoint, 3 * n);
            result.latentGradients?.set(byLatent, this.latentSize * n);
        });
        return result;
    }

    dispose(): void {
        this.disposed = true;
    }

    private check(operation: string, latent: Float32Array, points: Float32Array, signal?: AbortSignal): void {
        if (this.disposed) {
            throw new Error(`${operation}: this field was disposed; a live one is needed; create it anew`);
        }
        checkFieldArguments(operation, this.latentSize, latent, points, signal);
    }

    private async forEachPoint(count: number, signal: AbortSignal | undefined, visit: (n: number) => void) {
        for (let start = 0; start < count; start += CHUNK_POINTS) {
            if (start > 0) {
                await new Promise((resolve) => setTimeout(resolve));
                signal?.throwIfAborted();
            }
            const end = Math.min(start + CHUNK_POINTS, count);
            for (let n = start; n < end; n++) {
                visit(n);
            }
        }
    }
}

/** The distance at one point, for one code; the forward pass and nothing else. */
export function createPointEvaluator(
    perceptron: Perceptron,
    latent: Float32Array,
): (x: number, y: number, z: number) => number {
    const run = createForward(perceptron, latent);
    return (x, y, z) => {
        run.forward(x, y, z);
        return run.outputs[run.outputs.length - 1][0];
    };
}

interface Forward {
    forward(x: number, y: number, z: number): void;
    /** Feature values of the last point. */
    features: Float64Array;
    /** Per layer, before and after the activation. */
    preActivations: Float64Array[];
    outputs: Float64Array[];
}

function createForward(perceptron: Perceptron, latent: Float32Array): Forward {
    const biases = foldLatent(perceptron, latent);
    const features = new Float64Array(perceptron.features.length);
    const preActivations = perceptron.layers.map((layer) => new Float64Array(layer.outputSize));
    const outputs = perceptron.layers.map((layer) => new Float64Array(layer.outputSize));
    const forward = (x: number, y: number, z: number): void => {
        perceptron.features.forEach((feature, f) => {
            features[f] = featureValue(feature, x, y, z);
        });
        perceptron.layers.forEach((layer, index) => {
            const sums = preActivations[index];
            sums.set(biases[index]);
            if (layer.hiddenWeights) {
                addProduct(sums, layer.hiddenWeights, outputs[index - 1]);
            }
            if (layer.featureWeights) {
                addProduct(sums, layer.featureWeights, features);
            }
            for (let i = 0; i < sums.length; i++) {
                outputs[index][i] = activate(layer.activation, sums[i]);
            }
        });
    };
    return { forward, features, preActivations, outputs };
}

/** Reverse mode: one sweep forward, one back. */
function createPointGradient(perceptron: Perceptron, latent: Float32Array) {
    const run = createForward(perceptron, latent);
    const byFeature = new Float64Array(perceptron.features.length);
    const byLatent = new Float64Array(perceptron.latentSize);
    const byPoint = new Float64Array(3);
    return (x: number, y: number, z: number) => {
        run.forward(x, y, z);
        byFeature.fill(0);
        byLatent.fill(0);
        byPoint.fill(0);
        let byOutput = Float64Array.of(1);
        for (let index = perceptron.layers.length - 1; index >= 0; index--) {
            const layer: PerceptronLayer = perceptron.layers[index];
            const bySum = byOutput.map(
                (value, i) => value * activationDerivative(layer.activation, run.preActivations[index][i]),
            );
            if (layer.featureWeights) {
                addTransposedProduct(byFeature, layer.featureWeights, bySum);
            }
            if (layer.latentWeights) {
                addTransposedProduct(byLatent, layer.latentWeights, bySum);
            }
            if (layer.hiddenWeights) {
                byOutput = new Float64Array(run.outputs[index - 1].length);
                addTransposedProduct(byOutput, layer.hiddenWeights, bySum);
            }
        }
        perceptron.features.forEach((feature, f) => {
            const slope = byFeature[f] * featureSlope(feature, x, y, z);
            for (let axis = 0; axis < 3; axis++) {
                byPoint[axis] += slope * feature.direction[axis];
            }
        });
        return { distance: run.outputs[run.outputs.length - 1][0], byPoint, byLatent };
    };
}

function featureArgument({ direction, phase }: PointFeature, x: number, y: number, z: number): number {
    return direction[0] * x + direction[1] * y + direction[2] * z + phase;
}

function featureValue(feature: PointFeature, x: number, y: number, z: number): number {
    const argument = featureArgument(feature, x, y, z);
    switch (feature.function) {
        case "identity":
            return argument;
        case "sin":
            return Math.sin(argument);
        case "cos":
            return Math.cos(argument);
    }
}

function featureSlope(feature: PointFeature, x: number, y: number, z: number): number {
    const argument = featureArgument(feature, x, y, z);
    switch (feature.function) {
        case "identity":
            return 1;
        case "sin":
            return Math.cos(argument);
        case "cos":
            return -Math.sin(argument);
    }
}

/** sums += matrix · vector, the matrix row-major with one row a sum. */
function addProduct(sums: Float64Array, matrix: Float32Array, vector: Float64Array): void {
    const columns = vector.length;
    for (let row = 0, at = 0; row < sums.length; row++) {
        let sum = sums[row];
        for (let column = 0; column < columns; column++, at++) {
            sum += matrix[at] * vector[column];
        }
        sums[row] = sum;
    }
}

/** sums += transposed matrix · vector. */
function addTransposedProduct(sums: Float64Array, matrix: Float32Array, vector: Float64Array): void {
    const columns = sums.length;
    for (let row = 0, at = 0; row < vector.length; row++) {
        const factor = vector[row];
        for (let column = 0; column < columns; column++, at++) {
            sums[column] += matrix[at] * factor;
        }
    }
}

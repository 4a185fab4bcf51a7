import type * as tfc from "@tensorflow/tfjs-core";
import type { Perceptron, PerceptronLayer, PointFeature } from "../plugin/model/decoder.js";
import type { TensorFlow } from "./backend.js";
import { Random } from "./random.js";
import { createRelu } from "./relu.js";

/** What the network is like; see the study cited in training/README.md. */
export interface NetworkShape {
    readonly latentSize: number;
    readonly width: number;
    /** Layers in all, the output layer included. */
    readonly depth: number;
    /** Octaves of the point's Fourier features; 0 for none. */
    readonly octaves: number;
    /** Layers, besides the first, that get the features again. */
    readonly skips: readonly number[];
}

/**
 * Variables of one layer; a layer's output is relu(h · hidden + f · feature + z · latent + bias), the last one's without
 * the relu. [inputs, outputs] each, or null.
 */
interface LayerVariables {
    readonly hidden: tfc.Variable | null;
    readonly feature: tfc.Variable | null;
    readonly latent: tfc.Variable;
    readonly bias: tfc.Variable;
}

/** Values of one variable, row after row. */
export interface Weights {
    readonly rows: number;
    readonly columns: number;
    readonly values: Float32Array;
}

/** Of one layer, in the order of `Network.variables`. */
export interface LayerWeights {
    readonly hidden: Weights | null;
    readonly feature: Weights | null;
    readonly latent: Weights;
    readonly bias: Weights;
}

/** What a network begins with, layer after layer. */
export function firstWeights({ latentSize, width, depth, octaves, skips }: NetworkShape, seed: number): LayerWeights[] {
    const random = new Random(seed, 1);
    const featureCount = 3 + 6 * octaves;
    const weights = (rows: number, columns: number, deviation: number): Weights => {
        const values = Float32Array.from({ length: rows * columns }, () => deviation * random.normal());
        return { rows, columns, values };
    };
    return Array.from({ length: depth }, (_, i): LayerWeights => {
        const outputs = i === depth - 1 ? 1 : width;
        const takesFeatures = i === 0 || skips.includes(i);
        // He initialisation over all that enters by the point; the code starts small.
        const inputs = (i > 0 ? width : 0) + (takesFeatures ? featureCount : 0);
        const deviation = i === depth - 1 ? Math.sqrt(1 / inputs) : Math.sqrt(2 / inputs);
        return {
            hidden: i > 0 ? weights(width, outputs, deviation) : null,
            feature: takesFeatures ? weights(featureCount, outputs, deviation) : null,
            latent: weights(latentSize, outputs, Math.sqrt(1 / latentSize)),
            bias: { rows: 1, columns: outputs, values: new Float32Array(outputs) },
        };
    });
}

/** DeepSDF's auto-decoder, the code entering linearly into every layer. */
export class Network {
    readonly layers: readonly LayerVariables[];
    private readonly frequencies: tfc.Tensor2D;
    private readonly relu: (x: tfc.Tensor) => tfc.Tensor;

    constructor(
        private readonly tf: TensorFlow,
        readonly shape: NetworkShape,
        seed: number,
        /** Before the variables' names, which must differ between networks that live at one time. */
        prefix = "",
    ) {
        const { octaves } = shape;
        this.relu = createRelu(tf);
        const variable = (name: string, { rows, columns, values }: Weights) =>
            tf.tidy(() => tf.variable(tf.tensor2d(values, [rows, columns]), true, prefix + name));
        this.layers = firstWeights(shape, seed).map(
            ({ hidden, feature, latent, bias }, i): LayerVariables => ({
                hidden: hidden && variable(`hidden ${i}`, hidden),
                feature: feature && variable(`feature ${i}`, feature),
                latent: variable(`latent ${i}`, latent),
                bias: variable(`bias ${i}`, bias),
            }),
        );
        const columns = new Float32Array(3 * 3 * octaves);
        for (let k = 0; k < octaves; k++) {
            for (let axis = 0; axis < 3; axis++) {
                columns[axis * 3 * octaves + 3 * k + axis] = frequency(k);
            }
        }
        this.frequencies = tf.tensor2d(columns, [3, 3 * octaves]);
    }

    /** The network of a decoder file that training wrote. */
    static from(tf: TensorFlow, shape: NetworkShape, { layers }: Perceptron, prefix = ""): Network {
        const network = new Network(tf, shape, 0, prefix);
        for (const [i, { hidden, feature, latent, bias }] of network.layers.entries()) {
            const { hiddenWeights, featureWeights, latentWeights, bias: values } = layers[i];
            const assign = (variable: tfc.Variable | null, weights: Float32Array | null) => {
                if (!variable || !weights) return;
                const [inputs, outputs] = variable.shape as [number, number];
                tf.tidy(() => variable.assign(tf.transpose(tf.tensor2d(weights, [outputs, inputs]))));
            };
            assign(hidden, hiddenWeights);
            assign(feature, featureWeights);
            assign(latent, latentWeights);
            assign(bias, values);
        }
        return network;
    }

    get variables(): tfc.Variable[] {
        return this.layers.flatMap((layer) => Object.values(layer).filter((value) => value !== null));
    }

    /** Weights from one hidden layer to the next. */
    get hiddenMatrices(): tfc.Variable[] {
        return this.layers.slice(0, -1).flatMap(({ hidden }) => hidden ?? []);
    }

    /**
     * @param codes [shapes, latentSize]
     * @param points [shapes · pointsPerShape, 3], shape by shape
     * @returns [shapes · pointsPerShape, 1]
     */
    distances(codes: tfc.Tensor2D, points: tfc.Tensor2D): tfc.Tensor2D {
        const { tf } = this;
        const [shapeCount, pointCount] = [codes.shape[0], points.shape[0]];
        const features = this.features(points);
        let hidden: tfc.Tensor2D | null = null;
        this.layers.forEach((layer, i) => {
            // What depends on the code alone is computed once a shape and spread over its points.
            const perShape = tf.add(tf.matMul(codes, layer.latent as tfc.Tensor2D), layer.bias);
            let sum = layer.hidden && hidden ? tf.matMul(hidden, layer.hidden as tfc.Tensor2D) : null;
            if (layer.feature) {
                const byFeatures = tf.matMul(features, layer.feature as tfc.Tensor2D);
                sum = sum ? tf.add(sum, byFeatures) : byFeatures;
            }
            const outputs = perShape.shape[1] as number;
            const spread = tf.add(
                tf.reshape(sum as tfc.Tensor, [shapeCount, pointCount / shapeCount, outputs]),
                tf.reshape(perShape, [shapeCount, 1, outputs]),
            );
            const flat = tf.reshape(spread, [pointCount, outputs]);
            hidden = (i < this.layers.length - 1 ? this.relu(flat) : flat) as tfc.Tensor2D;
        });
        return hidden as unknown as tfc.Tensor2D;
    }

    /** Identity, sines, cosines: [points, 3 + 6 · octaves]. */
    private features(points: tfc.Tensor2D): tfc.Tensor2D {
        const { tf } = this;
        if (this.shape.octaves === 0) {
            return points;
        }
        const angles = tf.matMul(points, this.frequencies);
        return tf.concat([points, tf.sin(angles), tf.cos(angles)], 1) as tfc.Tensor2D;
    }

    /** The network as the decoder file's data. */
    async toPerceptron(): Promise<Perceptron> {
        const { latentSize, octaves } = this.shape;
        const last = this.layers.length - 1;
        const layers = await Promise.all(
            this.layers.map(
                async ({ hidden, feature, latent, bias }, i): Promise<PerceptronLayer> => ({
                    outputSize: bias.shape[1] as number,
                    hiddenWeights: hidden && (await transposed(hidden)),
                    featureWeights: feature && (await transposed(feature)),
                    latentWeights: await transposed(latent),
                    bias: Float32Array.from(await bias.data()),
                    activation: { kind: i < last ? "relu" : "identity", alpha: 0 },
                }),
            ),
        );
        return { latentSize, features: fourierFeatures(octaves), layers };
    }

    dispose(): void {
        this.frequencies.dispose();
        for (const variable of this.variables) {
            variable.dispose();
        }
    }
}

/** The k-th octave's factor, π/2 · 2ᵏ. */
function frequency(k: number): number {
    return Math.fround((Math.PI / 2) * 2 ** k);
}

/** In the order of `Network.features`. */
export function fourierFeatures(octaves: number): PointFeature[] {
    const along = (axis: number, length: number): [number, number, number] => {
        const direction: [number, number, number] = [0, 0, 0];
        direction[axis] = length;
        return direction;
    };
    const waves = (kind: "sin" | "cos") =>
        Array.from({ length: 3 * octaves }, (_, i): PointFeature => {
            const k = Math.floor(i / 3);
            return { function: kind, direction: along(i % 3, frequency(k)), phase: 0 };
        });
    const identity = [0, 1, 2].map(
        (axis): PointFeature => ({ function: "identity", direction: along(axis, 1), phase: 0 }),
    );
    return [...identity, ...waves("sin"), ...waves("cos")];
}

/** A variable [inputs, outputs] as a row-major [outputs, inputs]. */
async function transposed(variable: tfc.Variable): Promise<Float32Array> {
    const [inputs, outputs] = variable.shape as [number, number];
    const values = await variable.data();
    const result = new Float32Array(inputs * outputs);
    for (let i = 0; i < inputs; i++) {
        for (let o = 0; o < outputs; o++) {
            result[o * inputs + i] = values[i * outputs + o];
        }
    }
    return result;
}

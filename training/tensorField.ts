import type * as tfc from "@tensorflow/tfjs-core";
import type { Field, FieldGradient } from "../plugin/field/field.js";
import type { Perceptron } from "../plugin/model/decoder.js";
import type { TensorFlow } from "./backend.js";

/** Points of one round. */
const CHUNK = 1 << 16;

/**
 * A decoder evaluated by TensorFlow.js, for measuring it on many shapes in little time. ReLU networks only, which is
 * what training writes.
 */
export class TensorField implements Field {
    readonly maker = "reference";
    readonly latentSize: number;
    private readonly layers: {
        hidden: tfc.Tensor2D | null;
        feature: tfc.Tensor2D | null;
        latent: tfc.Tensor2D | null;
        bias: tfc.Tensor2D;
    }[];
    private readonly directions: tfc.Tensor2D;

    constructor(
        private readonly tf: TensorFlow,
        private readonly perceptron: Perceptron,
    ) {
        this.latentSize = perceptron.latentSize;
        const matrix = (weights: Float32Array | null, rows: number) =>
            weights &&
            (tf.tidy(() => tf.transpose(tf.tensor2d(weights, [rows, weights.length / rows]))) as tfc.Tensor2D);
        this.layers = perceptron.layers.map((layer) => ({
            hidden: matrix(layer.hiddenWeights, layer.outputSize),
            feature: matrix(layer.featureWeights, layer.outputSize),
            latent: matrix(layer.latentWeights, layer.outputSize),
            bias: tf.tensor2d(layer.bias, [1, layer.outputSize]),
        }));
        const flat = perceptron.features.flatMap(({ direction }) => direction);
        this.directions = tf.tidy(() =>
            tf.transpose(tf.tensor2d(flat, [perceptron.features.length, 3])),
        ) as tfc.Tensor2D;
    }

    async evaluateAsync(latent: Float32Array, points: Float32Array): Promise<Float32Array> {
        const distances = new Float32Array(points.length / 3);
        for (let start = 0; start < distances.length; start += CHUNK) {
            const chunk = points.subarray(3 * start, 3 * (start + CHUNK));
            const result = this.tf.tidy(() => this.forward(latent, chunk));
            distances.set(await result.data(), start);
            result.dispose();
        }
        return distances;
    }

    /** Gradients by forward differences; enough for normals in pictures. */
    async evaluateGradientAsync(latent: Float32Array, points: Float32Array): Promise<FieldGradient> {
        const step = 1e-3;
        const distances = await this.evaluateAsync(latent, points);
        const pointGradients = new Float32Array(points.length);
        for (let axis = 0; axis < 3; axis++) {
            const moved = points.map((value, i) => (i % 3 === axis ? value + step : value));
            const there = await this.evaluateAsync(latent, moved);
            there.forEach((value, n) => {
                pointGradients[3 * n + axis] = (value - distances[n]) / step;
            });
        }
        return { distances, pointGradients, latentGradients: null };
    }

    dispose(): void {
        this.directions.dispose();
        for (const layer of this.layers) {
            for (const tensor of Object.values(layer)) tensor?.dispose();
        }
    }

    private forward(latent: Float32Array, points: Float32Array): tfc.Tensor {
        const { tf, perceptron } = this;
        const code = tf.tensor2d(latent, [1, latent.length]);
        const features = this.features(tf.tensor2d(points, [points.length / 3, 3]));
        let hidden: tfc.Tensor | null = null;
        this.layers.forEach((layer, i) => {
            let sum: tfc.Tensor = layer.bias;
            if (layer.latent) sum = tf.add(sum, tf.matMul(code, layer.latent));
            if (layer.feature) sum = tf.add(sum, tf.matMul(features, layer.feature));
            if (layer.hidden && hidden) sum = tf.add(sum, tf.matMul(hidden as tfc.Tensor2D, layer.hidden));
            hidden = perceptron.layers[i].activation.kind === "relu" ? tf.relu(sum) : sum;
        });
        return hidden as unknown as tfc.Tensor;
    }

    /** Features come coordinates first, then sines, then cosines, as decoder files have them. */
    private features(points: tfc.Tensor2D): tfc.Tensor2D {
        const { tf } = this;
        const counts = (["identity", "sin", "cos"] as const).map(
            (kind) => this.perceptron.features.filter((feature) => feature.function === kind).length,
        );
        const [identity, sine, cosine] = tf.split(tf.matMul(points, this.directions), counts, 1);
        return tf.concat([identity, tf.sin(sine), tf.cos(cosine)], 1) as tfc.Tensor2D;
    }
}

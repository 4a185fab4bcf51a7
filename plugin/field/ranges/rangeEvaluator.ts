import type { Perceptron, PerceptronLayer } from "../../model/decoder.js";
import { foldLatent } from "../foldLatent.js";
import { type Enclosure, encloseActivation, encloseSine } from "./enclosure.js";

/** Values that a field surely keeps to. */
export interface Range {
    low: number;
    high: number;
}

/**
 * What a perceptron's values surely keep to over cubes, for one code. Each number on the way is an affine form (de
 * Figueiredo and Stolfi, "Affine arithmetic", 2004): a centre, its changes along x, y and z, and one along an error of its
 * own for each sine and each neuron that was not straight over the cube, so that errors cancel where a neuron's ways to the
 * output do. Forms that sum errors up are thousands of times too wide for a trained decoder, plain intervals more so.
 *
 * After N. Sharp and A. Jacobson, "Spelunking the deep", SIGGRAPH 2022, and T. Duff, "Interval arithmetic and recursive
 * subdivision", SIGGRAPH 1992.
 */
export class RangeEvaluator {
    /** Multiply-adds of all calls so far ÷ those of a value. */
    evaluationsWorth = 0;
    private readonly biases: readonly Float32Array[];
    private readonly valueWork: number;
    private readonly features: FeatureForms;
    /** Forms of the layer before and of the layer at work: a column is what all neurons have of one part. */
    private before: Float64Array[] = [];
    private columns: Float64Array[] = [];
    private readonly width: number;
    /** Errors that began in the layer before: their neuron and size; their columns hold nothing else. */
    private fresh: { neuron: number; radius: number }[] = [];

    constructor(
        private readonly perceptron: Perceptron,
        latent: Float32Array,
    ) {
        const { layers } = perceptron;
        this.biases = foldLatent(perceptron, latent);
        this.features = new FeatureForms(perceptron);
        this.width = Math.max(...layers.map(({ outputSize }) => outputSize));
        this.valueWork = layers.reduce(
            (sum, { hiddenWeights, featureWeights }) =>
                sum + (hiddenWeights?.length ?? 0) + (featureWeights?.length ?? 0),
            0,
        );
    }

    /** The range over the cube with its centre at (x, y, z) and edges of 2 · `half`. */
    rangeOf(x: number, y: number, z: number, half: number): Range {
        const { features, perceptron, biases } = this;
        features.update(x, y, z, half);
        this.fresh = [];
        let count = 0;
        let reach = 0;
        for (const [index, layer] of perceptron.layers.entries()) {
            count = Math.max(count, features.count) + this.fresh.length;
            [this.before, this.columns] = [this.columns, this.before];
            this.reserve(count);
            this.multiply(layer, count);
            for (let neuron = 0; neuron < layer.outputSize; neuron++) {
                this.columns[0][neuron] += biases[index][neuron];
            }
            this.fresh = [];
            reach = this.activate(layer, count);
        }
        const centre = this.columns[0][0];
        return { low: centre - reach, high: centre + reach };
    }

    private reserve(count: number): void {
        while (this.columns.length < count) {
            this.columns.push(new Float64Array(this.width));
        }
    }

    /** Forms before a layer's activation, without its biases. */
    private multiply({ outputSize, hiddenWeights, featureWeights }: PerceptronLayer, count: number): void {
        const { before, columns, features, fresh } = this;
        const old = count - fresh.length;
        for (let k = 0; k < count; k++) {
            columns[k].fill(0, 0, outputSize);
        }
        if (hiddenWeights) {
            const inputs = hiddenWeights.length / outputSize;
            for (let k = 0; k < old; k += 4) {
                multiplyColumns(hiddenWeights, outputSize, inputs, before, columns, k, Math.min(k + 4, old));
            }
            fresh.forEach(({ neuron, radius }, n) => {
                const column = columns[old + n];
                for (let output = 0; output < outputSize; output++) {
                    column[output] = hiddenWeights[output * inputs + neuron] * radius;
                }
            });
            this.evaluationsWorth += ((old * inputs + fresh.length) * outputSize) / this.valueWork;
        }
        if (featureWeights) {
            features.addProducts(featureWeights, outputSize, columns);
            this.evaluationsWorth += (4 * featureWeights.length) / this.valueWork;
        }
    }

    /** Takes the forms through a layer's activation; returns how far the first neuron gets from its centre. */
    private activate({ outputSize, activation }: PerceptronLayer, count: number): number {
        const { columns, fresh } = this;
        let first = 0;
        for (let neuron = 0; neuron < outputSize; neuron++) {
            let reach = 0;
            for (let k = 1; k < count; k++) {
                reach += Math.abs(columns[k][neuron]);
            }
            const centre = columns[0][neuron];
            encloseActivation(activation, centre - reach, centre + reach, enclosure);
            const { slope, offset, radius } = enclosure;
            if (slope !== 1) {
                for (let k = 0; k < count; k++) {
                    columns[k][neuron] *= slope;
                }
            }
            columns[0][neuron] += offset;
            if (radius !== 0) {
                fresh.push({ neuron, radius });
            }
            if (neuron === 0) {
                first = Math.abs(slope) * reach + radius;
            }
        }
        return first;
    }
}

/** One for all, filled anew for each number. */
const enclosure: Enclosure = { slope: 0, offset: 0, radius: 0 };

/** Four columns at a time, so that each weight is read once for them. */
function multiplyColumns(
    weights: Float32Array,
    outputSize: number,
    inputs: number,
    from: readonly Float64Array[],
    to: readonly Float64Array[],
    first: number,
    end: number,
): void {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => from[Math.min(first + k, end - 1)]);
    for (let output = 0; output < outputSize; output++) {
        let [p, q, r, s] = [0, 0, 0, 0];
        for (let i = 0, at = output * inputs; i < inputs; i++, at++) {
            const weight = weights[at];
            p += weight * a[i];
            q += weight * b[i];
            r += weight * c[i];
            s += weight * d[i];
        }
        to[first][output] = p;
        if (first + 1 < end) to[first + 1][output] = q;
        if (first + 2 < end) to[first + 2][output] = r;
        if (first + 3 < end) to[first + 3][output] = s;
    }
}

/** Forms of a point's features over a cube. */
class FeatureForms {
    /** Centre, three changes, then an error for each sine or cosine. */
    readonly count: number;
    /** [4][features] */
    private readonly parts: Float64Array[];
    /** Features with errors, and how large these are. */
    private readonly bent: number[];
    private readonly radii: Float64Array;

    constructor(private readonly perceptron: Perceptron) {
        const { features } = perceptron;
        this.bent = features.flatMap((feature, f) => (feature.function === "identity" ? [] : [f]));
        this.count = 4 + this.bent.length;
        this.parts = [0, 1, 2, 3].map(() => new Float64Array(features.length));
        this.radii = new Float64Array(features.length);
    }

    update(x: number, y: number, z: number, half: number): void {
        const { parts, radii } = this;
        for (const [f, { function: kind, direction, phase }] of this.perceptron.features.entries()) {
            const centre = direction[0] * x + direction[1] * y + direction[2] * z + phase;
            const reach = half * (Math.abs(direction[0]) + Math.abs(direction[1]) + Math.abs(direction[2]));
            if (kind === "identity") {
                encloseActivation({ kind: "identity", alpha: 0 }, 0, 0, enclosure);
            } else {
                encloseSine(centre - reach, centre + reach, enclosure, kind === "cos" ? Math.PI / 2 : 0);
            }
            const { slope, offset, radius } = enclosure;
            parts[0][f] = slope * centre + offset;
            for (let axis = 0; axis < 3; axis++) {
                parts[1 + axis][f] = slope * half * direction[axis];
            }
            radii[f] = radius;
        }
    }

    addProducts(weights: Float32Array, outputSize: number, columns: readonly Float64Array[]): void {
        const { parts, bent, radii } = this;
        const size = radii.length;
        for (let output = 0; output < outputSize; output++) {
            const row = output * size;
            for (let part = 0; part < 4; part++) {
                let sum = 0;
                for (let f = 0; f < size; f++) {
                    sum += weights[row + f] * parts[part][f];
                }
                columns[part][output] += sum;
            }
            for (let n = 0; n < bent.length; n++) {
                columns[4 + n][output] += weights[row + bent[n]] * radii[bent[n]];
            }
        }
    }
}

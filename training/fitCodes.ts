import type * as tfc from "@tensorflow/tfjs-core";
import {
    type Costs,
    type LeastSquaresProblem,
    type Linearisation,
    type Minimum,
    minimise,
} from "../plugin/completion/levenbergMarquardt.js";
import type { TensorFlow } from "./backend.js";
import { Network } from "./network.js";
import type { SampledShape } from "./samples/store.js";
import { spread } from "./spread.js";
import type { Recipe } from "./trainer.js";

/** Samples by which the start is chosen among the candidates. */
const LOOK_SAMPLES = 256;
/** Candidates looked at: they are evaluated at once, and a category may have a hundred thousand codes. */
const MOST_CANDIDATES = 640;

/** One pass over the guesses left. */
interface Stage {
    readonly guesses: number;
    readonly samples: number;
    readonly iterations: number;
}

const STAGES: readonly Stage[] = [
    { guesses: 3, samples: 1024, iterations: 8 },
    { guesses: 1, samples: 8192, iterations: 16 },
];

/** A code that was fitted. */
export interface FittedCode {
    /** [latentSize] */
    readonly code: Float32Array;
    /** Mean clamped distance error that it leaves, model units. */
    readonly error: number;
}

/**
 * The code of a shape that a network was not trained on, found from its signed distances, the weights left as they are:
 * what Park et al. 2019 (section 4.2) do by Adam, here by Levenberg and Marquardt's method from the best of some
 * candidates.
 *
 * @param network with the weights to fit to
 * @param candidates codes to start from, one or more: [latentSize] each; of very many, some
 */
export async function fitCodeAsync(
    tf: TensorFlow,
    network: Network,
    recipe: Recipe,
    { samples }: Pick<SampledShape, "samples">,
    candidates: readonly Float32Array[],
    stages: readonly Stage[] = STAGES,
): Promise<FittedCode> {
    const problemOf = (count: number) =>
        new CodeProblem(tf, network, samples.subarray(0, 4 * count), recipe.clampDistance, recipe.codePenalty);
    const look = problemOf(LOOK_SAMPLES);
    const chosen = spread(candidates, MOST_CANDIDATES);
    const costs = await look.dataCostsOf(chosen);
    look.dispose();
    let guesses = chosen.map((code, n) => ({ code, cost: costs[n] })).sort((a, b) => a.cost - b.cost);
    for (const stage of stages) {
        const problem = problemOf(stage.samples);
        const minima: Minimum<Float32Array>[] = [];
        for (const { code } of guesses.slice(0, stage.guesses)) {
            minima.push(await minimise(problem, code, stage.iterations));
        }
        problem.dispose();
        guesses = minima
            .map(({ state, dataCost }) => ({ code: state, cost: dataCost }))
            .sort((a, b) => a.cost - b.cost);
    }
    return { code: guesses[0].code, error: guesses[0].cost / COST };
}

/** {@link fitCodeAsync} of several shapes; candidates are each one's own. */
export async function fitCodesAsync(
    tf: TensorFlow,
    recipe: Recipe,
    weights: readonly Float32Array[],
    shapes: readonly Pick<SampledShape, "samples">[],
    candidatesOf: (index: number) => readonly Float32Array[],
    stages?: readonly Stage[],
): Promise<FittedCode[]> {
    const network = new Network(tf, recipe, recipe.seed, "fixed ");
    try {
        network.variables.forEach((variable, i) => {
            tf.tidy(() => variable.assign(tf.tensor(weights[i], variable.shape)));
        });
        const fitted: FittedCode[] = [];
        for (const [n, shape] of shapes.entries()) {
            fitted.push(await fitCodeAsync(tf, network, recipe, shape, candidatesOf(n), stages));
        }
        return fitted;
    } finally {
        network.dispose();
    }
}

/** Distance errors count by their size, not by their square, from this on (Charbonnier et al., 1994); model units. */
const SOFTNESS = 2e-3;

/** Cost of an error of 1 on the mean: large, for a search ends where steps lower the cost by far less than 1. */
const COST = 1e5;

/** Signed distances that a code has to agree with. */
class CodeProblem implements LeastSquaresProblem<Float32Array> {
    private readonly points: tfc.Tensor2D;
    private readonly expected: tfc.Tensor2D;
    private readonly count: number;

    constructor(
        private readonly tf: TensorFlow,
        private readonly network: Network,
        samples: Float32Array,
        private readonly clampDistance: number,
        private readonly penalty: number,
    ) {
        this.count = samples.length / 4;
        const table = tf.tensor2d(samples, [this.count, 4]);
        this.points = tf.slice(table, [0, 0], [this.count, 3]);
        this.expected = tf.tidy(() =>
            tf.clipByValue(tf.slice(table, [0, 3], [this.count, 1]), -clampDistance, clampDistance),
        );
        table.dispose();
    }

    move(code: Float32Array, step: Float64Array): Float32Array {
        return code.map((value, i) => value + step[i]);
    }

    async linearise(code: Float32Array): Promise<Linearisation> {
        const { tf, network, points, count } = this;
        const size = code.length;
        const parts = tf.tidy(() => {
            const codes = tf.tile(tf.tensor2d(code, [1, size]), [count, 1]);
            const distances = (each: tfc.Tensor) => network.distances(each as tfc.Tensor2D, points);
            const { value, grad: jacobian } = tf.valueAndGrad(distances)(codes);
            const residuals = this.residuals(value, this.expected);
            const roots = this.roots(residuals);
            // Half of Charbonnier's second derivative is at most this.
            const weights = tf.div(COST / (2 * SOFTNESS * count), roots);
            const weighted = tf.mul(jacobian, weights) as tfc.Tensor2D;
            return [
                tf.matMul(weighted, jacobian as tfc.Tensor2D, true, false),
                tf.matMul(weighted, residuals, true, false),
                this.errors(roots, 0),
            ];
        });
        const [products, slopes, [error]] = await Promise.all(parts.map((part) => part.data()));
        for (const part of parts) part.dispose();
        const hessian = Float64Array.from(products);
        const gradient = Float64Array.from(slopes);
        for (let i = 0; i < size; i++) {
            hessian[i * size + i] += COST * this.penalty;
            gradient[i] += COST * this.penalty * code[i];
        }
        const dataCost = COST * error;
        return { cost: dataCost + this.lengthCost(code), dataCost, hessian, gradient };
    }

    async costAt(code: Float32Array): Promise<Costs> {
        const [dataCost] = await this.dataCostsOf([code]);
        return { cost: dataCost + this.lengthCost(code), dataCost };
    }

    private lengthCost(code: Float32Array): number {
        return COST * this.penalty * code.reduce((sum, value) => sum + value ** 2, 0);
    }

    /** What each of some codes costs, without what its length does. */
    async dataCostsOf(codes: readonly Float32Array[]): Promise<number[]> {
        const { tf, network, points, expected, count } = this;
        const errors = tf.tidy(() => {
            const table = tf.stack(codes.map((code) => tf.tensor1d(code))) as tfc.Tensor2D;
            const value = network.distances(table, tf.tile(points, [codes.length, 1]));
            const residuals = this.residuals(value, tf.tile(expected, [codes.length, 1]));
            return this.errors(tf.reshape(this.roots(residuals), [codes.length, count]), 1);
        });
        const values = [...(await errors.data())];
        errors.dispose();
        return values.map((error) => COST * error);
    }

    /** Differences of the distances; none where both are beyond the clamp on the same side. */
    private residuals(value: tfc.Tensor, expected: tfc.Tensor2D): tfc.Tensor2D {
        const { tf, clampDistance } = this;
        const difference = tf.sub(value, expected);
        const above = tf.mul(tf.relu(difference), tf.cast(tf.less(expected, clampDistance), "float32"));
        const below = tf.mul(tf.relu(tf.neg(difference)), tf.cast(tf.greater(expected, -clampDistance), "float32"));
        return tf.sub(above, below) as tfc.Tensor2D;
    }

    private roots(residuals: tfc.Tensor): tfc.Tensor {
        const { tf } = this;
        return tf.sqrt(tf.add(1, tf.square(tf.div(residuals, SOFTNESS))));
    }

    /** Charbonnier's error, about that of the residuals' size, on the mean. */
    private errors(roots: tfc.Tensor, axis: number): tfc.Tensor {
        const { tf } = this;
        return tf.mul(SOFTNESS, tf.sub(tf.mean(roots, axis), 1));
    }

    dispose(): void {
        this.points.dispose();
        this.expected.dispose();
    }
}

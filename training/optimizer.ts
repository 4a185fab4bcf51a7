import type * as tfc from "@tensorflow/tfjs-core";
import type { TensorFlow } from "./backend.js";

/**
 * "adam" for everything (Kingma and Ba, 2015), or "muon" for the matrices between hidden layers (Jordan et al., *Muon*,
 * 2024, scaled as in Liu et al., *Muon is Scalable for LLM Training*, 2025) and Adam for the rest.
 */
export type OptimizerName = "adam" | "muon";
export const OPTIMIZER_NAMES = ["adam", "muon"] as const satisfies readonly OptimizerName[];

/** A variable to train, and its share of the learning rate. */
export interface Trained {
    readonly variable: tfc.Variable;
    readonly learningRate: number;
    /** A weight matrix from hidden layer to hidden layer, which Muon may have. */
    readonly isHidden: boolean;
}

/** Moments of all variables, in their order. */
export interface OptimizerState {
    firstMoments: Float32Array[];
    /** One zero for a variable that Muon trains. */
    secondMoments: Float32Array[];
}

export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const MUON_MOMENTUM = 0.95;
/** Steps of an orthogonal change have the root mean square of Adam's with this factor (Liu et al., 2025, eq. 4). */
export const MUON_SCALE = 0.2;
/** Coefficients of the quintic Newton-Schulz iteration, and its number of rounds (Jordan et al., 2024). */
export const NEWTON_SCHULZ = { a: 3.4445, b: -4.775, c: 2.0315, rounds: 5 };

/** Turns gradients into changes of the variables. */
export class Optimizer {
    readonly firstMoments: tfc.Variable[];
    readonly secondMoments: tfc.Variable[];

    constructor(
        private readonly tf: TensorFlow,
        private readonly name: OptimizerName,
        private readonly trained: readonly Trained[],
    ) {
        const zeros = (like: tfc.Tensor) => tf.tidy(() => tf.variable(tf.zerosLike(like), false));
        this.firstMoments = trained.map(({ variable }) => zeros(variable));
        this.secondMoments = trained.map((one) => (this.byMuon(one) ? zeros(tf.scalar(0)) : zeros(one.variable)));
    }

    /**
     * Changes every variable once.
     *
     * @param gradients by the variables' names
     * @param step 1 for the first, for Adam's correction of young moments
     * @param factor of all learning rates
     */
    apply(gradients: tfc.NamedTensorMap, step: number, factor: number): void {
        const { tf } = this;
        const correction = Math.sqrt(1 - ADAM.beta2 ** step) / (1 - ADAM.beta1 ** step);
        this.trained.forEach((one, i) => {
            const gradient = gradients[one.variable.name];
            const change = this.byMuon(one)
                ? this.muonChange(gradient as tfc.Tensor2D, i)
                : tf.mul(this.adamChange(gradient, i), correction);
            one.variable.assign(tf.sub(one.variable, tf.mul(change, factor * one.learningRate)));
        });
    }

    private byMuon({ isHidden }: Trained): boolean {
        return this.name === "muon" && isHidden;
    }

    private adamChange(gradient: tfc.Tensor, i: number): tfc.Tensor {
        const { tf } = this;
        const first = tf.add(tf.mul(this.firstMoments[i], ADAM.beta1), tf.mul(gradient, 1 - ADAM.beta1));
        const second = tf.add(tf.mul(this.secondMoments[i], ADAM.beta2), tf.mul(tf.square(gradient), 1 - ADAM.beta2));
        this.firstMoments[i].assign(first);
        this.secondMoments[i].assign(second);
        return tf.div(first, tf.add(tf.sqrt(second), ADAM.epsilon));
    }

    private muonChange(gradient: tfc.Tensor2D, i: number): tfc.Tensor {
        const { tf } = this;
        const momentum = tf.add(tf.mul(this.firstMoments[i], MUON_MOMENTUM), gradient);
        this.firstMoments[i].assign(momentum);
        const direction = tf.add(tf.mul(momentum, MUON_MOMENTUM), gradient) as tfc.Tensor2D;
        const scale = MUON_SCALE * Math.sqrt(Math.max(...gradient.shape));
        return tf.mul(orthogonal(tf, direction), scale);
    }

    dispose(): void {
        for (const variable of [...this.firstMoments, ...this.secondMoments]) variable.dispose();
    }
}

/** The matrix with the same singular vectors and singular values near 1, by Newton-Schulz iteration. */
export function orthogonal(tf: TensorFlow, matrix: tfc.Tensor2D): tfc.Tensor2D {
    const { a, b, c, rounds } = NEWTON_SCHULZ;
    let x = tf.div(matrix, tf.add(tf.norm(matrix), 1e-12)) as tfc.Tensor2D;
    for (let round = 0; round < rounds; round++) {
        const square = tf.matMul(x, x, false, true);
        const quintic = tf.add(tf.mul(square, b), tf.mul(tf.matMul(square, square), c)) as tfc.Tensor2D;
        x = tf.add(tf.mul(x, a), tf.matMul(quintic, x)) as tfc.Tensor2D;
    }
    return x;
}

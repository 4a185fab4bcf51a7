import type * as tfc from "@tensorflow/tfjs-core";
import type { TensorFlow } from "./backend.js";
import { type Batch, BatchRuns, batchOf } from "./batches.js";
import { Network, type NetworkShape } from "./network.js";
import { Optimizer, type OptimizerName, type OptimizerState } from "./optimizer.js";
import { Random } from "./random.js";
import type { SampleSet } from "./samples/store.js";

export interface Recipe extends NetworkShape {
    readonly clampDistance: number;
    /** Shapes in a step, and points of each. */
    readonly shapesPerStep: number;
    readonly pointsPerShape: number;
    /** Largest learning rates of the weights and of the codes. */
    readonly learningRate: number;
    readonly codeLearningRate: number;
    /** Weight of the codes' mean squared length in the loss, once warmed up. */
    readonly codePenalty: number;
    /** How much more a point counts that the network puts on the wrong side of the surface; 0: as much as any. */
    readonly signWeight: number;
    readonly optimizer: OptimizerName;
    readonly seed: number;
}

/** After the study in the readme; what differs from DeepSDF's paper is said there. */
export const DEFAULT_RECIPE: Recipe = {
    latentSize: 64,
    width: 128,
    depth: 7,
    octaves: 4,
    skips: [3],
    clampDistance: 0.1,
    shapesPerStep: 64,
    pointsPerShape: 256,
    learningRate: 1.5e-3,
    codeLearningRate: 4e-3,
    codePenalty: 1e-4,
    signWeight: 0,
    optimizer: "muon",
    seed: 1,
};

/** What a run is made of between two steps. */
export interface TrainerState extends OptimizerState {
    step: number;
    /** Weights, then the codes. */
    variables: Float32Array[];
}

/** Part of the run in which learning rates rise, and in which the codes' penalty does. */
const WARM_UP = 0.01;
const PENALTY_WARM_UP = 0.1;
const CODE_DEVIATION = 0.05;

/** Codes that a training from nothing starts from: [count, latentSize]. */
export function firstCodes({ seed, latentSize }: Recipe, count: number): Float32Array {
    const random = new Random(seed, 4);
    return Float32Array.from({ length: count * latentSize }, () => CODE_DEVIATION * random.normal());
}

/**
 * The share of the learning rates at a point of a run (a cosine after a short rise), and the weight of the codes' penalty.
 *
 * @param progress how far the run has come, 0 to 1
 */
export function scheduleAt({ codePenalty }: Recipe, progress: number): { rate: number; penalty: number } {
    return {
        rate: Math.min(1, progress / WARM_UP + 0.01) * (0.5 + 0.5 * Math.cos(Math.PI * progress)) + 1e-3,
        penalty: codePenalty * Math.min(1, progress / PENALTY_WARM_UP),
    };
}

/** What a training starts from, where that is not chance. */
export interface TrainerStart {
    /** Values of `Network.variables`, as in a checkpoint of the same network. */
    readonly weights?: readonly Float32Array[];
    /** [shapes, latentSize] */
    readonly codes?: Float32Array;
}

/** Trains the weights and one code a shape together (DeepSDF's auto-decoder, Park et al. 2019). */
export class Trainer {
    readonly network: Network;
    /** [shapes, latentSize] */
    readonly codes: tfc.Variable;
    step = 0;
    private readonly runs: BatchRuns;
    private readonly optimizer: Optimizer;

    constructor(
        private readonly tf: TensorFlow,
        set: SampleSet,
        readonly recipe: Recipe,
        start: TrainerStart = {},
    ) {
        checkSet(set, recipe);
        this.runs = new BatchRuns(set, recipe);
        this.network = new Network(tf, recipe, recipe.seed);
        const codes = start.codes ?? firstCodes(recipe, set.shapes.length);
        const table = [set.shapes.length, recipe.latentSize] as [number, number];
        this.codes = tf.tidy(() => tf.variable(tf.tensor2d(codes, table), true, "codes"));
        if (start.weights) this.put(this.network.variables, start.weights);
        const hidden = new Set(this.network.hiddenMatrices);
        this.optimizer = new Optimizer(
            tf,
            recipe.optimizer,
            this.variables.map((variable) => ({
                variable,
                learningRate: variable === this.codes ? recipe.codeLearningRate : recipe.learningRate,
                isHidden: hidden.has(variable),
            })),
        );
    }

    /** All that is trained. */
    private get variables(): tfc.Variable[] {
        return [...this.network.variables, this.codes];
    }

    /** Samples seen so far. */
    get samplesSeen(): number {
        return this.step * this.recipe.shapesPerStep * this.recipe.pointsPerShape;
    }

    /**
     * One step of the optimizer.
     *
     * @param progress how far the run has come, 0 to 1
     * @returns the mean clamped distance error of the batch, model units, as a promise that need not be awaited
     */
    async stepAsync(progress: number): Promise<number> {
        const { tf, recipe } = this;
        const batch = batchOf(this.runs.at(this.step), recipe.clampDistance);
        this.step++;
        const { rate, penalty } = scheduleAt(recipe, progress);
        const error = tf.tidy(() => {
            let kept: tfc.Scalar | undefined;
            const { grads } = tf.variableGrads(() => {
                const { error, total } = this.loss(batch, penalty);
                kept = tf.keep(error);
                return total;
            }, this.variables);
            this.optimizer.apply(grads, this.step, rate);
            return kept as tfc.Scalar;
        });
        const [value] = await error.data();
        error.dispose();
        return value;
    }

    /** Mean |clamped prediction − clamped distance|, one-sided where the distance is at the clamp, plus the penalty. */
    private loss(batch: Batch, penalty: number): { error: tfc.Scalar; total: tfc.Scalar } {
        const { tf, recipe } = this;
        const codes = this.chosenCodes(batch.shapes);
        const points = tf.tensor2d(batch.points, [batch.distances.length, 3]);
        const expected = tf.tensor2d(batch.distances, [batch.distances.length, 1]);
        const predicted = this.network.distances(codes, points);
        const difference = tf.sub(predicted, expected);
        // Beyond the clamp only the right side matters; unlike a clamped prediction, the wrong side keeps its gradient.
        const mayExceed = tf.cast(tf.greaterEqual(expected, recipe.clampDistance), "float32");
        const mayFallShort = tf.cast(tf.lessEqual(expected, -recipe.clampDistance), "float32");
        const above = tf.mul(tf.relu(difference), tf.sub(1, mayExceed));
        const below = tf.mul(tf.relu(tf.neg(difference)), tf.sub(1, mayFallShort));
        const error = tf.mean(tf.add(above, below)) as tfc.Scalar;
        const lengths = tf.mean(tf.sum(tf.square(codes), 1));
        const wrongSide = tf.mul(this.wrongSide(predicted, expected), recipe.signWeight);
        return { error, total: tf.addN([error, wrongSide, tf.mul(lengths, penalty)]) as tfc.Scalar };
    }

    /** A code for each shape of a batch. A product rather than a gather: the WASM kernels have no gradient for that. */
    private chosenCodes(shapes: Int32Array): tfc.Tensor2D {
        const { tf } = this;
        const count = this.codes.shape[0] as number;
        // oneHot takes no single class.
        const chosen =
            count === 1
                ? tf.ones([shapes.length, 1])
                : tf.cast(tf.oneHot(tf.tensor1d(shapes, "int32"), count), "float32");
        return tf.matMul(chosen as tfc.Tensor2D, this.codes as unknown as tfc.Tensor2D);
    }

    /** How far points lie on the wrong side of the decoded surface, on the mean: hard samples (Duan et al., 2020). */
    private wrongSide(predicted: tfc.Tensor, expected: tfc.Tensor): tfc.Tensor {
        const { tf } = this;
        return tf.mean(tf.relu(tf.neg(tf.mul(predicted, tf.sign(expected)))));
    }

    async saveAsync(): Promise<TrainerState> {
        const values = (variables: tfc.Variable[]) =>
            Promise.all(variables.map(async (variable) => Float32Array.from(await variable.data())));
        return {
            step: this.step,
            variables: await values(this.variables),
            firstMoments: await values(this.optimizer.firstMoments),
            secondMoments: await values(this.optimizer.secondMoments),
        };
    }

    /** @throws if the state belongs to another recipe or another number of shapes */
    restore(state: TrainerState): void {
        this.put(this.variables, state.variables);
        this.put(this.optimizer.firstMoments, state.firstMoments);
        this.put(this.optimizer.secondMoments, state.secondMoments);
        this.step = state.step;
    }

    private put(variables: readonly tfc.Variable[], values: readonly Float32Array[]): void {
        variables.forEach((variable, i) => {
            if (values[i]?.length !== variable.size) {
                throw new Error(
                    `Trainer: "${variable.name}" has ${values[i]?.length} values in the checkpoint and ` +
                        `${variable.size} here; go on with the options the run was started with`,
                );
            }
            this.tf.tidy(() => variable.assign(this.tf.tensor(values[i], variable.shape)));
        });
    }

    dispose(): void {
        this.network.dispose();
        this.optimizer.dispose();
        this.codes.dispose();
    }
}

/** @throws if a step asks for more shapes or more points of one than there are */
export function checkSet({ shapes }: SampleSet, { shapesPerStep, pointsPerShape }: Recipe): void {
    const fewest = Math.min(...shapes.map(({ samples }) => samples.length / 4));
    if (shapes.length < shapesPerStep || fewest < pointsPerShape) {
        throw new Error(
            `Trainer: got ${shapes.length} shapes with ${fewest} samples or more; expected at least ${shapesPerStep} with ` +
                `${pointsPerShape}, as many as a step takes; make more`,
        );
    }
}

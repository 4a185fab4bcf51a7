import { beforeAll, describe, expect, it } from "vitest";
import { loadBackend, type TensorFlow } from "../../training/backend.js";
import { Optimizer, orthogonal } from "../../training/optimizer.js";
import { Random } from "../../training/random.js";
import { createRelu } from "../../training/relu.js";

let tf: TensorFlow;
beforeAll(async () => {
    ({ tf } = await loadBackend("cpu", () => {}));
});

const randomMatrix = (rows: number, columns: number) => {
    const random = new Random(7, rows, columns);
    return tf.tensor2d(
        Float32Array.from({ length: rows * columns }, () => random.normal()),
        [rows, columns],
    );
};

describe("orthogonal", () => {
    it.each([
        [8, 8],
        [6, 12],
    ])("brings the singular values of a %i × %i matrix near 1 and keeps its directions", (rows, columns) => {
        const matrix = randomMatrix(rows, columns);
        const result = orthogonal(tf, matrix);
        // Q Qᵀ has the squared singular values; the iteration ends between 0.7 and 1.2 for all but tiny ones.
        const trace = tf.sum(tf.mul(result, result)).arraySync() as number;
        expect(trace / rows).toBeGreaterThan(0.45);
        expect(trace / rows).toBeLessThan(1.45);
        // U Vᵀ · (U S Vᵀ)ᵀ is positive definite: its trace is the sum of the singular values, each times about 1.
        const agreement = tf.sum(tf.mul(result, matrix)).arraySync() as number;
        const norm = tf.norm(matrix).arraySync() as number;
        expect(agreement).toBeGreaterThan(0.7 * norm);
    });

    it("leaves zeros zeros", () => {
        expect(Array.from(orthogonal(tf, tf.zeros([3, 3])).dataSync())).toEqual(new Array(9).fill(0));
    });
});

describe.each(["adam", "muon"] as const)("Optimizer %s", (name) => {
    it("brings a matrix to a target, and a bias with it", () => {
        const target = randomMatrix(8, 8);
        const matrix = tf.variable(tf.zeros([8, 8]), true, `matrix ${name}`);
        const bias = tf.variable(tf.zeros([8]), true, `bias ${name}`);
        const optimizer = new Optimizer(tf, name, [
            { variable: matrix, learningRate: 0.15, isHidden: true },
            { variable: bias, learningRate: 0.05, isHidden: false },
        ]);
        const loss = () => tf.add(tf.mean(tf.square(tf.sub(matrix, target))), tf.mean(tf.square(tf.sub(bias, 1))));
        const start = loss().arraySync() as number;
        for (let step = 1; step <= 200; step++) {
            tf.tidy(() => optimizer.apply(tf.variableGrads(loss as never).grads, step, 1 - step / 201));
        }
        expect(loss().arraySync() as number).toBeLessThan(0.05 * start);
        optimizer.dispose();
    });
});

describe("createRelu", () => {
    it("has the values and the gradient of max(x, 0)", () => {
        const relu = createRelu(tf);
        const x = tf.tensor1d([-2, -0.5, 0, 0.5, 2]);
        expect(Array.from(relu(x).dataSync())).toEqual([0, 0, 0, 0.5, 2]);
        const gradient = tf.grad((input) => tf.sum(tf.mul(relu(input), [1, 2, 3, 4, 5])))(x);
        expect(Array.from(gradient.dataSync())).toEqual([0, 0, 0, 4, 5]);
    });
});

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import type { DecoderMetadata } from "../../plugin/model/decoder.js";
import { loadBackend, type TensorFlow } from "../../training/backend.js";
import { BatchRuns, batchOf } from "../../training/batches.js";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../../training/checkpoint.js";
import { chooseExemplars, findCodesAsync } from "../../training/exemplars.js";
import { familiesNamed } from "../../training/families/index.js";
import { fitCodeAsync, fitCodesAsync } from "../../training/fitCodes.js";
import { heldOutErrorAsync } from "../../training/heldOut.js";
import { intersectionOverUnion, pieceCount } from "../../training/measure.js";
import { Network } from "../../training/network.js";
import { Random } from "../../training/random.js";
import { SignedDistance } from "../../training/samples/distance.js";
import { prepareShape, type SampledShape, type SampleSet } from "../../training/samples/store.js";
import type { ShapeSource } from "../../training/shapes.js";
import { TensorField } from "../../training/tensorField.js";
import { DEFAULT_RECIPE, type Recipe, Trainer } from "../../training/trainer.js";
import { codesFrom, widen } from "../../training/warmStart.js";

const tinyRecipe: Recipe = {
    ...DEFAULT_RECIPE,
    latentSize: 6,
    width: 24,
    depth: 4,
    octaves: 2,
    skips: [2],
    shapesPerStep: 3,
    pointsPerShape: 64,
};
const STEPS = 80;

let tf: TensorFlow;
let set: SampleSet;
beforeAll(async () => {
    ({ tf } = await loadBackend("wasm", () => {}));
    const [barrel, mushroom] = familiesNamed(["barrel", "mushroom"]);
    const shapes = [];
    for (const family of [barrel, mushroom]) {
        for (const seed of [0, 1]) shapes.push(await prepareShape(family, seed, 2000, null));
    }
    set = { shapes };
});

const train = async (trainer: Trainer, from: number, to: number) => {
    const errors: number[] = [];
    for (let step = from; step < to; step++) errors.push(await trainer.stepAsync(step / STEPS));
    return errors;
};
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("Trainer", () => {
    it.each([{ optimizer: "adam", signWeight: 0 } as const, { optimizer: "muon", signWeight: 1 } as const])(
        "lessens the error with %o, keeps no tensor of a step, and goes on from a checkpoint bit for bit",
        async (choice) => {
            const recipe = { ...tinyRecipe, ...choice };
            const whole = new Trainer(tf, set, recipe);
            const errors = await train(whole, 0, STEPS / 2);
            const tensors = tf.memory().numTensors;
            errors.push(...(await train(whole, STEPS / 2, STEPS)));
            expect(tf.memory().numTensors).toBe(tensors);
            expect(average(errors.slice(-10))).toBeLessThan(0.6 * average(errors.slice(0, 10)));
            const expected = await whole.saveAsync();
            whole.dispose();

            const first = new Trainer(tf, set, recipe);
            await train(first, 0, STEPS / 2);
            const state = await first.saveAsync();
            first.dispose();
            const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
            const path = join(folder, "checkpoint.bin");
            writeCheckpoint(path, { recipe, state } as Checkpoint);
            const second = new Trainer(tf, set, recipe);
            second.restore(readCheckpoint(path).state);
            rmSync(folder, { recursive: true });
            await train(second, STEPS / 2, STEPS);
            expect(await second.saveAsync()).toEqual(expected);
            second.dispose();
        },
    );

    it("says how well shapes held out fit, beside the training that goes on", async () => {
        const trainer = new Trainer(tf, set, tinyRecipe);
        const tensors = tf.memory().numTensors;
        const before = await heldOutErrorAsync(tf, trainer, set.shapes.slice(0, 2));
        expect(tf.memory().numTensors).toBe(tensors);
        await train(trainer, 0, STEPS);
        expect(await heldOutErrorAsync(tf, trainer, set.shapes.slice(0, 2))).toBeLessThan(0.8 * before);
        trainer.dispose();
    });

    it("keeps the last checkpoint where a new one cannot be written", () => {
        const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
        const path = join(folder, "checkpoint.bin");
        const checkpoint = { recipe: tinyRecipe, seconds: 1 } as Checkpoint;
        writeCheckpoint(path, checkpoint);
        // As a full disk does, this takes no bytes.
        mkdirSync(`${path}.part`);
        const later = { ...checkpoint, seconds: 2 };
        expect(() => writeCheckpoint(path, later)).toThrow(
            /cannot be written \(E.*the last one is as it was; make room/,
        );
        expect(readCheckpoint(path)).toEqual(checkpoint);
        writeCheckpoint(path, later);
        expect(readCheckpoint(path)).toEqual(later);
        rmSync(folder, { recursive: true });
    });

    it("refuses a checkpoint of another recipe and names the variable", async () => {
        const trainer = new Trainer(tf, set, tinyRecipe);
        const state = await trainer.saveAsync();
        trainer.dispose();
        const other = new Trainer(tf, set, { ...tinyRecipe, width: 16 });
        expect(() => other.restore(state)).toThrow(/"feature 0" has 360 values in the checkpoint and 240 here/);
        other.dispose();
    });

    it("finds codes for weights that stay as they are", async () => {
        const trained = new Trainer(tf, set, tinyRecipe);
        await train(trained, 0, STEPS);
        const weights = (await trained.saveAsync()).variables.slice(0, -1);
        trained.dispose();
        const zero = new Float32Array(tinyRecipe.latentSize);
        const tensors = tf.memory().numTensors;
        const codesAfter = (iterations: number, candidates: Float32Array[]) =>
            fitCodesAsync(tf, tinyRecipe, weights, set.shapes, () => candidates, [
                { guesses: candidates.length, samples: 1000, iterations },
            ]);
        const untouched = await codesAfter(1, [zero]);
        const fitted = await codesAfter(12, [zero]);
        expect(tf.memory().numTensors).toBe(tensors);
        expect(untouched.every(({ code }) => code.every((value) => value === 0))).toBe(true);
        fitted.forEach(({ code, error }, n) => {
            expect(code).toHaveLength(tinyRecipe.latentSize);
            expect(error).toBeLessThan(0.8 * untouched[n].error);
        });
        // Of several candidates the best is taken.
        const again = await codesAfter(1, [zero, ...fitted.map(({ code }) => code)]);
        again.forEach(({ code, error }, n) => {
            expect(fitted.map((other) => other.code)).toContainEqual(code);
            expect(error).toBeLessThan(fitted[n].error + 1e-6);
        });
    });
});

describe("exemplars", () => {
    it("are found from shapes alone, and stand for as good codes as the training's own", async () => {
        const trainer = new Trainer(tf, set, tinyRecipe);
        await train(trainer, 0, STEPS);
        const perceptron = await trainer.network.toPerceptron();
        const codes = await trainer.codes.data();
        trainer.dispose();
        const size = tinyRecipe.latentSize;
        const source = {
            categories: ["barrel", "mushroom"],
            known: () => [0, 1],
            sampled: async (category: string, number: number) =>
                set.shapes.find((shape) => shape.family === category && shape.seed === number)!,
        } as unknown as ShapeSource;
        const prior = source.categories.map((category, n) => ({
            category,
            weight: 0.5,
            mean: Float32Array.from(codes.slice(2 * n * size, (2 * n + 1) * size)),
            factors: new Float32Array(0),
            factorCount: 0,
            deviations: new Float32Array(size).fill(0.05),
        }));
        const metadata = { latentSize: size, categories: source.categories, prior } as unknown as DecoderMetadata;
        const tensors = tf.memory().numTensors;
        const found = await findCodesAsync(tf, perceptron, tinyRecipe, metadata, source, true);
        expect(tf.memory().numTensors).toBe(tensors);
        expect(found.map(({ category }) => category)).toEqual(source.categories);
        const network = Network.from(tf, tinyRecipe, perceptron, "test ");
        const error = async (code: Float32Array, shape: SampledShape) =>
            (await fitCodeAsync(tf, network, tinyRecipe, shape, [code], [{ guesses: 1, samples: 2000, iterations: 1 }]))
                .error;
        for (const [n, { category, codes: own }] of found.entries()) {
            const shapes = set.shapes.filter(({ family }) => family === category);
            for (const [k, shape] of shapes.entries()) {
                const row = 2 * n + k;
                const trained = await error(Float32Array.from(codes.slice(row * size, (row + 1) * size)), shape);
                const best = Math.min(...(await Promise.all(own.map((code) => error(code, shape)))));
                expect(best).toBeLessThan(1.1 * trained);
            }
        }
        network.dispose();
        const [{ count, codes: flat }] = chooseExemplars(found, 1);
        expect(count).toBe(1);
        expect(found[0].codes).toContainEqual(flat);
    });
});

it("refuses a set with fewer samples than a step takes", () => {
    expect(() => new Trainer(tf, set, { ...tinyRecipe, pointsPerShape: 4000 })).toThrow(/4 shapes with 2000 samples/);
});

describe("Network", () => {
    it("computes in training what the decoder made of it computes, in plain code and in tensors", async () => {
        const trainer = new Trainer(tf, set, tinyRecipe);
        await train(trainer, 0, 10);
        const perceptron = await trainer.network.toPerceptron();
        const codes = Float32Array.from(await trainer.codes.data());
        const random = new Random(5);
        const points = Float32Array.from({ length: 2 * 50 * 3 }, () => random.between(-1, 1));
        const trained = tf.tidy(() =>
            trainer.network.distances(
                tf.tensor2d(codes.slice(0, 2 * tinyRecipe.latentSize), [2, tinyRecipe.latentSize]),
                tf.tensor2d(points, [100, 3]),
            ),
        );
        const distances = await trained.data();
        trained.dispose();
        const tensors = new TensorField(tf, perceptron);
        for (const field of [new ReferenceField(perceptron), tensors]) {
            for (const shape of [0, 1]) {
                const latent = codes.slice(shape * tinyRecipe.latentSize, (shape + 1) * tinyRecipe.latentSize);
                const found = await field.evaluateAsync(latent, points.slice(150 * shape, 150 * (shape + 1)));
                found.forEach((value, n) => {
                    expect(Math.abs(value - distances[50 * shape + n])).toBeLessThan(1e-5);
                });
            }
        }
        tensors.dispose();
        trainer.dispose();
    });
});

describe("a batch", () => {
    it("is a function of the step, clamps, and gives every shape its turn", () => {
        const runs = new BatchRuns(set, { shapesPerStep: 2, pointsPerShape: 32, seed: 9 });
        const at = (step: number) => batchOf(runs.at(step), 0.1);
        expect(at(7)).toEqual(at(7));
        expect(at(7)).not.toEqual(at(8));
        expect(at(3).distances.every((distance) => Math.abs(distance) <= Math.fround(0.1))).toBe(true);
        const counts = [0, 0, 0, 0];
        for (let step = 0; step < 20; step++) for (const shape of at(step).shapes) counts[shape]++;
        expect(counts).toEqual([10, 10, 10, 10]);
    });
});

describe("a warm start", () => {
    it("keeps known shapes' codes and starts a new one from its likest", () => {
        const traits = [{ height: 1 }, { height: 2 }, { height: 1.9 }];
        const shapes = traits.map((trait, seed) => ({ ...set.shapes[0], seed, traits: trait }));
        const codes = Float32Array.from({ length: 2 * tinyRecipe.latentSize }, (_, i) => i);
        const variables = [new Float32Array([4]), codes];
        const origin = { recipe: tinyRecipe, families: ["barrel"], shapesPerFamily: 2, state: { variables } };
        const second = codes.slice(tinyRecipe.latentSize);
        expect(codesFrom(origin as unknown as Checkpoint, { shapes })).toEqual(
            Float32Array.from([...codes, ...second]),
        );
    });

    it("widens a network without changing what it computes, and trains the new units", async () => {
        const narrow = new Trainer(tf, set, tinyRecipe);
        await train(narrow, 0, 5);
        const { variables } = await narrow.saveAsync();
        const runs = new BatchRuns(set, { shapesPerStep: 3, pointsPerShape: 64, seed: 1 });
        const { points } = batchOf(runs.at(0), 0.1);
        const distances = ({ network, codes }: Trainer) =>
            tf.tidy(() => {
                const few = tf.slice(codes, [0, 0], [3, tinyRecipe.latentSize]) as never;
                return network.distances(few, tf.tensor2d(points, [192, 3])).dataSync();
            });
        const before = distances(narrow);
        narrow.dispose();
        const weights = widen(tf, variables.slice(0, -1), tinyRecipe, 40, 7);
        const start = { weights, codes: variables[variables.length - 1] };
        const wide = new Trainer(tf, set, { ...tinyRecipe, width: 40 }, start);
        const after = distances(wide);
        expect(Math.max(...before.map((value, i) => Math.abs(value - after[i])))).toBeLessThan(1e-5);
        await train(wide, 5, 8);
        const fresh = (await wide.saveAsync()).variables.slice(0, -1);
        // The last layer's row of the last new unit, which began at zero.
        expect(Math.abs((fresh.at(-3) as Float32Array)[39])).toBeGreaterThan(0);
        wide.dispose();
    });
});

describe("measures", () => {
    it("counts a mesh's pieces", () => {
        const positions = new Float32Array(3 * 7);
        expect(pieceCount({ positions, indices: Uint32Array.of(0, 1, 2, 2, 1, 3, 4, 5, 6) })).toBe(2);
        expect(pieceCount({ positions: new Float32Array(0), indices: new Uint32Array(0) })).toBe(0);
    });

    it("finds the overlap of a decoded shape and the true one", async () => {
        const [family] = familiesNamed(["barrel"]);
        const { makeShape } = await import("../../training/families/index.js");
        const truth = new SignedDistance(await makeShape(family, 0));
        const random = new Random(6);
        const points = Float32Array.from({ length: 3 * 3000 }, () => random.between(-1, 1));
        const shifted = (offset: number) =>
            ({
                evaluateAsync: async (_: Float32Array, at: Float32Array) =>
                    Float32Array.from(
                        { length: at.length / 3 },
                        (_, n) => truth.at(at[3 * n], at[3 * n + 1], at[3 * n + 2]) + offset,
                    ),
            }) as unknown as TensorField;
        const none = new Float32Array(0);
        expect(await intersectionOverUnion(shifted(0), none, truth, points)).toBe(1);
        const shrunk = await intersectionOverUnion(shifted(0.02), none, truth, points);
        expect(shrunk).toBeGreaterThan(0.4);
        expect(shrunk).toBeLessThan(0.9);
        expect(await intersectionOverUnion(shifted(9), none, truth, points)).toBe(0);
    });
});

describe("loadBackend", () => {
    it("says why it did not take a faster one", async () => {
        const lines: string[] = [];
        await loadBackend("wasm", (line) => lines.push(line));
        expect(lines).toEqual([expect.stringMatching(/^backend: tfjs-backend-wasm 4\./)]);
    });
});

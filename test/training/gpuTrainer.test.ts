import { afterAll, afterEach, describe, expect, it } from "vitest";
import { loadBackend } from "../../training/backend.js";
import { familiesNamed } from "../../training/families/index.js";
import { GpuTrainer } from "../../training/gpu/gpuTrainer.js";
import { OPTIMIZER_NAMES } from "../../training/optimizer.js";
import { prepareShape, type SampleSet } from "../../training/samples/store.js";
import { DEFAULT_RECIPE, type Recipe, Trainer, type TrainerState } from "../../training/trainer.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";

/** No size is a multiple of a tile's; the third layer takes the features again. */
const recipe: Recipe = {
    ...DEFAULT_RECIPE,
    latentSize: 5,
    width: 35,
    depth: 4,
    octaves: 2,
    skips: [2],
    shapesPerStep: 3,
    pointsPerShape: 180,
    learningRate: 2e-3,
    codePenalty: 0.05,
    signWeight: 0.5,
};
const STEPS = 3;

const device = await requestTestDevice();

async function sampleSet(): Promise<SampleSet> {
    const shapes = familiesNamed(["barrel", "crate"]).flatMap((family) =>
        [0, 1].map((seed) => prepareShape(family, seed, 1000, null)),
    );
    return { shapes: await Promise.all(shapes) };
}

/** The largest difference of any value, by that of the largest value of the same variable. */
function difference(found: readonly Float32Array[], expected: readonly Float32Array[]): number {
    expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return Math.max(
        ...found.map((values, i) => {
            const scale = largest(expected[i]) || 1;
            return largest(values.map((value, n) => value - expected[i][n])) / scale;
        }),
    );
}

describe.skipIf(!device)("training by kernels of our own", () => {
    afterAll(() => {
        expect(uncapturedErrors).toEqual([]);
        device?.destroy();
    });
    afterEach(async () => (await loadBackend("cpu", () => {})).tf.disposeVariables());

    it.each(OPTIMIZER_NAMES)(
        "takes the steps of its twin, by %s",
        async (optimizer) => {
            const { tf } = await loadBackend("cpu", () => {});
            const set = await sampleSet();
            const twin = new Trainer(tf, set, { ...recipe, optimizer });
            const start = await twin.saveAsync();
            const trainer = new GpuTrainer(device as GPUDevice, set, { ...recipe, optimizer });
            expect((await trainer.saveAsync()).variables).toEqual(start.variables);
            const errors: number[] = [];
            for (let step = 0; step < STEPS; step++) {
                const error = await twin.stepAsync(step / STEPS);
                const found = await trainer.stepAsync(step / STEPS);
                if (step === 0) expect(Math.abs(found - error)).toBeLessThan(1e-6);
                errors.push(error);
            }
            expect(errors[STEPS - 1]).not.toBe(errors[0]);
            const [found, expected] = [await trainer.saveAsync(), await twin.saveAsync()];
            expect(trainer.samplesSeen).toBe(twin.samplesSeen);
            // They moved further than they are apart.
            expect(difference(expected.variables, start.variables)).toBeGreaterThan(0.01);
            expect(difference(found.variables, expected.variables)).toBeLessThan(1e-3);
            expect(difference(found.firstMoments, expected.firstMoments)).toBeLessThan(1e-3);
            expect(difference(found.secondMoments, expected.secondMoments)).toBeLessThan(1e-3);
            trainer.dispose();
            twin.dispose();
        },
        120_000,
    );

    it("goes on from a checkpoint, its own or its twin's, as if it had not stopped", async () => {
        const { tf } = await loadBackend("cpu", () => {});
        const set = await sampleSet();
        const run = async (from: TrainerState | null, first: number, last: number) => {
            const trainer = new GpuTrainer(device as GPUDevice, set, recipe);
            if (from) trainer.restore(from);
            for (let step = first; step < last; step++) await trainer.stepAsync(step / STEPS);
            const state = await trainer.saveAsync();
            trainer.dispose();
            return state;
        };
        const whole = await run(null, 0, 2);
        expect(await run(await run(null, 0, 1), 1, 2)).toEqual(whole);
        const twin = new Trainer(tf, set, recipe);
        await twin.stepAsync(0);
        const after = await run(await twin.saveAsync(), 1, 2);
        expect(difference(after.variables, whole.variables)).toBeLessThan(1e-3);
        twin.dispose();
        const other = new GpuTrainer(device as GPUDevice, set, { ...recipe, width: 16 });
        expect(() => other.restore(whole)).toThrow(/values in the checkpoint/);
        other.dispose();
    }, 120_000);
});

import { describe, expect, it } from "vitest";
import { loadBackend, type TensorFlow } from "../../training/backend.js";
import { familiesNamed } from "../../training/families/index.js";
import { prepareShape } from "../../training/samples/store.js";
import { DEFAULT_RECIPE, type Recipe, Trainer } from "../../training/trainer.js";
import { requestDawnAdapter } from "../support/dawn.js";

const recipe: Recipe = {
    ...DEFAULT_RECIPE,
    latentSize: 4,
    width: 16,
    depth: 3,
    octaves: 1,
    skips: [1],
    shapesPerStep: 2,
    pointsPerShape: 32,
    optimizer: "muon",
    signWeight: 1,
};

/** Most of the time is that of compiling kernels for a software adapter. */
const STEPS = 3;

/** Errors of the first steps of a training. */
async function errorsOn(tf: TensorFlow): Promise<number[]> {
    const [family] = familiesNamed(["barrel"]);
    const shapes = [await prepareShape(family, 0, 1000, null), await prepareShape(family, 1, 1000, null)];
    const trainer = new Trainer(tf, { shapes }, recipe);
    const errors: number[] = [];
    for (let step = 0; step < STEPS; step++) errors.push(await trainer.stepAsync(step / STEPS));
    trainer.dispose();
    return errors;
}

// Also finds a driver for machines without one.
const hasAdapter = (await requestDawnAdapter()) !== null;

describe.skipIf(!hasAdapter)("training on WebGPU", () => {
    it("takes the steps that plain JavaScript takes", async () => {
        const said: string[] = [];
        const errors = await errorsOn((await loadBackend("webgpu", (line) => said.push(line))).tf);
        expect(said).toHaveLength(1);
        expect(said[0]).toMatch(/^backend: tfjs-backend-webgpu 4.* on Dawn, /);
        const expected = await errorsOn((await loadBackend("cpu", () => {})).tf);
        errors.forEach((error, step) => {
            expect(Math.abs(error - expected[step])).toBeLessThan(1e-4);
        });
        expect(expected[STEPS - 1]).toBeLessThan(expected[0]);
    }, 120_000);
});

import type { TensorFlow } from "./backend.js";
import { fitAsync } from "./fitCodes.js";
import type { SampledShape } from "./samples/store.js";
import type { ShapeSource } from "./shapes.js";
import type { Trainer } from "./trainer.js";

/** Few: what is asked is whether they fit worse than before, not how well. */
const STEPS = 100;

/** Samples of up to `count` shapes of each category that the training does not see. */
export async function heldOutShapes(source: ShapeSource, count: number): Promise<SampledShape[]> {
    const shapes: SampledShape[] = [];
    for (const category of source.categories) {
        for (const number of source.unseen(category, count)) shapes.push(await source.sampled(category, number));
    }
    return shapes;
}

/** Error that shapes held out are left with once codes are fitted to them, the weights as they are; model units. */
export async function heldOutErrorAsync(
    tf: TensorFlow,
    trainer: Trainer,
    shapes: readonly SampledShape[],
): Promise<number> {
    const { recipe } = trainer;
    const weights = (await trainer.saveAsync()).variables.slice(0, -1);
    const starts = shapes.map(() => new Float32Array(recipe.latentSize));
    return (await fitAsync(tf, recipe, weights, shapes, starts, STEPS)).error;
}

import type { TensorFlow } from "./backend.js";
import { fitCodesAsync } from "./fitCodes.js";
import type { SampledShape } from "./samples/store.js";
import type { ShapeSource } from "./shapes.js";
import { spread } from "./spread.js";
import type { Trainer } from "./trainer.js";

/** Short: what is asked is whether they fit worse than before, not how well. */
const STAGES = [{ guesses: 1, samples: 2048, iterations: 6 }];
/** Codes of the training that a fit may start from. */
const CANDIDATES = 64;

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
    trainer: Pick<Trainer, "recipe" | "saveAsync">,
    shapes: readonly SampledShape[],
): Promise<number> {
    const { recipe } = trainer;
    const { variables } = await trainer.saveAsync();
    const codes = rows(variables[variables.length - 1], recipe.latentSize);
    const starts = spread(codes, CANDIDATES);
    const fitted = await fitCodesAsync(tf, recipe, variables.slice(0, -1), shapes, () => starts, STAGES);
    return fitted.reduce((sum, { error }) => sum + error, 0) / fitted.length;
}

/** The rows of a table [n, size]. */
function rows(table: Float32Array, size: number): Float32Array[] {
    return Array.from({ length: table.length / size }, (_, n) => table.subarray(n * size, (n + 1) * size));
}

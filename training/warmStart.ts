import type { TensorFlow } from "./backend.js";
import type { Checkpoint } from "./checkpoint.js";
import { Network, type NetworkShape } from "./network.js";
import type { SampledShape, SampleSet } from "./samples/store.js";

/**
 * Another run's codes for a training on more shapes of the same families: shapes it knew keep their codes, a new one
 * starts from the code of the known shape that its traits come nearest to. [shapes, latentSize]
 *
 * @throws if the set holds no shape that the run knew
 */
export function codesFrom(origin: Checkpoint, set: SampleSet): Float32Array {
    const { latentSize } = origin.recipe;
    const values = origin.state.variables;
    const known = values[values.length - 1];
    const codes = new Float32Array(set.shapes.length * latentSize);
    for (const family of origin.families) {
        const first = origin.families.indexOf(family) * origin.shapesPerFamily;
        const shapes = set.shapes.filter((shape) => shape.family === family);
        const trained = shapes.filter(({ seed }) => seed < origin.shapesPerFamily);
        if (trained.length === 0) throw new Error(`codesFrom: no shape of "${family}" is known; train on seed 0 too`);
        const nearest = nearestByTraits(trained);
        for (const shape of shapes) {
            const row = first + (shape.seed < origin.shapesPerFamily ? shape.seed : nearest(shape).seed);
            codes.set(known.subarray(row * latentSize, (row + 1) * latentSize), set.shapes.indexOf(shape) * latentSize);
        }
    }
    return codes;
}

/**
 * Weights of a wider network that computes what the narrow one does: its units stay, new ones begin as chance has it and
 * count for nothing yet, because what they send on is weighted by zero (after Chen et al., *Net2Net*, 2016).
 *
 * @param weights values of the narrow network's `Network.variables`
 * @param seed of the new units
 */
export function widen(
    tf: TensorFlow,
    weights: readonly Float32Array[],
    narrow: NetworkShape,
    width: number,
    seed: number,
): Float32Array[] {
    const small = new Network(tf, narrow, 0);
    const shapes = small.variables.map(({ shape }) => shape as [number, number]);
    // First, for variables of two networks must not share their names.
    small.dispose();
    const large = new Network(tf, { ...narrow, width }, seed);
    const sending = new Set(large.layers.map(({ hidden }) => hidden));
    const result = large.variables.map((variable, i) => {
        const [rows, columns] = variable.shape as [number, number];
        const [keptRows, keptColumns] = shapes[i];
        const values = Float32Array.from(variable.dataSync());
        for (let row = 0; row < rows; row++) {
            for (let column = 0; column < keptColumns; column++) {
                if (row < keptRows) values[row * columns + column] = weights[i][row * keptColumns + column];
                else if (sending.has(variable)) values[row * columns + column] = 0;
            }
        }
        return values;
    });
    large.dispose();
    return result;
}

/** The shape nearest in traits, each measured by its spread. */
function nearestByTraits(shapes: readonly SampledShape[]): (shape: SampledShape) => SampledShape {
    const names = Object.keys(shapes[0].traits);
    const spread = names.map((name) => {
        const values = shapes.map(({ traits }) => traits[name]);
        return Math.max(...values) - Math.min(...values) || 1;
    });
    const distance = (a: SampledShape, b: SampledShape) =>
        names.reduce((sum, name, i) => sum + ((a.traits[name] - b.traits[name]) / spread[i]) ** 2, 0);
    return (shape) => shapes.reduce((best, other) => (distance(shape, other) < distance(shape, best) ? other : best));
}

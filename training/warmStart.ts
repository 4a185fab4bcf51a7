import type { Checkpoint } from "./checkpoint.js";
import type { SampledShape, SampleSet } from "./samples/store.js";
import type { TrainerStart } from "./trainer.js";

/**
 * Another run's weights and codes for a training on more shapes of the same families: shapes it knew keep their codes,
 * a new one starts from the code of the known shape that its traits come nearest to.
 *
 * @throws if the set holds no shape that the run knew
 */
export function startFrom(origin: Checkpoint, set: SampleSet): TrainerStart {
    const { latentSize } = origin.recipe;
    const values = origin.state.variables;
    const known = values[values.length - 1];
    const codes = new Float32Array(set.shapes.length * latentSize);
    for (const family of origin.families) {
        const first = origin.families.indexOf(family) * origin.shapesPerFamily;
        const shapes = set.shapes.filter((shape) => shape.family === family);
        const trained = shapes.filter(({ seed }) => seed < origin.shapesPerFamily);
        if (trained.length === 0) throw new Error(`startFrom: no shape of "${family}" is known; train on seed 0 too`);
        const nearest = nearestByTraits(trained);
        for (const shape of shapes) {
            const row = first + (shape.seed < origin.shapesPerFamily ? shape.seed : nearest(shape).seed);
            codes.set(known.subarray(row * latentSize, (row + 1) * latentSize), set.shapes.indexOf(shape) * latentSize);
        }
    }
    return { weights: values.slice(0, -1), codes };
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

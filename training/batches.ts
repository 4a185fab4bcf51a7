import { Random } from "./random.js";
import type { SampleSet } from "./samples/store.js";

/** What one step is trained on. */
export interface Batch {
    /** [shapeCount], indices of the codes. */
    readonly shapes: Int32Array;
    /** [shapeCount · pointsPerShape, 3] */
    readonly points: Float32Array;
    /** [shapeCount · pointsPerShape, 1], clamped. */
    readonly distances: Float32Array;
}

/**
 * Batches of a sample set: a random set of shapes, of each a run of its samples. A function of the step alone, so that
 * a resumed training sees what an uninterrupted one would.
 */
export function batchAt(
    set: SampleSet,
    step: number,
    shapeCount: number,
    pointsPerShape: number,
    clampDistance: number,
    seed: number,
): Batch {
    const random = new Random(seed, 2, step);
    const shapes = new Int32Array(shapeCount);
    const points = new Float32Array(3 * shapeCount * pointsPerShape);
    const distances = new Float32Array(shapeCount * pointsPerShape);
    // A run of a random order over all shapes, so that every shape has its turn.
    const rounds = set.shapes.length / shapeCount;
    const order = new Random(seed, 3, Math.floor(step / rounds)).permutation(set.shapes.length);
    const start = (step * shapeCount) % set.shapes.length;
    for (let i = 0; i < shapeCount; i++) {
        shapes[i] = order[(start + i) % order.length];
        const { samples } = set.shapes[shapes[i]];
        const first = random.below(samples.length / 4 - pointsPerShape + 1);
        for (let j = 0; j < pointsPerShape; j++) {
            const from = 4 * (first + j);
            const to = i * pointsPerShape + j;
            points.set(samples.subarray(from, from + 3), 3 * to);
            distances[to] = Math.min(Math.max(samples[from + 3], -clampDistance), clampDistance);
        }
    }
    return { shapes, points, distances };
}

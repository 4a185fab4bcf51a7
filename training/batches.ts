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

/** How a step's batch is made up. */
export interface BatchPlan {
    readonly shapesPerStep: number;
    readonly pointsPerShape: number;
    readonly seed: number;
}

/** Runs of samples, as they lie in the set. */
export interface BatchRun {
    /** [shapesPerStep], numbers of the shapes; each once. */
    readonly shapes: Int32Array<ArrayBuffer>;
    /** [shapesPerStep · pointsPerShape, 4]: x, y, z, distance */
    readonly samples: Float32Array<ArrayBuffer>;
}

/**
 * Batches of a sample set: a random set of shapes, of each a run of its samples. A function of the step alone, so that
 * a resumed training sees what an uninterrupted one would.
 */
export class BatchRuns {
    /** The order of an epoch's shapes, kept while it lasts. */
    private order: { readonly epoch: number; readonly shapes: Uint32Array } = { epoch: -1, shapes: new Uint32Array() };

    constructor(
        private readonly set: SampleSet,
        private readonly plan: BatchPlan,
    ) {}

    at(step: number): BatchRun {
        const { shapesPerStep, pointsPerShape, seed } = this.plan;
        const random = new Random(seed, 2, step);
        const order = this.orderAt(step);
        const start = (step * shapesPerStep) % order.length;
        const shapes = new Int32Array(shapesPerStep);
        const samples = new Float32Array(4 * shapesPerStep * pointsPerShape);
        for (let i = 0; i < shapesPerStep; i++) {
            shapes[i] = order[(start + i) % order.length];
            const all = this.set.shapes[shapes[i]].samples;
            const first = random.below(all.length / 4 - pointsPerShape + 1);
            samples.set(all.subarray(4 * first, 4 * (first + pointsPerShape)), 4 * i * pointsPerShape);
        }
        return { shapes, samples };
    }

    /** A run of a random order over all shapes, so that every shape has its turn. */
    private orderAt(step: number): Uint32Array {
        const count = this.set.shapes.length;
        const epoch = Math.floor(step / (count / this.plan.shapesPerStep));
        if (this.order.epoch !== epoch) {
            this.order = { epoch, shapes: new Random(this.plan.seed, 3, epoch).permutation(count) };
        }
        return this.order.shapes;
    }
}

/** A run as points and their clamped distances. */
export function batchOf({ shapes, samples }: BatchRun, clampDistance: number): Batch {
    const distances = new Float32Array(samples.length / 4);
    const points = new Float32Array(3 * distances.length);
    for (let i = 0; i < distances.length; i++) {
        for (let axis = 0; axis < 3; axis++) points[3 * i + axis] = samples[4 * i + axis];
        distances[i] = Math.min(Math.max(samples[4 * i + 3], -clampDistance), clampDistance);
    }
    return { shapes, points, distances };
}

import { type Family, makeShape } from "./families/index.js";
import { progressBar, turn } from "./progress.js";
import { type DistanceField, SignedDistance } from "./samples/distance.js";
import type { TriangleMesh } from "./samples/mesh.js";
import { prepareShape, type SampledShape, type SampleSet } from "./samples/store.js";

/** What a decoded shape is held against. */
export interface TrueShape {
    /** Its surface as seen from outside. */
    readonly mesh: TriangleMesh;
    readonly distance: DistanceField;
}

/** Where the shapes of a training come from: each has a category and a number in it. */
export interface ShapeSource {
    readonly categories: readonly string[];
    /** What they are, for a model card. */
    readonly description: string;
    /** Numbers of a category's shapes that are trained on, in the order of their codes. */
    known(category: string): readonly number[];
    /** Numbers of up to `count` of its shapes that no training sees; always the same ones. */
    unseen(category: string, count: number): readonly number[];
    traits(category: string, number: number): Promise<Readonly<Record<string, number>>>;
    sampled(category: string, number: number): Promise<SampledShape>;
    truth(category: string, number: number): Promise<TrueShape>;
}

/** First seed of the shapes that no training on families sees. */
const FIRST_UNSEEN = 1_000_000;

/** Shapes of the prop families: seeds from 0 on are trained on. */
export class FamilySource implements ShapeSource {
    readonly categories: readonly string[];
    readonly description: string;

    constructor(
        private readonly families: readonly Family[],
        private readonly shapesPerFamily: number,
        private readonly samplesPerShape: number,
    ) {
        this.categories = families.map(({ name }) => name);
        this.description = `${shapesPerFamily} procedural shapes of each family, ${samplesPerShape} signed distances a shape, made by the generators in training/families; no outside data`;
    }

    known(): readonly number[] {
        return Array.from({ length: this.shapesPerFamily }, (_, seed) => seed);
    }

    unseen(_: string, count: number): readonly number[] {
        return Array.from({ length: count }, (_, n) => FIRST_UNSEEN + n);
    }

    async traits(category: string, number: number): Promise<Readonly<Record<string, number>>> {
        return (await makeShape(this.family(category), number)).traits;
    }

    sampled(category: string, number: number): Promise<SampledShape> {
        return prepareShape(this.family(category), number, this.samplesPerShape, null);
    }

    async truth(category: string, number: number): Promise<TrueShape> {
        const mesh = await makeShape(this.family(category), number);
        return { mesh, distance: new SignedDistance(mesh) };
    }

    private family(category: string): Family {
        const family = this.families.find(({ name }) => name === category);
        if (!family) throw new Error(`FamilySource: "${category}"; expected one of ${this.categories.join(", ")}`);
        return family;
    }
}

/** Samples of all shapes that a source has for training, category after category. */
export async function sampleSource(source: ShapeSource, quiet = false): Promise<SampleSet> {
    const total = source.categories.reduce((sum, category) => sum + source.known(category).length, 0);
    const bar = progressBar("samples {bar} {value}/{total} shapes | {eta_formatted} left", quiet);
    bar.start(total, 0);
    const shapes: SampledShape[] = [];
    for (const category of source.categories) {
        for (const number of source.known(category)) {
            shapes.push(await source.sampled(category, number));
            bar.increment();
            await turn();
        }
    }
    bar.stop();
    return { shapes };
}

import type { Field } from "../../plugin/field/field.js";
import { interpolateLatents } from "../../plugin/latent/index.js";
import type { DecoderMetadata } from "../../plugin/model/decoder.js";
import type { TensorFlow } from "../backend.js";
import { type Checkpoint, sourceOf } from "../checkpoint.js";
import type { FamilyCodes } from "../evaluate.js";
import { codesOf, evenly, unseenCodes } from "../exportDecoder.js";
import { fitCodesAsync } from "../fitCodes.js";
import { decode } from "../measure.js";
import { MeshSource } from "../meshes/meshSource.js";
import type { CategoryCodes } from "../prior.js";
import { progressBar, turn } from "../progress.js";
import type { TriangleMesh } from "../samples/mesh.js";
import type { ShapeSource } from "../shapes.js";
import { spread } from "../spread.js";
import { measureSampling, type SamplingFigures } from "./sampling.js";
import { type MeanFigures, meanFigures, measureShape, type ShapeFigures } from "./shapeFigures.js";

/** How much is measured, of each category. */
export interface EvaluationPlan {
    readonly known: number;
    readonly unseen: number;
    readonly samples: number;
    readonly volumePoints: number;
    /** Cells at which surfaces are compared and pieces counted. */
    readonly resolution: number;
}

/** Shapes of one kind, measured: figures by category and over all, and pictures. */
export interface Reconstruction {
    readonly categories: Readonly<Record<string, MeanFigures>>;
    readonly all: MeanFigures;
    /** Of each category, true shapes and what the decoder makes of them. */
    readonly pictures: Readonly<Record<string, readonly { truth: TriangleMesh; result: TriangleMesh | null }[]>>;
}

export interface RunEvaluation {
    readonly known: Reconstruction;
    readonly unseen: Reconstruction;
    /** Shapes of no family that was trained on; null unless asked for. */
    readonly outside: Reconstruction | null;
    readonly sampling: Readonly<Record<string, SamplingFigures>>;
    /** Of each category, shapes between two known ones. */
    readonly strips: Readonly<Record<string, readonly TriangleMesh[]>>;
}

const STRIP = 6;
const PICTURES = 3;
/** Known shapes of a category that samples are told from. */
const NOVELTY_SHAPES = 64;

/** The paper's tasks on a run's decoder: known, unseen, sampling; and what `outside` holds. */
export async function evaluateRun(
    tf: TensorFlow,
    checkpoint: Checkpoint,
    field: Field,
    metadata: DecoderMetadata,
    outside: MeshSource | null,
    plan: EvaluationPlan,
): Promise<RunEvaluation> {
    const source = sourceOf(checkpoint);
    const categories = await codesOf(checkpoint, source);
    const known = evenly(source, categories, plan.known);
    const all = categories.map(({ category }) => category);
    const truthCount = (category: string) => Math.ceil(source.unseen(category, plan.samples).length / 4);
    const shapes = all.reduce((sum, category) => sum + source.unseen(category, plan.unseen).length, 0);
    const sampled = all.reduce((sum, category) => sum + 3 * plan.samples + truthCount(category), 0);
    const knownCount = Object.values(known).reduce((sum, { size }) => sum + size, 0);
    const outsideCount = outside ? outside.categories.reduce((n, c) => n + outside.known(c).length, 0) : 0;
    const bar = progressBar("evaluation {bar} {value}/{total} | {what} | {eta_formatted} left");
    bar.start(knownCount + shapes + outsideCount + sampled + STRIP * all.length, 0, { what: "known shapes" });
    const done = () => {
        bar.increment();
        return turn();
    };
    const measured = (from: ShapeSource, codes: FamilyCodes) => reconstruct(field, metadata, from, codes, plan, done);

    const knownFigures = await measured(source, known);
    bar.update({ what: "fitting codes of unseen shapes" });
    const unseen = await unseenCodes(tf, checkpoint, source, categories, plan.unseen);
    bar.update({ what: "unseen shapes" });
    const unseenFigures = await measured(source, unseen);
    let outsideFigures: Reconstruction | null = null;
    if (outside) {
        bar.update({ what: "shapes of no family" });
        outsideFigures = await measured(outside, await outsideCodes(tf, checkpoint, categories, outside));
    }

    const sampling: Record<string, SamplingFigures> = {};
    const strips: Record<string, TriangleMesh[]> = {};
    for (const { category, codes } of categories) {
        bar.update({ what: `samples of ${category}` });
        const errors = knownFigures.chamfers[category].sort((a, b) => a - b);
        sampling[category] = await measureSampling(
            field,
            metadata,
            source,
            category,
            codes,
            {
                count: plan.samples,
                resolution: plan.resolution,
                knownCount: NOVELTY_SHAPES,
                copyDistance: errors[Math.max(0, Math.ceil(0.95 * errors.length) - 1)] ?? 0,
            },
            done,
        );
        const ends = [codes[0], codes[codes.length - 1]];
        strips[category] = [];
        for (let n = 0; n < STRIP; n++) {
            const t = n / (STRIP - 1);
            const latent = interpolateLatents(ends, [1 - t, t]);
            strips[category].push(await decode(field, latent, metadata, plan.resolution));
            await done();
        }
    }
    bar.stop();
    return { known: knownFigures, unseen: unseenFigures, outside: outsideFigures, sampling, strips };
}

async function reconstruct(
    field: Field,
    metadata: DecoderMetadata,
    source: ShapeSource,
    groups: FamilyCodes,
    plan: EvaluationPlan,
    done: () => Promise<void>,
): Promise<Reconstruction & { chamfers: Record<string, number[]> }> {
    const categories: Record<string, MeanFigures> = {};
    const pictures: Record<string, { truth: TriangleMesh; result: TriangleMesh | null }[]> = {};
    const chamfers: Record<string, number[]> = {};
    const all: (ShapeFigures | null)[] = [];
    for (const [category, codes] of Object.entries(groups)) {
        const found: (ShapeFigures | null)[] = [];
        pictures[category] = [];
        for (const [number, latent] of codes) {
            const truth = await source.truth(category, number);
            const figures = await measureShape(field, latent, metadata, truth, `${category} ${number}`, plan);
            found.push(figures);
            if (found.length <= PICTURES) {
                pictures[category].push({ truth: truth.mesh, result: figures?.mesh ?? null });
            }
            await done();
        }
        categories[category] = meanFigures(found);
        chamfers[category] = found.flatMap((figures) => (figures ? [figures.chamfer] : []));
        all.push(...found);
    }
    return { categories, all: meanFigures(all), pictures, chamfers };
}

/** Known codes of each category from which shapes of none are fitted. */
const STARTS = 40;

/** Codes of shapes that no category claims. */
async function outsideCodes(
    tf: TensorFlow,
    { recipe, state }: Checkpoint,
    categories: readonly CategoryCodes[],
    source: MeshSource,
): Promise<FamilyCodes> {
    const weights = state.variables.slice(0, -1);
    const starts = categories.flatMap(({ codes }) => spread(codes, STARTS));
    const result: Record<string, Map<number, Float32Array>> = {};
    for (const category of source.categories) {
        const numbers = source.known(category);
        const shapes = await Promise.all(numbers.map((number) => source.sampled(category, number)));
        const fitted = await fitCodesAsync(tf, recipe, weights, shapes, () => starts);
        result[category] = new Map(numbers.map((number, n) => [number, fitted[n].code]));
    }
    return result;
}

/** At most `count` of a source's meshes, evenly over all of them, as one category. */
export function someMeshes(list: MeshSource["list"], count: number): MeshSource {
    const assets = spread(list.assets, count).map((asset) => ({ ...asset, category: "real props", heldOut: false }));
    return new MeshSource({ ...list, assets });
}

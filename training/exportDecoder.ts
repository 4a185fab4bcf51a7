import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleLatent } from "../plugin/latent/index.js";
import type { DecoderMetadata, Perceptron } from "../plugin/model/decoder.js";
import { readDecoder, writeDecoder } from "../plugin/model/index.js";
import { findAxes } from "./axes.js";
import type { TensorFlow } from "./backend.js";
import { calibratePrior } from "./calibratePrior.js";
import { type Rounding, writeCard } from "./card.js";
import { type Checkpoint, samplesSeen, sourceOf } from "./checkpoint.js";
import { type Evaluation, evaluateDecoder, type FamilyCodes, PIECE_RESOLUTION } from "./evaluate.js";
import { chooseExemplars } from "./exemplars.js";
import { fitCodesAsync } from "./fitCodes.js";
import { countPieces, decode, evaluationPoints } from "./measure.js";
import { Network } from "./network.js";
import { type CategoryCodes, fitPrior } from "./prior.js";
import { progressBar, turn } from "./progress.js";
import type { ShapeSource } from "./shapes.js";
import { writeContactSheet } from "./sheet.js";
import { TensorField } from "./tensorField.js";

export interface ExportOptions {
    /** Folder and name, without extension, of the files written. */
    readonly folder: string;
    readonly name: string;
    /** Known shapes of each category to measure, points of each, prior samples, unseen shapes to fit and measure. */
    readonly shapes: number;
    readonly points: number;
    readonly samples: number;
    readonly unseen: number;
    /** Samples by which each part of the prior is narrowed until they hang together; 0: not. */
    readonly tries: number;
    readonly weights: "float16" | "float32";
    readonly licence: string;
}

/** Points of one shape of each category at which a file's weights are held against those trained. */
const ROUNDING_POINTS = 2000;

/** Writes a run's decoder file, its model card, its figures and a sheet of its shapes. Returns what was measured. */
export async function exportDecoder(
    tf: TensorFlow,
    checkpoint: Checkpoint,
    options: ExportOptions,
): Promise<{ path: string; evaluation: Evaluation }> {
    const { shapes, points, samples, unseen, tries, weights } = options;
    const source = sourceOf(checkpoint);
    const trained = await perceptronOf(tf, checkpoint);
    const categories = await codesOf(checkpoint, source);
    const raw = describe(checkpoint, source, categories, options.licence);

    // Measured as it will be read: with its weights rounded to halves.
    const { perceptron } = readDecoder(writeDecoder(trained, raw, { weights }));
    if (!perceptron) throw new Error("exportDecoder: the file written is no perceptron");
    const field = new TensorField(tf, perceptron);
    const isWhole = async (latent: Float32Array) => (await countPieces(field, latent, raw, PIECE_RESOLUTION)) === 1;
    const calibration = tries > 0 ? await calibratePrior(raw, categories, tries, isWhole) : null;
    const exemplars = chooseExemplars(categories);
    const described = asRead(trained, { ...raw, prior: calibration?.prior ?? raw.prior, exemplars }, weights);
    const evaluation = await evaluateDecoder(
        field,
        described,
        source,
        evenly(source, categories, shapes),
        await unseenCodes(tf, checkpoint, source, categories, unseen),
        { points, samples },
    );
    const rounding = await roundingOf(tf, trained, field, categories);
    const metadata: DecoderMetadata = {
        ...described,
        evaluation: { ...evaluation, rounding, spreads: calibration?.spreads },
    };

    mkdirSync(options.folder, { recursive: true });
    const path = (extension: string) => join(options.folder, `${options.name}.${extension}`);
    writeFileSync(path("onnx"), writeDecoder(trained, metadata, { weights }));
    await writeSheet(field, metadata, categories, path("png"));
    const bytes = readFileSync(path("onnx")).length;
    writeCard(path("md"), { name: options.name, bytes, weights, perceptron, metadata, evaluation, rounding });
    const { provenance } = metadata;
    writeFileSync(path("json"), `${JSON.stringify({ provenance, evaluation }, rounded, 2)}\n`);
    return { path: path("onnx"), evaluation };
}

/** Largest and mean difference of distances, model units, that comes of how the file keeps weights. */
async function roundingOf(
    tf: TensorFlow,
    trained: Perceptron,
    field: TensorField,
    categories: readonly CategoryCodes[],
): Promise<Rounding> {
    const exact = new TensorField(tf, trained);
    let [largest, sum, count] = [0, 0, 0];
    for (const { category, codes } of categories) {
        const points = evaluationPoints(category, 0, ROUNDING_POINTS);
        const [a, b] = [await exact.evaluateAsync(codes[0], points), await field.evaluateAsync(codes[0], points)];
        a.forEach((distance, n) => {
            const difference = Math.abs(distance - b[n]);
            largest = Math.max(largest, difference);
            sum += difference;
            count++;
        });
    }
    exact.dispose();
    return { largest, mean: sum / count, count };
}

/** The metadata with its numbers rounded as the file rounds them, so that what is measured is what is shipped. */
function asRead(perceptron: Perceptron, metadata: DecoderMetadata, weights: "float16" | "float32"): DecoderMetadata {
    return readDecoder(writeDecoder(perceptron, metadata, { weights })).metadata as DecoderMetadata;
}

export async function perceptronOf(tf: TensorFlow, { recipe, state }: Checkpoint) {
    const network = new Network(tf, recipe, recipe.seed);
    network.variables.forEach((variable, i) => {
        variable.assign(tf.tensor(state.variables[i], variable.shape));
    });
    const perceptron = await network.toPerceptron();
    network.dispose();
    return perceptron;
}

/** The codes of each category with the traits of the shapes they stand for. */
export async function codesOf(
    { recipe, state }: Pick<Checkpoint, "recipe" | "state">,
    source: ShapeSource,
): Promise<CategoryCodes[]> {
    const table = state.variables[state.variables.length - 1];
    const result: CategoryCodes[] = [];
    let row = 0;
    for (const category of source.categories) {
        const codes: Float32Array[] = [];
        const traits: Record<string, number>[] = [];
        for (const number of source.known(category)) {
            codes.push(table.slice(row * recipe.latentSize, ++row * recipe.latentSize));
            traits.push({ ...(await source.traits(category, number)) });
        }
        result.push({ category, codes, traits });
    }
    return result;
}

/** Codes of `count` shapes of each category, evenly over those trained on. */
export function evenly(source: ShapeSource, categories: readonly CategoryCodes[], count: number): FamilyCodes {
    return Object.fromEntries(
        categories.map(({ category, codes }) => {
            const few = Math.min(count, codes.length);
            const rows = Array.from({ length: few }, (_, n) => Math.floor((n * codes.length) / few));
            return [category, new Map(rows.map((row) => [source.known(category)[row], codes[row]]))];
        }),
    );
}

/** Codes fitted to `count` shapes of each category that were not trained on, from the category's known codes. */
export async function unseenCodes(
    tf: TensorFlow,
    { recipe, state }: Pick<Checkpoint, "recipe" | "state">,
    source: ShapeSource,
    categories: readonly CategoryCodes[],
    count: number,
): Promise<FamilyCodes> {
    const weights = state.variables.slice(0, -1);
    const numbersOf = categories.map(({ category }) => source.unseen(category, count));
    const result: Record<string, Map<number, Float32Array>> = {};
    const bar = progressBar("unseen shapes {bar} {value}/{total} | {eta_formatted} left");
    bar.start(
        numbersOf.reduce((sum, { length }) => sum + length, 0),
        0,
    );
    for (const [n, { category, codes }] of categories.entries()) {
        if (numbersOf[n].length === 0) continue;
        result[category] = new Map();
        for (const number of numbersOf[n]) {
            const shape = await source.sampled(category, number);
            const [{ code }] = await fitCodesAsync(tf, recipe, weights, [shape], () => codes);
            result[category].set(number, code);
            bar.increment();
            await turn();
        }
    }
    bar.stop();
    return result;
}

function describe(
    checkpoint: Checkpoint,
    source: ShapeSource,
    categories: readonly CategoryCodes[],
    licence: string,
): DecoderMetadata {
    const { recipe, backend, seconds } = checkpoint;
    return {
        version: 1,
        latentSize: recipe.latentSize,
        bounds: { min: [-1, -1, -1], max: [1, 1, 1] },
        clampDistance: recipe.clampDistance,
        upAxis: "y",
        categories: categories.map(({ category }) => category),
        prior: fitPrior(categories, recipe.seed),
        axes: findAxes(categories),
        provenance: {
            data: source.description,
            licence,
            recipe: { ...recipe },
            backend,
            minutes: Math.round(seconds / 60),
            samplesSeen: samplesSeen(checkpoint),
            samplesSeenBefore: checkpoint.samplesBefore ?? 0,
            seed: recipe.seed,
            date: new Date().toISOString().slice(0, 10),
        },
        evaluation: {},
    };
}

/** A row a family: four known shapes as decoded, then samples. */
async function writeSheet(
    field: TensorField,
    metadata: DecoderMetadata,
    categories: readonly CategoryCodes[],
    path: string,
): Promise<void> {
    const rows = [];
    for (const { category, codes } of categories) {
        const latents = [
            ...codes.slice(0, 4),
            ...[1, 2, 3, 4, 5, 6].map((seed) => sampleLatent(metadata, { seed, category })),
        ];
        const row = [];
        for (const latent of latents) row.push(await decode(field, latent, metadata, 96));
        rows.push(row);
    }
    writeContactSheet(path, rows, 128);
}

/** Figures to four places: the rest is noise. */
function rounded(_: string, value: unknown): unknown {
    return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

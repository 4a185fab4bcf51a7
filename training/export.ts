import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleLatent } from "../plugin/latent/index.js";
import type { DecoderMetadata, Perceptron } from "../plugin/model/decoder.js";
import { readDecoder, writeDecoder } from "../plugin/model/index.js";
import { findAxes } from "./axes.js";
import { BACKEND_NAMES, loadBackend, type TensorFlow } from "./backend.js";
import { calibratePrior } from "./calibratePrior.js";
import { writeCard } from "./card.js";
import { type Checkpoint, readCheckpoint, runFolder, samplesSeen } from "./checkpoint.js";
import { evaluateDecoder, type FamilyCodes } from "./evaluate.js";
import { familiesNamed, makeShape } from "./families/index.js";
import { fitCodesAsync } from "./fitCodes.js";
import { decode } from "./measure.js";
import { Network } from "./network.js";
import { oneOf, readOptions, runCommand, whole } from "./options.js";
import { type CategoryCodes, fitPrior } from "./prior.js";
import { prepareShape } from "./samples/store.js";
import { writeContactSheet } from "./sheet.js";
import { TensorField } from "./tensorField.js";

const HELP = `Writes a training run's decoder file, its model card and a sheet of its shapes.

  --run NAME     run under training/runs (props)       --out DIR      where to write (models)
  --name NAME    of the files (props)                  --shapes N     known shapes of each family to measure (64)
  --points N     of each shape (20000)                 --samples N    prior samples of each family to measure (100)
  --unseen N     unseen shapes of each family to fit codes to and measure (10)
  --tries N      samples by which each part of the prior is narrowed until they hang together (40; 0: not)
  --weights W    float16 or float32 (float16)          --backend B    ${BACKEND_NAMES.join(", ")}`;

const DEFAULTS = {
    run: "props",
    out: join(import.meta.dirname, "../models"),
    name: "props",
    shapes: "64",
    points: "20000",
    samples: "100",
    unseen: "10",
    tries: "40",
    weights: "float16",
    backend: "",
};

/** Seeds of shapes that no training sees. */
const FIRST_UNSEEN = 1_000_000;

async function main(): Promise<void> {
    const options = readOptions(DEFAULTS, []);
    if (options.help) {
        console.log(HELP);
        return;
    }
    const [shapes, points, samples, unseen, tries] = (["shapes", "points", "samples", "unseen", "tries"] as const).map(
        (name) => whole(name, options[name], 0, 1e6),
    );
    const weights = oneOf("weights", options.weights, ["float16", "float32"]) ?? "float16";
    const checkpoint = readCheckpoint(join(runFolder(options.run), "checkpoint.bin"));
    const { tf } = await loadBackend(oneOf("backend", options.backend, BACKEND_NAMES));
    const trained = await perceptronOf(tf, checkpoint);
    const categories = await categoriesOf(checkpoint);
    const raw = describe(checkpoint, categories);

    // Measured as it will be read: with its weights rounded to halves.
    const { perceptron } = readDecoder(writeDecoder(trained, raw, { weights }));
    if (!perceptron) throw new Error("export: the file written is no perceptron");
    const field = new TensorField(tf, perceptron);
    const calibration = tries > 0 ? await calibratePrior(field, raw, tries, Math.floor(tries / 40)) : null;
    const described = asRead(trained, { ...raw, prior: calibration?.prior ?? raw.prior }, weights);
    const evaluation = await evaluateDecoder(
        field,
        described,
        evenly(categories, shapes),
        await unseenCodes(tf, checkpoint, categories, unseen),
        { points, samples },
    );
    const metadata: DecoderMetadata = { ...described, evaluation: { ...evaluation, spreads: calibration?.spreads } };

    mkdirSync(options.out, { recursive: true });
    const path = (extension: string) => join(options.out, `${options.name}.${extension}`);
    writeFileSync(path("onnx"), writeDecoder(trained, metadata, { weights }));
    await writeSheet(field, metadata, categories, path("png"));
    writeCard(path("md"), options.name, readFileSync(path("onnx")).length, perceptron, metadata, evaluation);
    const { provenance } = metadata;
    writeFileSync(path("json"), `${JSON.stringify({ provenance, evaluation }, rounded, 2)}\n`);
    console.table(evaluation.known);
    console.table(evaluation.unseen);
    console.table(evaluation.onePiece);
    console.log(
        `${path("onnx")}: IoU known ${evaluation.knownIouMean.toFixed(3)}, unseen ${evaluation.unseenIouMean.toFixed(3)}`,
    );
}

/** The metadata with its numbers rounded as the file rounds them, so that what is measured is what is shipped. */
function asRead(perceptron: Perceptron, metadata: DecoderMetadata, weights: "float16" | "float32"): DecoderMetadata {
    return readDecoder(writeDecoder(perceptron, metadata, { weights })).metadata as DecoderMetadata;
}

async function perceptronOf(tf: TensorFlow, { recipe, state }: Checkpoint) {
    const network = new Network(tf, recipe, recipe.seed);
    network.variables.forEach((variable, i) => {
        variable.assign(tf.tensor(state.variables[i], variable.shape));
    });
    const perceptron = await network.toPerceptron();
    network.dispose();
    return perceptron;
}

/** The codes of each family with the traits of the shapes they stand for. */
async function categoriesOf({ families, shapesPerFamily, recipe, state }: Checkpoint): Promise<CategoryCodes[]> {
    const table = state.variables[state.variables.length - 1];
    const result: CategoryCodes[] = [];
    let row = 0;
    for (const family of familiesNamed(families)) {
        const codes: Float32Array[] = [];
        const traits: Record<string, number>[] = [];
        for (let seed = 0; seed < shapesPerFamily; seed++, row++) {
            codes.push(table.slice(row * recipe.latentSize, (row + 1) * recipe.latentSize));
            traits.push({ ...(await makeShape(family, seed)).traits });
        }
        result.push({ category: family.name, codes, traits });
    }
    return result;
}

/** Codes of `count` shapes of each family, evenly over those trained on. */
function evenly(categories: readonly CategoryCodes[], count: number): FamilyCodes {
    return Object.fromEntries(
        categories.map(({ category, codes }) => {
            const few = Math.min(count, codes.length);
            const seeds = Array.from({ length: few }, (_, n) => Math.floor((n * codes.length) / few));
            return [category, new Map(seeds.map((seed) => [seed, codes[seed]]))];
        }),
    );
}

/** Codes fitted to `count` shapes of each family that were not trained on, from the mean of the family's codes. */
async function unseenCodes(
    tf: TensorFlow,
    { recipe, state, samplesPerShape }: Checkpoint,
    categories: readonly CategoryCodes[],
    count: number,
): Promise<FamilyCodes> {
    const weights = state.variables.slice(0, -1);
    const result: Record<string, Map<number, Float32Array>> = {};
    for (const { category, codes } of categories) {
        if (count === 0) continue;
        const [family] = familiesNamed([category]);
        const seeds = Array.from({ length: count }, (_, n) => FIRST_UNSEEN + n);
        const shapes = await Promise.all(seeds.map((seed) => prepareShape(family, seed, samplesPerShape, null)));
        const mean = codes[0].map((_, i) => codes.reduce((sum, code) => sum + code[i], 0) / codes.length);
        const starts = seeds.map(() => mean);
        const fitted = await fitCodesAsync(tf, recipe, weights, shapes, starts);
        result[category] = new Map(seeds.map((seed, n) => [seed, fitted[n]]));
    }
    return result;
}

function describe(checkpoint: Checkpoint, categories: readonly CategoryCodes[]): DecoderMetadata {
    const { recipe, backend, seconds, shapesPerFamily, samplesPerShape } = checkpoint;
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
            data: `${shapesPerFamily} procedural shapes of each family, ${samplesPerShape} signed distances a shape`,
            licence: "Apache-2.0",
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

runCommand("export", main);

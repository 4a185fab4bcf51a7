import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sampleLatent } from "../plugin/latent/index.js";
import type { DecoderMetadata } from "../plugin/model/decoder.js";
import { readDecoder, writeDecoder } from "../plugin/model/index.js";
import { loadBackend } from "./backend.js";
import { writeCard } from "./card.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { decode, type Evaluation, evaluateDecoder, type KnownCodes } from "./evaluate.js";
import { familiesNamed, makeShape } from "./families/index.js";
import { Network } from "./network.js";
import { type CategoryCodes, findAxes, fitPrior } from "./prior.js";
import { writeContactSheet } from "./sheet.js";
import { TensorField } from "./tensorField.js";

const HELP = `Writes a training run's decoder file, its model card and a sheet of its shapes.

  --run NAME     run under training/runs (props)       --out DIR      where to write (models)
  --name NAME    of the files (props)                  --shapes N     known shapes of each family to measure (64)
  --points N     of each shape (20000)                 --samples N    prior samples of each family to measure (40)`;

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            run: { type: "string", default: "props" },
            out: { type: "string", default: join(import.meta.dirname, "../models") },
            name: { type: "string", default: "props" },
            shapes: { type: "string", default: "64" },
            points: { type: "string", default: "20000" },
            samples: { type: "string", default: "40" },
            help: { type: "boolean", default: false },
        },
    });
    if (values.help) {
        console.log(HELP);
        return;
    }
    const checkpoint = readCheckpoint(join(import.meta.dirname, "runs", values.run, "checkpoint.bin"));
    const { tf } = await loadBackend(null);
    const network = new Network(tf, checkpoint.recipe, checkpoint.recipe.seed);
    network.variables.forEach((variable, i) => {
        variable.assign(tf.tensor(checkpoint.state.variables[i], variable.shape));
    });
    const trained = await network.toPerceptron();
    const categories = await categoriesOf(checkpoint);
    const unmeasured = describe(checkpoint, categories);

    // Measured as it will be read: with its weights rounded to halves.
    const { perceptron } = readDecoder(writeDecoder(trained, unmeasured, { weights: "float16" }));
    if (!perceptron) throw new Error("export: the file written is no perceptron");
    const field = new TensorField(tf, perceptron);
    const codes = Object.fromEntries(categories.map(({ category, codes }) => [category, codes])) as KnownCodes;
    const counts = [values.shapes, values.points, values.samples].map(Number);
    const evaluation = await evaluateDecoder(field, unmeasured, codes, counts[0], counts[1], counts[2]);

    const metadata: DecoderMetadata = { ...unmeasured, evaluation: { ...evaluation } };
    const path = join(values.out, `${values.name}.onnx`);
    writeFileSync(path, writeDecoder(trained, metadata, { weights: "float16" }));
    await writeSheet(field, metadata, codes, join(values.out, `${values.name}.png`));
    writeCard(
        join(values.out, `${values.name}.md`),
        values.name,
        readFileSync(path).length,
        perceptron,
        metadata,
        evaluation,
    );
    console.table(evaluation.knownIou);
    console.log(`${path}: mean IoU ${evaluation.knownIouMean.toFixed(3)}, slope ${evaluation.slope.toFixed(2)}`);
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

function describe(checkpoint: Checkpoint, categories: readonly CategoryCodes[]): DecoderMetadata {
    const { recipe, state, backend, seconds, shapesPerFamily, samplesPerShape } = checkpoint;
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
            samplesSeen: state.step * recipe.shapesPerStep * recipe.pointsPerShape,
        },
        evaluation: {},
    };
}

/** A row a family: four known shapes as decoded, then samples. */
async function writeSheet(
    field: TensorField,
    metadata: DecoderMetadata,
    codes: KnownCodes,
    path: string,
): Promise<void> {
    const rows = [];
    for (const [category, known] of Object.entries(codes)) {
        const latents = [
            ...known.slice(0, 4),
            ...[1, 2, 3, 4, 5, 6].map((seed) => sampleLatent(metadata, { seed, category, temperature: 0.8 })),
        ];
        const row = [];
        for (const latent of latents) row.push(await decode(field, latent, metadata, 96));
        rows.push(row);
    }
    writeContactSheet(path, rows, 128);
}

main().catch((error: Error) => {
    console.error(`export: ${error.message}`);
    process.exitCode = 2;
});

export type { Evaluation };

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BACKEND_NAMES, type BackendName, loadBackend } from "./backend.js";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { familiesNamed, families as knownFamilies } from "./families/index.js";
import { progressBar } from "./progress.js";
import { prepareSamples } from "./samples/store.js";
import { DEFAULT_RECIPE, type Recipe, Trainer } from "./trainer.js";

const HELP = `Trains a decoder on the prop families and leaves a checkpoint; "npm run export" makes a decoder file of it.

  --families a,b   families to train on (all)          --shapes N      shapes of each (128)
  --minutes M      how long to train (90)              --samples N     samples to draw of a shape (80000)
  --latent L       size of a code (64)                 --width W       width of the layers (128)
  --depth D        layers in all (7)                   --octaves K     octaves of Fourier features (4)
  --seed S         of everything random (1)            --backend B     ${BACKEND_NAMES.join(", ")}
  --run NAME       folder under training/runs (props)  --resume        go on from its checkpoint`;

const CHECKPOINT_SECONDS = 120;

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            families: { type: "string", default: knownFamilies.map(({ name }) => name).join(",") },
            shapes: { type: "string", default: "128" },
            samples: { type: "string", default: "80000" },
            minutes: { type: "string", default: "90" },
            latent: { type: "string", default: String(DEFAULT_RECIPE.latentSize) },
            width: { type: "string", default: String(DEFAULT_RECIPE.width) },
            depth: { type: "string", default: String(DEFAULT_RECIPE.depth) },
            octaves: { type: "string", default: String(DEFAULT_RECIPE.octaves) },
            seed: { type: "string", default: String(DEFAULT_RECIPE.seed) },
            backend: { type: "string" },
            run: { type: "string", default: "props" },
            resume: { type: "boolean", default: false },
            help: { type: "boolean", default: false },
        },
    });
    if (values.help) {
        console.log(HELP);
        return;
    }
    const folder = join(import.meta.dirname, "runs", values.run);
    const path = join(folder, "checkpoint.bin");
    const earlier = values.resume ? readCheckpoint(path) : null;
    if (!earlier && existsSync(path)) {
        throw new Error(`--run ${values.run}: there is a run of that name; add --resume or choose another name`);
    }
    const families = earlier?.families ?? values.families.split(",");
    const shapesPerFamily = earlier?.shapesPerFamily ?? whole("shapes", values.shapes, 2, 100_000);
    const samplesPerShape = earlier?.samplesPerShape ?? whole("samples", values.samples, 1000, 10_000_000);
    const minutes = positive("minutes", values.minutes);
    const depth = whole("depth", values.depth, 2, 16);
    const recipe: Recipe = earlier?.recipe ?? {
        ...DEFAULT_RECIPE,
        latentSize: whole("latent", values.latent, 1, 1024),
        width: whole("width", values.width, 4, 1024),
        depth,
        octaves: whole("octaves", values.octaves, 0, 10),
        skips: [Math.floor(depth / 2)],
        seed: whole("seed", values.seed, 0, 2 ** 31),
    };
    const backend = await loadBackend(backendNamed(values.backend));
    mkdirSync(folder, { recursive: true });
    const set = await prepareSamples(
        familiesNamed(families),
        shapesPerFamily,
        samplesPerShape,
        join(import.meta.dirname, "data"),
    );
    const trainer = new Trainer(backend.tf, set, recipe);
    if (earlier) {
        trainer.restore(earlier.state);
    }
    const save = async (seconds: number) => {
        const checkpoint: Checkpoint = {
            recipe,
            families,
            shapesPerFamily,
            samplesPerShape,
            backend: backend.description,
            seconds,
            state: await trainer.saveAsync(),
        };
        writeCheckpoint(path, checkpoint);
    };
    await trainFor(trainer, minutes * 60, earlier?.seconds ?? 0, save);
    console.log(`${trainer.samplesSeen} samples seen, checkpoint at ${path}`);
}

/** Steps until the time is up, with a bar, a checkpoint every two minutes and one at the end. */
async function trainFor(
    trainer: Trainer,
    seconds: number,
    spent: number,
    save: (seconds: number) => Promise<void>,
): Promise<void> {
    const bar = progressBar("training {bar} {percentage}% | error {error} | {rate} samples/s | {left} left");
    const started = performance.now() - 1000 * spent;
    const firstSample = trainer.samplesSeen;
    let saved = spent;
    let smoothed = Number.NaN;
    let now = spent;
    bar.start(Math.ceil(seconds), Math.floor(spent), { error: "-", rate: "-", left: "-" });
    while (now < seconds) {
        const error = await trainer.stepAsync(now / seconds);
        // Steps never wait for anything; without a turn of the loop the bar's timer would not either.
        await new Promise((resolve) => setImmediate(resolve));
        if (!Number.isFinite(error)) {
            throw new Error(`training: the error became ${error} at step ${trainer.step}; lower the learning rate`);
        }
        smoothed = Number.isNaN(smoothed) ? error : 0.98 * smoothed + 0.02 * error;
        now = (performance.now() - started) / 1000;
        bar.update(Math.floor(Math.min(now, seconds)), {
            error: smoothed.toExponential(3),
            rate: Math.round((trainer.samplesSeen - firstSample) / Math.max(1e-3, now - spent)),
            left: `${Math.max(0, (seconds - now) / 60).toFixed(1)} min`,
        });
        if (now - saved > CHECKPOINT_SECONDS) {
            await save(now);
            saved = now;
        }
    }
    bar.stop();
    await save(now);
}

function positive(name: string, text: string): number {
    const value = Number(text);
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
        throw new Error(`--${name}: got "${text}"; expected a positive number`);
    }
    return value;
}

function whole(name: string, text: string, least: number, most: number): number {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
        throw new Error(`--${name}: got "${text}"; expected a whole number from ${least} to ${most}`);
    }
    return value;
}

function backendNamed(name: string | undefined): BackendName | null {
    if (name === undefined || BACKEND_NAMES.includes(name as BackendName)) {
        return (name as BackendName) ?? null;
    }
    throw new Error(`--backend: got "${name}"; expected one of ${BACKEND_NAMES.join(", ")}`);
}

main().catch((error: Error) => {
    console.error(`train: ${error.message}`);
    process.exitCode = 2;
});

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { BACKEND_NAMES, loadBackend } from "./backend.js";
import { type Checkpoint, readCheckpoint, runFolder, samplesSeen, writeCheckpoint } from "./checkpoint.js";
import { familiesNamed, families as knownFamilies } from "./families/index.js";
import { OPTIMIZER_NAMES } from "./optimizer.js";
import { OptionError, oneOf, positive, readOptions, runCommand, whole } from "./options.js";
import { progressBar, turn } from "./progress.js";
import { prepareSamples } from "./samples/store.js";
import { DEFAULT_RECIPE, type Recipe, Trainer, type TrainerStart } from "./trainer.js";
import { startFrom } from "./warmStart.js";

const HELP = `Trains a decoder on the prop families and leaves a checkpoint; "npm run export" makes a decoder file of it.

  --families a,b   families to train on (all)          --shapes N      shapes of each (128)
  --minutes M      how long to train (90)              --samples N     samples to draw of a shape (80000)
  --steps N        stop after N steps instead, which gives the same weights each time
  --latent L       size of a code (64)                 --width W       width of the layers (128)
  --depth D        layers in all (7)                   --octaves K     octaves of Fourier features (4)
  --seed S         of everything random (1)            --rate R        largest learning rate (0.0015)
  --optimizer O    ${OPTIMIZER_NAMES.join(" or ")} (${DEFAULT_RECIPE.optimizer})
  --run NAME       folder under training/runs (props)  --resume        go on from its checkpoint
  --from NAME      start from the weights and codes of another run, perhaps with more shapes
  --backend B      ${BACKEND_NAMES.join(", ")} (the first that works)`;

const DEFAULTS = {
    families: knownFamilies.map(({ name }) => name).join(","),
    shapes: "128",
    samples: "80000",
    minutes: "90",
    steps: "",
    latent: String(DEFAULT_RECIPE.latentSize),
    width: String(DEFAULT_RECIPE.width),
    depth: String(DEFAULT_RECIPE.depth),
    octaves: String(DEFAULT_RECIPE.octaves),
    seed: String(DEFAULT_RECIPE.seed),
    rate: String(DEFAULT_RECIPE.learningRate),
    optimizer: DEFAULT_RECIPE.optimizer,
    run: "props",
    from: "",
    backend: "",
};
type Options = Record<keyof typeof DEFAULTS, string>;

/** When a run is over. */
type Budget = { readonly seconds: number } | { readonly steps: number };

const CHECKPOINT_SECONDS = 120;

async function main(): Promise<void> {
    const options = readOptions(DEFAULTS, ["resume"]);
    if (options.help) {
        console.log(HELP);
        return;
    }
    const folder = runFolder(options.run);
    const path = join(folder, "checkpoint.bin");
    if (!options.resume && existsSync(path)) {
        throw new OptionError(`--run ${options.run}: there is a run of that name; add --resume or choose another name`);
    }
    const budget: Budget = options.steps
        ? { steps: whole("steps", options.steps, 1, 1e9) }
        : { seconds: 60 * positive("minutes", options.minutes) };
    const earlier = options.resume ? readCheckpoint(path) : null;
    const origin = options.from ? readCheckpoint(join(runFolder(options.from), "checkpoint.bin")) : null;
    const plan = earlier ?? planOf(options, origin);
    const backend = await loadBackend(oneOf("backend", options.backend, BACKEND_NAMES));
    mkdirSync(folder, { recursive: true });
    const set = await prepareSamples(
        familiesNamed(plan.families),
        plan.shapesPerFamily,
        plan.samplesPerShape,
        join(import.meta.dirname, "data"),
    );
    const start: TrainerStart = !earlier && origin ? startFrom(origin, set) : {};
    const trainer = new Trainer(backend.tf, set, plan.recipe, start);
    if (earlier) trainer.restore(earlier.state);
    const save = async (seconds: number) => {
        const { recipe, families, shapesPerFamily, samplesPerShape, samplesBefore } = plan;
        const state = await trainer.saveAsync();
        writeCheckpoint(path, {
            recipe,
            families,
            shapesPerFamily,
            samplesPerShape,
            samplesBefore,
            backend: backend.description,
            seconds,
            state,
        });
    };
    await trainFor(trainer, budget, earlier?.seconds ?? 0, save);
    console.log(`${trainer.samplesSeen} samples seen, checkpoint at ${path}`);
}

type Plan = Pick<Checkpoint, "recipe" | "families" | "shapesPerFamily" | "samplesPerShape" | "samplesBefore">;

/** What a new run does; one that starts from another keeps that one's network and families. */
function planOf(options: Options, origin: Checkpoint | null): Plan {
    const depth = whole("depth", options.depth, 2, 16);
    const recipe: Recipe = {
        ...DEFAULT_RECIPE,
        latentSize: whole("latent", options.latent, 1, 1024),
        width: whole("width", options.width, 4, 1024),
        depth,
        octaves: whole("octaves", options.octaves, 0, 10),
        skips: [Math.floor(depth / 2)],
        ...origin?.recipe,
        ...rates(positive("rate", options.rate)),
        optimizer: oneOf("optimizer", options.optimizer, OPTIMIZER_NAMES) ?? DEFAULT_RECIPE.optimizer,
        seed: whole("seed", options.seed, 0, 2 ** 31),
    };
    const families = origin?.families ?? options.families.split(",");
    const shapesPerFamily = whole("shapes", options.shapes, 2, 100_000);
    return {
        recipe: { ...recipe, shapesPerStep: Math.min(recipe.shapesPerStep, families.length * shapesPerFamily) },
        families,
        shapesPerFamily,
        samplesPerShape: whole("samples", options.samples, 1000, 10_000_000),
        samplesBefore: origin ? samplesSeen(origin) : 0,
    };
}

/** The codes' rate keeps its proportion to the weights'. */
function rates(learningRate: number): Pick<Recipe, "learningRate" | "codeLearningRate"> {
    const factor = learningRate / DEFAULT_RECIPE.learningRate;
    return { learningRate, codeLearningRate: factor * DEFAULT_RECIPE.codeLearningRate };
}

/** Steps until the budget is spent, with a bar, a checkpoint every two minutes and one at the end. */
async function trainFor(
    trainer: Trainer,
    budget: Budget,
    spent: number,
    save: (seconds: number) => Promise<void>,
): Promise<void> {
    const bar = progressBar("training {bar} {percentage}% | error {error} | {rate} samples/s | {left} left");
    const started = performance.now() - 1000 * spent;
    const firstSample = trainer.samplesSeen;
    let saved = spent;
    let smoothed = Number.NaN;
    let now = spent;
    const progress = () => ("steps" in budget ? trainer.step / budget.steps : now / budget.seconds);
    const begun = progress();
    bar.start(1000, Math.floor(1000 * begun), { error: "-", rate: "-", left: "-" });
    while (progress() < 1) {
        const error = await trainer.stepAsync(progress());
        await turn();
        if (!Number.isFinite(error)) {
            throw new Error(`training: the error became ${error} at step ${trainer.step}; lower the learning rate`);
        }
        smoothed = Number.isNaN(smoothed) ? error : 0.98 * smoothed + 0.02 * error;
        now = (performance.now() - started) / 1000;
        const secondsLeft = ((now - spent) * Math.max(0, 1 - progress())) / Math.max(1e-9, progress() - begun);
        bar.update(Math.floor(1000 * Math.min(progress(), 1)), {
            error: smoothed.toExponential(3),
            rate: Math.round((trainer.samplesSeen - firstSample) / Math.max(1e-3, now - spent)),
            left: `${(secondsLeft / 60).toFixed(1)} min`,
        });
        if (now - saved > CHECKPOINT_SECONDS) {
            await save(now);
            saved = now;
        }
    }
    bar.stop();
    await save(now);
}

runCommand("train", main);

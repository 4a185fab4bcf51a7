import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { BACKEND_NAMES, loadBackend, type TensorFlow, TRAINING_BACKENDS } from "./backend.js";
import { type Checkpoint, readCheckpoint, runFolder, samplesSeen, sourceOf, writeCheckpoint } from "./checkpoint.js";
import { exportDecoder } from "./exportDecoder.js";
import { familiesNamed, families as knownFamilies } from "./families/index.js";
import { GpuTrainer } from "./gpu/gpuTrainer.js";
import { heldOutErrorAsync, heldOutShapes } from "./heldOut.js";
import { listAssets, type MeshList, MeshSource } from "./meshes/meshSource.js";
import { prepareFolder } from "./meshes/prepare.js";
import { countVerdicts, drawAsset, writeReport } from "./meshes/report.js";
import { AssetStore } from "./meshes/store.js";
import { OPTIMIZER_NAMES } from "./optimizer.js";
import { atLeastZero, OptionError, oneOf, positive, readOptions, runCommand, userPath, whole } from "./options.js";
import { prepareSamples, type SampleSet } from "./samples/store.js";
import { sampleSource } from "./shapes.js";
import { DEFAULT_RECIPE, type Recipe, Trainer, type TrainerStart } from "./trainer.js";
import { type Budget, trainFor } from "./trainFor.js";
import { codesFrom, widen } from "./warmStart.js";

const HELP = `Trains a decoder on the prop families, or on a folder of meshes, and leaves a checkpoint; "npm run export"
makes a decoder file of it, or --out at once.

  --data DIR       a folder of GLB, glTF, OBJ, STL and PLY files instead of families (see training/meshes/README.md)
  --manifest FILE  notes on them (DIR/manifest.json)   --held-out P    share of them kept for measuring (0.1)
  --out FILE.onnx  the decoder to write at the end     --licence L     of the weights, for its card (not stated)
  --tries N        samples that must hang together for a part of the prior to be kept wide (40)

  --families a,b   families to train on (all)          --shapes N      shapes of each (128)
  --minutes M      how long to train (90)              --samples N     samples to draw of a shape (80000)
  --held-out-shapes N  of each family or folder, by whose fit a training that overfits is stopped (1; 0: not)
  --step-shapes N  shapes that a step takes points of (64)
  --steps N        stop after N steps instead, which gives the same weights each time
  --latent L       size of a code (64)                 --width W       width of the layers (128)
  --depth D        layers in all (7)                   --octaves K     octaves of Fourier features (4)
  --seed S         of everything random (1)            --rate R        largest learning rate (0.0015)
  --optimizer O    ${OPTIMIZER_NAMES.join(" or ")} (${DEFAULT_RECIPE.optimizer})
  --sign-weight W  how much more a point on the wrong side of the surface counts (${DEFAULT_RECIPE.signWeight})
  --store DIR      where samples are kept (training/data)
  --run NAME       folder under training/runs, or a path (props, or the name of the folder or file)
  --resume         go on from the run's checkpoint
  --from NAME      start from the weights and codes of another run, perhaps with more shapes or a larger width
  --backend B      ${TRAINING_BACKENDS.join(", ")} (the first that works)`;

const DEFAULTS = {
    data: "",
    manifest: "",
    store: join(import.meta.dirname, "data"),
    "held-out": "0.1",
    out: "",
    licence: "",
    tries: "40",
    families: knownFamilies.map(({ name }) => name).join(","),
    shapes: "128",
    samples: "80000",
    minutes: "90",
    "held-out-shapes": "1",
    steps: "",
    "step-shapes": String(DEFAULT_RECIPE.shapesPerStep),
    latent: String(DEFAULT_RECIPE.latentSize),
    width: String(DEFAULT_RECIPE.width),
    depth: String(DEFAULT_RECIPE.depth),
    octaves: String(DEFAULT_RECIPE.octaves),
    seed: String(DEFAULT_RECIPE.seed),
    rate: String(DEFAULT_RECIPE.learningRate),
    optimizer: DEFAULT_RECIPE.optimizer,
    "sign-weight": String(DEFAULT_RECIPE.signWeight),
    run: "",
    from: "",
    backend: "",
};
type Options = Record<keyof typeof DEFAULTS, string>;

async function main(): Promise<void> {
    const options = readOptions(DEFAULTS, ["resume"]);
    if (options.help) {
        console.log(HELP);
        return;
    }
    const out = options.out ? outputOf(options.out) : null;
    const run = options.run || out?.name || (options.data ? basename(userPath(options.data)) : "props");
    const folder = runFolder(run);
    const path = join(folder, "checkpoint.bin");
    if (!options.resume && existsSync(path)) {
        throw new OptionError(`--run ${run}: there is a run of that name; add --resume or choose another name`);
    }
    const tries = whole("tries", options.tries, 0, 1e6);
    const budget: Budget = options.steps
        ? { steps: whole("steps", options.steps, 1, 1e9) }
        : { seconds: 60 * positive("minutes", options.minutes) };
    const earlier = options.resume ? readCheckpoint(path) : null;
    const origin = options.from ? readCheckpoint(join(runFolder(options.from), "checkpoint.bin")) : null;
    const wanted = oneOf("backend", options.backend, BACKEND_NAMES);
    const backend = await loadBackend(wanted, console.log, TRAINING_BACKENDS);
    mkdirSync(folder, { recursive: true });
    const meshes = earlier || !options.data ? undefined : await prepareData(options, folder);
    const plan = earlier ?? planOf(options, origin, meshes);
    const set = plan.meshes
        ? await sampleSource(sourceOf(plan))
        : await prepareSamples(
              familiesNamed(plan.families),
              plan.shapesPerFamily,
              plan.samplesPerShape,
              userPath(options.store),
          );
    const start: TrainerStart = !earlier && origin ? startOf(backend.tf, origin, plan, set) : {};
    const trainer = backend.device
        ? new GpuTrainer(backend.device, set, plan.recipe, start)
        : new Trainer(backend.tf, set, plan.recipe, start);
    if (earlier) trainer.restore(earlier.state);
    const save = async (seconds: number) => {
        const { recipe, families, shapesPerFamily, samplesPerShape, samplesBefore, meshes } = plan;
        const state = await trainer.saveAsync();
        writeCheckpoint(path, {
            recipe,
            families,
            shapesPerFamily,
            samplesPerShape,
            samplesBefore,
            meshes,
            backend: backend.description,
            seconds,
            state,
        });
    };
    const best = join(folder, "best.bin");
    // Where steps are counted, the same weights are wanted again, whatever the clock says.
    const heldOutCount = whole("held-out-shapes", options["held-out-shapes"], 0, 1e4);
    const heldOut = "seconds" in budget ? await heldOutShapes(sourceOf(plan), heldOutCount) : [];
    const watch = heldOut.length > 0 && {
        errorAsync: () => heldOutErrorAsync(backend.tf, trainer, heldOut),
        keepBest: () => copyFileSync(path, best),
    };
    const end = await trainFor(trainer, budget, earlier?.seconds ?? 0, { save, watch });
    if (end === "overfitted") {
        renameSync(best, path);
        console.log("stopped: shapes held out fit worse than before; the weights that fitted them best are kept");
    }
    rmSync(best, { force: true });
    console.log(`${trainer.samplesSeen} samples seen, checkpoint at ${path}`);
    trainer.dispose();
    if (!out) return;
    const written = await exportDecoder(backend.tf, readCheckpoint(path), {
        ...out,
        ...MEASURED,
        tries,
        samples: Math.max(1, tries),
        weights: "float16",
        licence: options.licence || (plan.meshes ? "not stated" : "Apache-2.0"),
    });
    console.log(`${written.path}: IoU of known shapes ${written.evaluation.knownIouMean.toFixed(3)}`);
}

/** What is measured for the card of a decoder that --out asks for. */
const MEASURED = { shapes: 16, points: 10_000, unseen: 8 };

/** Folder and name of a decoder file to come. */
function outputOf(text: string): { folder: string; name: string } {
    const path = userPath(text);
    if (extname(path) !== ".onnx") throw new OptionError(`--out: got "${text}"; expected a path that ends in .onnx`);
    return { folder: dirname(path), name: basename(path, ".onnx") };
}

/** Repairs and samples a folder of meshes and reports on them in the run's folder. */
async function prepareData(options: Options, folder: string): Promise<MeshList> {
    const place = join(userPath(options.store), "meshes");
    const store = new AssetStore(place);
    const report = join(folder, "meshes");
    const heldOut = Number(options["held-out"]);
    if (!(heldOut >= 0 && heldOut < 1)) {
        throw new OptionError(`--held-out: got "${options["held-out"]}"; expected a share from 0 to below 1`);
    }
    const sampleCount = whole("samples", options.samples, 1000, 10_000_000);
    const assets = await prepareFolder(userPath(options.data), {
        store,
        sampleCount,
        manifestPath: options.manifest ? userPath(options.manifest) : undefined,
        onAsset: (asset, raw) => drawAsset(report, asset, raw, store),
    });
    writeReport(report, options.data, assets, store);
    const { accepted, repaired, rejected } = countVerdicts(assets);
    console.log(
        `${assets.length} meshes: ${accepted} accepted, ${repaired} repaired, ${rejected} rejected; ${join(report, "report.md")}`,
    );
    return listAssets(assets, place, sampleCount, heldOut);
}

/** Codes of families carry over to more shapes of them; to meshes only the weights do. */
function startOf(tf: TensorFlow, origin: Checkpoint, { recipe, meshes }: Plan, set: SampleSet): TrainerStart {
    const weights = widen(tf, origin.state.variables.slice(0, -1), origin.recipe, recipe.width, recipe.seed);
    return { weights, codes: meshes ? undefined : codesFrom(origin, set) };
}

type Plan = Pick<
    Checkpoint,
    "recipe" | "families" | "shapesPerFamily" | "samplesPerShape" | "samplesBefore" | "meshes"
>;

/** What a new run does; one that starts from another keeps that one's network and families. */
function planOf(options: Options, origin: Checkpoint | null, meshes?: MeshList): Plan {
    const depth = whole("depth", options.depth, 2, 16);
    const recipe: Recipe = {
        ...DEFAULT_RECIPE,
        latentSize: whole("latent", options.latent, 1, 1024),
        depth,
        octaves: whole("octaves", options.octaves, 0, 10),
        skips: [Math.floor(depth / 2)],
        ...origin?.recipe,
        width: Math.max(whole("width", options.width, 4, 1024), origin?.recipe.width ?? 0),
        ...rates(positive("rate", options.rate)),
        optimizer: oneOf("optimizer", options.optimizer, OPTIMIZER_NAMES) ?? DEFAULT_RECIPE.optimizer,
        signWeight: atLeastZero("sign-weight", options["sign-weight"]),
        seed: whole("seed", options.seed, 0, 2 ** 31),
    };
    const families = meshes ? new MeshSource(meshes).categories : (origin?.families ?? options.families.split(","));
    const shapesPerFamily = whole("shapes", options.shapes, 2, 100_000);
    const shapeCount = meshes
        ? meshes.assets.filter((asset) => !asset.heldOut).length
        : families.length * shapesPerFamily;
    return {
        recipe: {
            ...recipe,
            shapesPerStep: Math.min(whole("step-shapes", options["step-shapes"], 1, 4096), shapeCount),
        },
        families,
        shapesPerFamily,
        samplesPerShape: whole("samples", options.samples, 1000, 10_000_000),
        samplesBefore: origin ? samplesSeen(origin) : 0,
        meshes,
    };
}

/** The codes' rate keeps its proportion to the weights'. */
function rates(learningRate: number): Pick<Recipe, "learningRate" | "codeLearningRate"> {
    const factor = learningRate / DEFAULT_RECIPE.learningRate;
    return { learningRate, codeLearningRate: factor * DEFAULT_RECIPE.codeLearningRate };
}

runCommand("train", main);

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readDecoder } from "../plugin/model/index.js";
import { BACKEND_NAMES, loadBackend } from "./backend.js";
import { readCheckpoint, runFolder } from "./checkpoint.js";
import { evaluateRun, someMeshes } from "./evaluation/evaluateRun.js";
import { writeEvaluation } from "./evaluation/writeEvaluation.js";
import { listAssets, type MeshSource } from "./meshes/meshSource.js";
import { prepareFolder } from "./meshes/prepare.js";
import { AssetStore } from "./meshes/store.js";
import { oneOf, readOptions, runCommand, userPath, whole } from "./options.js";
import { TensorField } from "./tensorField.js";

const HELP = `Measures a run's decoder by the paper's tasks and writes evaluation.md, evaluation.json and pictures.

  --run NAME      run under training/runs, or a path (props)   --model FILE   its decoder (models/NAME.onnx)
  --out DIR       where the report goes (evaluation)
  --known N       known shapes of each family (4)      --unseen N     unseen shapes of each (4)
  --samples N     samples, mixes and known codes of each whose pieces are counted (12)
  --points N      at which IoU is taken (20000)        --resolution R cells along a side (96)
  --props DIR     meshes of no trained family, too     --prop-count N of them (16)
  --manifest FILE notes on them (DIR/manifest.json)    --store DIR    where their samples are kept (training/data)
  --backend B     ${BACKEND_NAMES.join(", ")}`;

const DEFAULTS = {
    run: "props",
    model: "",
    out: "evaluation",
    known: "4",
    unseen: "4",
    samples: "12",
    points: "20000",
    resolution: "96",
    props: "",
    "prop-count": "16",
    manifest: "",
    store: join(import.meta.dirname, "data"),
    backend: "",
};

/** Samples of each real prop; a fit sees no more. */
const PROP_SAMPLES = 20_000;

async function main(): Promise<void> {
    const options = readOptions(DEFAULTS, []);
    if (options.help) {
        console.log(HELP);
        return;
    }
    const started = performance.now();
    const plan = {
        known: whole("known", options.known, 1, 1e5),
        unseen: whole("unseen", options.unseen, 0, 1e5),
        samples: whole("samples", options.samples, 1, 1e5),
        volumePoints: whole("points", options.points, 100, 1e7),
        resolution: whole("resolution", options.resolution, 8, 512),
    };
    const folder = runFolder(options.run);
    const checkpoint = readCheckpoint(join(folder, "checkpoint.bin"));
    const name = basename(folder);
    const path = options.model ? userPath(options.model) : join(import.meta.dirname, "../models", `${name}.onnx`);
    const { perceptron, metadata } = readDecoder(new Uint8Array(readFileSync(path)));
    if (!perceptron || !metadata)
        throw new Error(`evaluate: ${path} has no metadata; expected a file of "npm run export"`);
    const { tf, description } = await loadBackend(oneOf("backend", options.backend, BACKEND_NAMES));
    const props = options.props ? await readProps(options) : null;
    const result = await evaluateRun(tf, checkpoint, new TensorField(tf, perceptron), metadata, props, plan);
    const seconds = (performance.now() - started) / 1000;
    const out = userPath(options.out);
    writeEvaluation(out, { decoder: basename(path), run: name, backend: description, seconds }, plan, result);
    const { known, unseen } = result;
    console.log(
        `${join(out, "evaluation.md")}: IoU known ${known.all.iou.toFixed(3)}, unseen ${unseen.all.iou.toFixed(3)}`,
    );
}

async function readProps(options: Record<keyof typeof DEFAULTS, string>): Promise<MeshSource> {
    const place = join(userPath(options.store), "meshes");
    const assets = await prepareFolder(userPath(options.props), {
        store: new AssetStore(place),
        sampleCount: PROP_SAMPLES,
        manifestPath: options.manifest ? userPath(options.manifest) : undefined,
        limit: whole("prop-count", options["prop-count"], 1, 1e5),
    });
    return someMeshes(listAssets(assets, place, PROP_SAMPLES, 0), assets.length);
}

runCommand("evaluate", main);

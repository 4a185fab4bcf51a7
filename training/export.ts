import { join } from "node:path";
import { BACKEND_NAMES, loadBackend } from "./backend.js";
import { readCheckpoint, runFolder } from "./checkpoint.js";
import { exportDecoder } from "./exportDecoder.js";
import { oneOf, readOptions, runCommand, userPath, whole } from "./options.js";

const HELP = `Writes a training run's decoder file, its model card and a sheet of its shapes.

  --run NAME     run under training/runs (props)       --out DIR      where to write (models)
  --name NAME    of the files (props)                  --shapes N     known shapes of each family to measure (64)
  --points N     of each shape (20000)                 --samples N    prior samples of each family to measure (100)
  --unseen N     unseen shapes of each family to fit codes to and measure (10)
  --tries N      samples by which each part of the prior is narrowed until they hang together (40; 0: not)
  --weights W    float16 or float32 (float16)          --backend B    ${BACKEND_NAMES.join(", ")}
  --licence L    of weights and data, for the card (Apache-2.0 for the families, else not stated)`;

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
    licence: "",
};

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
    const { path, evaluation } = await exportDecoder(tf, checkpoint, {
        folder: userPath(options.out),
        name: options.name,
        shapes,
        points,
        samples,
        unseen,
        tries,
        weights,
        licence: options.licence || (checkpoint.meshes ? "not stated" : "Apache-2.0"),
    });
    console.table(evaluation.known);
    console.table(evaluation.unseen);
    console.table(evaluation.onePiece);
    console.log(
        `${path}: IoU known ${evaluation.knownIouMean.toFixed(3)}, unseen ${evaluation.unseenIouMean.toFixed(3)}`,
    );
}

runCommand("export", main);

import { readFileSync, writeFileSync } from "node:fs";
import { readDecoder, writeDecoder } from "../plugin/model/index.js";
import { BACKEND_NAMES, loadBackend } from "./backend.js";
import { chooseExemplars, EXEMPLAR_COUNT, findCodesAsync } from "./exemplars.js";
import { familiesNamed } from "./families/index.js";
import { OptionError, oneOf, readOptions, runCommand, userPath, whole } from "./options.js";
import { FamilySource } from "./shapes.js";
import type { Recipe } from "./trainer.js";

const HELP = `Finds codes of the shapes that a decoder of the prop families was trained on and writes some into its file, for
searches to begin at. \`export\` does so by itself; this is for files whose run is gone.

  --model FILE   read and written (models/props.onnx)   --shapes N     of each family that are fitted (64)
  --count N      of each family that are kept (${EXEMPLAR_COUNT})       --backend B    ${BACKEND_NAMES.join(", ")}`;

const DEFAULTS = { model: "models/props.onnx", shapes: "64", count: String(EXEMPLAR_COUNT), backend: "" };
/** Signed distances of a shape; a fit takes the first few thousand. */
const SAMPLES = 4000;

async function main(): Promise<void> {
    const options = readOptions(DEFAULTS, []);
    if (options.help) {
        console.log(HELP);
        return;
    }
    const path = userPath(options.model);
    const shapes = whole("shapes", options.shapes, 1, 1e5);
    const count = whole("count", options.count, 1, 512);
    const { perceptron, metadata } = readDecoder(new Uint8Array(readFileSync(path)), { name: path });
    const recipe = metadata?.provenance.recipe as Recipe | undefined;
    if (!perceptron || !metadata || !recipe) {
        throw new OptionError(`--model: ${path} tells no recipe; expected a file that export wrote`);
    }
    const { tf } = await loadBackend(oneOf("backend", options.backend, BACKEND_NAMES));
    const source = new FamilySource(familiesNamed([...metadata.categories]), shapes, SAMPLES);
    const codes = await findCodesAsync(tf, perceptron, recipe, metadata, source);
    const exemplars = chooseExemplars(codes, count);
    writeFileSync(path, writeDecoder(perceptron, { ...metadata, exemplars }, { weights: "float16" }));
    console.log(`${path}: ${exemplars.map((known) => `${known.count} ${known.category}`).join(", ")}`);
}

runCommand("exemplars", main);

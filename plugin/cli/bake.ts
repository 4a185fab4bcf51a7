import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import { createCpuFieldAsync } from "../field/cpuField.js";
import { checkLatent, decodeLatent, sampleLatent, typicalLatents } from "../latent/index.js";
import type { Decoder } from "../model/decoder.js";
import { extractSurfaceAsync } from "../surface/cpu/extractSurface.js";
import { MAX_RESOLUTION, MIN_RESOLUTION } from "../surface/grid.js";
import { fieldSlopeAsync } from "../surface/slope.js";
import { writeGlb } from "./glb.js";
import { loadDecoder } from "./loadDecoder.js";
import { finiteNumber, shardOf, UserError, wholeNumber } from "./userError.js";

export const BAKE_HELP = `babylon-deepsdf bake --model FILE.onnx [options]

Writes props as GLB files, with no GPU and no browser.

  --model FILE        the decoder
  --category NAME     one of its categories; all of them in turn unless given
  --seed N            of the first prop; each further one takes the next (0)
  --count K           how many props (1)
  --temperature T     0 for the average prop, 1 for the variety of the training set (1)
  --latent FILE.json  codes instead of seeds: one code or a list; arrays of numbers or encodeLatent's texts
  --resolution R      cells along the longest side of the bounds, ${MIN_RESOLUTION} to ${MAX_RESOLUTION} (64)
  --exact             miss no sheet that a corner of the grid lies in, at several times the work
  --out DIR           where to; made if missing (props)
  --shard K/N         only the K-th of N parts, to spread a large bake over machines
  --quiet             no progress bar`;

/** One prop of a bake; its place is its file's name. */
interface Prop {
    readonly place: number;
    readonly latent: Float32Array;
    /** What the code came from, for the node's extras. */
    readonly origin: Readonly<Record<string, unknown>>;
}

/**
 * Runs the command.
 *
 * @throws UserError for a bad flag or file, before anything is written
 */
export async function bake(args: readonly string[]): Promise<void> {
    const flags = readFlags(args);
    if (flags.help) {
        console.log(BAKE_HELP);
        return;
    }
    if (!flags.model) {
        throw new UserError("--model: got nothing; expected a decoder file; for example --model models/props.onnx");
    }
    const resolution = wholeNumber("resolution", flags.resolution, MIN_RESOLUTION, MAX_RESOLUTION);
    const shard = shardOf(flags.shard);
    const decoder = await loadDecoder(flags.model);
    const { exact } = flags;
    if (exact && !decoder.perceptron) {
        throw new UserError(`--exact: expected a multilayer perceptron; ${decoder.notPerceptronReason}; leave it out`);
    }
    const props = await chooseProps(decoder, flags);
    const own = props.filter(({ place }) => place % shard.count === shard.index - 1);
    await mkdir(flags.out, { recursive: true }).catch((cause: Error) => {
        throw new UserError(`--out: ${flags.out} can't be made (${cause.message})`);
    });
    const digits = Math.max(3, String(props.length - 1).length);
    await bakeProps(
        decoder,
        own,
        { resolution, exact },
        (place) => join(flags.out, `${String(place).padStart(digits, "0")}.glb`),
        flags.quiet,
    );
    console.log(`${own.length} ${own.length === 1 ? "prop" : "props"} in ${flags.out}`);
}

function readFlags(args: readonly string[]) {
    try {
        return parseArgs({
            args: [...args],
            options: {
                model: { type: "string" },
                category: { type: "string" },
                seed: { type: "string", default: "0" },
                count: { type: "string", default: "1" },
                temperature: { type: "string", default: "1" },
                latent: { type: "string" },
                resolution: { type: "string", default: "64" },
                exact: { type: "boolean", default: false },
                out: { type: "string", default: "props" },
                shard: { type: "string", default: "1/1" },
                quiet: { type: "boolean", default: false },
                help: { type: "boolean", default: false },
            },
        }).values;
    } catch (error) {
        const [said] = (error as Error).message.split(/\.\s/);
        throw new UserError(`${said}; see babylon-deepsdf bake --help`);
    }
}

type Flags = ReturnType<typeof readFlags>;

async function chooseProps(decoder: Decoder, flags: Flags): Promise<Prop[]> {
    if (flags.latent !== undefined) {
        const codes = await readCodes(flags.latent, decoder.latentSize);
        return codes.map((latent, place) => ({ place, latent, origin: { index: place } }));
    }
    const seed = wholeNumber("seed", flags.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const count = wholeNumber("count", flags.count, 1, 1_000_000);
    const temperature = finiteNumber("temperature", flags.temperature, 0);
    const { metadata } = decoder;
    if (!metadata?.prior.length) {
        throw new UserError("--model: this decoder holds no prior to draw from; give codes with --latent FILE.json");
    }
    if (flags.category !== undefined && !metadata.categories.includes(flags.category)) {
        throw new UserError(`--category: got "${flags.category}"; expected one of ${metadata.categories.join(", ")}`);
    }
    return Array.from({ length: count }, (_, place) => {
        const category = flags.category ?? metadata.categories[place % metadata.categories.length];
        const origin = { category, seed: seed + place, temperature };
        return { place, latent: sampleLatent(metadata, origin), origin };
    });
}

/** One code or a list of them out of a JSON file. */
async function readCodes(path: string, latentSize: number): Promise<Float32Array[]> {
    const text = await readFile(path, "utf8").catch((cause: Error) => {
        throw new UserError(`--latent: ${path} can't be read (${cause.message})`);
    });
    try {
        const json: unknown = JSON.parse(text);
        const isOne = typeof json === "string" || (Array.isArray(json) && typeof json[0] === "number");
        const list: unknown[] = isOne ? [json] : Array.isArray(json) ? json : [];
        if (list.length === 0) {
            throw new Error("holds no code");
        }
        return list.map((entry, i) => toCode(entry, i, latentSize));
    } catch (error) {
        throw new UserError(`--latent: ${path}: ${(error as Error).message}`);
    }
}

function toCode(entry: unknown, index: number, latentSize: number): Float32Array {
    if (typeof entry === "string") {
        return decodeLatent(entry, latentSize);
    }
    if (!Array.isArray(entry) || !entry.every((value) => typeof value === "number")) {
        throw new Error(`entry ${index} is no code; expected ${latentSize} numbers or a text of encodeLatent`);
    }
    const latent = Float32Array.from(entry as number[]);
    checkLatent(`entry ${index}`, latent, latentSize);
    return latent;
}

async function bakeProps(
    decoder: Decoder,
    props: readonly Prop[],
    { resolution, exact }: { resolution: number; exact: boolean },
    pathOf: (place: number) => string,
    quiet: boolean,
): Promise<void> {
    const field = await createCpuFieldAsync(decoder);
    const slope = await fieldSlopeAsync(field, decoder, typicalLatents(decoder.metadata));
    const bar = new SingleBar(
        { format: "baking {bar} {value}/{total} | {eta_formatted} left", hideCursor: true, noTTYOutput: !quiet },
        Presets.shades_classic,
    );
    if (!quiet) {
        bar.start(props.length, 0);
    }
    try {
        for (const { place, latent, origin } of props) {
            const { mesh } = await extractSurfaceAsync(field, latent, decoder, { resolution, exact, slope });
            const path = pathOf(place);
            const name = typeof origin.category === "string" ? `${origin.category} ${origin.seed}` : `prop ${place}`;
            await writeFile(path, await writeGlb(name, mesh, { ...origin, resolution })).catch((cause: Error) => {
                throw new UserError(`--out: ${path} can't be written (${cause.message})`);
            });
            bar.increment();
        }
    } finally {
        bar.stop();
        field.dispose();
    }
}

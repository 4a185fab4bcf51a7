import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Family, makeShape } from "../families/index.js";
import { progressBar, turn } from "../progress.js";
import { Random, textKey } from "../random.js";
import { sampleDistances } from "./sample.js";

/** What a decoder is trained on: shapes one after the other, families in order. */
export interface SampleSet {
    readonly shapes: readonly SampledShape[];
}

/** One shape of a family as training sees it. */
export interface SampledShape {
    readonly family: string;
    readonly seed: number;
    readonly traits: Readonly<Record<string, number>>;
    /** [count, 4]: x, y, z, signed distance, in random order */
    readonly samples: Float32Array;
}

/** Raised when families or sampling change, so that old files are not taken for new ones. */
const STORE_VERSION = 2;

/**
 * Samples of the shapes with seeds 0 … shapeCount − 1 of each family, from files of earlier calls where there are any.
 *
 * @param folder where the files are kept; made if missing
 */
export async function prepareSamples(
    families: readonly Family[],
    shapeCount: number,
    sampleCount: number,
    folder: string,
    quiet = false,
): Promise<SampleSet> {
    const place = join(folder, `v${STORE_VERSION}-${sampleCount}`);
    mkdirSync(place, { recursive: true });
    const bar = progressBar("samples {bar} {value}/{total} shapes | {what} | {eta_formatted} left", quiet);
    bar.start(families.length * shapeCount, 0, { what: "" });
    const shapes: SampledShape[] = [];
    for (const family of families) {
        for (let seed = 0; seed < shapeCount; seed++) {
            bar.update({ what: `${family.name} ${seed}` });
            shapes.push(await prepareShape(family, seed, sampleCount, place));
            bar.increment();
            await turn();
        }
    }
    bar.stop();
    return { shapes };
}

/**
 * One shape's samples. A file is Float32, little-endian: x, y, z, signed distance, per sample; named by family and seed.
 *
 * @param folder where its file is looked for and kept; null to do without
 * @throws if a file there holds another number of samples
 */
export async function prepareShape(
    family: Family,
    seed: number,
    sampleCount: number,
    folder: string | null,
): Promise<SampledShape> {
    const shape = await makeShape(family, seed);
    const path = folder && join(folder, `${family.name}-${seed}.f32`);
    const kept = path && existsSync(path) ? readSamples(path, sampleCount) : null;
    const samples = kept ?? sampleDistances(shape, sampleCount, new Random(textKey(`samples ${family.name}`), seed));
    if (path && !kept) {
        writeFileSync(`${path}.part`, new Uint8Array(samples.buffer));
        renameSync(`${path}.part`, path);
    }
    return { family: family.name, seed, traits: shape.traits, samples };
}

function readSamples(path: string, sampleCount: number): Float32Array {
    const bytes = readFileSync(path);
    if (bytes.length !== 16 * sampleCount) {
        throw new Error(`prepareShape: ${path} has ${bytes.length} bytes; expected ${16 * sampleCount}; delete it`);
    }
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

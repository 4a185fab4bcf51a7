import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Family, makeShape } from "../families/index.js";
import { progressBar } from "../progress.js";
import { Random, textKey } from "../random.js";
import { sampleDistances } from "./sample.js";

/** What a decoder is trained on: shapes one after the other, families in order. */
export interface SampleSet {
    readonly shapes: readonly SampledShape[];
}

export interface SampledShape {
    readonly family: string;
    readonly seed: number;
    readonly traits: Readonly<Record<string, number>>;
    /** [count, 4]: x, y, z, signed distance, in random order */
    readonly samples: Float32Array;
}

/** Raised when families or sampling change, so that old files are not taken for new ones. */
const STORE_VERSION = 1;

/**
 * Samples of the shapes with seeds 0 … shapeCount − 1 of each family, from files of earlier calls where there are any.
 *
 * A file is Float32, little-endian: x, y, z, signed distance, per sample; named by family, seed and count.
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
            const path = join(place, `${family.name}-${seed}.f32`);
            const shape = await makeShape(family, seed);
            let samples: Float32Array;
            if (existsSync(path)) {
                const bytes = readFileSync(path);
                samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
            } else {
                samples = sampleDistances(shape, sampleCount, new Random(textKey(`samples ${family.name}`), seed));
                writeFileSync(`${path}.part`, new Uint8Array(samples.buffer));
                renameSync(`${path}.part`, path);
            }
            if (samples.length !== sampleCount * 4) {
                throw new Error(
                    `prepareSamples: ${path} holds ${samples.length / 4} samples; expected ${sampleCount}; delete it`,
                );
            }
            shapes.push({ family: family.name, seed, traits: shape.traits, samples });
            bar.increment();
        }
    }
    bar.stop();
    return { shapes };
}

import { readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { sampleLatent } from "../../plugin/latent/index.js";
import { type Decoder, readDecoder } from "../../plugin/model/index.js";
import { createTestRandom } from "../support/perceptrons.js";

export interface BenchDecoder {
    name: string;
    decoder: Decoder;
    /** Code of a number; the same ones every time, the categories in turn. */
    code(index: number): Float32Array;
}

/** The files, or the shipped decoders if none are named. */
export function openDecoders(files: readonly string[]): BenchDecoder[] {
    const folder = resolve(import.meta.dirname, "../../models");
    const paths = files.length
        ? files
        : readdirSync(folder)
              .filter((name) => name.endsWith(".onnx"))
              .map((name) => resolve(folder, name));
    return paths.map((path) => {
        const name = basename(path);
        const decoder = readDecoder(new Uint8Array(readFileSync(path)), { name });
        return { name, decoder, code: (index) => codeOf(decoder, index) };
    });
}

function codeOf({ metadata, latentSize }: Decoder, index: number): Float32Array {
    if (metadata?.prior.length) {
        const { categories } = metadata;
        return sampleLatent(metadata, { seed: index, category: categories[index % categories.length] });
    }
    const random = createTestRandom(index);
    return Float32Array.from({ length: latentSize }, () => 0.2 * (random() - 0.5));
}

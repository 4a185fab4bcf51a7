import { readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createBenchDecoder } from "./suite/benchDecoder.js";
import type { BenchDecoder } from "./suite/types.js";

/** The files, or the shipped decoders if none are named. */
export function openDecoders(files: readonly string[]): BenchDecoder[] {
    const folder = resolve(import.meta.dirname, "../../models");
    const paths = files.length
        ? files
        : readdirSync(folder)
              .filter((name) => name.endsWith(".onnx"))
              .map((name) => resolve(folder, name));
    return paths.map((path) => {
        return createBenchDecoder(basename(path), new Uint8Array(readFileSync(path)));
    });
}

/**
 * `npm run bench`: figures of speed; see README.md beside this file.
 *
 * Shaders are imported as text, which Vite does, so the benchmarks are loaded through it.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createServer, createServerModuleRunner } from "vite";
import type { BenchOptions } from "./options.js";

const { values } = parseArgs({
    options: {
        counters: { type: "boolean", default: false },
        cpu: { type: "boolean", default: false },
        dense: { type: "boolean", default: false },
        software: { type: "boolean", default: false },
        codes: { type: "string" },
        runs: { type: "string" },
        resolutions: { type: "string" },
        volume: { type: "string" },
        usher: { type: "string" },
        decoder: { type: "string", multiple: true, default: [] },
        out: { type: "string" },
    },
});

const options: BenchOptions = {
    mode: values.counters ? "counters" : values.cpu ? "cpu" : "gpu",
    dense: values.dense,
    software: values.software,
    codeCount: values.codes === undefined ? null : wholeNumber("--codes", values.codes),
    runCount: values.runs === undefined ? null : wholeNumber("--runs", values.runs),
    volumeResolution: values.volume === undefined ? null : wholeNumber("--volume", values.volume),
    usher: values.usher ?? null,
    resolutions: values.resolutions?.split(",").map((text) => wholeNumber("--resolutions", text)) ?? null,
    decoders: values.decoder,
    out: values.out ?? null,
};
const server = await createServer({
    configFile: false,
    root: resolve(import.meta.dirname, "../.."),
    logLevel: "error",
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    plugins: [
        {
            // Others import shaders without saying that they are text.
            name: "bare-wgsl",
            transform: (code, id) => (id.endsWith(".wgsl") ? `export default ${JSON.stringify(code)}` : null),
        },
    ],
});
const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
const { bench } = await runner.import<typeof import("./main.js")>(resolve(import.meta.dirname, "main.ts"));
try {
    await bench(options);
} catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
}
// Dawn and onnxruntime's threads would keep the process alive.
process.exit(0);

function wholeNumber(name: string, text: string): number {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) {
        console.error(`bench: got ${name} ${text}; expected a whole number from 1 on; correct the option`);
        process.exit(1);
    }
    return value;
}

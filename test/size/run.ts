/**
 * What a game downloads beyond Babylon for its first prop on WebGPU: the code that is loaded at once, minified and
 * compressed, and the smallest shipped decoder. Part of `npm run check`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rollup } from "vite";

const LIMIT_BYTES = 1_000_000;
const root = resolve(import.meta.dirname, "../..");
const ENTRY = "\0game";

const result = (await build({
    configFile: false,
    root,
    logLevel: "silent",
    build: {
        write: false,
        target: "es2022",
        minify: true,
        rollupOptions: { input: { game: ENTRY }, external: [/^@babylonjs\//] },
    },
    worker: { format: "es" },
    plugins: [
        {
            name: "game",
            resolveId: (id) => (id === ENTRY ? id : null),
            load: (id) =>
                id === ENTRY
                    ? `import { ShapeModel } from ${JSON.stringify(resolve(root, "plugin/pure.ts"))}; globalThis.shapes = ShapeModel;`
                    : null,
        },
    ],
})) as Rollup.RollupOutput;

const chunks = new Map(result.output.flatMap((part) => (part.type === "chunk" ? [[part.fileName, part]] : [])));
const loaded = new Set<string>();
const visit = (name: string): void => {
    const chunk = chunks.get(name);
    if (chunk && !loaded.has(name)) {
        loaded.add(name);
        chunk.imports.forEach(visit);
    }
};
visit([...chunks.values()].find((chunk) => chunk.isEntry)?.fileName ?? "");

const atOnce = [...loaded].map((name) => chunks.get(name) as Rollup.OutputChunk);
const runtime = atOnce.flatMap((chunk) => chunk.moduleIds).filter((id) => id.includes("onnxruntime-web"));
const codeBytes = atOnce.reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0);
const models = resolve(root, "models");
const decoderBytes = Math.min(
    ...readdirSync(models)
        .filter((name) => name.endsWith(".onnx"))
        .map((name) => gzipSync(readFileSync(resolve(models, name)), { level: 9 }).length),
);
const total = codeBytes + decoderBytes;
console.log(
    `First prop on WebGPU: ${kilobytes(codeBytes)} of code, ${kilobytes(decoderBytes)} of decoder, ${kilobytes(total)} in all (gzip); limit ${kilobytes(LIMIT_BYTES)}`,
);
if (runtime.length > 0) {
    console.error(
        `size: the code that is loaded at once holds ${runtime[0]}; expected onnxruntime to be imported lazily`,
    );
}
if (!loaded.size || codeBytes < 10_000) {
    console.error(`size: got ${codeBytes} bytes of code; expected the whole library; check how it is built here`);
}
process.exitCode = runtime.length > 0 || total > LIMIT_BYTES || codeBytes < 10_000 ? 1 : 0;

function kilobytes(bytes: number): string {
    return `${(bytes / 1000).toFixed(0)} kB`;
}

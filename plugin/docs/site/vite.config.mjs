/** The site's live examples: each `ts` block of the guide as a module of its own, and what runs them, into live/. */
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const guide = resolve(import.meta.dirname, "..");
const root = resolve(guide, "../..");

/** As test/trust/examples.test.ts finds them. */
const codes = readdirSync(guide)
    .filter((name) => name.endsWith(".md"))
    .flatMap((name) => [...readFileSync(resolve(guide, name), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)])
    .map(([, code]) => code.trim());

function moduleOf(code) {
    const isImport = (line) => /^import .*;$/.test(line);
    const lines = code.split("\n");
    const imports = lines.filter(isImport).join("\n");
    return `${imports}\nexport default async function (scene) {\n${lines.filter((line) => !isImport(line)).join("\n")}\n}`;
}

const examples = {
    name: "examples",
    resolveId: (id) => (id.startsWith("virtual:example") ? `\0${id}` : null),
    load(id) {
        if (id === "\0virtual:examples") {
            const entries = codes.map(
                (code, n) => `${JSON.stringify(code.replace(/\s/g, ""))}: () => import("virtual:example/${n}"),`,
            );
            return `export default {\n${entries.join("\n")}\n};`;
        }
        const [, n] = /^\0virtual:example\/(\d+)$/.exec(id) ?? [];
        return n === undefined ? null : moduleOf(codes[n]);
    },
};

/** Where the examples look for them. */
const files = {
    name: "files",
    writeBundle({ dir }) {
        for (const path of ["models/props.onnx", "demo/graphs"]) {
            cpSync(resolve(root, path), resolve(dir, "..", path), { recursive: true });
        }
    },
};

export default defineConfig({
    root: import.meta.dirname,
    base: "./",
    publicDir: false,
    resolve: { alias: { "babylon-deepsdf": resolve(root, "plugin/index.ts") } },
    worker: { format: "es" },
    plugins: [examples, files],
    build: {
        outDir: resolve(root, "dist-docs/live"),
        emptyOutDir: true,
        target: "es2022",
        chunkSizeWarningLimit: 4000,
        rollupOptions: {
            input: resolve(import.meta.dirname, "live.ts"),
            output: { entryFileNames: "live.js" },
        },
    },
});

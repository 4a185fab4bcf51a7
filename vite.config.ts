import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { defineConfig } from "vite";

const root = import.meta.dirname;

/** Served or built: the demo. With `--mode library` and `--mode umd`: the npm package into dist/. */
export default defineConfig(({ mode }) => (mode === "library" ? library : mode === "umd" ? umd : demo));

const isolation = {
    // Threads for onnxruntime's WASM need cross-origin isolation.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Each page of the demo is a scene with an address of its own. */
const pages = readdirSync(resolve(root, "demo"))
    .filter((name) => name.endsWith(".html"))
    .map((name) => basename(name, ".html"))
    .sort();

const demo = {
    root: resolve(root, "demo"),
    base: "./",
    publicDir: resolve(root, "models"),
    resolve: { alias: { "babylon-deepsdf": resolve(root, "plugin/index.ts") } },
    // The worker loads onnxruntime only where it is needed.
    worker: { format: "es" as const },
    define: { DEMO_PAGES: JSON.stringify(pages) },
    server: { headers: isolation },
    preview: { headers: isolation },
    optimizeDeps: { exclude: ["onnxruntime-web"] },
    build: {
        outDir: resolve(root, "dist-demo"),
        emptyOutDir: true,
        target: "es2022",
        chunkSizeWarningLimit: 4000,
        rollupOptions: { input: pages.map((page) => resolve(root, `demo/${page}.html`)) },
    },
};

const external = [/^@babylonjs\//, /^onnxruntime-web/, /^@bufbuild\//, "cli-progress", /^three/, /^node:/];

const library = {
    // Beside the module that starts it, the worker is found whatever the package is served from.
    base: "./",
    publicDir: false as const,
    worker: { format: "es" as const, rollupOptions: { external } },
    build: {
        outDir: resolve(root, "dist"),
        license: { fileName: "licences.md" },
        emptyOutDir: true,
        target: "es2022",
        minify: false,
        sourcemap: true,
        lib: {
            entry: {
                index: resolve(root, "plugin/index.ts"),
                pure: resolve(root, "plugin/pure.ts"),
                cli: resolve(root, "plugin/cli/main.ts"),
            },
            formats: ["es" as const],
        },
        rollupOptions: { external },
    },
};

/** One script for pages without a bundler, such as Babylon's Playground: `DeepSDF` beside `BABYLON`. */
const umd = {
    publicDir: false as const,
    resolve: {
        alias: [
            { find: /^onnxruntime-web(\/wasm|\/webgpu)?$/, replacement: resolve(root, "plugin/umd/onnxRuntime.ts") },
        ],
    },
    build: {
        outDir: resolve(root, "dist/umd"),
        license: { fileName: "licences.md" },
        emptyOutDir: true,
        target: "es2022",
        minify: true,
        sourcemap: true,
        lib: {
            entry: resolve(root, "plugin/umd/index.ts"),
            name: "DeepSDF",
            formats: ["umd" as const],
            fileName: () => "babylon-deepsdf.js",
        },
        rollupOptions: {
            external: [/^@babylonjs\/core/, /^node:/],
            output: { globals: () => "BABYLON", inlineDynamicImports: true },
        },
    },
};

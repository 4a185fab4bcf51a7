import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { install, type Packed, pack, root, run, visit, write } from "./consumer.js";

let packed: Packed;
let folder: string;

beforeAll(() => {
    packed = pack(mkdtempSync(join(tmpdir(), "packed-")));
    folder = install([packed.file, "@babylonjs/core@9", "vite@8", "webpack@5", "webpack-cli@6", "babylonjs@9"]);
});

/** A game: a chair of the shipped decoder, on WebAssembly. */
const game = `
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { ShapeModel } from "babylon-deepsdf";
async function start() {
    const shapes = await ShapeModel.LoadAsync("props.onnx", new Scene(new NullEngine()));
    const data = await shapes.createVertexDataAsync({ latent: shapes.sampleLatent({ seed: 7 }), resolution: 16 });
    document.title = "done " + shapes.backend + " " + data.indices.length / 3;
}
start().catch((error) => { document.title = "failed " + error.message; });
`;
const page = (script: string) =>
    `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>…</title><script type="module" src="${script}"></script>`;
const model = join(root, "models/props.onnx");

/** Compressed bytes of a module and of all that it imports at once. */
function bytesAtOnce(folder: string, entry: string): number {
    const loaded = new Set<string>();
    const visitModule = (name: string): number => {
        if (loaded.has(name)) return 0;
        loaded.add(name);
        const code = readFileSync(join(folder, name));
        const imports = [...code.toString().matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, path]) => path);
        return gzipSync(code).length + imports.reduce((sum, path) => sum + visitModule(path), 0);
    };
    return visitModule(entry);
}

describe("the package", () => {
    it("holds code, types, decoders and licences, and nothing else", () => {
        const { files } = packed;
        for (const file of ["dist/index.js", "dist/pure.js", "dist/cli.js", "dist/umd/babylon-deepsdf.js"])
            expect(files).toContain(file);
        for (const file of ["dist/types/index.d.ts", "models/props.onnx", "models/props.md", "README.md", "LICENSE"])
            expect(files).toContain(file);
        expect(
            files.filter((file) => !/^(dist|models)\/|^(README|LICENSE|CHANGELOG|package|plugin\/licences)/.test(file)),
        ).toEqual([]);
        console.log(`${files.length} files, ${packed.packedBytes} bytes packed, ${packed.unpackedBytes} unpacked`);
    });

    it("passes publint", async () => {
        const { publint } = await import("publint");
        const { messages } = await publint({ pkgDir: root, strict: true, pack: false });
        expect(messages.filter(({ type }) => type !== "suggestion")).toEqual([]);
    });

    it("has types that each resolver finds", async () => {
        const { checkPackage, createPackageFromTarballData } = await import("@arethetypeswrong/core");
        const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(packed.file))));
        expect(result.types).not.toBe(false);
        const problems = "problems" in result ? result.problems : [];
        // Modules only: CommonJS loads it by import(), and Node 10 knows no exports.
        const others = problems.filter(
            (problem) =>
                problem.kind !== "CJSResolvesToESM" &&
                !("resolutionKind" in problem && problem.resolutionKind === "node10"),
        );
        expect(others).toEqual([]);
    });
});

describe("installed from the tarball, it runs", () => {
    it("in plain Node, as a library and as a command", () => {
        const script = `
            import { readFile } from "node:fs/promises";
            import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
            import { Scene } from "@babylonjs/core/scene.js";
            import { ShapeModel } from "babylon-deepsdf";
            const bytes = await readFile("node_modules/babylon-deepsdf/models/props.onnx");
            const shapes = await ShapeModel.LoadAsync(bytes, new Scene(new NullEngine()));
            const data = await shapes.createVertexDataAsync({ latent: shapes.sampleLatent({ seed: 7 }), resolution: 16 });
            console.log("done", shapes.backend, data.indices.length / 3);
            process.exit(0);`;
        write(folder, { "plain.js": script });
        expect(run("node", ["plain.js"], folder)).toMatch(/^done wasm \d{2,}/m);
        const args = ["babylon-deepsdf", "bake", "--model", "node_modules/babylon-deepsdf/models/props.onnx"];
        run("npx", [...args, "--seed", "7", "--count", "1", "--resolution", "16", "--out", "props"], folder);
        expect(readdirSync(join(folder, "props")).filter((name) => name.endsWith(".glb"))).toHaveLength(1);
    });

    it("in a Vite project", async () => {
        write(folder, { "vite/index.html": page("/main.js"), "vite/main.js": game });
        run("npx", ["vite", "build", "--logLevel", "error"], join(folder, "vite"));
        copyFileSync(model, join(folder, "vite/dist/props.onnx"));
        const { title, errors } = await visit(join(folder, "vite/dist"));
        expect(errors).toEqual([]);
        expect(title).toMatch(/^done wasm \d{2,}/);
    });

    it("under a strict Content-Security-Policy, asking for nothing but its own files and the decoder", async () => {
        const policy = "default-src 'none'; connect-src 'self'; img-src data:; worker-src 'self'; script-src 'self'";
        const site = join(folder, "vite/dist");
        const strict = await visit(site, { "content-security-policy": `${policy} 'wasm-unsafe-eval'` });
        expect(strict.errors).toEqual([]);
        expect(strict.title).toMatch(/^done wasm \d{2,}/);
        const asked = strict.requests.filter((request) => !request.startsWith("data:"));
        expect(asked.filter((request) => !/^\/(index\.html|props\.onnx|assets\/[\w.-]+)$/.test(request))).toEqual([]);
        expect(asked.filter((request) => request === "/props.onnx")).toHaveLength(1);

        // Without WebAssembly's own permission the runtime can't start there; that is said, nothing hangs.
        const { title } = await visit(site, { "content-security-policy": policy });
        expect(title).toMatch(/^failed \w+.*; expected .+; .+/);
    });

    it("in a webpack project", async () => {
        write(folder, {
            "webpack/main.js": game,
            "webpack/dist/index.html": page("main.js"),
            "webpack/webpack.config.js": `export default { mode: "production", entry: "./main.js", experiments: { outputModule: true }, output: { module: true, filename: "main.js" }, performance: { hints: false } };`,
        });
        const said = run("npx", ["webpack", "--config", "webpack.config.js"], join(folder, "webpack"));
        expect(said).not.toMatch(/WARNING|ERROR/);
        copyFileSync(model, join(folder, "webpack/dist/props.onnx"));
        const { title, errors } = await visit(join(folder, "webpack/dist"));
        expect(errors).toEqual([]);
        expect(title).toMatch(/^done wasm \d{2,}/);
    });

    it("as one script in a page, beside Babylon's and onnxruntime's", async () => {
        const modules = join(folder, "node_modules");
        mkdirSync(join(folder, "script"));
        const parts = [
            "babylonjs/babylon.js",
            "babylon-deepsdf/dist/umd/babylon-deepsdf.js",
            "babylon-deepsdf/models/props.onnx",
            ...["ort.wasm.min.js", "ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"].map(
                (name) => `onnxruntime-web/dist/${name}`,
            ),
        ];
        for (const part of parts) copyFileSync(join(modules, part), join(folder, "script", basename(part)));
        const scripts = ["babylon.js", "ort.wasm.min.js", "babylon-deepsdf.js", "main.js"];
        const body = game.replace(/^import .*$/gm, "");
        const tags = scripts.map((name) => `<script src="${name}"></script>`).join("");
        write(folder, {
            "script/main.js": `const { NullEngine, Scene } = BABYLON; const { ShapeModel } = DeepSDF; ${body}`,
            "script/index.html": `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>…</title>${tags}`,
        });
        const { title, errors } = await visit(join(folder, "script"));
        expect(errors).toEqual([]);
        expect(title).toMatch(/^done wasm \d{2,}/);
    });

    it("with only what is imported in the bundle", () => {
        const bytesOf = (name: string, code: string) => {
            write(folder, {
                [`shake/${name}.js`]: code,
                [`shake/${name}.config.js`]: `export default { logLevel: "error", build: { outDir: "out-${name}", lib: { entry: "${name}.js", formats: ["es"], fileName: "out" }, rollupOptions: { external: [/^@babylonjs/, /^onnxruntime-web/, /^node:/] } } };`,
            });
            run("npx", ["vite", "build", "--config", `${name}.config.js`], join(folder, "shake"));
            return bytesAtOnce(join(folder, `shake/out-${name}`), "out.js");
        };
        const code = bytesOf("code", `export { encodeLatent, decodeLatent } from "babylon-deepsdf/pure";`);
        const decoder = bytesOf("decoder", `export { readDecoder } from "babylon-deepsdf/pure";`);
        const shape = bytesOf("shape", `export { ShapeModel } from "babylon-deepsdf/pure";`);
        const all = bytesOf("all", `export * from "babylon-deepsdf";`);
        console.log(`gzip bytes: codes ${code}, readDecoder ${decoder}, ShapeModel ${shape}, everything ${all}`);
        expect(code).toBeLessThan(3_000);
        expect(code).toBeLessThan(decoder);
        expect(shape).toBeLessThan(all);
        const shipped = statSync(model).size + shape;
        expect(shipped).toBeLessThan(1_000_000);
    });
});

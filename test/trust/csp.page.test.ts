import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visit } from "../package/consumer.js";
import { octahedronFile } from "../support/decoders.js";

const ROOT = resolve(import.meta.dirname, "../..");
/** What SECURITY.md promises to do with; pictures are the page's own icon. */
const POLICY = "default-src 'none'; img-src data:; connect-src 'self'; worker-src 'self'; script-src 'self'";

/** Makes a mesh, updates it live, draws it, and says on which backend. */
const game = `
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import "@babylonjs/core/Materials/standardMaterial.js";
import { ShapeModel } from "babylon-deepsdf";
async function start() {
    const backend = location.search.slice(1);
    let engine = new NullEngine();
    if (backend === "webgpu") {
        engine = new WebGPUEngine(document.createElement("canvas"));
        await engine.initAsync();
    }
    const scene = new Scene(engine);
    new ArcRotateCamera("camera", 1, 1, 3, Vector3.Zero(), scene);
    new HemisphericLight("light", Vector3.Up(), scene);
    const shapes = await ShapeModel.LoadAsync("octahedron.onnx", scene, { backend });
    const mesh = await shapes.createMeshAsync("gem", { latent: shapes.sampleLatent({ seed: 7 }), resolution: 16 });
    const triangles = mesh.getTotalIndices() / 3;
    const updated = new Promise((done) => shapes.onSurfaceObservable.addOnce(done));
    shapes.updateMesh(mesh, { latent: shapes.sampleLatent({ seed: 8 }), resolution: 12 });
    await updated;
    await scene.whenReadyAsync();
    scene.render();
    document.title = "done " + shapes.backend + " " + triangles;
}
start().catch((error) => { document.title = "failed " + error.message; });
`;

describe("under a strict Content-Security-Policy", () => {
    let folder: string;

    beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "deepsdf-csp-"));
        const head = `<meta charset="utf-8"><link rel="icon" href="data:,"><title>…</title>`;
        writeFileSync(
            join(folder, "index.html"),
            `<!doctype html><html lang="en"><head>${head}<script type="module" src="/game.js"></script></head></html>`,
        );
        writeFileSync(join(folder, "game.js"), game);
        await build({
            root: folder,
            configFile: false,
            logLevel: "error",
            resolve: {
                alias: {
                    "babylon-deepsdf": join(ROOT, "plugin/index.ts"),
                    "@babylonjs/core": join(ROOT, "node_modules/@babylonjs/core"),
                },
            },
            worker: { format: "es" },
            build: { outDir: join(folder, "dist"), reportCompressedSize: false, chunkSizeWarningLimit: 4000 },
        });
        writeFileSync(join(folder, "dist/octahedron.onnx"), octahedronFile());
    }, 120_000);
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each([
        ["webgpu", POLICY],
        ["wasm", `${POLICY} 'wasm-unsafe-eval'`],
    ])(
        "a game on %s loads, updates and draws, and asks for nothing but its own files",
        async (backend, policy) => {
            const headers = { "content-security-policy": policy };
            const { title, errors, requests } = await visit(join(folder, "dist"), headers, `/index.html?${backend}`);
            expect(errors).toEqual([]);
            expect(title).toMatch(new RegExp(`^done ${backend} \\d{3,}$`));
            const strange = requests.filter(
                (request) => !/^(data:|\/(index\.html\?\w+|octahedron\.onnx|assets\/[\w.-]+)$)/.test(request),
            );
            expect(strange).toEqual([]);
            expect(requests.filter((request) => request === "/octahedron.onnx")).toHaveLength(1);
            // A perceptron needs no onnxruntime: it is not even asked for.
            expect(requests.filter((request) => request.endsWith(".wasm"))).toEqual([]);
        },
        180_000,
    );
});

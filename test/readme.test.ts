import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { ImportMeshAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Scene } from "@babylonjs/core/scene.js";
import { describe, expect, it } from "vitest";
import * as plugin from "../plugin/index.js";

const ROOT = join(import.meta.dirname, "..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
const decoder = readFileSync(join(ROOT, "models/props.onnx"));

/** The example as a function body: imports go, the shipped decoder comes from its bytes, coarse enough for a test. */
function runnable(code: string): string {
    return code
        .replace(/^import .*$/gm, "")
        .replaceAll('"models/props.onnx"', "decoder")
        .replace(/resolution: \d+/g, "resolution: 16");
}

/** Runs an example with these names in reach, and gives back those it made. */
async function run(code: string, names: Record<string, unknown>, made: readonly string[]) {
    const body = `return (async () => { ${runnable(code)}; return { ${made.join(", ")} }; })()`;
    return new Function(...Object.keys(names), body)(...Object.values(names)) as Promise<Record<string, never>>;
}

describe("the readme", () => {
    it("has examples that run", async () => {
        expect(examples).toHaveLength(3);
        const scene = new Scene(new NullEngine());
        const file = new File([decoder], "props.onnx");
        const [use, load, complete] = examples;
        const { shapes, mesh, street } = await run(use, { ...plugin, scene, decoder }, ["shapes", "mesh", "street"]);
        const model = shapes as plugin.ShapeModel;
        expect((mesh as { getTotalIndices(): number }).getTotalIndices()).toBeGreaterThan(300);
        expect((street as plugin.ShapePopulation).meshes).toHaveLength(3);

        const { meshes } = await run(load, { ImportMeshAsync, scene, decoder: file }, ["meshes"]);
        expect(meshes).toHaveLength(3);

        const data = await model.createVertexDataAsync({
            latent: model.sampleLatent({ seed: 5, category: "chair" }),
            resolution: 24,
        });
        // What a sensor in front sees.
        const positions = Float32Array.from(data.positions as Float32Array);
        const front = Array.from({ length: positions.length / 3 }, (_, i) => i).filter((i) => positions[3 * i + 2] > 0);
        const pick = (values: ArrayLike<number>) =>
            Float32Array.from(front.flatMap((i) => [values[3 * i], values[3 * i + 1], values[3 * i + 2]]));
        const scan = { positions: pick(positions), normals: pick(data.normals as Float32Array) };
        const { best, whole } = await run(complete, { shapes: model, scan }, ["best", "whole"]);
        expect((whole as { getTotalIndices(): number }).getTotalIndices()).toBeGreaterThan(300);
        expect((best as plugin.ScanCompletion).confidence).toBeGreaterThan(0);
        model.dispose();
        scene.dispose();
    }, 180_000);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { expect, it, vi } from "vitest";
import type * as DeepSDF from "../../plugin/umd/index.js";
import { root } from "./consumer.js";

const script = readFileSync(join(root, "dist/umd/babylon-deepsdf.js"), "utf8");

it("as one script beside BABYLON and ort it makes a shape, as in Babylon's Playground", async () => {
    const BABYLON = await import("@babylonjs/core");
    vi.stubGlobal("BABYLON", BABYLON);
    vi.stubGlobal("ort", await import("onnxruntime-web"));
    // A page, so that the runtime is the page's own.
    vi.stubGlobal("document", {});
    runInThisContext(script);
    const { ShapeModel } = (globalThis as unknown as { DeepSDF: typeof DeepSDF }).DeepSDF;
    const scene = new BABYLON.Scene(new BABYLON.NullEngine());
    const shapes = await ShapeModel.LoadAsync(readFileSync(join(root, "models/props.onnx")), scene);
    const latent = shapes.sampleLatent({ seed: 7 });
    const { indices } = await shapes.createVertexDataAsync({ latent, resolution: 12 });
    expect(indices!.length / 3).toBeGreaterThan(50);
    vi.unstubAllGlobals();
});

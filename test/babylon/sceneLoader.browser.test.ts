import { Engine } from "@babylonjs/core/Engines/engine.js";
import { ImportMeshAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Scene } from "@babylonjs/core/scene.js";
import { describe, expect, it } from "vitest";
import "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";

describe("the scene loader for decoders, in a page", () => {
    it("makes a mesh from an address, a data address and a file, and tells of progress", async () => {
        const engine = new Engine(document.createElement("canvas"), false);
        const scene = new Scene(engine);
        const url = URL.createObjectURL(new Blob([octahedronFile()]));
        const base64 = btoa(String.fromCharCode(...octahedronFile()));
        const file = new File([octahedronFile()], "gems.onnx");
        const pluginOptions = { deepsdf: { seed: 4, resolution: 12, backend: "wasm" } } as const;
        let progress = 0;
        for (const source of [url, `data:;base64,${base64}`, file]) {
            const { meshes } = await ImportMeshAsync(source, scene, {
                pluginExtension: ".onnx",
                pluginOptions,
                onProgress: ({ loaded }) => {
                    progress = Math.max(progress, loaded);
                },
            });
            expect(meshes.map(({ name }) => name)).toEqual(["shape 4"]);
            expect(meshes[0].getTotalVertices()).toBeGreaterThan(50);
        }
        expect(progress).toBe(octahedronFile().length);
        scene.dispose();
        engine.dispose();
    });
});

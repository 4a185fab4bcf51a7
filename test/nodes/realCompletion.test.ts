import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { expect, it } from "vitest";
import { buildAsync, registerShapeModel, ShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";
import { graphOf } from "./graphs.js";
import { middleOf, movedScan } from "./movedScan.js";

it("ScanCompletionBlock completes a moved shape where it lies, with a real decoder", async () => {
    const engine = new NullEngine();
    const scene = new Scene(engine);
    const shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
    registerShapeModel("props", shapes);
    const complete = movedScan(Float32Array.of(0.1, 0), [3, 1, -2], "large");
    const graph = graphOf(complete.geometry);
    await buildAsync(graph);
    const middle = middleOf(graph.vertexData!.positions!);
    [3, 1, -2].forEach((expected, axis) => {
        expect(middle[axis]).toBeCloseTo(expected, 0);
    });
    shapes.dispose();
    scene.dispose();
    engine.dispose();
}, 120_000);

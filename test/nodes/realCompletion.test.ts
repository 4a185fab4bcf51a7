import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { GeometryInputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryInputBlock.js";
import { GeometryTransformBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryTransformBlock.js";
import { NodeGeometryBlockConnectionPointTypes as Types } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import { Scene } from "@babylonjs/core/scene.js";
import { expect, it } from "vitest";
import {
    buildAsync,
    LatentCodeBlock,
    registerShapeModel,
    ScanCompletionBlock,
    ShapeModel,
} from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";
import { decodeOf, graphOf } from "./graphs.js";

it("ScanCompletionBlock completes a moved shape where it lies, with a real decoder", async () => {
    const engine = new NullEngine();
    const scene = new Scene(engine);
    const shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
    registerShapeModel("props", shapes);
    const stored = new LatentCodeBlock("stored");
    stored.value = Float32Array.of(0.1, 0);
    const moved = new GeometryTransformBlock("moved");
    decodeOf(stored.latent, 12).geometry.connectTo(moved.value);
    const by = new GeometryInputBlock("by", Types.Vector3);
    by.value = new Vector3(3, 1, -2);
    by.output.connectTo(moved.translation);
    const complete = new ScanCompletionBlock("complete");
    moved.output.connectTo(complete.scan);
    complete.resolution.value = 12;
    complete.category = "large";
    const graph = graphOf(complete.geometry);
    await buildAsync(graph);
    const { positions } = graph.vertexData!;
    const middle = [0, 1, 2].map((axis) => {
        const values = Array.from(positions!).filter((_, i) => i % 3 === axis);
        return (Math.min(...values) + Math.max(...values)) / 2;
    });
    [3, 1, -2].forEach((expected, axis) => {
        expect(middle[axis]).toBeCloseTo(expected, 0);
    });
    shapes.dispose();
    scene.dispose();
    engine.dispose();
}, 120_000);

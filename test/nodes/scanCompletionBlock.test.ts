import { GeometryTransformBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryTransformBlock.js";
import { MathBlock, MathBlockOperations } from "@babylonjs/core/Meshes/Node/Blocks/mathBlock.js";
import { MergeGeometryBlock } from "@babylonjs/core/Meshes/Node/Blocks/mergeGeometryBlock.js";
import { BoxBlock } from "@babylonjs/core/Meshes/Node/Blocks/Sources/boxBlock.js";
import { NullBlock } from "@babylonjs/core/Meshes/Node/Blocks/Sources/nullBlock.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildAsync, registerShapeModel, ScanCompletionBlock } from "../../plugin/index.js";
import { FakeModel } from "./fakeModel.js";
import { decodeOf, graphOf, intInput, sampleOf, scatter } from "./graphs.js";

let model: FakeModel;

beforeEach(() => {
    model = new FakeModel();
    registerShapeModel("props", model);
});
afterEach(() => model.dispose());

function completeBox(): { complete: ScanCompletionBlock; box: BoxBlock } {
    const box = new BoxBlock("scan");
    const complete = new ScanCompletionBlock("complete");
    box.geometry.connectTo(complete.scan);
    return { complete, box };
}

describe("ScanCompletionBlock", () => {
    it("gives the completed geometry, code, confidence and matrix of one completion", async () => {
        const { complete } = completeBox();
        complete.category = "large";
        const placed = new GeometryTransformBlock("placed");
        decodeOf(complete.latent).geometry.connectTo(placed.value);
        complete.matrix.connectTo(placed.matrix);
        const merge = new MergeGeometryBlock("merge");
        complete.geometry.connectTo(merge.geometry0);
        placed.output.connectTo(merge.geometry1);
        const graph = graphOf(merge.output);
        await buildAsync(graph);
        expect(model.completed).toMatchObject([{ category: "large" }]);
        expect(model.completed[0].positions.length).toBe(24 * 3);
        expect(model.decoded).toEqual([Float32Array.of(0.1, 0)]);
        const { positions } = graph.vertexData!;
        const heights = Array.from(positions!.slice(24 * 3)).filter((_, i) => i % 3 === 1);
        expect((Math.min(...heights) + Math.max(...heights)) / 2).toBeCloseTo(2, 5);
        await buildAsync(graph);
        graph.build();
        expect(model.completed.length).toBe(1);
    });

    it("completes once more when the scan changes", async () => {
        const { complete, box } = completeBox();
        const graph = graphOf(complete.geometry);
        await buildAsync(graph);
        box.size.value = 2;
        await buildAsync(graph);
        expect(model.completed.length).toBe(2);
    });

    it("lets counts depend on the confidence, and decodes for the real one only", async () => {
        const { complete } = completeBox();
        const product = new MathBlock("product");
        product.operation = MathBlockOperations.Multiply;
        complete.confidence.connectTo(product.left);
        intInput(8).output.connectTo(product.right);
        const { graph, instances } = scatter(1);
        product.output.connectTo(instances.count, true);
        await buildAsync(graph);
        expect(model.decoded.length).toBe(6);
    });

    it("completes decoded shapes", async () => {
        const complete = new ScanCompletionBlock("complete");
        decodeOf(sampleOf(1).latent).geometry.connectTo(complete.scan);
        const graph = graphOf(complete.geometry);
        await buildAsync(graph);
        expect(model.completed.length).toBe(1);
        expect(Math.max(...model.completed[0].positions)).toBeLessThan(1);
    });

    it("says what is missing", async () => {
        const { complete } = completeBox();
        complete.mode = "guess";
        const graph = graphOf(complete.geometry);
        expect(() => graph.build()).toThrow(
            /ScanCompletionBlock "complete": got mode "guess"; expected one of replace/,
        );
        complete.mode = "fuse";
        model.completeScanAsync = async () => [];
        await expect(buildAsync(graph)).rejects.toThrow(
            /ScanCompletionBlock "complete": no shape agrees with the scan/,
        );
        const empty = new ScanCompletionBlock("empty");
        new NullBlock("nothing").geometry.connectTo(empty.scan);
        expect(() => graphOf(empty.geometry).build()).toThrow(
            /ScanCompletionBlock "empty": nothing comes in at "scan"/,
        );
    });
});

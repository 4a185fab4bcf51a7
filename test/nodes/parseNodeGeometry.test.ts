import "@babylonjs/core/Meshes/Node/Blocks/allBlocks.js";
import { BoxBlock } from "@babylonjs/core/Meshes/Node/Blocks/Sources/boxBlock.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildAsync, parseNodeGeometry, registerShapeModel } from "../../plugin/index.js";
import { FakeModel } from "./fakeModel.js";
import { graphOf, scatter } from "./graphs.js";

type Block = Record<string, unknown> & { name: string; inputs: Record<string, unknown>[] };
type Graph = Record<string, unknown> & { blocks: Block[] };

let model: FakeModel;
let source: Graph;

beforeEach(async () => {
    model = new FakeModel();
    registerShapeModel("props", model);
    const { graph } = scatter(2);
    await buildAsync(graph);
    source = JSON.parse(JSON.stringify(graph.serialize())) as Graph;
});
afterEach(() => model.dispose());

const block = (name: string) => source.blocks.find((candidate) => candidate.name === name)!;

describe("parseNodeGeometry", () => {
    it("takes an object or its text and leaves it as it was", async () => {
        const before = JSON.stringify(source);
        for (const graph of [parseNodeGeometry(source), parseNodeGeometry(before)]) {
            await buildAsync(graph);
            expect(graph.vertexData!.positions!.length / 3).toBe(2 * 24);
            expect(graph.name).toBe("scatter");
        }
        expect(JSON.stringify(source)).toBe(before);
    });

    it.each([
        ["BABYLON.DecodeShapeBlok", /"decode" is a DecodeShapeBlok, which is not registered.*import the module/],
        ["BABYLON.constructor", /not registered/],
        ["BABYLON.Mesh", /not registered/],
        [7, /not registered/],
        [undefined, /not registered/],
    ])("says how to mend a block of the class %s", (customType, message) => {
        block("decode").customType = customType;
        expect(() => parseNodeGeometry(source)).toThrow(message);
    });

    it("refuses a code that goes into a number, and a shape that goes into a code", async () => {
        const scatterBlock = block("scatter");
        const decode = block("decode");
        const sample = block("sample");
        Object.assign(scatterBlock.inputs[1], {
            inputName: "count",
            targetBlockId: sample.id,
            targetConnectionName: "latent",
        });
        expect(() => parseNodeGeometry(source)).toThrow(/"latent" of "sample" leads to "count" of "scatter"/);
        delete scatterBlock.inputs[1].inputName;
        delete scatterBlock.inputs[1].targetBlockId;
        delete scatterBlock.inputs[1].targetConnectionName;
        const box = graphOf(new BoxBlock("box").geometry);
        await buildAsync(box);
        const boxBlock = JSON.parse(JSON.stringify(box.getBlockByName("box")!.serialize()));
        source.blocks.push({ ...boxBlock, id: 987654 });
        Object.assign(decode.inputs[0], { targetBlockId: 987654, targetConnectionName: "geometry" });
        expect(() => parseNodeGeometry(source)).toThrow(/"geometry" of "box" leads to "latent" of "decode"/);
    });

    it("refuses connections from nowhere and circles", () => {
        block("decode").inputs[0].targetBlockId = 424242;
        expect(() => parseNodeGeometry(source)).toThrow(
            /"decode" takes "latent" from "latent" of a block with the id 424242/,
        );
        block("decode").inputs[0].targetBlockId = block("sample").id;
        block("decode").inputs[0].targetConnectionName = "later";
        expect(() => parseNodeGeometry(source)).toThrow(/"later" of the block "sample"/);
        block("decode").inputs[0].targetConnectionName = "latent";
        Object.assign(block("scatter").inputs[0], {
            targetBlockId: block("scatter").id,
            targetConnectionName: "output",
        });
        expect(() => parseNodeGeometry(source)).toThrow(/the blocks "scatter" take values from each other/);
    });

    it("refuses values of another kind with the block's name", () => {
        block("sample").category = 5;
        expect(() => parseNodeGeometry(source)).toThrow(
            /LatentSampleBlock "sample": got 5 as "category"; expected a string/,
        );
        block("sample").category = "";
        block("decode").uvScale = "big";
        expect(() => parseNodeGeometry(source)).toThrow(/DecodeShapeBlock "decode": got "big" as "uvScale"/);
    });

    it.each([
        ["nothing", undefined],
        ["no JSON", "{"],
        ["a list", []],
        ["no blocks", {}],
        ["blocks of another kind", { blocks: "many" }],
        ["too many blocks", { blocks: new Array(10_001).fill({}) }],
        ["a block that is null", { blocks: [null] }],
        ["no output", { blocks: [] }],
    ])("refuses %s", (_, graph) => {
        expect(() => parseNodeGeometry(graph)).toThrow(/^parseNodeGeometry: .+; expected .+; .+/);
    });

    it("names a decoder that is not registered when it builds", async () => {
        block("decode").decoder = "chairs";
        await expect(buildAsync(parseNodeGeometry(source))).rejects.toThrow(
            /DecodeShapeBlock "decode": no decoder is registered as "chairs"; expected one of "props"; call registerShapeModel\("chairs", model\)/,
        );
    });
});

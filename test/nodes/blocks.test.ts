import * as core from "@babylonjs/core";
import { ConditionBlock } from "@babylonjs/core/Meshes/Node/Blocks/conditionBlock.js";
import { DebugBlock } from "@babylonjs/core/Meshes/Node/Blocks/debugBlock.js";
import { GeometryElbowBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryElbowBlock.js";
import { MathBlock } from "@babylonjs/core/Meshes/Node/Blocks/mathBlock.js";
import { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
    buildAsync,
    DecodeShapeBlock,
    encodeLatent,
    LatentAxisBlock,
    LatentCodeBlock,
    LatentInterpolateBlock,
    type LatentSampleBlock,
    parseNodeGeometry,
    registerShapeModel,
    ScanCompletionBlock,
    shapeBlocks,
} from "../../plugin/index.js";
import { interpolateAlongPrior } from "../../plugin/latent/index.js";
import { FakeModel } from "./fakeModel.js";
import { decodeOf, graphOf, instanceNumber, intInput, sampleOf, scatter } from "./graphs.js";

let model: FakeModel;

beforeEach(() => {
    model = new FakeModel();
    registerShapeModel("props", model);
});
afterEach(() => model.dispose());

/** The code that arrives at a decoder behind a port. */
async function codeAt(port: LatentSampleBlock["latent"]): Promise<Float32Array> {
    await buildAsync(graphOf(decodeOf(port).geometry));
    return model.decoded.at(-1)!;
}

describe("ports of codes", () => {
    it("take codes only, and codes go nowhere else", () => {
        const sample = sampleOf(1);
        const decode = new DecodeShapeBlock("decode");
        const math = new MathBlock("math");
        expect(sample.latent.canConnectTo(decode.latent)).toBe(true);
        for (const port of [decode.resolution, new ScanCompletionBlock("complete").scan, math.left, sample.seed]) {
            expect(sample.latent.canConnectTo(port), port.name).toBe(false);
        }
        for (const port of [intInput(1).output, decode.geometry, new core.BoxBlock("box").geometry]) {
            expect(port.canConnectTo(decode.latent), port.name).toBe(false);
        }
        expect(() => sample.latent.connectTo(math.left)).toThrow(/Cannot connect/);
    });

    it("hand codes on through elbows, debug blocks and conditions", async () => {
        const [elbow, debug] = [new GeometryElbowBlock("elbow"), new DebugBlock("debug")];
        const condition = new ConditionBlock("choice");
        sampleOf(4).latent.connectTo(elbow.input);
        elbow.output.connectTo(debug.input);
        condition.left.value = 1;
        intInput(0).output.connectTo(condition.left);
        intInput(0).output.connectTo(condition.right);
        debug.output.connectTo(condition.ifTrue);
        sampleOf(9).latent.connectTo(condition.ifFalse);
        expect(await codeAt(condition.output)).toEqual(model.sampleLatent({ seed: 4 }));
    });
});

describe("LatentSampleBlock", () => {
    it("draws what the model draws", async () => {
        const sample = sampleOf(7);
        sample.category = "large";
        sample.temperature.value = 0.5;
        expect(await codeAt(sample.latent)).toEqual(
            model.sampleLatent({ seed: 7, category: "large", temperature: 0.5 }),
        );
    });

    it("draws another code for each instance, the same ones in each build", async () => {
        const { graph, sample } = scatter(5);
        sample.seed.value = 30;
        await buildAsync(graph);
        expect(model.decoded).toEqual([30, 31, 32, 33, 34].map((seed) => model.sampleLatent({ seed })));
    });

    it("draws one code for all instances where that is asked for", async () => {
        for (const off of ["seedPerInstance", "evaluateContext"] as const) {
            const { graph, sample } = scatter(5);
            sample[off] = false;
            await buildAsync(graph);
        }
        expect(model.decoded).toEqual([model.sampleLatent({ seed: 0 })]);
    });

    it("tells instances of nested loops apart", async () => {
        const { instances } = scatter(3);
        const outer = new core.InstantiateBlock("rows");
        instances.output.connectTo(outer.instance);
        outer.count.value = 2;
        await buildAsync(graphOf(outer.output));
        expect(model.decoded).toEqual([0, 1, 2, 65536, 65537, 65538].map((seed) => model.sampleLatent({ seed })));
    });

    it("takes seeds from the graph", async () => {
        const { graph, sample } = scatter(3);
        sample.seedPerInstance = false;
        instanceNumber().output.connectTo(sample.seed);
        await buildAsync(graph);
        expect(model.decoded).toEqual([0, 1, 2].map((seed) => model.sampleLatent({ seed })));
    });

    it("names itself where the category is unknown", () => {
        const sample = sampleOf(1);
        sample.category = "teapot";
        expect(() => graphOf(decodeOf(sample.latent).geometry).build()).toThrow(
            /LatentSampleBlock "sample": .*teapot.*small, large/,
        );
    });
});

describe("LatentInterpolateBlock", () => {
    function mixOf(...seeds: number[]): LatentInterpolateBlock {
        const mix = new LatentInterpolateBlock("mix");
        seeds.forEach((seed, n) => {
            sampleOf(seed).latent.connectTo(mix.inputs[n]);
        });
        return mix;
    }

    it("mixes two to four codes by weights", async () => {
        const codes = [1, 2, 3, 4].map((seed) => model.sampleLatent({ seed }));
        const two = mixOf(1, 2);
        two.weight0.value = 3;
        expect(await codeAt(two.latent)).toEqual(model.interpolateLatents(codes.slice(0, 2), [3, 1]));
        const four = mixOf(1, 2, 3, 4);
        [four.weight0, four.weight1, four.weight2, four.weight3].forEach((port, n) => {
            port.value = n;
        });
        expect(await codeAt(four.latent)).toEqual(model.interpolateLatents(codes, [0, 1, 2, 3]));
    });

    it("mixes along the prior", async () => {
        const mix = mixOf(1, 2);
        mix.alongPrior = true;
        const codes = [1, 2].map((seed) => model.sampleLatent({ seed }));
        expect(await codeAt(mix.latent)).toEqual(interpolateAlongPrior(model.metadata, codes));
    });

    it("mixes along the prior of its category, and names itself where that is unknown", async () => {
        const small = { category: "small", seedPerInstance: false };
        const mix = new LatentInterpolateBlock("mix");
        Object.assign(sampleOf(1), small).latent.connectTo(mix.latent0);
        Object.assign(sampleOf(2), small).latent.connectTo(mix.latent1);
        Object.assign(mix, { alongPrior: true, category: "large" });
        const codes = [1, 2].map((seed) => model.sampleLatent({ seed, category: "small" }));
        const asLarge = interpolateAlongPrior(model.metadata, codes, [1, 1], "large");
        expect(asLarge).not.toEqual(interpolateAlongPrior(model.metadata, codes));
        expect(await codeAt(mix.latent)).toEqual(asLarge);
        mix.category = "teapot";
        expect(() => graphOf(decodeOf(mix.latent).geometry).build()).toThrow(
            /LatentInterpolateBlock "mix": .*teapot.*small, large/,
        );
    });

    it("asks for its second code by name", () => {
        const mix = new LatentInterpolateBlock("mix");
        sampleOf(1).latent.connectTo(mix.latent0);
        expect(() => graphOf(decodeOf(mix.latent).geometry).build()).toThrow(
            /LatentInterpolateBlock "mix": nothing is connected to "latent1".*LatentSampleBlock/,
        );
    });
});

describe("LatentAxisBlock", () => {
    it("moves along an axis by name or place", async () => {
        for (const axis of ["size", "0"]) {
            const move = new LatentAxisBlock("move");
            sampleOf(1).latent.connectTo(move.source);
            move.axis = axis;
            move.amount.value = 1.5;
            const expected = model.moveAlongAxis(model.sampleLatent({ seed: 1 }), "size", 1.5);
            expect(await codeAt(move.latent)).toEqual(expected);
        }
    });

    it("names itself where there is no such axis", () => {
        const move = new LatentAxisBlock("move");
        sampleOf(1).latent.connectTo(move.source);
        move.axis = "girth";
        expect(() => graphOf(decodeOf(move.latent).geometry).build()).toThrow(/LatentAxisBlock "move": .*girth/);
    });
});

describe("LatentCodeBlock", () => {
    it("gives the code it stores", async () => {
        const stored = new LatentCodeBlock("hero");
        stored.value = Float32Array.of(0.1, -0.2);
        expect(stored.code).toBe(encodeLatent(Float32Array.of(0.1, -0.2)));
        expect(await codeAt(stored.latent)).toEqual(Float32Array.of(0.1, -0.2));
    });

    it("refuses a code of another decoder, a damaged one, and none", () => {
        const stored = new LatentCodeBlock("hero");
        const graph = graphOf(decodeOf(stored.latent).geometry);
        expect(() => graph.build()).toThrow(/LatentCodeBlock "hero": holds no code/);
        stored.value = Float32Array.of(1, 2, 3);
        expect(() => graph.build()).toThrow(/LatentCodeBlock "hero": .*a code of 3/);
        stored.code = `${encodeLatent(Float32Array.of(0.1, 0)).slice(0, -1)}!`;
        expect(() => graph.build()).toThrow(/LatentCodeBlock "hero": /);
    });
});

describe("DecodeShapeBlock", () => {
    it("halves its resolution with each level of detail", async () => {
        const asked: number[] = [];
        const make = model.createVertexDataAsync.bind(model);
        model.createVertexDataAsync = (options: { latent: Float32Array; resolution?: number }) => {
            asked.push(options.resolution!);
            return make(options);
        };
        for (const lod of [0, 1, 2, 9]) {
            const decode = decodeOf(sampleOf(1).latent, 40);
            decode.lod.value = lod;
            await buildAsync(graphOf(decode.geometry));
        }
        expect(asked).toEqual([40, 20, 10, 8]);
    });

    it("gives positions, normals, indices and texture coordinates at the scale asked for", async () => {
        const decode = decodeOf(sampleOf(1).latent);
        const graph = graphOf(decode.geometry);
        await buildAsync(graph);
        const once = graph.vertexData!;
        decode.uvScale = 3;
        await buildAsync(graph);
        const { positions, normals, uvs, indices } = graph.vertexData!;
        expect(normals!.length).toBe(positions!.length);
        expect(uvs!.length / 2).toBe(positions!.length / 3);
        expect(indices!.length).toBeGreaterThan(0);
        expect(Array.from(uvs!)).toEqual(Array.from(once.uvs!, (value) => Math.fround(3 * value)));
        expect(model.decoded.length).toBe(1);
    });

    it("is exact where that is set, and does not take a shape for it that was made otherwise", async () => {
        const asked: unknown[] = [];
        const make = model.createVertexDataAsync.bind(model);
        model.createVertexDataAsync = (options: { latent: Float32Array; exact?: boolean }) => {
            asked.push(options.exact);
            return make(options);
        };
        const decode = decodeOf(sampleOf(1).latent);
        const graph = graphOf(decode.geometry);
        for (const exact of [false, true, true]) {
            decode.exact = exact;
            await buildAsync(graph);
        }
        expect(asked).toEqual([false, true]);
        expect(decode.serialize().exact).toBe(true);
    });

    it("gives each consumer a copy of its own", async () => {
        const decode = decodeOf(sampleOf(1).latent);
        const graph = graphOf(decode.geometry);
        await buildAsync(graph);
        graph.vertexData!.positions![0] = 99;
        await buildAsync(graph);
        expect(graph.vertexData!.positions![0]).not.toBe(99);
    });

    it("refuses a resolution out of range before anything is decoded", () => {
        const decode = decodeOf(sampleOf(1).latent, 4096);
        expect(() => graphOf(decode.geometry).build()).toThrow(
            /DecodeShapeBlock "decode": port "resolution": got resolution 4096/,
        );
        expect(model.decoded).toEqual([]);
    });
});

describe("a graph with all blocks", () => {
    /** Sample and stored code, mixed, moved, decoded, beside a completed scan. */
    function everything(): NodeGeometry {
        const sample = sampleOf(3);
        sample.category = "small";
        sample.seedPerInstance = false;
        const stored = new LatentCodeBlock('hero "one"');
        stored.value = Float32Array.of(0.05, 0.1);
        const mix = new LatentInterpolateBlock("mix");
        sample.latent.connectTo(mix.latent0);
        stored.latent.connectTo(mix.latent1);
        mix.weight1.value = 0.25;
        mix.alongPrior = true;
        mix.category = "small";
        const move = new LatentAxisBlock("move");
        mix.latent.connectTo(move.source);
        move.axis = "size";
        move.amount.value = -0.5;
        const decode = decodeOf(move.latent, 10);
        decode.uvScale = 2;
        decode.decoder = "props";
        const complete = new ScanCompletionBlock("complete");
        decode.geometry.connectTo(complete.scan);
        complete.category = "large";
        complete.mode = "fill";
        const merge = new core.MergeGeometryBlock("merge");
        decode.geometry.connectTo(merge.geometry0);
        complete.geometry.connectTo(merge.geometry1);
        return graphOf(merge.output, "everything");
    }

    const dataOf = ({ vertexData }: NodeGeometry) => ({
        positions: Array.from(vertexData!.positions!),
        uvs: Array.from(vertexData!.uvs!),
        indices: Array.from(vertexData!.indices!),
    });

    /** Without the ids, which are new in each graph. */
    const textOf = (graph: NodeGeometry) => {
        const ids: number[] = [];
        const text = JSON.stringify(graph.serialize());
        for (const [, id] of text.matchAll(/"id":(\d+)/g)) ids.push(Number(id));
        return text.replace(
            /"(id|targetBlockId|outputNodeId)":(\d+)/g,
            (_, key, id) => `"${key}":${ids.indexOf(Number(id))}`,
        );
    };

    it("is the same after serialize and parse, and after clone", async () => {
        const graph = everything();
        await buildAsync(graph);
        const parsed = parseNodeGeometry(JSON.stringify(graph.serialize()));
        await buildAsync(parsed);
        const byEngine = NodeGeometry.Parse(graph.serialize());
        const cloned = graph.clone("copy");
        cloned.name = "everything";
        for (const copy of [parsed, byEngine, cloned]) {
            expect(textOf(copy)).toBe(textOf(graph));
            await buildAsync(copy);
            expect(dataOf(copy)).toEqual(dataOf(graph));
        }
        expect(model.decoded.length).toBe(1);
        expect(model.completed.length).toBe(1);
    });

    it("is the same after its generated code ran", async () => {
        const graph = everything();
        await buildAsync(graph);
        // The engine starts from input blocks, and writes nothing where there is none.
        graph.getBlockByName("sample")!.autoConfigure(graph);
        await buildAsync(graph);
        // The engine writes names as they are, so they have to be free of quotes.
        for (const block of graph.attachedBlocks) block.name = block.name.replaceAll('"', "");
        const code = graph.generateCode().replace("nodeGeometry.build();", "return nodeGeometry;");
        const copy = new Function("BABYLON", code)({ ...core, ...shapeBlocks }) as NodeGeometry;
        await buildAsync(copy);
        expect(dataOf(copy)).toEqual(dataOf(graph));
        for (const { name } of graph.attachedBlocks) {
            expect(copy.getBlockByName(name)?.getClassName()).toBe(graph.getBlockByName(name)!.getClassName());
        }
    });

    it("copies blocks one by one", () => {
        for (const block of everything().attachedBlocks) {
            const { id: _, inputs: __, ...rest } = block.serialize() as Record<string, unknown>;
            expect(block.clone()!.serialize()).toMatchObject(rest);
        }
    });
});

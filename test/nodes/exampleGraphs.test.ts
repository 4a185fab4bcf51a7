import "@babylonjs/core/Meshes/Node/Blocks/allBlocks.js";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import type { GeometryInputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryInputBlock.js";
import { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
    buildAsync,
    interpolateAlongPrior,
    parseNodeGeometry,
    registerShapeModel,
    ShapeModel,
} from "../../plugin/index.js";
import { categoryFile } from "./categoryDecoder.js";
import { countDecodes } from "./graphs.js";
import { marketStall, morphRow } from "./makeExampleGraphs.js";

const pathOf = (file: string) => join(import.meta.dirname, `../../demo/graphs/${file}.json`);

let engine: NullEngine;
let scene: Scene;
let shapes: ShapeModel;

beforeEach(async () => {
    engine = new NullEngine();
    scene = new Scene(engine);
    shapes = await ShapeModel.LoadAsync(categoryFile(["chair", "vase", "barrel"]), scene);
    registerShapeModel("props", shapes);
});
afterEach(() => {
    shapes.dispose();
    scene.dispose();
    engine.dispose();
});

function load(file: string): NodeGeometry {
    const graph = parseNodeGeometry(readFileSync(pathOf(file), "utf8"));
    (graph.getBlockByName("Resolution") as GeometryInputBlock).value = 10;
    return graph;
}

/** Without the ids, which are new in each graph. */
function textOf(graph: NodeGeometry): string {
    const text = JSON.stringify(graph.serialize(), null, 2);
    const ids = [...text.matchAll(/"id": (\d+)/g)].map(([, id]) => id);
    return `${text.replace(/"(id|targetBlockId|outputNodeId)": (\d+)/g, (_, key, id) => `"${key}": ${ids.indexOf(id) + 1}`)}\n`;
}

describe.each([
    ["marketStall", marketStall],
    ["morphRow", morphRow],
])("the example %s", (file, make) => {
    it("is what its maker makes", () => {
        const text = textOf(make());
        if (process.env.UPDATE_GRAPHS) {
            writeFileSync(pathOf(file), text);
        }
        expect(JSON.parse(readFileSync(pathOf(file), "utf8"))).toEqual(JSON.parse(text));
    });

    it("is read by the engine too", async () => {
        const source = JSON.parse(readFileSync(pathOf(file), "utf8"));
        const graph = NodeGeometry.Parse(source);
        await buildAsync(graph);
        expect(graph.createMesh(file, scene)!.getTotalVertices()).toBeGreaterThan(1000);
    });
});

describe("the market stall", () => {
    it("puts fourteen distinct props on and before its counter, each decoded once", async () => {
        const decodes = countDecodes(shapes);
        const graph = load("marketStall");
        await buildAsync(graph);
        expect(decodes.count).toBe(14);
        const { positions } = graph.vertexData!;
        // The five boxes come first; the lowest point of a ware stands on the counter, of a barrel on the ground.
        const props = Array.from(positions!.slice(3 * 5 * 24));
        const heights = props.filter((_, i) => i % 3 === 1);
        expect(Math.min(...heights)).toBeCloseTo(0, 5);
        const onCounter = heights.filter((y) => y > 0.9);
        expect(Math.min(...onCounter)).toBeCloseTo(1.05, 5);
        const across = props.filter((_, i) => i % 3 === 0);
        expect(Math.max(...across.map(Math.abs))).toBeLessThan(1.8);
        expect(Math.max(...across)).toBeGreaterThan(1.27);
    });
});

describe("the morph row", () => {
    it("goes from the first chair to the second along the prior, one decode a step", async () => {
        const decoded: Float32Array[] = [];
        const make = shapes.createVertexDataAsync.bind(shapes);
        shapes.createVertexDataAsync = (options) => {
            decoded.push(options.latent);
            return make(options);
        };
        await buildAsync(load("morphRow"));
        const ends = [5, 12].map((seed) => shapes.sampleLatent({ seed, category: "chair", temperature: 0.7 }));
        expect(decoded.length).toBe(7);
        decoded.forEach((code, n) => {
            const expected = interpolateAlongPrior(shapes.metadata!, ends, [1 - n / 6, n / 6]);
            expect(Math.max(...code.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-6);
        });
    });
});

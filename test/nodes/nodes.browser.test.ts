import "@babylonjs/core/Meshes/Node/Blocks/allBlocks.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import type { GeometryInputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryInputBlock.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import marketStall from "../../demo/graphs/marketStall.json";
import morphRow from "../../demo/graphs/morphRow.json";
import {
    buildAsync,
    interpolateAlongPrior,
    LatentAxisBlock,
    LatentCodeBlock,
    LatentInterpolateBlock,
    parseNodeGeometry,
    registerShapeModel,
    ShapeModel,
} from "../../plugin/index.js";
import { categoryFile } from "./categoryDecoder.js";
import { countDecodes, decodeOf, graphOf, sampleOf, scatter } from "./graphs.js";
import { middleOf, movedScan } from "./movedScan.js";

const hasWebGpu = (await navigator.gpu?.requestAdapter()) != null;

describe.skipIf(!hasWebGpu)("graphs over shapes on WebGPU", () => {
    let engine: WebGPUEngine;
    let scene: Scene;
    let shapes: ShapeModel;
    const errors: string[] = [];

    beforeAll(async () => {
        engine = new WebGPUEngine(document.createElement("canvas"));
        await engine.initAsync();
        engine._device.addEventListener("uncapturederror", (event) => errors.push(event.error.message));
        scene = new Scene(engine);
        shapes = await ShapeModel.LoadAsync(categoryFile(["chair", "vase", "barrel"]), scene, { backend: "webgpu" });
        registerShapeModel("props", shapes);
    }, 120_000);
    afterAll(() => {
        shapes?.dispose();
        scene?.dispose();
        engine?.dispose();
        expect(errors).toEqual([]);
    });

    it("makes the shape of each kind of code", async () => {
        const stored = new LatentCodeBlock("stored");
        stored.value = Float32Array.of(0.05, 0);
        const mix = new LatentInterpolateBlock("mix");
        stored.latent.connectTo(mix.latent0);
        sampleOf(2).latent.connectTo(mix.latent1);
        mix.alongPrior = true;
        const move = new LatentAxisBlock("move");
        mix.latent.connectTo(move.source);
        move.axis = "size";
        move.amount.value = 1;
        const sampled = shapes.sampleLatent({ seed: 2 });
        const mixed = interpolateAlongPrior(shapes.metadata!, [stored.value, sampled]);
        const codes = [
            [sampleOf(1).latent, shapes.sampleLatent({ seed: 1 })],
            [stored.latent, stored.value],
            [mix.latent, mixed],
            [move.latent, shapes.moveAlongAxis(mixed, "size", 1)],
        ] as const;
        for (const [port, latent] of codes) {
            const graph = graphOf(decodeOf(port, 8).geometry);
            await buildAsync(graph);
            const own = await shapes.createVertexDataAsync({ latent, resolution: 8 });
            const count = own.positions!.length;
            expect(count).toBeGreaterThan(3 * 20);
            expect(Array.from(graph.vertexData!.positions!.slice(0, count))).toEqual(Array.from(own.positions!));
        }
        expect(shapes.backend).toBe("webgpu");
    }, 120_000);

    it("completes a moved scan where it lies", async () => {
        const latent = Float32Array.of(0.1, 0);
        const complete = movedScan(latent, [3, 1, -2], "vase");
        const graph = graphOf(complete.geometry);
        await buildAsync(graph);
        const middle = middleOf(graph.vertexData!.positions!);
        [3, 1, -2].forEach((expected, axis) => {
            expect(Math.abs(middle[axis] - expected)).toBeLessThan(0.1);
        });
        const own = await shapes.createVertexDataAsync({ latent, resolution: 12 });
        expect(graph.vertexData!.positions!.length).toBeGreaterThan(own.positions!.length / 2);
    }, 240_000);

    it("scatters 100 distinct props, each decoded once", async () => {
        const decodes = countDecodes(shapes);
        const { graph } = scatter(100, 6);
        await buildAsync(graph);
        expect(decodes.count).toBe(100);
        await buildAsync(graph);
        expect(decodes.count).toBe(100);
        expect(graph.vertexData!.positions!.length / 3).toBeGreaterThan(100 * 20);
    }, 240_000);

    it.each([
        ["the market stall", marketStall, 14],
        ["the morph row", morphRow, 7],
    ])(
        "builds %s",
        async (_, source, expected) => {
            const decodes = countDecodes(shapes);
            const graph = parseNodeGeometry(source);
            (graph.getBlockByName("Resolution") as GeometryInputBlock).value = 8;
            await buildAsync(graph);
            expect(decodes.count).toBe(expected);
            expect(graph.createMesh("graph", scene)!.getTotalVertices()).toBeGreaterThan(20 * expected);
        },
        240_000,
    );
});

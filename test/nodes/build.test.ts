import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import type { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildAsync, registerShapeModel, ShapeModel, unregisterShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";
import { countDecodes, decodeOf, graphOf, sampleOf, scatter } from "./graphs.js";

let engine: NullEngine;
let scene: Scene;
let shapes: ShapeModel;
const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);

beforeEach(async () => {
    engine = new NullEngine();
    scene = new Scene(engine);
    shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
    registerShapeModel("props", shapes);
    process.on("unhandledRejection", note);
});

afterEach(async () => {
    // Rejections nobody handles are told a turn later.
    await new Promise((done) => setTimeout(done));
    process.off("unhandledRejection", note);
    expect(rejections.splice(0)).toEqual([]);
    shapes.dispose();
    scene.dispose();
    engine.dispose();
});

/** Resolves when the engine has built. */
const built = (graph: NodeGeometry) => new Promise<void>((done) => graph.onBuildObservable.addOnce(() => done()));

describe("a graph over shapes", () => {
    it("is built by buildAsync, with the shape the model itself makes", async () => {
        const graph = graphOf(decodeOf(sampleOf(5).latent, 16).geometry);
        await buildAsync(graph);
        const { positions, indices } = await shapes.createVertexDataAsync({
            latent: shapes.sampleLatent({ seed: 5 }),
            resolution: 16,
        });
        expect(graph.vertexData!.indices!.length).toBe(indices!.length);
        // Vertices between two sides of the texture stand twice, after the model's own.
        expect(Array.from(graph.vertexData!.positions!.slice(0, positions!.length))).toEqual(Array.from(positions!));
        expect(graph.createMesh("prop", scene)!.getTotalVertices()).toBe(graph.vertexData!.positions!.length / 3);
    });

    it("is built by the engine's own build, once it is ready", async () => {
        const graph = graphOf(decodeOf(sampleOf(5).latent).geometry);
        const done = built(graph);
        graph.build();
        expect(graph.vertexData).toBeNull();
        expect(graph.createMesh("early", scene)).toBeNull();
        await done;
        expect(graph.vertexData!.positions!.length).toBeGreaterThan(100);
    });

    it("scatters 100 distinct props, each decoded once", async () => {
        const decodes = countDecodes(shapes);
        const { graph } = scatter(100);
        await buildAsync(graph);
        expect(decodes.count).toBe(100);
        await buildAsync(graph);
        graph.build();
        expect(decodes.count).toBe(100);
        const expected = new Set<string>();
        for (let seed = 0; seed < 100; seed++) {
            expected.add(shapes.sampleLatent({ seed }).join());
        }
        expect(expected.size).toBe(100);
    });

    it("answers many builds while waiting by one", async () => {
        const decodes = countDecodes(shapes);
        const { graph, instances } = scatter(4);
        let builds = 0;
        graph.onBuildObservable.add(() => builds++);
        const done = built(graph);
        for (let count = 4; count < 12; count++) {
            instances.count.value = count;
            graph.build();
        }
        await done;
        await new Promise((later) => setTimeout(later, 20));
        expect(builds).toBe(1);
        expect(decodes.count).toBe(11);
    });

    it("says which block has no decoder, and how to mend it", async () => {
        unregisterShapeModel("props");
        const graph = graphOf(decodeOf(sampleOf(5).latent).geometry);
        const message = /DecodeShapeBlock "decode".*no decoder.*registerShapeModel/;
        expect(() => graph.build()).toThrow(message);
        await expect(buildAsync(graph)).rejects.toThrow(message);
    });
});

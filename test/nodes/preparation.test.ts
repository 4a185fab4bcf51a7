import { InstantiateBlock } from "@babylonjs/core/Meshes/Node/Blocks/Instances/instantiateBlock.js";
import { InstantiateOnVerticesBlock } from "@babylonjs/core/Meshes/Node/Blocks/Instances/instantiateOnVerticesBlock.js";
import { MergeGeometryBlock } from "@babylonjs/core/Meshes/Node/Blocks/mergeGeometryBlock.js";
import { RandomBlock } from "@babylonjs/core/Meshes/Node/Blocks/randomBlock.js";
import { BoxBlock } from "@babylonjs/core/Meshes/Node/Blocks/Sources/boxBlock.js";
import { SphereBlock } from "@babylonjs/core/Meshes/Node/Blocks/Sources/sphereBlock.js";
import { TeleportInBlock } from "@babylonjs/core/Meshes/Node/Blocks/Teleport/teleportInBlock.js";
import { TeleportOutBlock } from "@babylonjs/core/Meshes/Node/Blocks/Teleport/teleportOutBlock.js";
import type { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildAsync, graphLimits, registerShapeModel } from "../../plugin/index.js";
import { FakeModel } from "./fakeModel.js";
import { decodeOf, graphOf, intInput, sampleOf, scatter } from "./graphs.js";

let model: FakeModel;
const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);
const turn = () => new Promise<void>((done) => setTimeout(done, 5));

beforeEach(() => {
    model = new FakeModel();
    registerShapeModel("props", model);
    process.on("unhandledRejection", note);
});

afterEach(async () => {
    await turn();
    process.off("unhandledRejection", note);
    expect(rejections.splice(0)).toEqual([]);
    model.dispose();
    vi.restoreAllMocks();
});

/** Holds decodes back until it is opened. */
function holdBack(): { open: () => void } {
    let open = () => {};
    const gate = new Promise<void>((done) => {
        open = done;
    });
    model.gate = () => gate;
    return { open };
}

const vertices = ({ vertexData }: NodeGeometry) => (vertexData?.positions?.length ?? 0) / 3;
const seedsOf = (count: number) => Array.from({ length: count }, (_, seed) => model.sampleLatent({ seed }));

describe("a build that waits", () => {
    it("takes the graph as it is at the end, and drops what nobody needs any more", async () => {
        const gate = holdBack();
        const { graph, instances } = scatter(60);
        let builds = 0;
        graph.onBuildObservable.add(() => builds++);
        graph.build();
        const waiting = buildAsync(graph);
        instances.count.value = 2;
        const again = buildAsync(graph);
        graph.build();
        gate.open();
        await Promise.all([waiting, again]);
        await turn();
        expect(builds).toBe(1);
        expect(vertices(graph)).toBe(2 * 24);
        // Four were under way when the graph changed.
        expect(model.decoded.length).toBeLessThanOrEqual(4);
    });

    it("shares decodes with other graphs that want the same", async () => {
        const gate = holdBack();
        const graphs = [scatter(5).graph, scatter(8).graph, scatter(3).graph];
        const builds = graphs.map((graph) => buildAsync(graph));
        await turn();
        gate.open();
        await Promise.all(builds);
        expect(model.decoded.length).toBe(8);
    });

    it("is left by a caller that aborts, and stops when all have left", async () => {
        const gate = holdBack();
        const { graph } = scatter(60);
        const [one, two] = [new AbortController(), new AbortController()];
        const first = buildAsync(graph, { signal: one.signal });
        const second = buildAsync(graph, { signal: two.signal });
        one.abort(new Error("enough"));
        await expect(first).rejects.toThrow("enough");
        two.abort(new Error("too late"));
        await expect(second).rejects.toThrow("too late");
        gate.open();
        await turn();
        expect(model.decoded.length).toBe(4);
        await expect(buildAsync(graph, { signal: AbortSignal.abort(new Error("never")) })).rejects.toThrow("never");
        await buildAsync(graph);
        expect(vertices(graph)).toBe(60 * 24);
    });
});

describe("errors", () => {
    it("come out of buildAsync with the block's name", async () => {
        model.gate = async () => {
            throw new Error("the device was lost");
        };
        const graph = graphOf(decodeOf(sampleOf(1).latent).geometry);
        await expect(buildAsync(graph)).rejects.toThrow('DecodeShapeBlock "decode": the device was lost');
        model.gate = async () => {};
        await buildAsync(graph);
        expect(vertices(graph)).toBe(24);
    });

    it("of a build that waited are reported, thrown by the next, and gone after", async () => {
        const reported = vi.spyOn(Logger, "Error").mockImplementation(() => {});
        model.gate = async () => {
            throw new Error("the device was lost");
        };
        const graph = graphOf(decodeOf(sampleOf(1).latent).geometry);
        graph.build();
        await turn();
        expect(reported.mock.calls.join()).toContain('DecodeShapeBlock "decode": the device was lost');
        model.gate = async () => {};
        expect(() => graph.createMesh("prop")).toThrow('DecodeShapeBlock "decode": the device was lost');
        graph.build();
        await turn();
        expect(vertices(graph)).toBe(24);
    });

    it("that arise while a build waits never leave a rejection behind", async () => {
        const reported = vi.spyOn(Logger, "Error").mockImplementation(() => {});
        const gate = holdBack();
        const { graph, sample } = scatter(3);
        graph.build();
        graph.build();
        sample.category = "teapot";
        gate.open();
        await turn();
        expect(reported.mock.calls.join()).toContain('LatentSampleBlock "sample": ');
        expect(graph.vertexData).toBeNull();
    });

    it("of the engine come out as errors too", async () => {
        const merge = new MergeGeometryBlock("merge");
        decodeOf(sampleOf(1).latent).geometry.connectTo(merge.geometry1);
        const graph = graphOf(merge.output);
        await expect(buildAsync(graph)).rejects.toThrow(/input geometry0 from block merge/);
        graph.outputBlock = null;
        await expect(buildAsync(graph)).rejects.toThrow(/buildAsync: the graph "graph" has no output block/);
    });

    it("tell of a decoder that was disposed while its graph waited", async () => {
        const gate = holdBack();
        const graph = scatter(9).graph;
        const build = buildAsync(graph);
        model.dispose();
        gate.open();
        await expect(build).rejects.toThrow(/DecodeShapeBlock "decode": no decoder is/);
    });
});

describe("graphs that ask for much", () => {
    it("are refused before anything is made", async () => {
        const { instances: limit } = graphLimits;
        graphLimits.instances = 500;
        const many = scatter(501).graph;
        await expect(buildAsync(many)).rejects.toThrow(/InstantiateBlock "scatter": port "count" got 501.*500;/);
        const outer = new InstantiateBlock("rows");
        const { instances } = scatter(30);
        instances.output.connectTo(outer.instance);
        outer.count.value = 30;
        await expect(buildAsync(graphOf(outer.output))).rejects.toThrow(
            /more than 500 instances.*graphLimits.instances/,
        );
        graphLimits.instances = limit;
        const sphere = new SphereBlock("planet");
        intInput(1e6).output.connectTo(sphere.segments);
        const merge = new MergeGeometryBlock("merge");
        sphere.geometry.connectTo(merge.geometry0);
        decodeOf(sampleOf(1).latent).geometry.connectTo(merge.geometry1);
        expect(() => graphOf(merge.output).build()).toThrow(/SphereBlock "planet": port "segments" got 1000000/);
        expect(model.decoded).toEqual([]);
    });

    it("are refused where blocks take values from each other", async () => {
        const merge = new MergeGeometryBlock("merge");
        decodeOf(sampleOf(1).latent).geometry.connectTo(merge.geometry0);
        const graph = graphOf(merge.output);
        merge.output.connectTo(merge.geometry1, true);
        await expect(buildAsync(graph)).rejects.toThrow(/merge.* take values from each other/);
    });
});

describe("codes that only the build knows", () => {
    it("are decoded once each where their number depends on a decoded shape", async () => {
        const big = decodeOf(sampleOf(1000).latent);
        const onVertices = new InstantiateOnVerticesBlock("on vertices");
        big.geometry.connectTo(onVertices.geometry);
        decodeOf(sampleOf(0).latent).geometry.connectTo(onVertices.instance);
        const graph = graphOf(onVertices.output);
        await buildAsync(graph);
        // An octahedron's corners.
        expect(vertices(graph)).toBe(6 * 24);
        expect(model.decoded).toEqual([model.sampleLatent({ seed: 1000 }), ...seedsOf(6)]);
    });

    it("may come from an unseeded random block: as many shapes as asked for, and an end", async () => {
        const { graph, sample } = scatter(7);
        const random = new RandomBlock("dice");
        intInput(0).output.connectTo(random.min);
        intInput(1e6).output.connectTo(random.max);
        random.output.connectTo(sample.seed);
        await buildAsync(graph);
        expect(vertices(graph)).toBe(7 * 24);
        expect(model.decoded.length).toBe(7);
        const done = new Promise<void>((later) => graph.onBuildObservable.addOnce(() => later()));
        graph.build();
        await done;
        expect(vertices(graph)).toBe(7 * 24);
        expect(model.decoded.length).toBe(14);
    });

    it("reach through teleports", async () => {
        const entry = new TeleportInBlock("in");
        const exit = new TeleportOutBlock("out");
        const { instances } = scatter(3);
        instances.output.connectTo(entry.input);
        entry.attachToEndpoint(exit);
        const graph = graphOf(exit.output);
        await buildAsync(graph);
        expect(vertices(graph)).toBe(3 * 24);
    });
});

describe("a graph whose shapes are there", () => {
    it("is built at once by the engine's own build", async () => {
        const { graph, instances } = scatter(4);
        await buildAsync(graph);
        instances.count.value = 2;
        graph.build();
        expect(vertices(graph)).toBe(2 * 24);
        instances.count.value = 4;
        graph.build();
        expect(vertices(graph)).toBe(4 * 24);
        expect(model.decoded.length).toBe(4);
    });

    it("builds with no shapes in it at all", async () => {
        const graph = graphOf(new BoxBlock("box").geometry);
        await buildAsync(graph);
        expect(vertices(graph)).toBe(24);
    });
});

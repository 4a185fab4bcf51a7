import "@babylonjs/core/Meshes/Node/Blocks/allBlocks.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
    buildAsync,
    graphLimits,
    LatentAxisBlock,
    LatentInterpolateBlock,
    parseNodeGeometry,
    registerShapeModel,
    ScanCompletionBlock,
    shapeBlocks,
    unregisterShapeModel,
} from "../../plugin/index.js";
import { cpuMilliseconds } from "../support/cpuTime.js";
import { FakeModel } from "./fakeModel.js";
import { decodeOf, graphOf, sampleOf, scatter } from "./graphs.js";
import { mutate, mutations } from "./mutateGraph.js";

const RUNS = Number(process.env.FUZZ_RUNS ?? 10_000);
/** What one mutated graph may take, milliseconds; the machine may be busy with other tests. */
const LIMIT = 5000;

const model = new FakeModel();
const limits = { ...graphLimits };
const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);
const logLevels = Logger.LogLevels;

beforeAll(() => {
    registerShapeModel("props", model);
    Object.assign(graphLimits, { instances: 300, vertices: 20_000, values: 50_000 });
    Logger.LogLevels = Logger.NoneLogLevel;
    process.on("unhandledRejection", note);
});
afterAll(() => {
    Object.assign(graphLimits, limits);
    Logger.LogLevels = logLevels;
    process.off("unhandledRejection", note);
    model.dispose();
});

const classes = [
    ...Object.keys(shapeBlocks).map((name) => `BABYLON.${name}`),
    ...["BoxBlock", "MathBlock", "InstantiateBlock", "InstantiateOnVerticesBlock", "InstantiateOnFacesBlock"].map(
        (name) => `BABYLON.${name}`,
    ),
    ...["RandomBlock", "SubdivideBlock", "SetPositionsBlock", "MergeGeometryBlock", "GeometryOutputBlock"].map(
        (name) => `BABYLON.${name}`,
    ),
    "BABYLON.TeleportInBlock",
    "BABYLON.TeleportOutBlock",
    "BABYLON.NoSuchBlock",
];

function everyBlock(): NodeGeometry {
    const mix = new LatentInterpolateBlock("mix");
    sampleOf(1).latent.connectTo(mix.latent0);
    sampleOf(2).latent.connectTo(mix.latent1);
    const move = new LatentAxisBlock("move");
    mix.latent.connectTo(move.source);
    const complete = new ScanCompletionBlock("complete");
    decodeOf(move.latent).geometry.connectTo(complete.scan);
    return graphOf(complete.geometry, "every block");
}

/** The shipped graph is large, so it comes less often. */
const which = fc.constantFrom(0, 0, 0, 0, 1, 1, 1, 1, 2);

async function baseGraphs(): Promise<string[]> {
    const small = await Promise.all(
        [scatter(3).graph, everyBlock()].map(async (graph) => {
            await buildAsync(graph);
            return JSON.stringify(graph.serialize());
        }),
    );
    const shipped = JSON.parse(readFileSync(join(import.meta.dirname, "../../demo/graphs/morphRow.json"), "utf8"));
    // The fake decoder knows no chairs.
    for (const block of shipped.blocks) {
        if ("category" in block) block.category = "";
    }
    return [...small, JSON.stringify(shipped)];
}

/** Settles with the work, or fails after the time a graph may take. */
async function within<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`HANG: nothing came in ${LIMIT} ms`)), LIMIT);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

describe(`${RUNS} mutated graphs`, () => {
    it("each end in a geometry or in one error in words, soon, and leave no rejection behind", async () => {
        const bases = await baseGraphs();
        const outcomes = { built: 0, refusedByReader: 0, refusedByBuild: 0, slowest: 0 };
        const property = fc.asyncProperty(
            which,
            fc.array(mutations, { minLength: 1, maxLength: 3 }),
            async (base, changes) => {
                const started = cpuMilliseconds();
                const source = mutate(bases[base], changes, classes);
                let stage: "refusedByReader" | "refusedByBuild" = "refusedByReader";
                try {
                    const graph = parseNodeGeometry(source);
                    stage = "refusedByBuild";
                    await within(buildAsync(graph));
                    outcomes.built++;
                } catch (error) {
                    expect(error).toBeInstanceOf(Error);
                    const { message } = error as Error;
                    expect(message).not.toMatch(/^HANG/);
                    expect(message.length).toBeGreaterThan(10);
                    outcomes[stage]++;
                }
                const took = cpuMilliseconds() - started;
                outcomes.slowest = Math.max(outcomes.slowest, took);
                expect(took).toBeLessThan(LIMIT);
            },
        );
        await fc.assert(property, { numRuns: RUNS, seed: 20_261_125, endOnFailure: true });
        console.log(outcomes);
        await new Promise((done) => setTimeout(done, 50));
        expect(rejections).toEqual([]);
        expect(outcomes.built + outcomes.refusedByReader + outcomes.refusedByBuild).toBe(RUNS);
        // All three outcomes have to be common, or the mutations test nothing.
        expect(Math.min(outcomes.built, outcomes.refusedByReader, outcomes.refusedByBuild)).toBeGreaterThan(RUNS / 50);
    }, 600_000);

    it("read by the engine itself leave no rejection behind either", async () => {
        const bases = await baseGraphs();
        let read = 0;
        const property = fc.asyncProperty(
            which,
            fc.array(mutations, { minLength: 1, maxLength: 2 }),
            async (base, changes) => {
                // Without shapes in it, nothing keeps the engine from counting to a million.
                const tame = changes.filter(({ value }) => !(typeof value === "number" && Math.abs(value) > 300));
                const source = mutate(bases[base], tame, classes);
                try {
                    const graph = NodeGeometry.Parse(source);
                    read++;
                    graph.build();
                    graph.build();
                } catch {
                    // The engine throws what it likes, into the call.
                }
                await new Promise((done) => setImmediate(done));
            },
        );
        const runs = Math.ceil(RUNS / 10);
        await fc.assert(property, { numRuns: runs, seed: 20_261_125, endOnFailure: true });
        unregisterShapeModel("props");
        await new Promise((done) => setTimeout(done, 100));
        expect(rejections).toEqual([]);
        expect(read).toBeGreaterThan(runs / 10);
    }, 600_000);
});

import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { FlowGraphSceneReadyEventBlock } from "@babylonjs/core/FlowGraph/Blocks/Event/flowGraphSceneReadyEventBlock.js";
import { blockFactory } from "@babylonjs/core/FlowGraph/Blocks/flowGraphBlockFactory.js";
import type { FlowGraphContext } from "@babylonjs/core/FlowGraph/flowGraphContext.js";
import { FlowGraphCoordinator } from "@babylonjs/core/FlowGraph/flowGraphCoordinator.js";
import { FlowGraphExecutionBlock } from "@babylonjs/core/FlowGraph/flowGraphExecutionBlock.js";
import { ParseFlowGraphAsync } from "@babylonjs/core/FlowGraph/flowGraphParser.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeLatent, FlowGraphShapeBlock, registerShapeModel, ShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";

let engine: NullEngine;
let scene: Scene;
let shapes: ShapeModel;
let coordinator: FlowGraphCoordinator;
let context: FlowGraphContext;
let block: FlowGraphShapeBlock;
let heard: string[];
let errors: Error[];

/** Writes down which signals reached it. */
class Ear extends FlowGraphExecutionBlock {
    constructor(
        private readonly word: string,
        private readonly then: () => void = () => {},
    ) {
        super();
    }

    override _execute(): void {
        heard.push(this.word);
        this.then();
    }

    override getClassName(): string {
        return "Ear";
    }
}

beforeEach(async () => {
    engine = new NullEngine();
    scene = new Scene(engine);
    shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
    registerShapeModel("props", shapes);
    coordinator = new FlowGraphCoordinator({ scene });
    const graph = coordinator.createGraph();
    context = graph.createContext();
    block = new FlowGraphShapeBlock({ name: "prop" });
    block.resolution.setValue(12, context);
    heard = [];
    errors = [];
    graph.start();
});
afterEach(() => {
    coordinator.dispose();
    shapes.dispose();
    scene.dispose();
    engine.dispose();
});

/** Fires the block; resolves when it is done or has failed. */
function fire(): Promise<void> {
    const end = new Promise<void>((resolve) => {
        block.done.connectTo(new Ear("done", resolve).in);
        const fail = () => {
            errors.push(block.error.payload);
            resolve();
        };
        block.error.connectTo(new Ear("error", fail).in);
    });
    block.out.connectTo(new Ear("out").in);
    block._execute(context, block.in);
    return end;
}

describe("FlowGraphShapeBlock", () => {
    it("makes a mesh of a drawn code, after going on at once", async () => {
        block.seed.setValue(4, context);
        block.category.setValue("large", context);
        const end = fire();
        expect(heard).toEqual(["out"]);
        expect(block.mesh.getValue(context)).toBeNull();
        await end;
        expect(heard).toEqual(["out", "done"]);
        expect(block.usedLatent.getValue(context)).toEqual(shapes.sampleLatent({ seed: 4, category: "large" }));
        const mesh = block.mesh.getValue(context)!;
        expect(mesh.name).toBe("prop");
        expect(mesh.getTotalVertices()).toBeGreaterThan(100);
    });

    it("gives a mesh that is there the shape of a stored code", async () => {
        const mesh = await shapes.createMeshAsync("old", { latent: Float32Array.of(-0.1, 0), resolution: 12 });
        const before = mesh.getBoundingInfo().maximum.x;
        block.target.setValue(mesh, context);
        block.latent.setValue(encodeLatent(Float32Array.of(0.15, 0)), context);
        await fire();
        expect(heard).toEqual(["out", "done"]);
        expect(block.mesh.getValue(context)).toBe(mesh);
        expect(mesh.getBoundingInfo().maximum.x - before).toBeCloseTo(0.25 * Math.sqrt(3), 1);
        expect(scene.meshes.length).toBe(1);
    });

    it.each([
        [
            "no such decoder",
            () => block.decoder.setValue("chairs", context),
            /"prop": no decoder is registered as "chairs"/,
        ],
        ["no such category", () => block.category.setValue("teapot", context), /"prop": .*teapot/],
        ["a resolution out of range", () => block.resolution.setValue(9999, context), /"prop": .*9999/],
        ["a damaged code", () => block.latent.setValue("Lxyz", context), /"prop": decodeLatent/],
    ])("fires its error for %s", async (_, spoil, message) => {
        spoil();
        await fire();
        expect(heard).toEqual(["out", "error"]);
        expect(errors[0].message).toMatch(message);
        expect(scene.meshes.length).toBe(0);
    });

    it("drops its work when cancelled, and the earlier one when fired again", async () => {
        void fire();
        block._execute(context, block.cancel);
        await new Promise((later) => setTimeout(later, 300));
        expect(heard).toEqual(["out"]);
        expect(scene.meshes.length).toBe(0);
        heard.length = 0;
        block._execute(context, block.in);
        block.seed.setValue(9, context);
        const end = fire();
        await end;
        await new Promise((later) => setTimeout(later, 300));
        expect(scene.meshes.length).toBe(1);
        expect(block.usedLatent.getValue(context)).toEqual(shapes.sampleLatent({ seed: 9 }));
    });

    it("is found by graphs that are loaded", async () => {
        expect(await blockFactory("FlowGraphShapeBlock")()).toBe(FlowGraphShapeBlock);
        const graph = coordinator.createGraph();
        graph.createContext();
        const ready = new FlowGraphSceneReadyEventBlock();
        ready.done.connectTo(new FlowGraphShapeBlock({ name: "loaded" }).in);
        graph.addEventBlock(ready);
        const source: Record<string, unknown> = {};
        graph.serialize(source);
        const copy = await ParseFlowGraphAsync(source as never, { coordinator });
        const names: string[] = [];
        copy.visitAllBlocks((visited) => names.push(visited.getClassName()));
        expect(names).toContain("FlowGraphShapeBlock");
    });
});

import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterEach, describe, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";
import { allTogether, CALLERS, eachAlone, everything } from "./overlappingCalls.js";

const engines: NullEngine[] = [];

async function load(): Promise<ShapeModel> {
    const engine = new NullEngine();
    engines.push(engine);
    return ShapeModel.LoadAsync(octahedronFile(), new Scene(engine));
}

afterEach(() => {
    for (const engine of engines.splice(0)) engine.dispose();
});

describe(`${CALLERS} overlapping callers`, () => {
    it("each get what they get alone, over two models in two scenes on two engines", async () => {
        const [one, two] = [await load(), await load()];
        // Each model has a caller of every sort.
        const modelOf = (n: number) => ((n % 2) ^ (n < CALLERS / 2 ? 0 : 1) ? two : one);
        const alone = await eachAlone(everything, modelOf);
        expect(alone.every((numbers) => numbers.length > 0)).toBe(true);
        expect(await allTogether(everything, modelOf)).toEqual(alone);
    });

    it("all settle when some are aborted, and the others get what they get alone", async () => {
        const shapes = await load();
        const latents = Array.from({ length: CALLERS }, (_, n) => shapes.sampleLatent({ seed: n }));
        const alone = await shapes.createVertexDataAsync({ latent: latents[1], resolution: 16 });
        const controllers = latents.map(() => new AbortController());
        const calls = latents.map((latent, n) =>
            shapes.createVertexDataAsync({ latent, resolution: 16, signal: controllers[n].signal }),
        );
        for (let n = 0; n < CALLERS; n += 2) controllers[n].abort(new Error(`enough ${n}`));
        const ends = await Promise.allSettled(calls);
        ends.forEach((end, n) => {
            expect(end.status).toBe(n % 2 ? "fulfilled" : "rejected");
            if (end.status === "rejected") expect(end.reason.message).toBe(`enough ${n}`);
        });
        const second = ends[1] as PromiseFulfilledResult<typeof alone>;
        expect([...second.value.positions!]).toEqual([...alone.positions!]);
    });

    it("all settle when the model is disposed while they wait, and a model beside it goes on", async () => {
        const [one, two] = [await load(), await load()];
        const latent = one.sampleLatent({ seed: 1 });
        const calls = Array.from({ length: CALLERS }, () => one.createVertexDataAsync({ latent, resolution: 24 }));
        const beside = two.createVertexDataAsync({ latent, resolution: 24 });
        one.dispose();
        const ends = await Promise.allSettled(calls);
        expect(ends.every((end) => end.status === "rejected" && /disposed/.test(end.reason.message))).toBe(true);
        expect((await beside).indices!.length).toBeGreaterThan(0);
    });

    it("leave a live mesh with the last shape that was asked for", async () => {
        const shapes = await load();
        const mesh = new Mesh("live", shapes.scene);
        const latents = Array.from({ length: CALLERS }, (_, n) => shapes.sampleLatent({ seed: n }));
        const last = await shapes.createVertexDataAsync({ latent: latents[CALLERS - 1], resolution: 12 });
        const made: unknown[] = [];
        shapes.onSurfaceObservable.add(({ mesh: whose }) => made.push(whose));
        for (const latent of latents) shapes.updateMesh(mesh, { latent, resolution: 12 });
        await expect
            .poll(() => [...(mesh.getVerticesData("position") ?? [])], { timeout: 20_000 })
            .toEqual([...last.positions!]);
        // The first and the last; those between were dropped.
        expect(made.length).toBeLessThanOrEqual(2);
    });
});

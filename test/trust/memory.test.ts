import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import { expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of the heap and of arrays outside it, after what nobody holds is gone. */
async function heldBytes(): Promise<number> {
    for (let turn = 0; turn < 3; turn++) {
        collect();
        await new Promise((done) => setTimeout(done));
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
}

/** What caches, compiled code and the test runner's own notes may take. */
const NOISE_BYTES = 6 * 2 ** 20;

const engine = new NullEngine();
const scene = new Scene(engine);
/** 100 stands for 10 000 remeshes and meshes, 2 000 times load and dispose. */
const rounds = Number(process.env.MEMORY_ROUNDS ?? 1);
const limit = 120_000 * Math.max(1, rounds);

it(
    "gives back what loading and disposing took",
    async () => {
        const round = async () => (await ShapeModel.LoadAsync(octahedronFile(), scene)).dispose();
        for (let n = 0; n < 5; n++) await round();
        const before = await heldBytes();
        for (let n = 0; n < 20 * rounds; n++) await round();
        expect((await heldBytes()) - before).toBeLessThan(NOISE_BYTES);
        expect(scene.onDisposeObservable.observers.length).toBeLessThan(5);
    },
    limit,
);

it(
    "gives back what remeshing at changing sizes, creating and disposing took",
    async () => {
        const shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
        const live = new Mesh("live", scene);
        const round = async (n: number) => {
            const latent = shapes.sampleLatent({ seed: n });
            const mesh = await shapes.createMeshAsync("short", { latent, resolution: 6 + (n % 18) });
            shapes.updateMesh(live, { latent, resolution: 6 + ((7 * n) % 18) });
            await new Promise<void>((done) => shapes.onSurfaceObservable.addOnce(() => done()));
            mesh.dispose();
        };
        for (let n = 0; n < 20; n++) await round(n);
        const before = await heldBytes();
        const meshes = scene.meshes.length;
        for (let n = 0; n < 100 * rounds; n++) await round(n);
        expect((await heldBytes()) - before).toBeLessThan(NOISE_BYTES);
        expect(scene.meshes).toHaveLength(meshes);
        expect(scene.geometries.length).toBeLessThanOrEqual(1);
        shapes.dispose();
    },
    limit,
);

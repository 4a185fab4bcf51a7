import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { writeDecoder } from "../../plugin/model/index.js";
import { octahedronFile, octahedronMetadata } from "../support/decoders.js";
import { sliverPerceptron } from "../support/perceptrons.js";
import { closed, topologyOf } from "../support/topology.js";

let engine: NullEngine;
let scene: Scene;
let shapes: ShapeModel;

beforeEach(async () => {
    engine = new NullEngine();
    scene = new Scene(engine);
    shapes = await ShapeModel.LoadAsync(octahedronFile(), scene);
});

afterEach(() => {
    shapes.dispose();
    scene.dispose();
    engine.dispose();
});

const latent = Float32Array.of(0.02, 0);

describe("ShapeModel without a GPU", () => {
    it("says what it is", () => {
        expect(shapes.backend).toBe("wasm");
        expect(shapes.evaluator).toBe("fused");
        expect(shapes.latentSize).toBe(2);
        expect(shapes.categories).toEqual(["small", "large"]);
        expect(shapes.axes[0].name).toBe("size");
        expect(shapes.statistics).toBeNull();
    });

    it("makes meshes with data, bounds and counters", async () => {
        const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 32 });
        const positions = mesh.getVerticesData("position")!;
        const indices = mesh.getIndices()!;
        expect(topologyOf(positions, indices)).toMatchObject({ ...closed, pieces: 1 });
        const extent = mesh.getBoundingInfo().boundingBox.maximum.x;
        expect(extent).toBeCloseTo(0.6 + 0.02 * Math.sqrt(3), 1);
        expect(shapes.statistics).toMatchObject({ triangles: indices.length / 3, dispatches: 0, attempts: 1 });
        expect(shapes.statistics!.evaluations).toBeGreaterThan(1000);
        expect(shapes.statistics!.milliseconds).toBeGreaterThan(0);
    });

    it("winds triangles and points normals as Babylon's own builders do", async () => {
        const side = (mesh: Mesh) => {
            const [p, n, i] = [mesh.getVerticesData("position")!, mesh.getVerticesData("normal")!, mesh.getIndices()!];
            const at = (vertex: number, axis: number) => p[3 * i[vertex] + axis];
            const [u, v] = [1, 2].map((k) => [0, 1, 2].map((axis) => at(k, axis) - at(0, axis)));
            const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
            return Math.sign(cross.reduce((sum, c, axis) => sum + c * n[3 * i[0] + axis], 0));
        };
        for (const rightHanded of [false, true]) {
            scene.useRightHandedSystem = rightHanded;
            const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 16 });
            expect(side(mesh)).toBe(side(CreateBox("box", {}, scene)));
        }
        const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 16 });
        const [p, n] = [mesh.getVerticesData("position")!, mesh.getVerticesData("normal")!];
        for (let at = 0; at < p.length; at += 3) {
            expect(p[at] * n[at] + p[at + 1] * n[at + 1] + p[at + 2] * n[at + 2]).toBeGreaterThan(0);
        }
    });

    it("misses nothing in exact mode, alone and in populations, and refuses it for live updates", async () => {
        // A file that says it is no steeper than a distance.
        const file = writeDecoder(sliverPerceptron(0.01, 2), octahedronMetadata());
        const model = await ShapeModel.LoadAsync(new Uint8Array(file), scene);
        const sliver = { latent: new Float32Array(2), resolution: 64 };
        const passedOver = await model.createMeshAsync("sliver", sliver);
        expect(passedOver.getTotalIndices()).toBe(0);
        const mesh = await model.createMeshAsync("sliver", { ...sliver, exact: true });
        expect(mesh.getTotalIndices()).toBeGreaterThan(3000);
        expect(model.statistics!.boundEvaluations).toBeGreaterThan(0);
        const { meshes } = await model.createMeshesAsync("slivers", {
            latents: [sliver.latent],
            resolution: 64,
            exact: true,
        });
        expect(meshes[0].getVerticesData("position")).toEqual(mesh.getVerticesData("position"));
        expect(() => model.updateMesh(mesh, { ...sliver, exact: true } as typeof sliver)).toThrow(
            /exact: true; a live update .* use createMeshAsync/,
        );
        model.dispose();
    });

    it("samples, mixes and moves codes", async () => {
        const large = shapes.sampleLatent({ seed: 3, category: "large" });
        const small = shapes.sampleLatent({ seed: 3, category: "small" });
        expect(large[0]).toBeGreaterThan(small[0]);
        const middle = shapes.interpolateLatents([large, small], [0.5, 0.5]);
        expect(middle[0]).toBeCloseTo((large[0] + small[0]) / 2, 6);
        expect(shapes.moveAlongAxis(middle, 0, 2)[0]).toBeCloseTo(middle[0] + 0.1, 6);
        expect(shapes.moveAlongAxis(middle, "size", -2)[0]).toBeCloseTo(middle[0] - 0.1, 6);
        expect(shapes.typicality(large)).toBeGreaterThan(shapes.typicality(Float32Array.of(3, 0)));
    });

    it("evaluates distances", async () => {
        const distances = await shapes.evaluateAsync(Float32Array.of(0, 0), Float32Array.of(0, 0, 0, 1, 0, 0));
        expect(distances[0]).toBeCloseTo(-0.6 / Math.sqrt(3), 5);
        expect(distances[1]).toBeCloseTo(0.4 / Math.sqrt(3), 5);
        expect(await shapes.evaluateAsync(latent, new Float32Array(0))).toEqual(new Float32Array(0));
    });

    it("updates a mesh without awaiting, the last call wins", async () => {
        const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 16 });
        const reused = new Float32Array(2);
        let updates = 0;
        shapes.onSurfaceObservable.add(() => updates++);
        for (let i = 0; i <= 20; i++) {
            reused[0] = -0.2 + 0.01 * i;
            shapes.updateMesh(mesh, { latent: reused, resolution: 16 });
        }
        reused[0] = 99;
        const expected = await shapes.createVertexDataAsync({ latent: Float32Array.of(-0.2 + 0.2, 0), resolution: 16 });
        await expect.poll(() => mesh.getVerticesData("position")!.length).toBe(expected.positions!.length);
        expect(updates).toBeLessThan(6);
        expect(mesh.getVerticesData("position")).toEqual(expected.positions);
    });

    it("keeps a disposed mesh out of its updates", async () => {
        const mesh = await shapes.createMeshAsync("gem", { latent, resolution: 16 });
        shapes.updateMesh(mesh, { latent, resolution: 24 });
        mesh.dispose();
        expect(() => shapes.updateMesh(mesh, { latent })).toThrow(/"gem", which is disposed/);
        await new Promise((resolve) => setTimeout(resolve, 50));
    });
});

describe("ShapeModel on broken input", () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0);
    const file = octahedronFile();

    it.each([
        ["an empty file", new Uint8Array(0), /empty/],
        ["a truncated file", file.slice(0, 150), /readDecoder: .*(breaks off|has)/],
        ["a PNG named .onnx", new File([png], "props.onnx"), /props.onnx is a PNG image/],
        ["a number", 7, /got a number as source/],
        ["null", null, /got null as source/],
    ])("%s", async (_, source, message) => {
        await expect(ShapeModel.LoadAsync(source as Uint8Array, scene)).rejects.toThrow(message as RegExp);
    });

    it("an address that leads nowhere", async () => {
        await expect(ShapeModel.LoadAsync("http://127.0.0.1:9/none.onnx", scene)).rejects.toThrow(
            /none.onnx could not be/,
        );
    });

    it("options that can't be met", async () => {
        const load = (options: object) => ShapeModel.LoadAsync(file, scene, options);
        await expect(load({ backend: "webgpu" })).rejects.toThrow(/backend "webgpu".*WebGPUEngine/);
        await expect(load({ backend: "cuda" })).rejects.toThrow(/"cuda"; expected "auto"/);
        await expect(load({ evaluator: "magic" })).rejects.toThrow(/"magic"; expected "auto"/);
        await expect(load({ latentSize: 3 })).rejects.toThrow(/latentSize is 3; expected 2/);
        await expect(load({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    });

    it("wrong codes and resolutions, for every call that takes them", async () => {
        const mesh = new Mesh("target", scene);
        const calls = [
            (options: object) => shapes.createMeshAsync("x", options as never),
            (options: object) => shapes.createVertexDataAsync(options as never),
            async (options: object) => shapes.updateMesh(mesh, options as never),
        ];
        const meshes = scene.meshes.length;
        for (const call of calls) {
            await expect(call({ latent: new Float32Array(3) })).rejects.toThrow(/code of 3; expected 2/);
            await expect(call({ latent: Float32Array.of(0, Number.NaN) })).rejects.toThrow(/NaN at index 1/);
            await expect(call({ latent: [0, 0] })).rejects.toThrow(/an Array as latent code/);
            for (const resolution of [0, 1, 4096, 1.5]) {
                await expect(call({ latent, resolution })).rejects.toThrow(
                    `resolution ${resolution}; expected a whole`,
                );
            }
        }
        await expect(shapes.evaluateAsync(new Float32Array(1), new Float32Array(3))).rejects.toThrow(/code of 1/);
        await expect(shapes.evaluateAsync(latent, new Float32Array(4))).rejects.toThrow(/triples/);
        expect(() => shapes.sampleLatent({ seed: 1, category: "sofa" })).toThrow(
            /"sofa"; expected one of small, large/,
        );
        expect(scene.meshes.length).toBe(meshes);
    });

    it("an aborted signal, before and while it works", async () => {
        const before = shapes.createMeshAsync("x", { latent, signal: AbortSignal.abort() });
        await expect(before).rejects.toThrow(/abort/i);
        const controller = new AbortController();
        const during = shapes.createMeshAsync("x", { latent, resolution: 64, signal: controller.signal });
        controller.abort();
        await expect(during).rejects.toThrow(/abort/i);
        expect(scene.meshes.length).toBe(0);
    });

    it("a disposed model: running calls reject, later ones throw", async () => {
        const running = shapes.createMeshAsync("x", { latent, resolution: 64 });
        shapes.dispose();
        shapes.dispose();
        await expect(running).rejects.toThrow(/disposed/);
        await expect(shapes.createMeshAsync("x", { latent })).rejects.toThrow(/was disposed/);
        await expect(shapes.evaluateAsync(latent, new Float32Array(3))).rejects.toThrow(/was disposed/);
        expect(() => shapes.sampleLatent({ seed: 1 })).toThrow(/was disposed/);
        expect(() => shapes.updateMesh(new Mesh("m", scene), { latent })).toThrow(/was disposed/);
        expect(shapes.isDisposed).toBe(true);
    });

    it("goes with its scene", async () => {
        const other = new Scene(engine);
        const model = await ShapeModel.LoadAsync(file, other);
        other.dispose();
        expect(model.isDisposed).toBe(true);
    });
});

describe("foreign decoders", () => {
    it("take codes of the user's own; sampling needs a deviation", async () => {
        const bare = await ShapeModel.LoadAsync(octahedronFile(false), scene);
        expect(bare.categories).toEqual([]);
        expect(() => bare.sampleLatent({ seed: 1 })).toThrow(/no prior.*latentDeviation/);
        const data = await bare.createVertexDataAsync({ latent, resolution: 16 });
        expect(data.indices!.length).toBeGreaterThan(100);
        const spread = await ShapeModel.LoadAsync(octahedronFile(false), scene, { latentDeviation: 0.1 });
        expect(spread.sampleLatent({ seed: 1 }).length).toBe(2);
    });
});

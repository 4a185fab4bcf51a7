import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/index.js";
import { octahedronMesh, UPRIGHT } from "../completion/support/octahedron.js";
import { FULL_SIZES, octahedronFile } from "../support/decoders.js";

let engine: NullEngine;
let scene: Scene;
let shapes: ShapeModel;

beforeEach(async () => {
    engine = new NullEngine();
    scene = new Scene(engine);
    shapes = await ShapeModel.LoadAsync(octahedronFile(true, FULL_SIZES), scene);
});

afterEach(() => {
    shapes.dispose();
    scene.dispose();
    engine.dispose();
});

/** The half of an octahedron to +x as a mesh that stands somewhere in the scene. */
function halfMesh(): Mesh {
    const half = octahedronMesh(0.8, 14, UPRIGHT, (x) => x < 0);
    const mesh = new Mesh("half", scene);
    const data = new VertexData();
    data.positions = half.positions;
    data.indices = half.indices;
    data.applyToMesh(mesh);
    mesh.position.set(10, 2, -4);
    mesh.scaling.setAll(3);
    return mesh;
}

describe("completeScanAsync of a mesh in the scene", () => {
    it("makes the whole shape where the mesh stands, ranked and told how far it was seen", async () => {
        const [best, ...others] = await shapes.completeScanAsync(halfMesh(), { category: "large" });
        expect(best.category).toBe("large");
        expect(best.confidence).toBeGreaterThan(0.5);
        expect(others.every(({ confidence }) => confidence >= 0 && confidence <= 1)).toBe(true);
        expect(best.latent.length).toBe(2);
        const mesh = await best.createMeshAsync("whole", {
            resolution: 20,
            colors: { observed: [0, 0, 1], guessed: [1, 0, 0] },
        });
        mesh.refreshBoundingInfo();
        const { minimumWorld, maximumWorld } = mesh.getBoundingInfo().boundingBox;
        expect(maximumWorld.x).toBeCloseTo(10 + 2.4, 0);
        expect(minimumWorld.x).toBeCloseTo(10 - 2.4, 0);
        expect(maximumWorld.y).toBeCloseTo(2 + 2.4, 0);
        const centre = best.transform.getTranslation();
        expect(Math.hypot(centre.x - 10, centre.y - 2, centre.z + 4)).toBeLessThan(0.4);
        const observed = mesh.getVerticesData("observed")!;
        const colors = mesh.getVerticesData("color")!;
        expect(observed.length).toBe(mesh.getTotalVertices());
        observed.forEach((share, n) => {
            expect(colors[4 * n + 2]).toBeCloseTo(share, 5);
            expect(colors[4 * n]).toBeCloseTo(1 - share, 5);
        });
        expect(Math.max(...observed)).toBe(1);
        expect(Math.min(...observed)).toBe(0);
    });

    it("leaves the mesh as it is and adds the missing part in fill", async () => {
        const half = halfMesh();
        const before = Array.from(half.getVerticesData("position")!);
        const [best] = await shapes.completeScanAsync(half, { mode: "fill" });
        const added = await best.createMeshAsync("missing", { resolution: 24 });
        expect(Array.from(half.getVerticesData("position")!)).toEqual(before);
        added.refreshBoundingInfo();
        expect(added.getBoundingInfo().boundingBox.maximumWorld.x).toBeLessThan(10 + 1.2);
        expect(added.getTotalIndices()).toBeGreaterThan(100);
    });

    it("refuses what is no scan, names modes, and stops with its signal or its model", async () => {
        await expect(shapes.completeScanAsync("scan.ply" as never)).rejects.toThrow(
            "completeScanAsync: got string as scan",
        );
        await expect(shapes.completeScanAsync(new Mesh("empty", scene))).rejects.toThrow(/meshes without vertices/);
        await expect(shapes.completeScanAsync(halfMesh(), { mode: "mend" as never })).rejects.toThrow(
            /got mode "mend"/,
        );
        const signal = AbortSignal.abort(new Error("never mind"));
        await expect(shapes.completeScanAsync(halfMesh(), { signal })).rejects.toThrow("never mind");
        const running = shapes.completeScanAsync(halfMesh());
        shapes.dispose();
        await expect(running).rejects.toThrow(/disposed/);
    });
});

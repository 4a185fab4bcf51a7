import { describe, expect, it } from "vitest";
import { repairMesh } from "../../../training/meshes/repair.js";
import { SolidDistance } from "../../../training/meshes/solidDistance.js";
import { Random } from "../../../training/random.js";
import { SignedDistance } from "../../../training/samples/distance.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";
import { closed, topologyOf } from "../../support/topology.js";
import { built, flipped, soup, together, where, without } from "./meshes.js";

// Longest side 1.8 and centred, so that the frame of the repaired mesh is the one it is built in.
const crate = () => built((bench) => bench.box([1.8, 1, 0.6], [0, 0, 0]));
const crateDistance = (...p: readonly number[]) => {
    const outside = p.map((value, axis) => Math.abs(value) - [0.9, 0.5, 0.3][axis]);
    return Math.hypot(...outside.map((value) => Math.max(0, value))) + Math.min(0, Math.max(...outside));
};

/** The largest difference from the truth at random points. */
function worst(mesh: TriangleMesh, truth: (...p: readonly number[]) => number, count = 500): number {
    const { outer, winding } = repairMesh(mesh);
    const distance = new SolidDistance(outer, winding);
    const random = new Random(1);
    let most = 0;
    for (let n = 0; n < count; n++) {
        const p = [0, 1, 2].map(() => random.between(-1, 1));
        most = Math.max(most, Math.abs(distance.at(p[0], p[1], p[2]) - truth(...p)));
    }
    return most;
}

describe("repairMesh", () => {
    it("accepts a closed mesh as it is", async () => {
        const { inspection } = repairMesh(await crate());
        expect(inspection).toMatchObject({
            verdict: "accepted",
            reasons: [],
            triangles: 12,
            shells: 1,
            borderEdges: 0,
        });
        expect(worst(await crate(), crateDistance)).toBeLessThan(1e-5);
    });

    it("welds corners that triangles do not share", async () => {
        const mesh = soup(await crate());
        expect(repairMesh(mesh).inspection).toMatchObject({ verdict: "accepted", shells: 1 });
        expect(worst(mesh, crateDistance)).toBeLessThan(1e-5);
    });

    it("turns flipped triangles, and a mesh that is inside out", async () => {
        const mesh = await crate();
        const some = flipped(mesh, (t) => t % 5 === 0);
        expect(repairMesh(some).inspection).toMatchObject({
            verdict: "repaired",
            reasons: ["3 flipped triangles turned"],
        });
        expect(worst(some, crateDistance)).toBeLessThan(1e-5);
        const all = flipped(mesh, () => true);
        expect(repairMesh(all).inspection.reasons).toEqual(["1 part turned inside out"]);
        expect(worst(all, crateDistance)).toBeLessThan(1e-5);
    });

    it("caps a missing bottom", async () => {
        const mesh = await crate();
        const open = without(
            mesh,
            where(mesh, (_, y) => y < 0),
        );
        const { inspection, solid } = repairMesh(open);
        expect(inspection).toMatchObject({ verdict: "repaired", borderEdges: 4 });
        expect(inspection.reasons[0]).toMatch(/^1 hole capped \(16 % of the surface\)$/);
        expect(topologyOf(solid.positions, solid.indices)).toMatchObject(closed);
        expect(worst(open, crateDistance)).toBeLessThan(1e-5);
    });

    it("caps two holes that meet in a corner, and one beside which three triangles share an edge", async () => {
        const mesh = await crate();
        const holes = without(mesh, (t) => t === 0 || t === 7);
        expect(repairMesh(holes).inspection.verdict).toBe("repaired");
        expect(worst(holes, crateDistance)).toBeLessThan(1e-5);
        // A fin stands on the top's diagonal: three triangles at its foot; it has no inside and changes no distance.
        const top = [...mesh.indices.keys()]
            .filter((i) => i % 3 === 0)
            .find((i) => where(mesh, (_, y) => y > 0)(i / 3)) as number;
        const [a, b] = [mesh.indices[top], mesh.indices[top + 1]];
        const fin: TriangleMesh = {
            positions: Float32Array.from([...mesh.positions, 0.1, 0.49, 0.05]),
            indices: Uint32Array.from([...mesh.indices, a, b, mesh.positions.length / 3]),
        };
        expect(repairMesh(fin).inspection.undecided).toBe(0);
    });

    it("takes parts that overlap for one solid and leaves out what lies inside", async () => {
        const seat = await built((bench) => bench.box([1.8, 0.3, 0.8], [0, 0.5, 0]));
        const legs = await Promise.all(
            [-0.6, 0.6].map((x) => built((bench) => bench.box([0.3, 1.2, 0.4], [x, -0.05, 0]))),
        );
        const whole = await built((bench) =>
            bench.union([
                bench.box([1.8, 0.3, 0.8], [0, 0.5, 0]),
                ...[-0.6, 0.6].map((x) => bench.box([0.3, 1.2, 0.4], [x, -0.05, 0])),
            ]),
        );
        // The frame centres the box: the seat's top at 0.65, the legs' foot at −0.65.
        const truth = new SignedDistance(whole);
        const parts = together(seat, ...legs);
        const { inspection, outer } = repairMesh(parts);
        expect(inspection).toMatchObject({ verdict: "repaired", shells: 3 });
        expect(inspection.reasons[0]).toMatch(/of the surface lay inside other parts/);
        expect(outer.hiddenArea).toBeGreaterThan(0.8);
        expect(worst(parts, (x, y, z) => truth.at(x, y, z))).toBeLessThan(0.02);
        // A flipped leg is no hole in the seat.
        const odd = together(
            seat,
            flipped(legs[0], () => true),
            legs[1],
        );
        expect(worst(odd, (x, y, z) => truth.at(x, y, z))).toBeLessThan(0.02);
    });

    it("keeps a hollow inside", async () => {
        const shell = await built((bench) =>
            bench.subtract(bench.box([1.8, 1.8, 1.8], [0, 0, 0]), bench.box([0.8, 0.8, 0.8], [0, 0, 0])),
        );
        const { outer, winding, inspection } = repairMesh(shell);
        expect(inspection.verdict).toBe("accepted");
        expect(new SolidDistance(outer, winding).at(0, 0, 0)).toBeCloseTo(0.4, 5);
    });

    it("takes a closed surface drawn on both sides for one, but drops panes between parts that touch", async () => {
        const mesh = await crate();
        const both = together(
            mesh,
            flipped(mesh, () => true),
        );
        expect(repairMesh(both).inspection).toMatchObject({ verdict: "repaired" });
        expect(worst(both, crateDistance)).toBeLessThan(1e-5);
        const halves = together(
            await built((bench) => bench.box([0.9, 1, 0.6], [-0.45, 0, 0])),
            await built((bench) => bench.box([0.9, 1, 0.6], [0.45, 0, 0])),
        );
        expect(worst(halves, crateDistance)).toBeLessThan(1e-5);
    });

    it("turns up and front to +Y and +Z, and scales to the frame", async () => {
        // Blender's frame: up +Z, front −Y.
        const wide = await built((bench) => bench.box([2, 4, 6], [10, 20, 30]));
        const { solid } = repairMesh(wide, { up: "+Z", front: "-Y" });
        const reach = [0, 1, 2].map((axis) => Math.max(...solid.positions.filter((_, i) => i % 3 === axis)));
        for (const [axis, half] of [0.3, 0.9, 0.6].entries()) expect(reach[axis]).toBeCloseTo(half, 5);
        const nose = await built((bench) =>
            bench.union([bench.box([1, 1, 1], [0, 0, 0]), bench.box([0.2, 0.6, 0.2], [0, -0.6, 0.3])]),
        );
        const { outer, winding } = repairMesh(nose, { up: "+Z", front: "-Y" });
        const distance = new SolidDistance(outer, winding);
        const scale = 1.8 / 1.4;
        expect(distance.at(0, 0.3 * scale, 0.85)).toBeLessThan(0);
        expect(distance.at(0, -0.3 * scale, 0.85)).toBeGreaterThan(0);
        expect(distance.at(0, -0.3 * scale, -0.85)).toBeLessThan(0);
    });

    it("rejects what has no inside, and says why", async () => {
        const mesh = await crate();
        const sheet = without(mesh, (t) => !where(mesh, (_, y) => y < 0)(t));
        expect(repairMesh(sheet).inspection.verdict).toBe("rejected");
        const thin = await built((bench) => bench.box([1.8, 0.005, 1.8], [0, 0, 0]));
        expect(repairMesh(thin).inspection.reasons[0]).toMatch(/^too thin: 0.00[45] on average/);
        const point = { positions: new Float32Array(9), indices: Uint32Array.of(0, 1, 2) };
        expect(repairMesh(point).inspection).toMatchObject({
            verdict: "rejected",
            reasons: ["no triangle has an area", "1 triangle without area left out"],
        });
    });
});

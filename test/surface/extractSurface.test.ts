import { describe, expect, it } from "vitest";
import type { Bounds } from "../../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import type { SurfaceOptions } from "../../plugin/surface/mesh.js";
import { cube, formulaField, sphere, trilinear } from "../support/fields.js";
import { createTestRandom } from "../support/perceptrons.js";
import { closed, topologyOf, trianglesOf } from "../support/topology.js";

const none = new Float32Array(0);
const extract = async (
    distance: (x: number, y: number, z: number) => number,
    options: SurfaceOptions,
    bounds: Bounds = cube,
    clampDistance = 0.1,
) => {
    const surface = await extractSurfaceAsync(formulaField(distance), none, { bounds, clampDistance }, options);
    return { ...surface, topology: topologyOf(surface.mesh.positions, surface.mesh.indices) };
};
const clamped = (distance: (x: number, y: number, z: number) => number) => (x: number, y: number, z: number) =>
    Math.min(Math.max(distance(x, y, z), -0.1), 0.1);

describe("extractSurfaceAsync", () => {
    it("meshes a sphere: closed, of the right volume, with outward normals", async () => {
        const { mesh, topology, statistics } = await extract(clamped(sphere(0.7)), { resolution: 64 });
        expect(topology).toMatchObject({ ...closed, pieces: 1 });
        expect(topology.volume / ((4 / 3) * Math.PI * 0.7 ** 3)).toBeCloseTo(1, 2);
        for (let at = 0; at < mesh.positions.length; at += 3) {
            const [p, n] = [mesh.positions.subarray(at, at + 3), mesh.normals.subarray(at, at + 3)];
            expect((p[0] * n[0] + p[1] * n[1] + p[2] * n[2]) / 0.7).toBeGreaterThan(0.99);
        }
        expect(statistics.vertices).toBe(mesh.positions.length / 3);
        expect(statistics.triangles).toBe(mesh.indices.length / 3);
        expect(statistics.evaluations).toBeLessThan(65 ** 3 / 2);
    });

    it("is closed and edge-manifold on 1 000 random trilinear fields, exact zeros among them", async () => {
        const random = createTestRandom(7);
        let filled = 0;
        for (let n = 0; n < 1000; n++) {
            const side = 3 + Math.floor(random() * 5);
            // A third of the values are exactly zero in some of the fields.
            const zeros = n % 4 === 0 ? 0.33 : 0;
            const values = Float32Array.from({ length: side ** 3 }, () => (random() < zeros ? 0 : random() - 0.5));
            const resolution = n % 2 === 0 ? side - 1 : 5;
            const { topology, mesh } = await extract(trilinear(side, values), { resolution, sparse: false });
            expect(topology).toMatchObject(closed);
            filled += mesh.indices.length > 0 ? 1 : 0;
            expect(topology.volume > 0).toBe(mesh.indices.length > 0);
        }
        expect(filled).toBeGreaterThan(900);
    });

    it.each([24, 45, 64, 96, 100])("finds the same mesh sparse and dense at resolution %i", async (resolution) => {
        const shape = clamped((x, y, z) =>
            Math.max(Math.hypot(x, z) - 0.6, Math.abs(y) - 0.05, 0.02 - Math.hypot(x, z)),
        );
        const [sparse, dense] = [
            await extract(shape, { resolution, sparse: true }),
            await extract(shape, { resolution, sparse: false }),
        ];
        expect(sparse.mesh).toEqual(dense.mesh);
        expect(sparse.topology).toMatchObject(closed);
        if (resolution > 45) {
            expect(sparse.statistics.evaluations).toBeLessThan(dense.statistics.evaluations / 2);
        }
    });

    it.each([
        {
            steepness: 4,
            widens: false,
            name: "follows the surface round by round where the field is steeper than said",
        },
        { steepness: 24, widens: true, name: "searches wider where following does not close the surface" },
    ])("$name", async ({ steepness, widens }) => {
        // A thin plate: its sides have one sign, and between them the field is steep.
        const steep = clamped((x, y, z) => steepness * (Math.abs(0.83 * x + 0.51 * y + 0.23 * z) - 0.015));
        const sparse = await extract(steep, { resolution: 96 });
        const dense = await extract(steep, { resolution: 96, sparse: false });
        expect(trianglesOf(sparse.mesh)).toEqual(trianglesOf(dense.mesh));
        expect(sparse.statistics.attempts > 1).toBe(widens);
    });

    it("takes normals from the grid without evaluating anything at the vertices, a few degrees off on a sphere", async () => {
        const field = formulaField(sphere(0.6));
        let gradients = 0;
        const counting = {
            ...field,
            evaluateAsync: field.evaluateAsync.bind(field),
            evaluateGradientAsync: async (...asked: Parameters<typeof field.evaluateGradientAsync>) => {
                gradients++;
                return field.evaluateGradientAsync(...asked);
            },
        };
        const domain = { bounds: cube, clampDistance: 0.1 };
        const { mesh } = await extractSurfaceAsync(counting, none, domain, { resolution: 32, normals: "grid" });
        const { positions, normals } = mesh;
        expect(gradients).toBe(0);
        let worst = 1;
        for (let at = 0; at < positions.length; at += 3) {
            const length = Math.hypot(positions[at], positions[at + 1], positions[at + 2]);
            const dot = [0, 1, 2].reduce((sum, a) => sum + (positions[at + a] * normals[at + a]) / length, 0);
            worst = Math.min(worst, dot);
        }
        expect((Math.acos(worst) * 180) / Math.PI).toBeLessThan(3);
    });

    it.each([
        ["a cube", cube],
        ["a flat box", { min: [-1, -0.5, -0.7], max: [1, 0.5, 0.6] } as const],
    ])("closes a shape that fills its bounds: %s", async (_, bounds) => {
        const { mesh, topology } = await extract(() => -0.1, { resolution: 20 }, bounds);
        expect(topology).toMatchObject({ ...closed, pieces: 1 });
        const [sx, sy, sz] = [0, 1, 2].map((axis) => bounds.max[axis] - bounds.min[axis]);
        expect(topology.volume).toBeGreaterThan(0.9 * sx * sy * sz);
        expect(topology.volume).toBeLessThan(1.0001 * sx * sy * sz);
        for (let at = 0; at < mesh.normals.length; at++) {
            expect([-1, 0, 1]).toContain(mesh.normals[at]);
        }
    });

    it("closes a shape that reaches through its bounds, flat where it is cut", async () => {
        const { mesh, topology } = await extract(clamped(sphere(1.2)), { resolution: 32 });
        expect(topology).toMatchObject({ ...closed, pieces: 1 });
        expect(Math.max(...mesh.positions)).toBe(1);
    });

    it("takes NaN and infinities for outside and keeps the rest", async () => {
        const holed = (x: number, y: number, z: number) =>
            x > 0.2
                ? Number.NaN
                : y > 0.3
                  ? Number.POSITIVE_INFINITY
                  : z > 0.4
                    ? Number.NEGATIVE_INFINITY
                    : sphere(0.7)(x, y, z);
        const { mesh, topology } = await extract(holed, { resolution: 24 });
        expect(topology).toMatchObject(closed);
        expect([...mesh.positions, ...mesh.normals].every(Number.isFinite)).toBe(true);
    });

    it("gives an empty mesh for an empty shape", async () => {
        const { mesh, statistics } = await extract(() => 0.1, { resolution: 64 });
        expect([mesh.positions.length, mesh.normals.length, mesh.indices.length]).toEqual([0, 0, 0]);
        expect(statistics.surfaceCells).toBe(0);
    });

    it("turns triangles over on request", async () => {
        const { topology } = await extract(sphere(0.5), { resolution: 16, winding: "clockwise" });
        expect(topology.volume).toBeLessThan(0);
        expect(topology).toMatchObject(closed);
    });

    it.each([0, 1, 4096, 1.5, Number.NaN, "64"])("refuses resolution %s", async (resolution) => {
        await expect(extract(sphere(0.5), { resolution: resolution as number })).rejects.toThrow(
            /resolution .*whole number from 2 to 512/,
        );
    });

    it("stops when it is aborted", async () => {
        const signal = AbortSignal.abort();
        const field = { ...formulaField(sphere(0.5)) };
        await expect(
            extractSurfaceAsync(field, none, { bounds: cube, clampDistance: 0.1 }, { signal }),
        ).rejects.toThrow(/abort/i);
    });
});

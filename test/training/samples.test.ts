import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { familiesNamed } from "../../training/families/index.js";
import { loadKernel, Workbench } from "../../training/families/workbench.js";
import { Random } from "../../training/random.js";
import { SignedDistance } from "../../training/samples/distance.js";
import type { TriangleMesh } from "../../training/samples/mesh.js";
import { cumulativeAreas, sampleDistances, surfacePoint } from "../../training/samples/sample.js";
import { prepareSamples, prepareShape } from "../../training/samples/store.js";

const halfSize = [0.5, 0.3, 0.7] as const;
const boxDistance = (...point: readonly number[]) => {
    const outside = point.map((value, axis) => Math.abs(value) - halfSize[axis]);
    return Math.hypot(...outside.map((value) => Math.max(0, value))) + Math.min(0, Math.max(...outside));
};
const box = () => meshOf((bench) => bench.box([1, 0.6, 1.4], [0, 0, 0]));

async function meshOf(build: (bench: Workbench) => ReturnType<Workbench["box"]>): Promise<TriangleMesh> {
    const bench = new Workbench(await loadKernel());
    const { vertProperties, triVerts } = build(bench).getMesh();
    const mesh = { positions: Float32Array.from(vertProperties), indices: Uint32Array.from(triVerts) };
    bench.dispose();
    return mesh;
}

describe("SignedDistance", () => {
    it("agrees with a box's formula within 1e-6, at corners and edges too", async () => {
        const distance = new SignedDistance(await box());
        const random = new Random(1);
        for (let n = 0; n < 3000; n++) {
            // A third of the points lie straight off a corner or an edge, where signs go wrong first.
            const point = halfSize.map((half) =>
                n % 3 === 0 ? random.pick([-1, 1]) * half * random.pick([0.5, 0.9, 1.1, 1.5]) : random.between(-1, 1),
            );
            expect(distance.at(point[0], point[1], point[2])).toBeCloseTo(boxDistance(...point), 6);
        }
    });

    it("agrees with a sphere's formula as far as facets allow", async () => {
        const distance = new SignedDistance(await meshOf((bench) => bench.ball([0, 0, 0], 0.6, 128)));
        const random = new Random(2);
        for (let n = 0; n < 1000; n++) {
            const point = [0, 1, 2].map(() => random.between(-1, 1));
            expect(Math.abs(distance.at(point[0], point[1], point[2]) - (Math.hypot(...point) - 0.6))).toBeLessThan(
                1e-3,
            );
        }
    });

    it("refuses a mesh with a hole and names the edge", async () => {
        const { positions, indices } = await box();
        expect(() => new SignedDistance({ positions, indices: indices.slice(3) })).toThrow(/on one side only/);
    });

    it("says when a bound does not hold", async () => {
        const distance = new SignedDistance(await box());
        expect(() => distance.at(0, 0.9, 0, 0.1)).toThrow(/nothing within 0.1/);
    });
});

describe("sampleDistances", () => {
    it("gives true distances, most of them within the clamp, inside and outside", async () => {
        const samples = sampleDistances(await box(), 4000, new Random(3));
        let near = 0;
        let inside = 0;
        for (let at = 0; at < samples.length; at += 4) {
            expect(samples[at + 3]).toBeCloseTo(boxDistance(samples[at], samples[at + 1], samples[at + 2]), 5);
            near += Math.abs(samples[at + 3]) < 0.1 ? 1 : 0;
            inside += samples[at + 3] < 0 ? 1 : 0;
        }
        expect(near / 4000).toBeGreaterThan(0.8);
        expect(inside / 4000).toBeGreaterThan(0.35);
        expect(inside / 4000).toBeLessThan(0.65);
    });

    it("draws surface points by area", async () => {
        const mesh = await box();
        const areas = cumulativeAreas(mesh);
        const total = 2 * (1 * 0.6 + 1 * 1.4 + 0.6 * 1.4);
        expect(areas[areas.length - 1]).toBeCloseTo(total, 5);
        const [random, point] = [new Random(4), new Float64Array(3)];
        let top = 0;
        for (let n = 0; n < 5000; n++) {
            surfacePoint(mesh, areas, random, point);
            expect(boxDistance(...point)).toBeCloseTo(0, 6);
            top += point[1] > 0.2999 ? 1 : 0;
        }
        expect(top / 5000).toBeCloseTo(1.4 / total, 1);
    });
});

describe("prepareSamples", () => {
    it("keeps what it made, reads it back the same, and refuses a file cut short", async () => {
        const folder = mkdtempSync(join(tmpdir(), "samples-"));
        try {
            const families = familiesNamed(["barrel"]);
            const made = await prepareSamples(families, 2, 500, folder, true);
            const read = await prepareSamples(families, 2, 500, folder, true);
            expect(read).toEqual(made);
            const [place] = readdirSync(folder);
            writeFileSync(join(folder, place, "barrel-1.f32"), new Uint8Array(16));
            await expect(prepareSamples(families, 2, 500, folder, true)).rejects.toThrow(/16 bytes; expected 8000/);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("gives the same by many processes as by one, and says what is wrong in them", async () => {
        const folder = mkdtempSync(join(tmpdir(), "samples-"));
        try {
            const families = familiesNamed(["crate", "signpost"]);
            const { shapes } = await prepareSamples(families, 16, 200, folder, true);
            expect(shapes.map(({ family, seed }) => `${family} ${seed}`)).toEqual(
                families.flatMap(({ name }) => Array.from({ length: 16 }, (_, seed) => `${name} ${seed}`)),
            );
            for (const n of [0, 15, 16, 31]) {
                expect(shapes[n]).toEqual(await prepareShape(families[n >> 4], n & 15, 200, null));
            }
            const [place] = readdirSync(folder);
            writeFileSync(join(folder, place, "signpost-3.f32"), new Uint8Array(16));
            await expect(prepareSamples(families, 16, 200, folder, true)).rejects.toThrow(/16 bytes; expected 3200/);
        } finally {
            rmSync(folder, { recursive: true });
        }
    }, 120_000);
});

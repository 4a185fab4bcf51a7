import { describe, expect, it } from "vitest";
import { plainTraits } from "../../training/families/family.js";
import { families, familiesNamed, HALF_EXTENT, makeShape } from "../../training/families/index.js";
import { wallThicknesses } from "../../training/families/thickness.js";
import { loadKernel, Workbench } from "../../training/families/workbench.js";
import { Random } from "../../training/random.js";
import { SignedDistance } from "../../training/samples/distance.js";
import { closed, topologyOf } from "../support/topology.js";

const SEEDS = 50;

describe.each(families)("family $name", (family) => {
    it("makes closed solids of one piece that fill the box's longest side", { timeout: 60_000 }, async () => {
        for (let seed = 0; seed < SEEDS; seed++) {
            const { positions, indices } = await makeShape(family, seed);
            expect(topologyOf(positions, indices), `seed ${seed}`).toMatchObject({ ...closed, pieces: 1 });
            expect(topologyOf(positions, indices).volume).toBeGreaterThan(0.02);
            const extent = positions.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
            expect(extent).toBeCloseTo(HALF_EXTENT, 5);
        }
    });

    it("makes no walls, legs or handles thinner than 0.055", { timeout: 60_000 }, async () => {
        for (let seed = 0; seed < SEEDS; seed++) {
            const walls = wallThicknesses(await makeShape(family, seed), 1000, new Random(seed));
            const thin = walls.filter((value) => value < 0.055).length / 1000;
            // Sharp tips and the seams of parts that meet at a slant are small.
            expect(thin, `seed ${seed}`).toBeLessThan(0.02);
        }
    });

    it("varies more than in size", { timeout: 60_000 }, async () => {
        const random = new Random(5);
        const points = Array.from({ length: 600 }, () => [0, 1, 2].map(() => random.between(-0.9, 0.9)));
        const insides: boolean[][] = [];
        for (let seed = 0; seed < 12; seed++) {
            const distance = new SignedDistance(await makeShape(family, seed));
            insides.push(points.map(([x, y, z]) => distance.at(x, y, z) < 0));
        }
        const overlaps: number[] = [];
        for (let a = 0; a < insides.length; a++) {
            for (let b = 0; b < a; b++) {
                const both = points.filter((_, n) => insides[a][n] && insides[b][n]).length;
                const either = points.filter((_, n) => insides[a][n] || insides[b][n]).length;
                overlaps.push(both / either);
            }
        }
        overlaps.sort((a, b) => a - b);
        expect(overlaps[overlaps.length >> 1]).toBeLessThan(0.75);
        expect(overlaps[overlaps.length - 1]).toBeLessThan(0.97);
    });

    it("gives the same mesh for a seed each time, and another for another", async () => {
        const [first, again, other] = [
            await makeShape(family, 3),
            await makeShape(family, 3),
            await makeShape(family, 4),
        ];
        expect(again).toEqual(first);
        expect(other.positions).not.toEqual(first.positions);
    });

    it("names traits that are numbers, the same for all seeds", async () => {
        const names = Object.keys((await makeShape(family, 0)).traits);
        for (let seed = 1; seed < 12; seed++) {
            const { traits } = await makeShape(family, seed);
            expect(Object.keys(traits)).toEqual(names);
            expect(Object.values(traits).every(Number.isFinite)).toBe(true);
        }
    });
});

it("measures walls and gaps as built", async () => {
    const bench = new Workbench(await loadKernel());
    // Two plates 0.1 thick, 0.3 apart, joined at one end.
    const plates = bench.union([
        bench.box([1, 0.1, 1], [0, 0.2, 0]),
        bench.box([1, 0.1, 1], [0, -0.2, 0]),
        bench.box([0.2, 0.5, 1], [0.5, 0, 0]),
    ]);
    const { vertProperties, triVerts } = plates.getMesh();
    const mesh = { positions: Float32Array.from(vertProperties), indices: Uint32Array.from(triVerts) };
    bench.dispose();
    const walls = wallThicknesses(mesh, 2000, new Random(1));
    expect(walls[0]).toBeCloseTo(0.1, 4);
    expect(walls[walls.length >> 1]).toBeCloseTo(0.1, 4);
    const gaps = wallThicknesses(mesh, 2000, new Random(1), true);
    expect(gaps[0]).toBeCloseTo(0.3, 4);
    expect(gaps[gaps.length - 1]).toBeCloseTo(0.3, 4);
});

it.each([
    ["vase", 930],
    ["mug", 790],
    ["rock", 1282],
])("makes one piece of %s %i, whose parts left a hollow inside or a gap", async (name, seed) => {
    const { positions, indices } = await makeShape(familiesNamed([name])[0], seed);
    expect(topologyOf(positions, indices)).toMatchObject({ ...closed, pieces: 1 });
});

it("has at least ten families of different names", () => {
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    expect(families.length).toBeGreaterThanOrEqual(10);
});

it("finds families by name and says which there are", () => {
    expect(familiesNamed(["lamp", "chair"]).map(({ name }) => name)).toEqual(["lamp", "chair"]);
    expect(() => familiesNamed(["sofa"])).toThrow(/"sofa"; expected one of chair, table/);
});

it("tells a shape's box, how full it is and how high its weight lies", async () => {
    const bench = new Workbench(await loadKernel());
    // A plate on a post.
    const solid = bench.union([bench.box([2, 1, 2], [0, 3.5, 0]), bench.box([1, 3, 1], [0, 1.5, 0])]);
    const { vertProperties, triVerts } = solid.getMesh();
    bench.dispose();
    const mesh = { positions: Float32Array.from(vertProperties), indices: Uint32Array.from(triVerts) };
    const traits = plainTraits(mesh);
    expect(traits).toMatchObject({ width: 2, height: 4, depth: 2 });
    expect(traits.fullness).toBeCloseTo((4 + 3) / 16, 5);
    expect(traits["top-heavy"]).toBeCloseTo((4 * 3.5 + 3 * 1.5) / 7 / 4, 5);
});

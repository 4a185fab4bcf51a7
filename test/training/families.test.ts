import { describe, expect, it } from "vitest";
import { families, familiesNamed, HALF_EXTENT, makeShape } from "../../training/families/index.js";
import { closed, topologyOf } from "../support/topology.js";

describe.each(families)("family $name", (family) => {
    it("makes closed solids of one piece that fill the box's longest side", async () => {
        for (let seed = 0; seed < 12; seed++) {
            const { positions, indices } = await makeShape(family, seed);
            expect(topologyOf(positions, indices), `seed ${seed}`).toMatchObject({ ...closed, pieces: 1 });
            expect(topologyOf(positions, indices).volume).toBeGreaterThan(0.02);
            const extent = positions.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
            expect(extent).toBeCloseTo(HALF_EXTENT, 5);
        }
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

it("finds families by name and says which there are", () => {
    expect(familiesNamed(["lamp", "chair"]).map(({ name }) => name)).toEqual(["lamp", "chair"]);
    expect(() => familiesNamed(["sofa"])).toThrow(/"sofa"; expected one of chair, table/);
});

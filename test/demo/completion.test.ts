import { describe, expect, it } from "vitest";
import { joinScans, lookAt } from "../../demo/completion/depthCamera.js";
import { measureMiss } from "../../demo/completion/miss.js";
import { pointsOn, thingInWorld, thingNames } from "../../demo/completion/objects.js";
import { LatentRandom } from "../../plugin/latent/index.js";

const FRONT = { position: [0, 0.2, 4], target: [0, 0, 0], size: 64, noise: 0, holeCount: 0 } as const;
const NAMES = ["chair", "table", "barrel", "vase", "lamp", "mushroom"];

describe("a thing to look at", () => {
    it.each(NAMES)("%s stands on the ground with its longest side 1.7 units, whatever way it faces", (name) => {
        for (const yaw of [0, 0.9]) {
            const { positions, indices } = thingInWorld(name, -0.93, yaw);
            const heights = positions.filter((_, at) => at % 3 === 1);
            expect(Math.min(...heights)).toBeCloseTo(-0.93, 5);
            expect(positions.every((value) => Number.isFinite(value) && Math.abs(value) < 1.3)).toBe(true);
            expect(Math.max(...indices)).toBeLessThan(positions.length / 3);
        }
        const { positions } = thingInWorld(name, 0, 0);
        const sides = [0, 1, 2].map((axis) => {
            const values = positions.filter((_, at) => at % 3 === axis);
            return Math.max(...values) - Math.min(...values);
        });
        expect(Math.max(...sides)).toBeCloseTo(1.7, 5);
    });

    it("is offered where the decoder knows its family, and all are where it knows none", () => {
        expect(thingNames(["vase", "mug"])).toEqual(["vase"]);
        expect(thingNames(["octahedron"])).toEqual(NAMES);
    });

    it("gets points on its surface in proportion to area", () => {
        const random = new LatentRandom(1);
        const table = thingInWorld("table", 0, 0);
        const points = pointsOn(table, 4000, () => random.uniform());
        const heights = points.filter((_, at) => at % 3 === 1);
        const top = heights.filter((y) => y > 0.85).length / heights.length;
        // The two faces of the top and its rim are most of a table.
        expect(top).toBeGreaterThan(0.5);
        expect(top).toBeLessThan(0.9);
    });
});

describe("how far a completion is from the real thing", () => {
    const barrel = thingInWorld("barrel", 0, 0);
    const moved = (by: number) => ({
        positions: barrel.positions.map((value, at) => value + (at % 3 === 1 ? by : 0)),
        indices: barrel.indices,
    });

    it("is nothing for the thing itself, and grows as it moves", () => {
        expect(measureMiss(barrel, barrel).most).toBeLessThan(1e-6);
        const { median, most } = measureMiss(barrel, moved(0.17));
        expect(median).toBeGreaterThan(0);
        expect(most).toBeCloseTo(0.1, 2);
    });

    it("tells of what is missing and of what is too much alike", () => {
        const half = { positions: barrel.positions, indices: barrel.indices.slice(barrel.indices.length / 2) };
        const { most } = measureMiss(barrel, half);
        expect(most).toBeGreaterThan(0.1);
        expect(measureMiss(half, barrel).most).toBeGreaterThan(0.1);
    });
});

describe("a look of the depth camera", () => {
    it("lands on the surface that faces it, and not on what lies behind", () => {
        const barrel = thingInWorld("barrel", -0.85, 0);
        const { positions, normals, indices, sensorPositions } = lookAt(barrel, FRONT, new LatentRandom(1));
        expect(positions.length / 3).toBeGreaterThan(500);
        expect(indices.length / 3).toBeGreaterThan(500);
        expect(sensorPositions).toHaveLength(positions.length);
        let inTheMiddle = 0;
        for (let at = 0; at < positions.length; at += 3) {
            const [x, y, z] = positions.slice(at, at + 3);
            const radius = Math.hypot(x, z);
            // Lids aside, on a wall between the barrel's smallest and largest radius, on the camera's side.
            expect(radius).toBeLessThan(0.67);
            if (Math.abs(y) < 0.5) {
                inTheMiddle++;
                expect(radius).toBeGreaterThan(0.55);
                expect(z).toBeGreaterThan(0);
            }
            const [nx, ny, nz] = normals.slice(at, at + 3);
            expect(Math.hypot(nx, ny, nz)).toBeCloseTo(1, 4);
            expect(nx * -x + ny * (0.2 - y) + nz * (4 - z)).toBeGreaterThanOrEqual(-1e-3);
        }
        expect(inTheMiddle).toBeGreaterThan(300);
    });

    it("has holes where asked, noise as asked, and the same bits for the same seed", () => {
        const vase = thingInWorld("vase", -0.85, 0.3);
        const clean = lookAt(vase, FRONT, new LatentRandom(2));
        const holed = lookAt(vase, { ...FRONT, holeCount: 6 }, new LatentRandom(2));
        expect(holed.positions.length).toBeLessThan(0.98 * clean.positions.length);
        expect(holed.positions.length).toBeGreaterThan(0.4 * clean.positions.length);
        const noisy = lookAt(vase, { ...FRONT, noise: 0.01 }, new LatentRandom(2));
        expect(noisy.positions).toHaveLength(clean.positions.length);
        let square = 0;
        for (let at = 0; at < noisy.positions.length; at += 3) {
            square += (noisy.positions[at + 2] - clean.positions[at + 2]) ** 2;
        }
        expect(Math.sqrt(square / (noisy.positions.length / 3))).toBeCloseTo(0.01, 2);
        expect(lookAt(vase, { ...FRONT, noise: 0.01 }, new LatentRandom(2)).positions).toEqual(noisy.positions);
    });

    it("knows places to be empty that lie beside the thing, none inside it", () => {
        const barrel = thingInWorld("barrel", -0.85, 0);
        const { emptyPoints } = lookAt(barrel, FRONT, new LatentRandom(1));
        expect(emptyPoints.length / 3).toBeGreaterThan(100);
        for (let at = 0; at < emptyPoints.length; at += 3) {
            const [x, y, z] = emptyPoints.slice(at, at + 3);
            expect(Math.hypot(x, z) < 0.5 && Math.abs(y) < 0.8).toBe(false);
        }
    });

    it("from two sides joins into one scan that reaches all round", () => {
        const barrel = thingInWorld("barrel", -0.85, 0);
        const looks = [4, -4].map((z) => lookAt(barrel, { ...FRONT, position: [0, 0.2, z] }, new LatentRandom(1)));
        const joined = joinScans(looks);
        expect(joined.positions).toHaveLength(looks[0].positions.length + looks[1].positions.length);
        expect(Math.max(...joined.indices)).toBeLessThan(joined.positions.length / 3);
        expect(Math.min(...joined.indices.slice(looks[0].indices.length))).toBeGreaterThanOrEqual(
            looks[0].positions.length / 3,
        );
        const depths = joined.positions.filter((_, at) => at % 3 === 2);
        expect(Math.min(...depths)).toBeLessThan(-0.5);
        expect(Math.max(...depths)).toBeGreaterThan(0.5);
    });

    it("of nothing in view is empty", () => {
        const away = { ...FRONT, position: [0, 0.2, 4], target: [0, 0, 9] } as const;
        const { positions, indices } = lookAt(thingInWorld("chair", 0, 0), away, new LatentRandom(1));
        expect(positions).toHaveLength(0);
        expect(indices).toHaveLength(0);
    });
});

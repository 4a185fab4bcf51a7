import { describe, expect, it } from "vitest";
import { IDENTITY, rotationOf, type Similarity, toScan } from "../../plugin/completion/pose.js";
import { toUnitScan, type UnitScan } from "../../plugin/completion/scan.js";
import { SightLines } from "../../plugin/completion/sightLines.js";
import { cube, formulaField } from "../support/fields.js";
import { createTestRandom } from "../support/perceptrons.js";

const SENSOR = [0, 0.5, 5];
const latent = new Float32Array(0);

const ball = (x: number, y: number, z: number) => Math.hypot(x, y, z) - 0.5;
/** A ball with a thin rod on top, which stands out of its outline. */
const ballWithRod = (x: number, y: number, z: number) => {
    const rod = Math.max(Math.hypot(x, z) - 0.025, Math.abs(y - 0.6) - 0.3);
    return Math.min(ball(x, y, z), rod);
};

/** What a camera sees of the ball, and 900 rays that pass it. */
function scanOfBall(): UnitScan {
    const [positions, empty]: [number[], number[]] = [[], []];
    for (let i = 0; i < 60; i++) {
        for (let j = 0; j < 60; j++) {
            const end = [(i - 29.5) / 30, (j - 29.5) / 30, 0];
            const direction = end.map((value, axis) => value - SENSOR[axis]);
            const length = Math.hypot(...direction);
            const [dx, dy, dz] = direction.map((value) => value / length);
            const along = -(SENSOR[0] * dx + SENSOR[1] * dy + SENSOR[2] * dz);
            const square = SENSOR.reduce((sum, value) => sum + value * value, 0) - along * along;
            const reach = square < 0.25 ? along - Math.sqrt(0.25 - square) : along + 0.9;
            const point = [dx, dy, dz].map((value, axis) => SENSOR[axis] + reach * value);
            (square < 0.25 ? positions : empty).push(...point);
        }
    }
    return {
        positions: Float32Array.from(positions),
        normals: null,
        sensorPositions: Float32Array.from(positions, (_, i) => SENSOR[i % 3]),
        emptyPoints: Float32Array.from(empty),
        emptySensors: Float32Array.from(empty, (_, i) => SENSOR[i % 3]),
        scale: 1,
        centre: [0, 0, 0],
        droppedCount: 0,
    };
}

const through = (distance: typeof ball, pose: Similarity = IDENTITY, scan = scanOfBall()) =>
    SightLines.of(scan)!.contradictions(formulaField(distance), cube, { latent, pose });

describe("lines of sight", () => {
    it("go through no shape that stands where it was seen", async () => {
        expect((await through(ball)).lines).toHaveLength(0);
    });

    it("find a thin part where nothing was seen, and how deep they go through it", async () => {
        const { lines, depths, observations } = await through(ballWithRod);
        // The rod is 0.4 long outside, and lines are 0.06 apart.
        expect(lines.length).toBeGreaterThan(2);
        expect(lines.length).toBeLessThan(12);
        expect(new Set(lines).size).toBe(lines.length);
        for (const [n, depth] of depths.entries()) {
            const [x, y, z] = observations.points.subarray(3 * n, 3 * n + 3);
            expect(depth).toBeLessThan(0);
            expect(ballWithRod(x, y, z)).toBeCloseTo(depth, 5);
            expect(y).toBeGreaterThan(0.4);
        }
        expect(observations.isBound.every((flag) => flag === 1)).toBe(true);
    });

    it("find a shape before what was seen", async () => {
        const { depths } = await through((x, y, z) => ball(x, y, z - 0.2));
        expect(depths.length).toBeGreaterThan(10);
        expect(Math.min(...depths)).toBeLessThan(-0.1);
    });

    it("tell nothing behind what was seen", async () => {
        // A longer ball, seen along its length.
        const behind = (x: number, y: number, z: number) => Math.min(ball(x, y, z), ball(1.05 * x, 1.05 * y, z + 0.1));
        expect((await through(behind)).lines).toHaveLength(0);
    });

    it("are told in the scan's frame wherever the shape stands", async () => {
        const pose: Similarity = { rotation: rotationOf([0.2, 0.5, 0]), scale: 0.8, translation: [0.1, 0, 0.05] };
        const { points } = (await through((x, y, z) => ball(0.6 * x, 0.6 * y, 0.6 * z) / 0.6, pose)).observations;
        expect(points.length).toBeGreaterThan(30);
        for (let i = 0; i < points.length; i += 3) {
            const [x, y, z] = points.subarray(i, i + 3);
            const [cx, cy, cz] = toScan(pose, new Float32Array(3));
            expect(Math.hypot(x - cx, y - cy, z - cz)).toBeLessThan(0.8 * (0.5 / 0.6));
        }
    });

    it("are none where nobody knows what was looked through, and no more than can be followed", async () => {
        const scan = scanOfBall();
        expect(SightLines.of({ ...scan, sensorPositions: null, emptySensors: null })).toBeNull();
        const alone = SightLines.of({ ...scan, sensorPositions: null });
        expect(alone).not.toBeNull();
        const random = createTestRandom(2);
        const many = Float32Array.from({ length: 3 * 200_000 }, () => 3 * random() - 1.5);
        const crowd = { ...scan, emptyPoints: many, emptySensors: many.map((_, i) => SENSOR[i % 3]) };
        const { lines } = await through(() => -1, IDENTITY, crowd);
        expect(lines.length).toBeGreaterThan(500);
        expect(lines.length).toBeLessThanOrEqual(1200);
    });
});

describe("where empty points were seen from", () => {
    const points = Float32Array.from({ length: 90 }, (_, i) => Math.sin(i * i));
    const emptyPoints = Float32Array.of(0, 0, 1, Number.NaN, 0, 0, 2, 0, 0);

    it("is each one's own, the only sensor, or unknown", () => {
        const own = Float32Array.of(0, 0, 9, 0, 9, 0, 9, 0, 0);
        const unit = (scan: object) => toUnitScan("test", { positions: points, emptyPoints, ...scan }, 1.8);
        const told = unit({ emptySensorPositions: own });
        expect(told.emptyPoints).toHaveLength(6);
        expect(told.emptySensors).toHaveLength(6);
        expect(told.emptySensors![5]).toBeCloseTo(-told.centre[2] / told.scale, 5);
        const sole = unit({ sensorPositions: Float32Array.of(0, 0, 9) });
        expect(sole.emptySensors).toHaveLength(6);
        expect(sole.emptySensors!.slice(0, 3)).toEqual(sole.emptySensors!.slice(3, 6));
        const two = points.map((_, i) => (i < 45 ? 5 : 6));
        expect(unit({ sensorPositions: two }).emptySensors).toBeNull();
        expect(unit({}).emptySensors).toBeNull();
    });

    it("is one for each of them, or refused", () => {
        const scan = { positions: points, emptyPoints, emptySensorPositions: new Float32Array(6) };
        expect(() => toUnitScan("test", scan, 1.8)).toThrow(
            /got 6 numbers as emptySensorPositions of the scan; expected a Float32Array of 3 or 9/,
        );
    });
});

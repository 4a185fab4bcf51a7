import { describe, expect, it } from "vitest";
import { CoarseField, coarsePoints } from "../../plugin/completion/coarseField.js";
import { Extent } from "../../plugin/completion/extent.js";
import { createObservations } from "../../plugin/completion/observations.js";
import { PointTree } from "../../plugin/completion/pointTree.js";
import { rotationOf, type Similarity, toScan } from "../../plugin/completion/pose.js";
import { costOf, settle } from "../../plugin/completion/settle.js";
import { stancesOf, turnsOf } from "../../plugin/completion/stances.js";
import { chooseStarts } from "../../plugin/completion/starts.js";

const BOUNDS = { min: [-1, -1, -1], max: [1, 1, 1] } as const;
/** Half sides of a box, its distances cut off as decoders' are. */
const HALF = [0.35, 0.9, 0.2];
const POINTS = coarsePoints(BOUNDS);
const BOX = fieldOfBox(HALF);
const PLACED: Similarity = { rotation: rotationOf([0, Math.PI / 6, 0]), scale: 0.9, translation: [0.2, -0.1, 0.3] };
const SENSOR = [0, 0.5, 4];

function fieldOfBox(halves: readonly number[]): CoarseField {
    const distances = Float32Array.from({ length: POINTS.length / 3 }, (_, n) => {
        const q = halves.map((half, axis) => Math.abs(POINTS[3 * n + axis]) - half);
        const outside = Math.hypot(...q.map((value) => Math.max(value, 0)));
        return Math.min(0.1, Math.max(-0.1, outside + Math.min(0, Math.max(...q))));
    });
    return new CoarseField(distances, BOUNDS);
}

/** The two sides and the top that a sensor in front and above sees of the box, where it stands. */
function seenSides(): Float32Array {
    const points: number[] = [];
    for (let i = 0; i <= 20; i++) {
        for (let j = 0; j <= 20; j++) {
            const [u, v] = [i / 10 - 1, j / 10 - 1];
            points.push(HALF[0] * u, HALF[1] * v, HALF[2], -HALF[0], HALF[1] * u, HALF[2] * v);
            points.push(HALF[0] * u, HALF[1], HALF[2] * v);
        }
    }
    return toScan(PLACED, Float32Array.from(points));
}

function unitScan(positions: Float32Array, emptyPoints = new Float32Array(0)) {
    const sensorPositions = positions.map((_, i) => SENSOR[i % 3]);
    const frame = { scale: 1, centre: [0, 0, 0] as const, droppedCount: 0 };
    const emptySensors = emptyPoints.map((_, i) => SENSOR[i % 3]);
    return { positions, normals: null, sensorPositions, emptyPoints, emptySensors, ...frame };
}

describe("where a shape may stand in a scan", () => {
    it("tells how far a shape reaches, though its ends lie between the corners of the grid", () => {
        for (const [axis, half] of HALF.entries()) {
            const { low, high } = BOX.reach([axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0]);
            expect(high).toBeCloseTo(half, 1);
            expect(low).toBeCloseTo(-half, 1);
        }
        const nothing = new CoarseField(new Float32Array(POINTS.length / 3).fill(0.1), BOUNDS);
        expect(nothing.reach([1, 0, 0])).toEqual({ low: 0, high: 0 });
    });

    it("has a stance at the true pose for a scan of one side, and finds that it costs least", () => {
        const scan = unitScan(seenSides());
        const extent = new Extent(scan.positions, 1.8);
        const turns = turnsOf({ turnCount: 12, up: [0, 1, 0], upAxis: 1, towardsSensor: [0, 0, 1], extent });
        const stances = stancesOf(BOX, turns);
        const normals = new Float32Array(scan.positions.length);
        const look = createObservations(scan, normals, 200, 1);
        const costs = stances.map((pose) => costOf(BOX, pose, look, extent));
        const best = stances[costs.indexOf(Math.min(...costs))];
        const found = settle(BOX, best, look, extent);
        expect(found.scale).toBeCloseTo(PLACED.scale, 1);
        for (const [axis, value] of found.translation.entries()) {
            expect(Math.abs(value - PLACED.translation[axis])).toBeLessThan(0.07);
        }
        // The box looks the same after half a turn.
        const turn = Math.atan2(found.rotation[2], found.rotation[0]);
        expect(Math.abs(Math.sin(turn - Math.PI / 6))).toBeLessThan(0.1);
        expect(costOf(BOX, found, look, extent)).toBeLessThanOrEqual(Math.min(...costs));
    });

    it("takes a shape of other proportions as large as the scan's box in every turn", () => {
        const extent = new Extent(seenSides(), 1.8);
        const options = { turnCount: 8, up: [0, 1, 0], upAxis: 1, towardsSensor: [0, 0, 1], extent } as const;
        const flat = fieldOfBox([0.35, 0.3, 0.2]);
        const stances = stancesOf(flat, turnsOf(options));
        expect(stances).toHaveLength(8);
        for (const { rotation, scale } of stances) expect(scale).toBe(extent.scaleIn(rotation));
    });

    it("stands a shape in a turn as in the same one of twice as many", () => {
        const extent = new Extent(seenSides(), 1.8);
        const lean = fieldOfBox([0.35, 0.6, 0.1]);
        for (const towardsSensor of [null, [0.6, 0, 0.8] as const]) {
            const stances = (turnCount: number) =>
                stancesOf(lean, turnsOf({ turnCount, up: [0, 1, 0], upAxis: 2, towardsSensor, extent }));
            const [few, many] = [stances(6), stances(12)];
            for (const [k, { translation, scale }] of few.entries()) {
                expect(scale).toBeCloseTo(many[2 * k].scale, 9);
                for (const axis of [0, 1, 2]) expect(translation[axis]).toBeCloseTo(many[2 * k].translation[axis], 6);
            }
        }
    });

    it("begins at shapes as they stand and at such as were settled, at each code of a family", async () => {
        const scan = unitScan(seenSides());
        const extent = new Extent(scan.positions, 1.8);
        const options = { turnCount: 12, up: [0, 1, 0], upAxis: 1, towardsSensor: [0, 0, 1], extent } as const;
        const look = createObservations(scan, new Float32Array(scan.positions.length), 200, 1);
        const codes = [Float32Array.of(1), Float32Array.of(2)];
        const sketches = [BOX, fieldOfBox([0.35, 0.6, 0.3])].map((rough) => ({ rough, fineAsync: async () => rough }));
        const costsOf = async (_: Float32Array, poses: readonly Similarity[]) => poses.map((__, n) => n);
        const starts = await chooseStarts({ codes, families: [0, 1] }, sketches, options, look, costsOf, 12);
        for (const code of codes) {
            const own = starts.filter(({ latent }) => latent === code);
            const standing = own.filter(({ pose, start }) => pose === start);
            expect(standing.length).toBeGreaterThan(0);
            expect(own.length).toBeGreaterThan(standing.length);
            for (const { pose } of standing) expect(pose.scale).toBe(extent.scaleIn(pose.rotation));
        }
    });

    it("looks closely at the codes whose sketches explain the scan best, and at some of each family", async () => {
        const scan = unitScan(seenSides());
        const extent = new Extent(scan.positions, 1.8);
        const options = { turnCount: 12, up: [0, 1, 0], upAxis: 1, towardsSensor: [0, 0, 1], extent } as const;
        const look = createObservations(scan, new Float32Array(scan.positions.length), 200, 1);
        // The true box, boxes of one family that are ever flatter, and a family of flat ones.
        const heights = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
        const codes = heights.map((_, n) => Float32Array.of(n));
        const families = heights.map((_, n) => (n < 10 ? 0 : 1));
        const finished: number[] = [];
        const sketches = heights.map((height, n) => {
            const rough = fieldOfBox([0.35, height, 0.2]);
            const fineAsync = async () => {
                finished.push(n);
                return rough;
            };
            return { rough, fineAsync };
        });
        const costsOf = async (_: Float32Array, poses: readonly Similarity[]) => poses.map((__, n) => n);
        await chooseStarts({ codes, families }, sketches, options, look, costsOf, 100);
        expect(finished[0]).toBe(0);
        expect(finished.filter((n) => n >= 10)).toHaveLength(4);
        expect(finished.length).toBeLessThan(heights.length);
    });

    it("asks for no size that is no number, whatever a decoder's shapes are", () => {
        const nothing = new CoarseField(new Float32Array(POINTS.length / 3).fill(0.1), BOUNDS);
        const extent = new Extent(seenSides(), 1.8);
        for (const towardsSensor of [null, [0, 0, 1] as const]) {
            const turns = turnsOf({ turnCount: 4, up: [0, 1, 0], upAxis: 1, towardsSensor, extent });
            for (const pose of stancesOf(nothing, turns)) {
                expect([pose.scale, ...pose.translation].every(Number.isFinite)).toBe(true);
                expect(pose.scale).toBeGreaterThan(0);
            }
        }
    });

    it("holds a size to the scan's box: far below is out of the question, above it grows unlikelier", () => {
        const extent = new Extent(seenSides(), 1.8);
        const cost = (factor: number) => extent.roomIn({ ...PLACED, scale: factor * PLACED.scale }).cost;
        expect(cost(0.9)).toBeGreaterThan(20);
        expect(cost(1)).toBeLessThan(0.1);
        expect(cost(1.05)).toBeGreaterThan(3);
        expect(cost(1.3)).toBeGreaterThan(cost(1.05));
        expect(cost(1.3)).toBeLessThan(50);
    });

    it("looks at empty rays beside what was seen, never behind where they are known to be empty", () => {
        const positions = seenSides();
        // Rays that pass the box on all sides and end far behind it or before it.
        const ends: number[] = [];
        for (let i = 0; i < 400; i++) {
            const angle = 0.1 * i;
            const radius = 1.3 + 0.004 * i;
            ends.push(radius * Math.cos(angle), radius * Math.sin(angle), i % 2 === 0 ? -1.2 : 0.4);
        }
        const scan = unitScan(positions, Float32Array.from(ends));
        const normals = new Float32Array(positions.length);
        const { points, isBound, targets } = createObservations(scan, normals, 400, 3);
        const direction = (at: ArrayLike<number>, n: number) => {
            const way = [0, 1, 2].map((axis) => at[3 * n + axis] - SENSOR[axis]);
            const length = Math.hypot(...way);
            return { unit: way.map((value) => value / length), length };
        };
        const rays = Array.from({ length: ends.length / 3 }, (_, n) => direction(ends, n));
        const tree = new PointTree(positions);
        const gapAt = (at: ArrayLike<number>, n: number) =>
            tree.nearest(at[3 * n], at[3 * n + 1], at[3 * n + 2]).distance;
        const given = rays.reduce((sum, _, n) => sum + gapAt(ends, n), 0) / rays.length;
        let [onRays, taken] = [0, 0];
        for (let n = 0; n < targets.length; n++) {
            if (!isBound[n]) continue;
            const { unit, length } = direction(points, n);
            const ray = rays.find((other) => other.unit.every((value, axis) => Math.abs(value - unit[axis]) < 1e-5));
            if (!ray) continue;
            onRays++;
            taken += gapAt(points, n);
            expect(length).toBeLessThanOrEqual(ray.length + 1e-5);
        }
        expect(onRays).toBeGreaterThan(20);
        expect(taken / onRays).toBeLessThan(0.6 * given);
    });

    it("takes an empty point at the sensor itself for what it is", () => {
        const positions = seenSides();
        const scan = unitScan(positions, Float32Array.from([...SENSOR, ...SENSOR]));
        const { points, isBound } = createObservations(scan, new Float32Array(positions.length), 200, 1);
        expect(points.every(Number.isFinite)).toBe(true);
        // Nothing is known to be empty but the rays to what was seen, which do not pass the middle.
        const bounds = [...isBound.keys()].filter((n) => isBound[n] === 1);
        expect(bounds.filter((n) => Math.hypot(...points.subarray(3 * n, 3 * n + 3)) < 1e-6)).toEqual([]);
    });
});

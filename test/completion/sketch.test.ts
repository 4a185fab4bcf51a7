import { describe, expect, it } from "vitest";
import type { CoarseField } from "../../plugin/completion/coarseField.js";
import { Sketch } from "../../plugin/completion/sketch.js";
import type { Field } from "../../plugin/field/field.js";

const BOUNDS = { min: [-1, -1, -1], max: [1, 1, 1] } as const;
const CODE = new Float32Array(2);

/** A field of some distance, and how many points it was asked for. */
function fieldOf(distance: (x: number, y: number, z: number) => number) {
    const asked = { points: 0 };
    const evaluateAsync = async (_latent: Float32Array, points: Float32Array) => {
        asked.points += points.length / 3;
        return Float32Array.from({ length: points.length / 3 }, (_, n) =>
            distance(...(points.subarray(3 * n, 3 * n + 3) as unknown as [number, number, number])),
        );
    };
    return { field: { evaluateAsync } as Partial<Field> as Field, asked };
}

/** Largest difference to a distance, on places beside the grid's. */
function largestError(coarse: CoarseField, distance: (x: number, y: number, z: number) => number): number {
    let largest = 0;
    for (let n = 0; n < 1000; n++) {
        const [x, y, z] = [0.618, 0.755, 0.57].map((step) => 1.96 * ((n * step) % 1) - 0.98);
        coarse.sample(x, y, z);
        expect(coarse.distanceAt(x, y, z)).toBe(coarse.distance);
        largest = Math.max(largest, Math.abs(coarse.distance - distance(x, y, z)));
    }
    return largest;
}

const ball = (x: number, y: number, z: number) => Math.hypot(x, y, z) - 0.6;

const sketchOf = ({ field }: ReturnType<typeof fieldOf>) => Sketch.CreateAsync(field, BOUNDS, CODE);

describe("a code's sketch", () => {
    it("is rough at first, from one corner in eight", async () => {
        const from = fieldOf(ball);
        const { rough } = await sketchOf(from);
        expect(from.asked.points).toBe(9 ** 3);
        // The ball's centre, where distances have a tip, is what is told worst.
        expect(largestError(rough, ball)).toBeLessThan(0.11);
        rough.sample(1.2, -0.4, -1.3);
        expect(rough.distanceAt(1.2, -0.4, -1.3)).toBe(rough.distance);
        const far = (x: number, y: number, z: number) => Math.hypot(x - 2, y + 1.5, z) - 1.2;
        expect(largestError((await sketchOf(fieldOf(far))).rough, far)).toBeLessThan(0.006);
    });

    it("finds polynomials of the third degree again between corners, at the borders those of the second", async () => {
        const cubic = (x: number, y: number, z: number) => x + y * y - 0.5 * z * z * z + x * y * z;
        const { rough } = await sketchOf(fieldOf(cubic));
        for (const [x, y, z] of [
            [0.125, -0.375, 0.625],
            [-0.125, 0.5, 0.375],
            [0.875, -0.875, 0.25],
        ]) {
            rough.sample(x, y, z);
            expect(rough.distance).toBeCloseTo(cubic(x, y, z), 6);
        }
    });

    it("is finished on demand, once: corners near the surface are the field's own", async () => {
        const thin = (x: number, y: number, z: number) => Math.hypot(Math.hypot(x - 0.125, y) - 0.6, z - 0.125) - 0.1;
        const from = fieldOf(thin);
        const sketch = await sketchOf(from);
        const fine = await sketch.fineAsync();
        const { points } = from.asked;
        expect(points).toBeGreaterThan(9 ** 3);
        expect(points).toBeLessThan(17 ** 3 / 2);
        // Inside the ring, where every other corner alone tells of none.
        for (const field of [sketch.rough, fine]) field.sample(0.125, 0.625, 0.125);
        expect(fine.distance).toBeCloseTo(thin(0.125, 0.625, 0.125), 5);
        expect(Math.abs(sketch.rough.distance - thin(0.125, 0.625, 0.125))).toBeGreaterThan(0.02);
        expect(await sketch.fineAsync()).toBe(fine);
        expect(from.asked.points).toBe(points);
    });

    it("is whole at once where distances are cut off before the next corner", async () => {
        const rod = (x: number, _y: number, z: number) => Math.min(0.1, Math.hypot(x - 0.125, z - 0.125) - 0.03);
        const from = fieldOf(rod);
        const sketch = await sketchOf(from);
        expect(from.asked.points).toBe(9 ** 3 + 17 ** 3);
        sketch.rough.sample(0.125, 0.3, 0.125);
        expect(sketch.rough.distance).toBeCloseTo(-0.03, 5);
        expect(await sketch.fineAsync()).toBe(sketch.rough);
    });

    it("asks for nothing more of a code that makes no shape", async () => {
        const from = fieldOf(() => 0.5);
        await (await sketchOf(from)).fineAsync();
        expect(from.asked.points).toBe(9 ** 3);
    });
});

import { afterAll, describe, expect, it } from "vitest";
import { ShapeSurfaces } from "../../plugin/babylon/shapeSurfaces.js";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { createBuffer, createBufferFrom, readBuffer } from "../../plugin/field/gpu/buffers.js";
import { type Pace, PacedField } from "../../plugin/field/gpu/pacedField.js";
import { extractBatchAsync } from "../../plugin/surface/gpu/gpuBatch.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { countDevice } from "../support/countingDevice.js";
import { cube } from "../support/fields.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { maxDifference, octahedronPerceptron, randomPoints } from "../support/perceptrons.js";

const device = await requestTestDevice();
afterAll(() => device?.destroy());

/** A clock on which a slice takes what `millisecondsOf` says; the times of waits come first, in pairs of readings. */
class TestPace implements Pace {
    frames = 0;
    private readings = 0;
    private time = 0;

    constructor(private readonly millisecondsOf: () => number) {}

    now(): number {
        // Readings one and two time an empty wait; then each slice begins with one and ends with one.
        this.readings++;
        if (this.readings > 2 && this.readings % 2 === 0) {
            this.time += this.millisecondsOf();
        }
        return this.time;
    }

    async nextFrame(): Promise<void> {
        this.frames++;
    }
}

describe.skipIf(!device)("PacedField", () => {
    const latent = Float32Array.of(0.1, 0);
    const run = async (field: FusedField, paced: PacedField, count: number) => {
        const points = randomPoints(count);
        const job = {
            points: createBufferFrom(device!, "points", points),
            pointCount: createBufferFrom(device!, "count", Uint32Array.of(count)),
            distances: createBuffer(device!, "distances", 4 * count),
            pointGradients: createBuffer(device!, "gradients", 12 * count),
        };
        await paced.evaluateOnGpuAsync(latent, job, count);
        const distances = new Float32Array(await readBuffer(device!, job.distances, 4 * count));
        const gradients = new Float32Array(await readBuffer(device!, job.pointGradients, 12 * count));
        const expected = await field.evaluateGradientAsync(latent, points);
        for (const buffer of Object.values(job)) buffer.destroy();
        return Math.max(
            maxDifference(distances, expected.distances),
            maxDifference(gradients, expected.pointGradients),
        );
    };

    it("gives what the field gives, in one slice a frame, smaller ones where a slice took longer than the budget", async () => {
        const field = await FusedField.CreateAsync(device!, octahedronPerceptron(0.5));
        const pace = new TestPace(() => 16);
        const paced = new PacedField(field, 4, pace);
        expect(await run(field, paced, 12_000)).toBe(0);
        // 8192 points took 16 ms, a quarter takes 4; that is then too long again, and 1024 are the fewest.
        expect(paced.largestSlice).toBe(8192);
        expect(paced.slices).toBe(1 + 1 + Math.ceil((12_000 - 8192 - 2048) / 1024));
        expect(pace.frames).toBe(paced.slices);
        paced.dispose();
        field.dispose();
    });

    it("takes more at a time where there is room in the budget, and remembers it", async () => {
        const field = await FusedField.CreateAsync(device!, octahedronPerceptron(0.5));
        const first = new PacedField(field, 4, new TestPace(() => 0.5));
        expect(await run(field, first, 30_000)).toBe(0);
        expect(first.slices).toBe(3);
        const second = new PacedField(field, 4, new TestPace(() => 0.5));
        await run(field, second, 16_000);
        expect(second.slices).toBe(1);
        first.dispose();
        second.dispose();
        field.dispose();
    });

    it("makes the same surfaces within a budget, in more submits, and frees what it took", async () => {
        const counts = countDevice(device!);
        const field = await FusedField.CreateAsync(device!, octahedronPerceptron(0.5));
        const maker = await GpuSurfaceMaker.CreateAsync(device!);
        const domain = { bounds: cube, clampDistance: 0.4 };
        const make = async (frameBudget?: number) => {
            const before = counts.submits;
            const [surface] = await extractBatchAsync(maker, field, [latent], domain, { resolution: 12, frameBudget });
            const submits = counts.submits - before;
            const { positions, indices, vertexCount, triangleCount } = surface;
            const mesh = {
                positions: await readBuffer(device!, positions, 12 * vertexCount),
                indices: await readBuffer(device!, indices, 12 * triangleCount),
            };
            for (const buffer of [positions, indices, surface.normals]) buffer.destroy();
            return { mesh, submits };
        };
        const atOnce = await make();
        const paced = await make(1000);
        expect(paced.mesh).toEqual(atOnce.mesh);
        expect(paced.submits).toBeGreaterThan(atOnce.submits);
        maker.dispose();
        field.dispose();
        expect(counts.buffers).toBe(0);
    });

    it("is what a model loaded with a frame budget works by", async () => {
        const field = await FusedField.CreateAsync(device!, octahedronPerceptron(0.5));
        const maker = await GpuSurfaceMaker.CreateAsync(device!);
        const domain = { bounds: cube, clampDistance: 0.4 };
        const awaitsWith = async (frameBudget?: number) => {
            const surfaces = new ShapeSurfaces(field, maker, domain, 1.25, async () => null, frameBudget);
            const signal = new AbortController().signal;
            const { statistics, ...buffers } = await surfaces.extractOnGpuAsync(latent, { resolution: 8 }, signal);
            for (const buffer of [buffers.positions, buffers.normals, buffers.indices]) buffer.destroy();
            return statistics.awaits;
        };
        expect(await awaitsWith()).toBe(1);
        expect(await awaitsWith(4)).toBeGreaterThan(4);
        await expect(awaitsWith(0)).rejects.toThrow(/frameBudget: got 0/);
        maker.dispose();
        field.dispose();
    });

    it("refuses a budget that is none", async () => {
        const field = await FusedField.CreateAsync(device!, octahedronPerceptron(0.5));
        for (const budget of [0, -1, Number.NaN]) {
            expect(() => new PacedField(field, budget)).toThrow(/frameBudget: got .*; expected milliseconds above 0/);
        }
        field.dispose();
    });

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

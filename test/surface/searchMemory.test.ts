import { afterAll, describe, expect, it } from "vitest";
import type { Field } from "../../plugin/field/field.js";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { readBuffer } from "../../plugin/field/gpu/buffers.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { SearchMemory } from "../../plugin/surface/cpu/searchMemory.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { type LiveFront, LiveSurface } from "../../plugin/surface/gpu/liveSurface.js";
import type { SurfaceMesh, SurfaceStatistics } from "../../plugin/surface/mesh.js";
import { type FieldMotion, fieldMotionAsync } from "../../plugin/surface/motion.js";
import { cube, formulaField, sphere } from "../support/fields.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { octahedronPerceptron, randomPerceptron } from "../support/perceptrons.js";
import { trianglesOf } from "../support/topology.js";

const device = await requestTestDevice();
const domain = { bounds: cube, clampDistance: 0.4 };
const waves = randomPerceptron({
    seed: 11,
    width: 16,
    depth: 3,
    octaves: 1,
    skips: [],
    activation: { kind: "tanh", alpha: 0 },
});

/** Codes a little apart. */
const codes = (latentSize: number, count: number, step: number) =>
    Array.from({ length: count }, (_, n) =>
        Float32Array.from({ length: latentSize }, (_, i) => (i === 0 ? -0.2 + step * n : 0.1)),
    );
const motionOf = async (field: Field, latents: readonly Float32Array[]) =>
    (await fieldMotionAsync(field, domain, latents)) as FieldMotion;
const same = (a: SurfaceMesh, b: SurfaceMesh) => expect(trianglesOf(a)).toEqual(trianglesOf(b));

/** A field from a formula with a code of one number. */
const shapeBy = (distance: (code: number, x: number, y: number, z: number) => number): Field => ({
    ...formulaField(sphere(1)),
    latentSize: 1,
    evaluateAsync: async ([code], points) =>
        Float32Array.from({ length: points.length / 3 }, (_, n) => distance(code, ...pointAt(points, n))),
});
const pointAt = (points: Float32Array, n: number): [number, number, number] => [
    points[3 * n],
    points[3 * n + 1],
    points[3 * n + 2],
];
const ball = (radius: number, x: number, y: number, z: number) => Math.hypot(x, y, z) - radius;
/** A ball, and another one elsewhere that is there from a code above 0 on. */
const appearing = shapeBy((code, x, y, z) =>
    Math.min(ball(0.25, x + 0.6, y + 0.6, z + 0.6), ball(code, x - 0.5, y - 0.5, z - 0.5)),
);
const shifted = shapeBy((code, x, y, z) => ball(0.5, x - code, y, z));

describe("SearchMemory", () => {
    it.each([
        ["an octahedron that grows", octahedronPerceptron(0.5), 1.25],
        ["waves", waves, 4],
    ])("finds what a whole search finds, by fewer evaluations: %s", async (_, perceptron, slope) => {
        const field = new ReferenceField(perceptron);
        const latents = codes(perceptron.latentSize, 6, 0.01);
        const motion = await motionOf(field, latents);
        const memory = new SearchMemory();
        const evaluations = { whole: 0, going: 0 };
        for (const [n, latent] of latents.entries()) {
            const options = { resolution: 32, slope, normals: "grid" } as const;
            memory.advance(n > 0 ? motion.between(latents[n - 1], latent) : 0);
            const going = await extractSurfaceAsync(field, latent, domain, { ...options, memory });
            const whole = await extractSurfaceAsync(field, latent, domain, options);
            same(going.mesh, whole.mesh);
            if (n > 0) {
                evaluations.whole += whole.statistics.evaluations;
                evaluations.going += going.statistics.evaluations;
            }
        }
        expect(evaluations.going).toBeLessThan(0.8 * evaluations.whole);
    });

    it("finds a part that appears elsewhere, because it is told how far distances moved", async () => {
        const sizes = [-0.06, -0.03, -0.01, 0.08];
        const pieces = async (advances: boolean) => {
            const memory = new SearchMemory();
            let last = Number.NaN;
            const counts: number[] = [];
            for (const size of sizes) {
                memory.advance(advances && size > last ? size - last : 0);
                last = size;
                const latent = Float32Array.of(size);
                const options = { resolution: 48, normals: "grid", memory } as const;
                const { statistics } = await extractSurfaceAsync(appearing, latent, domain, options);
                counts.push(statistics.surfaceCells);
            }
            return counts;
        };
        const told = await pieces(true);
        expect(told[3]).toBeGreaterThan(told[2]);
        // Without that it is what a band around the last surface alone would see.
        expect((await pieces(false))[3]).toBe(told[2]);
    });

    it("begins anew where the memory misled it into leaving the surface open", async () => {
        const memory = new SearchMemory();
        const options = { resolution: 32, normals: "grid", memory } as const;
        await extractSurfaceAsync(shifted, Float32Array.of(0), domain, options);
        // Said not to have moved, though it went by several cells: what is seen of it ends where it left the old cells.
        const wrong = await extractSurfaceAsync(shifted, Float32Array.of(0.2), domain, options);
        const whole = await extractSurfaceAsync(shifted, Float32Array.of(0.2), domain, { ...options, memory: null });
        expect(wrong.statistics.attempts).toBe(2);
        same(wrong.mesh, whole.mesh);
    });

    it("forgets when the resolution changes, and where a distance was no number", async () => {
        const memory = new SearchMemory();
        const field = new ReferenceField(octahedronPerceptron(0.5));
        const run = (resolution: number, from: Field = field) =>
            extractSurfaceAsync(from, Float32Array.of(0, 0), domain, { resolution, normals: "grid", memory });
        const first = await run(32);
        expect((await run(24)).statistics.evaluations).toBeGreaterThan(24 ** 2);
        expect((await run(32)).statistics.evaluations).toBe(first.statistics.evaluations);

        const blind: Field = {
            ...formulaField(sphere(0.3)),
            latentSize: 2,
            evaluateAsync: async (_, points) => new Float32Array(points.length / 3).fill(Number.NaN),
        };
        memory.forget();
        expect((await run(32, blind)).statistics.triangles).toBe(0);
        same((await run(32)).mesh, first.mesh);
    });
});

describe("fieldMotionAsync", () => {
    it("bounds what moves, by twice the fastest place met", async () => {
        const motion = await motionOf(new ReferenceField(octahedronPerceptron(0.5)), [Float32Array.of(0, 0)]);
        // The size is the first entry of the code: a step of it moves every distance by as much over √3.
        const moved = motion.between(Float32Array.of(0, 0), Float32Array.of(0.03, 0));
        expect(moved).toBeGreaterThan(0.03 / Math.sqrt(3));
        expect(moved).toBeLessThan(2.01 * 0.03);
        expect(motion.between(Float32Array.of(0.2, 0), Float32Array.of(0.2, 0))).toBe(0);
    });

    it("is null where there is no surface or no code to measure by", async () => {
        const field = new ReferenceField(octahedronPerceptron(0.5));
        expect(await fieldMotionAsync(field, domain, [])).toBeNull();
        expect(await fieldMotionAsync(field, { ...domain, clampDistance: 1e-9 }, [Float32Array.of(9, 0)])).toBeNull();
    });
});

describe.skipIf(!device)("LiveSurface that goes on from the search before", () => {
    afterAll(() => device?.destroy());

    it.each([
        ["an octahedron", octahedronPerceptron(0.5), 1.25],
        ["waves", waves, 4],
    ])("takes the same decisions as its CPU twin, and rests at a whole search: %s", async (_, perceptron, slope) => {
        const reference = new ReferenceField(perceptron);
        const latents = codes(perceptron.latentSize, 5, 0.008);
        const motion = await motionOf(reference, latents);
        const field = await FusedField.CreateAsync(device!, perceptron);
        const maker = await GpuSurfaceMaker.CreateAsync(device!);
        const seen: SurfaceStatistics[] = [];
        let front: LiveFront | null = null;
        const live = new LiveSurface(field, maker, domain, slope, "counterClockwise", {
            onFront: (next) => {
                front = next;
            },
            onEncode: () => {},
            onStatistics: (statistics) => seen.push(statistics),
            onError: (error) => expect.fail(String(error)),
        });
        await live.followAsync(motion);
        const until = (count: number) => expect.poll(() => seen.length, { timeout: 30_000 }).toBe(count);
        const resolution = 24;
        const options = { resolution, slope, normals: "grid" } as const;
        const memory = new SearchMemory();
        for (const [n, latent] of latents.entries()) {
            live.beginFrame();
            live.update({ latent, resolution });
            await until(n + 1);
            // The first remesh keeps no memory, lest a mesh updated once pay for one.
            memory.advance(n > 1 ? motion.between(latents[n - 1], latent) : 0);
            const twin = await extractSurfaceAsync(reference, latent, domain, n > 0 ? { ...options, memory } : options);
            const { evaluations, triangles, awaits, bytesReadBack } = seen[n];
            expect({ evaluations, triangles, awaits, bytesReadBack }).toEqual({
                evaluations: twin.statistics.evaluations,
                triangles: twin.statistics.triangles,
                awaits: 0,
                bytesReadBack: 0,
            });
        }
        const last = latents[latents.length - 1];
        const whole = await extractSurfaceAsync(reference, last, domain, options);
        expect(seen[latents.length - 1].evaluations).toBeLessThan(whole.statistics.evaluations);

        for (let frame = 0; frame < 12; frame++) live.beginFrame();
        await until(latents.length + 1);
        expect(seen[latents.length].evaluations).toBe(whole.statistics.evaluations);
        for (let frame = 0; frame < 30; frame++) live.beginFrame();
        expect(seen.length).toBe(latents.length + 1);

        const { positions, normals, indices } = front as unknown as LiveFront;
        const [indexCount] = new Uint32Array(await readBuffer(device!, live.drawArguments, 4));
        expect(indexCount).toBe(3 * whole.statistics.triangles);
        live.dispose();
        for (const buffer of [positions, normals, indices]) buffer.destroy();
        field.dispose();
        maker.dispose();
        expect(uncapturedErrors).toEqual([]);
    });
});

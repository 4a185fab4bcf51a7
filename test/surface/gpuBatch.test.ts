import { afterAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import type { Perceptron } from "../../plugin/model/decoder.js";
import { batchSize, extractBatchAsync } from "../../plugin/surface/gpu/gpuBatch.js";
import { type GpuSurface, GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import type { SurfaceOptions } from "../../plugin/surface/mesh.js";
import { countDevice } from "../support/countingDevice.js";
import { downloadSurface } from "../support/downloadSurface.js";
import { cube } from "../support/fields.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { octahedronPerceptron, platePerceptron, randomCode, randomPerceptron } from "../support/perceptrons.js";

const device = await requestTestDevice();
const maker = device && (await GpuSurfaceMaker.CreateAsync(device));

afterAll(() => device?.destroy());

interface Case {
    perceptron: Perceptron;
    latents: Float32Array[];
    options: SurfaceOptions;
    clampDistance?: number;
}

/** Each surface of a batch beside the same one made alone. */
async function compare({ perceptron, latents, options, clampDistance = 0.4 }: Case) {
    const field = await FusedField.CreateAsync(device!, perceptron);
    const domain = { bounds: cube, clampDistance };
    const together = await extractBatchAsync(maker!, field, latents, domain, options);
    expect(together.length).toBe(latents.length);
    const pairs: { together: GpuSurface["statistics"]; alone: GpuSurface["statistics"] }[] = [];
    for (const [index, latent] of latents.entries()) {
        const alone = await maker!.extractAsync(field, latent, domain, options);
        expect(await downloadSurface(device!, together[index])).toEqual(await downloadSurface(device!, alone));
        pairs.push({ together: together[index].statistics, alone: alone.statistics });
    }
    field.dispose();
    return pairs;
}

describe.skipIf(!device)("surfaces made together", () => {
    const octahedron = octahedronPerceptron(0.7);
    const wavy = randomPerceptron({
        seed: 11,
        width: 8,
        depth: 3,
        octaves: 1,
        skips: [],
        activation: { kind: "tanh", alpha: 0 },
    });
    const codes = (count: number, perceptron: Perceptron) =>
        Array.from({ length: count }, (_, seed) => randomCode(perceptron.latentSize, seed));

    it("share their dispatches, sixteen to one, and are what each is alone, an empty one among them", async () => {
        const latents = Array.from({ length: 18 }, (_, i) => Float32Array.of(i === 7 ? -9 : 0.011 * i - 0.1, 0));
        const pairs = await compare({ perceptron: octahedron, latents, options: { resolution: 12 } });
        for (const [index, { together, alone }] of pairs.entries()) {
            const { dispatches, bytesReadBack, milliseconds: _, ...rest } = together;
            expect(alone).toMatchObject(rest);
            expect(rest.awaits).toBe(1);
            expect(dispatches).toBe(alone.dispatches / (index < 16 ? 16 : 2));
            expect(bytesReadBack).toBe(alone.bytesReadBack);
        }
        expect(pairs[7].together.vertices).toBe(0);
    });

    it.each<[string, SurfaceOptions]>([
        ["sparse, cut by the bounds", { resolution: 24, slope: 4 }],
        ["normals of the grid, clockwise", { resolution: 20, slope: 4, normals: "grid", winding: "clockwise" }],
        ["dense", { resolution: 9, sparse: false }],
    ])("are bit for bit what each is alone, random waves: %s", async (_, options) => {
        const pairs = await compare({ perceptron: wavy, latents: codes(3, wavy), options });
        expect(pairs.every(({ alone }) => alone.triangles > 90)).toBe(true);
        expect(pairs.every(({ together, alone }) => together.evaluations === alone.evaluations)).toBe(true);
    });

    it("follow open edges each as many rounds as it needs", async () => {
        // One round, two rounds, two rounds; nothing to find.
        const latents = [0.03, -0.02, 0.4, 1.5].map((shift) => Float32Array.of(shift));
        const perceptron = platePerceptron(0.06, 2);
        const pairs = await compare({ perceptron, latents, options: { resolution: 32 } });
        expect(pairs.map(({ together }) => together.attempts)).toEqual([1, 1, 1, 1]);
        expect(pairs.map(({ together }) => together.evaluations)).toEqual([8975, 9100, 8116, 512]);
        expect(pairs.map(({ alone }) => alone.evaluations)).toEqual([8975, 9100, 8116, 512]);
    });

    it("are made again alone where a search must be wider, and only those", async () => {
        const latents = [0.03, -0.02, 0.4].map((shift) => Float32Array.of(shift));
        const perceptron = platePerceptron(0.06, 4);
        const pairs = await compare({ perceptron, latents, options: { resolution: 24 }, clampDistance: 1 });
        expect(pairs.map(({ together }) => together.attempts)).toEqual([2, 2, 1]);
        expect(pairs.map(({ together }) => together.evaluations)).toEqual(pairs.map(({ alone }) => alone.evaluations));
        expect(pairs[2].together.dispatches).toBe(pairs[2].alone.dispatches / 3);
    });

    it("are fewer at a time where each takes much room or the adapter binds little", () => {
        const domain = { bounds: cube, clampDistance: 0.1 };
        const sizeAt = (resolution: number, limit = 2 ** 27) => {
            const limits = { maxStorageBufferBindingSize: limit, maxBufferSize: 2 ** 28 };
            return batchSize({ limits } as GPUDevice, domain, { resolution });
        };
        expect([24, 64].map((resolution) => sizeAt(resolution))).toEqual([16, 16]);
        expect(sizeAt(128)).toBeLessThan(16);
        expect(sizeAt(128)).toBeGreaterThan(4);
        expect(sizeAt(512)).toBe(1);
        expect(sizeAt(64, 2 ** 22)).toBeLessThan(4);
    });

    it("are none for no codes, and free what they worked in", async () => {
        const counts = countDevice(device!);
        const field = await FusedField.CreateAsync(device!, octahedron);
        const domain = { bounds: cube, clampDistance: 0.4 };
        expect(await extractBatchAsync(maker!, field, [], domain)).toEqual([]);
        const latents = [0.1, 0.2].map((size) => Float32Array.of(size, 0));
        const before = { ...counts };
        const surfaces = await extractBatchAsync(maker!, field, latents, domain, { resolution: 8 });
        // The field made its scratch; the surfaces have three buffers each.
        const own = surfaces.flatMap(({ positions, normals, indices }) => [positions, normals, indices]);
        for (const buffer of own) buffer.destroy();
        const after = { ...counts };
        for (const surface of await extractBatchAsync(maker!, field, latents, domain, { resolution: 8 })) {
            for (const buffer of [surface.positions, surface.normals, surface.indices]) buffer.destroy();
        }
        expect(counts.buffers).toBe(after.buffers);
        expect(counts.bytes).toBe(after.bytes);
        expect(after.buffers - before.buffers).toBeLessThan(5);
        field.dispose();
    });

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

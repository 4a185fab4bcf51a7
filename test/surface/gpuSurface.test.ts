import { afterAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { createBuffer } from "../../plugin/field/gpu/buffers.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import type { Perceptron } from "../../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import type { SurfaceOptions } from "../../plugin/surface/mesh.js";
import { downloadSurface } from "../support/downloadSurface.js";
import { cube } from "../support/fields.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import {
    maxDifference,
    octahedronPerceptron,
    platePerceptron,
    randomCode,
    randomPerceptron,
} from "../support/perceptrons.js";
import { closed, topologyOf, trianglesOf } from "../support/topology.js";

const device = await requestTestDevice();
const maker = device && (await GpuSurfaceMaker.CreateAsync(device));

afterAll(() => device?.destroy());

const both = async (
    perceptron: Perceptron,
    latent: Float32Array,
    options: SurfaceOptions,
    domain = { bounds: cube, clampDistance: 0.4 },
) => {
    const fused = await FusedField.CreateAsync(device!, perceptron);
    const surface = await maker!.extractAsync(fused, latent, domain, options);
    const gpu = await downloadSurface(device!, surface);
    const cpu = await extractSurfaceAsync(new ReferenceField(perceptron), latent, domain, options);
    fused.dispose();
    return { gpu, cpu: cpu.mesh, onGpu: surface.statistics, onCpu: cpu.statistics };
};

describe.skipIf(!device)("GpuSurfaceMaker", () => {
    const octahedron = octahedronPerceptron(0.7);
    const wavy = randomPerceptron({
        seed: 11,
        width: 8,
        depth: 3,
        octaves: 1,
        skips: [],
        activation: { kind: "tanh", alpha: 0 },
    });
    const cases = {
        "an octahedron, sparse": [octahedron, { resolution: 32 }],
        "an octahedron, dense": [octahedron, { resolution: 17, sparse: false }],
        "random waves, sparse, cut by the bounds": [wavy, { resolution: 24, slope: 4 }],
        "an octahedron, normals of the grid": [octahedron, { resolution: 24, normals: "grid" }],
        "random waves, normals of the grid": [wavy, { resolution: 20, slope: 4, normals: "grid" }],
        "random waves, dense, clockwise": [wavy, { resolution: 16, sparse: false, winding: "clockwise" }],
    } satisfies Record<string, [Perceptron, SurfaceOptions]>;

    it.each(Object.entries(cases))("makes the same mesh as its CPU twin: %s", async (_, [perceptron, options]) => {
        const latent = randomCode(perceptron.latentSize, 3);
        latent[0] = 0;
        const { gpu, cpu, onGpu, onCpu } = await both(perceptron, latent, options);
        expect(cpu.indices.length).toBeGreaterThan(300);
        expect(gpu.indices).toEqual(cpu.indices);
        expect(maxDifference(gpu.positions, cpu.positions)).toBeLessThan(1e-4);
        expect(onGpu.evaluations).toBe(onCpu.evaluations);
        expect(onGpu.surfaceCells).toBe(onCpu.surfaceCells);
        expect(onGpu.attempts).toBe(onCpu.attempts);
        // A normal may jump where a vertex lies on a kink of the field.
        const jumps = gpu.normals.filter((value, i) => Math.abs(value - cpu.normals[i]) > 1e-3).length;
        expect(jumps / gpu.normals.length).toBeLessThan(0.002);
        expect(topologyOf(gpu.positions, gpu.indices)).toMatchObject(closed);
    });

    it("finds the same mesh sparse and dense, with fewer evaluations", async () => {
        const latent = Float32Array.of(0.1, 0);
        const sparse = await both(octahedron, latent, { resolution: 32 });
        const dense = await both(octahedron, latent, { resolution: 32, sparse: false });
        expect(trianglesOf(sparse.gpu)).toEqual(trianglesOf(dense.gpu));
        expect(sparse.onGpu.evaluations).toBeLessThan(0.7 * dense.onGpu.evaluations);
    });

    it("repeats the search wider where the field is steeper than said", async () => {
        const steep = platePerceptron(0.06, 4);
        const domain = { bounds: cube, clampDistance: 1 };
        const { gpu, onGpu, onCpu } = await both(steep, Float32Array.of(0.03), { resolution: 24 }, domain);
        expect(onGpu.attempts).toBeGreaterThan(1);
        // The sign of a corner on the surface is a matter of rounding.
        expect(Math.abs(onGpu.surfaceCells - onCpu.surfaceCells)).toBeLessThan(0.005 * onCpu.surfaceCells);
        expect(topologyOf(gpu.positions, gpu.indices)).toMatchObject(closed);
    });

    it("gives an empty mesh for an empty shape", async () => {
        const { gpu, onGpu } = await both(octahedron, Float32Array.of(-9, 0), { resolution: 16 });
        expect(gpu.indices.length).toBe(0);
        expect(onGpu.vertices).toBe(0);
    });

    it("refuses bad resolutions and aborted signals before it allocates", async () => {
        const field = await FusedField.CreateAsync(device!, octahedron);
        const domain = { bounds: cube, clampDistance: 0.1 };
        const latent = Float32Array.of(0, 0);
        for (const resolution of [0, 1, 4096, 1.5]) {
            await expect(maker!.extractAsync(field, latent, domain, { resolution })).rejects.toThrow(/whole number/);
        }
        await expect(maker!.extractAsync(field, latent, domain, { signal: AbortSignal.abort() })).rejects.toThrow(
            /abort/i,
        );
        field.dispose();
    });

    it("scans lists longer than a block of blocks", async () => {
        // 65³ corners make 8 583 words: three levels of sums.
        const { gpu, cpu } = await both(
            octahedron,
            Float32Array.of(0, 0),
            { resolution: 64 },
            { bounds: cube, clampDistance: 0.1 },
        );
        expect(gpu.indices).toEqual(cpu.indices);
    });

    it("raises no validation error and frees what it made", () => {
        maker!.dispose();
        createBuffer(device!, "still alive", 4).destroy();
        expect(uncapturedErrors).toEqual([]);
    });
});

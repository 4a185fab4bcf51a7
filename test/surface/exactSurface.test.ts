import { afterAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { createPointEvaluator, ReferenceField } from "../../plugin/field/referenceField.js";
import type { ActivationKind, Bounds, Perceptron } from "../../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { cube, formulaField, sphere } from "../support/fields.js";
import { requestTestDevice } from "../support/gpu.js";
import {
    octahedronPerceptron,
    platePerceptron,
    randomCode,
    randomPerceptron,
    sheetsPerceptron,
    sliverPerceptron,
} from "../support/perceptrons.js";

const device = await requestTestDevice();
afterAll(() => device?.destroy());

/** The same surface by exact search and by every corner. */
async function both(network: Perceptron, latent: Float32Array, resolution: number, bounds: Bounds = cube) {
    const field = new ReferenceField(network);
    const domain = { bounds, clampDistance: 0.1 };
    const exact = await extractSurfaceAsync(field, latent, domain, { resolution, exact: true });
    const dense = await extractSurfaceAsync(field, latent, domain, { resolution, sparse: false });
    return { exact, dense };
}

/** A random network whose surface runs through the middle for codes near 0. */
function throughTheMiddle(kind: ActivationKind, seed: number): Perceptron {
    const activation = { kind, alpha: 0.2 };
    const network = randomPerceptron({ seed, width: 8, depth: 3, octaves: 1, activation });
    const value = createPointEvaluator(network, new Float32Array(network.latentSize));
    network.layers[2].bias[0] -= value(0.1, 0.05, 0);
    return network;
}

describe("exact mode", () => {
    it("finds a sliver that values and signs pass over", async () => {
        const field = new ReferenceField(sliverPerceptron(0.01));
        const latent = new Float32Array(1);
        const domain = { bounds: cube, clampDistance: 0.1 };
        const passedOver = await extractSurfaceAsync(field, latent, domain, { resolution: 64 });
        expect(passedOver.statistics.triangles).toBe(0);
        const { exact, dense } = await both(sliverPerceptron(0.01), latent, 64);
        expect(exact.statistics.triangles).toBeGreaterThan(10_000);
        expect(exact.mesh).toEqual(dense.mesh);
        expect(exact.statistics.evaluations + exact.statistics.boundEvaluations).toBeLessThan(
            dense.statistics.evaluations / 3,
        );
    });

    const kinds: ActivationKind[] = ["identity", "relu", "leakyRelu", "elu", "softplus", "tanh", "sigmoid", "sin"];
    const networks: [string, Perceptron, number][] = [
        ["an octahedron", octahedronPerceptron(0.7), 33],
        ["an octahedron through its bounds", octahedronPerceptron(1.4), 24],
        ["a steep plate", platePerceptron(0.06, 4), 40],
        ["sheets", sheetsPerceptron(7), 30],
        ...kinds.map((kind, seed): [string, Perceptron, number] => [
            `random ${kind} layers`,
            throughTheMiddle(kind, seed + 20),
            20,
        ]),
    ];
    it.each(networks)("gives the mesh of every corner: %s", async (_, network, resolution) => {
        for (const [seed, bounds] of [cube, { min: [-1, -0.5, -0.7], max: [1, 0.5, 0.6] } as const].entries()) {
            const latent = randomCode(network.latentSize, seed).map((value) => 0.02 * value);
            const { exact, dense } = await both(network, latent, resolution, bounds);
            expect(dense.statistics.triangles).toBeGreaterThan(100);
            expect(exact.mesh).toEqual(dense.mesh);
            expect(exact.statistics.evaluations).toBeLessThanOrEqual(dense.statistics.evaluations);
            expect(exact.statistics.attempts).toBe(1);
        }
    });

    it("spares most evaluations where bounds are cheap, their own cost included", async () => {
        const { exact, dense } = await both(octahedronPerceptron(0.7), new Float32Array(2), 64);
        const { evaluations, boundEvaluations } = exact.statistics;
        expect(boundEvaluations).toBeGreaterThan(0);
        expect(evaluations + boundEvaluations).toBeLessThan(0.6 * dense.statistics.evaluations);
        expect(exact.mesh).toEqual(dense.mesh);
    });

    it("costs little more than every corner where bounds are dear", async () => {
        const network = randomPerceptron({ seed: 5, width: 40, depth: 6, octaves: 3 });
        const { exact, dense } = await both(network, randomCode(network.latentSize), 16);
        const { evaluations, boundEvaluations } = exact.statistics;
        expect(evaluations + boundEvaluations).toBeLessThan(1.3 * dense.statistics.evaluations);
        expect(exact.mesh).toEqual(dense.mesh);
    });

    it("evaluates every corner where the field turns out not to be what its network says", async () => {
        const field = { ...formulaField(sphere(0.6)), network: octahedronPerceptron(1.2) };
        const latent = new Float32Array(2);
        const domain = { bounds: cube, clampDistance: 0.1 };
        const exact = await extractSurfaceAsync(field, latent, domain, { resolution: 32, exact: true });
        const dense = await extractSurfaceAsync(field, latent, domain, { resolution: 32, sparse: false });
        expect(exact.mesh).toEqual(dense.mesh);
        expect(exact.statistics.attempts).toBe(2);
    });

    it("refuses a field without a network, and stops when it is aborted", async () => {
        const domain = { bounds: cube, clampDistance: 0.1 };
        const none = new Float32Array(0);
        await expect(extractSurfaceAsync(formulaField(sphere(0.5)), none, domain, { exact: true })).rejects.toThrow(
            /exact: true for a reference field without a perceptron; expected .* leave exact out/,
        );
        const abort = new AbortController();
        const running = extractSurfaceAsync(
            new ReferenceField(randomPerceptron({ width: 64, depth: 6 })),
            randomCode(6),
            domain,
            { resolution: 128, exact: true, signal: abort.signal },
        );
        setTimeout(() => abort.abort(), 30);
        await expect(running).rejects.toThrow(/abort/i);
    });

    it.skipIf(!device)("evaluates every corner on the GPU", async () => {
        const network = sliverPerceptron(0.01);
        const field = await FusedField.CreateAsync(device!, network);
        const maker = await GpuSurfaceMaker.CreateAsync(device!);
        const domain = { bounds: cube, clampDistance: 0.1 };
        const latent = new Float32Array(1);
        const { statistics } = await maker.extractAsync(field, latent, domain, { resolution: 24, exact: true });
        const { dense } = await both(network, latent, 24);
        expect(statistics).toMatchObject({ evaluations: 25 ** 3, triangles: dense.statistics.triangles, attempts: 1 });
        expect(statistics.triangles).toBeGreaterThan(1000);
        field.dispose();
        maker.dispose();
    });
});

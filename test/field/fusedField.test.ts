import { afterAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { chooseVariantAsync, isSoftware } from "../../plugin/field/fused/variants.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import type { ActivationKind } from "../../plugin/model/decoder.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { maxDifference, randomCode, randomPerceptron, randomPoints } from "../support/perceptrons.js";

const device = await requestTestDevice();
const TOLERANCE = 1e-4;

afterAll(() => device?.destroy());

describe.skipIf(!device)("FusedField", () => {
    const compare = async (options: Parameters<typeof randomPerceptron>[0], pointCount: number) => {
        const perceptron = randomPerceptron(options);
        const fused = await FusedField.CreateAsync(device!, perceptron);
        const reference = new ReferenceField(perceptron);
        const latent = randomCode(perceptron.latentSize);
        const points = randomPoints(pointCount);
        const [expected, gradient, distances] = await Promise.all([
            reference.evaluateGradientAsync(latent, points, { latentGradients: true }),
            fused.evaluateGradientAsync(latent, points, { latentGradients: true }),
            fused.evaluateAsync(latent, points),
        ]);
        fused.dispose();
        return {
            distances: maxDifference(distances, expected.distances),
            gradientDistances: maxDifference(gradient.distances, expected.distances),
            byPoint: maxDifference(gradient.pointGradients, expected.pointGradients),
            byLatent: maxDifference(gradient.latentGradients!, expected.latentGradients!),
        };
    };

    const kinds: ActivationKind[] = ["identity", "relu", "leakyRelu", "elu", "softplus", "tanh", "sigmoid", "sin"];
    it.each(kinds)("agrees with the reference for %s layers, values and gradients", async (kind) => {
        const errors = await compare({ activation: { kind, alpha: 0.2 }, seed: 3 }, 200);
        expect(errors.distances).toBeLessThan(TOLERANCE);
        expect(errors.gradientDistances).toBeLessThan(TOLERANCE);
        expect(errors.byPoint).toBeLessThan(TOLERANCE);
        expect(errors.byLatent).toBeLessThan(TOLERANCE);
    });

    it.each([
        { width: 5, depth: 3, latentSize: 3, octaves: 0, skips: [] },
        { width: 18, depth: 6, latentSize: 7, octaves: 4, skips: [3] },
        { width: 32, depth: 2, latentSize: 1, octaves: 1, skips: [1], codeLayers: [0] },
        { width: 40, depth: 12, latentSize: 64, octaves: 4, skips: [4, 8] },
    ])("takes width $width, depth $depth, code $latentSize, $octaves octaves", async (options) => {
        const errors = await compare({ ...options, lastActivation: { kind: "tanh", alpha: 0 } }, 65);
        expect(Math.max(...Object.values(errors))).toBeLessThan(TOLERANCE);
    });

    it.each([0, 1, 3, 4, 255, 4097])("evaluates %i points", async (count) => {
        const errors = await compare({ width: 8, depth: 3 }, count);
        expect(Math.max(...Object.values(errors))).toBeLessThan(TOLERANCE);
    });

    it.each([
        { width: 14, depth: 3, octaves: 2, skips: [1], points: 257 },
        { width: 72, depth: 3, octaves: 4, skips: [1], points: 70 },
    ])(
        "agrees with the reference in tiles: width $width, $points points",
        async ({ points: count, ...options }) => {
            const perceptron = randomPerceptron({ ...options, activation: { kind: "softplus", alpha: 0 } });
            const fused = await FusedField.CreateAsync(device!, perceptron, "tiled");
            expect(fused.variant).toBe("tiled");
            const [latent, points] = [randomCode(perceptron.latentSize), randomPoints(count)];
            const expected = await new ReferenceField(perceptron).evaluateAsync(latent, points);
            expect(maxDifference(await fused.evaluateAsync(latent, points), expected)).toBeLessThan(TOLERANCE);
            fused.dispose();
        },
        240_000,
    );

    it("takes the kernel without barriers on software adapters", async () => {
        const field = await FusedField.CreateAsync(device!, randomPerceptron({ width: 12 }));
        expect(isSoftware(device!) ? field.variant : "barrierFree").toBe("barrierFree");
        field.dispose();
    });

    it("times the kernels, once a device and shape, and leaves the field as it was", async () => {
        const field = await FusedField.CreateAsync(device!, randomPerceptron({ width: 12 }));
        const tried: string[] = [];
        const timed = {
            variant: "barrierFree",
            variants: ["tiled", "barrierFree"],
            shape: "a shape of this test",
            latentSize: 6,
            createCode: (latent: Float32Array) => field.createCode(latent),
            encode: () => tried.push(timed.variant),
        };
        const choose = () => chooseVariantAsync(device!, timed as unknown as FusedField);
        expect(["tiled", "barrierFree"]).toContain(await choose());
        expect(tried).toEqual(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? "tiled" : "barrierFree")));
        await choose();
        expect(tried.length).toBe(8);
        expect(timed.variant).toBe("barrierFree");
        field.dispose();
    });

    it("never chooses a kernel whose distances are wrong, however fast", async () => {
        const field = await FusedField.CreateAsync(device!, randomPerceptron({ width: 12 }));
        const timed = {
            variant: "barrierFree",
            variants: ["matrix", "barrierFree"],
            shape: "a shape with a wrong kernel",
            latentSize: 6,
            createCode: (latent: Float32Array) => field.createCode(latent),
            encode: (...job: Parameters<FusedField["encode"]>) =>
                timed.variant === "matrix" ? 0 : field.encode(...job),
        };
        expect(await chooseVariantAsync(device!, timed as unknown as FusedField)).toBe("barrierFree");
        field.dispose();
    });

    it("refuses tiles for layers that are too wide", async () => {
        await expect(
            FusedField.CreateAsync(device!, randomPerceptron({ width: 516, depth: 2 }), "tiled"),
        ).rejects.toThrow(/"tiled" for a width of 516; expected barrierFree .* up to 512/);
    });

    it("refuses a code of another length and points that are no triples", async () => {
        const field = await FusedField.CreateAsync(device!, randomPerceptron());
        await expect(field.evaluateAsync(new Float32Array(5), randomPoints(1))).rejects.toThrow(/code of 5.*takes.*6/);
        await expect(field.evaluateAsync(randomCode(6), new Float32Array(4))).rejects.toThrow(/4 numbers as points/);
        await expect(field.evaluateAsync(randomCode(6).fill(NaN), randomPoints(1))).rejects.toThrow(/NaN at index 0/);
        field.dispose();
        await expect(field.evaluateAsync(randomCode(6), randomPoints(1))).rejects.toThrow(/disposed/);
    });

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

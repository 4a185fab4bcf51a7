import { describe, expect, it } from "vitest";
import { createCodePrior, nearestComponent } from "../../plugin/completion/codePrior.js";
import { sampleLatent } from "../../plugin/latent/sampleLatent.js";
import type { DecoderMetadata, PriorComponent } from "../../plugin/model/decoder.js";

const SIZE = 3;
const trained: PriorComponent = {
    category: "a",
    weight: 1,
    mean: Float32Array.of(1, 0, 0),
    factors: Float32Array.of(0.3, 0, 0),
    factorCount: 1,
    deviations: Float32Array.of(0.1, 0.2, 0.1),
};
const metadata = (component: PriorComponent) =>
    ({ latentSize: SIZE, categories: ["a"], prior: [component] }) as unknown as DecoderMetadata;

describe("the prior that a fit is held by", () => {
    it("is as wide as trained codes are, however narrow the shapes are drawn that a search begins at", () => {
        const narrowed: PriorComponent = {
            ...trained,
            factors: trained.factors.map((value) => 0.25 * value),
            deviations: trained.deviations.map((value) => 0.25 * value),
            spread: 0.25,
        };
        const [wide] = createCodePrior("test", metadata(trained), SIZE, undefined);
        const [same] = createCodePrior("test", metadata(narrowed), SIZE, undefined);
        const code = Float32Array.of(1.2, 0.3, -0.1);
        expect(nearestComponent([same], code).squared).toBeCloseTo(nearestComponent([wide], code).squared, 4);
        expect(same.components[0].logDeterminant).toBeCloseTo(wide.components[0].logDeterminant, 4);
        expect(same.samples).toHaveLength(16);
        same.samples.forEach((sample, n) => {
            sample.forEach((value, i) => {
                const { mean } = trained;
                expect(value - mean[i]).toBeCloseTo(0.25 * (wide.samples[n][i] - mean[i]), 5);
            });
        });
    });

    it("begins at shapes that differ: none is nearer to another than those left out are to theirs", () => {
        const [{ samples }] = createCodePrior("test", metadata(trained), SIZE, undefined);
        const gap = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]));
        const nearest = (code: Float32Array) =>
            Math.min(...samples.filter((other) => other !== code).map((other) => gap(code, other)));
        const apart = Math.min(...samples.map(nearest));
        const drawn = Array.from({ length: 72 }, (_, seed) => sampleLatent(metadata(trained), { seed, category: "a" }));
        for (const code of drawn) {
            expect(Math.min(...samples.map((sample) => gap(sample, code)))).toBeLessThanOrEqual(apart);
        }
    });

    it("begins at the file's exemplars where it holds enough, and tries all of them", () => {
        const codes = Float32Array.from({ length: 20 * SIZE }, (_, i) => Math.sin(i * i));
        const told = { ...metadata(trained), exemplars: [{ category: "a", count: 20, codes }] };
        const [{ samples, pool }] = createCodePrior("test", told, SIZE, undefined);
        const rows = Array.from({ length: 20 }, (_, n) => codes.slice(n * SIZE, (n + 1) * SIZE));
        expect(pool).toEqual(rows);
        expect(samples).toHaveLength(16);
        for (const code of samples) expect(rows).toContainEqual(code);
        const few = { ...told, exemplars: [{ category: "a", count: 2, codes: codes.slice(0, 2 * SIZE) }] };
        const [mixed] = createCodePrior("test", few, SIZE, undefined);
        expect(mixed.samples).toHaveLength(16);
        expect(mixed.samples).toContainEqual(rows[0]);
        // The same for every scan.
        expect(createCodePrior("test", few, SIZE, "a")[0].samples).toBe(mixed.samples);
    });

    it("falls off along each direction by its deviation and a floor", () => {
        const prior = createCodePrior("test", metadata(trained), SIZE, "a");
        const at = (...code: number[]) => nearestComponent(prior, code).squared;
        expect(at(1, 0, 0)).toBe(0);
        // Variances of 0.1, 0.04 and 0.01, and 0.16 of their mean more.
        const floor = 0.16 * (0.15 / 3);
        expect(at(1.2, 0, 0)).toBeCloseTo(0.04 / (0.1 + floor), 4);
        expect(at(1, 0.2, 0)).toBeCloseTo(0.04 / (0.04 + floor), 4);
        expect(at(1, 0, 0.2)).toBeCloseTo(0.04 / (0.01 + floor), 4);
    });
});

import { describe, expect, it } from "vitest";
import { createCodePrior, distanceTo } from "../../plugin/completion/codePrior.js";
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
    it("is as wide as trained codes are, however narrow samples are drawn", () => {
        const narrowed: PriorComponent = {
            ...trained,
            factors: trained.factors.map((value) => 0.25 * value),
            deviations: trained.deviations.map((value) => 0.25 * value),
            spread: 0.25,
        };
        const [wide] = createCodePrior("test", metadata(trained), SIZE, undefined);
        const [same] = createCodePrior("test", metadata(narrowed), SIZE, undefined);
        const code = Float32Array.of(1.2, 0.3, -0.1);
        expect(distanceTo(same.components[0], code).squared).toBeCloseTo(
            distanceTo(wide.components[0], code).squared,
            4,
        );
        expect(same.components[0].logDeterminant).toBeCloseTo(wide.components[0].logDeterminant, 4);
        same.samples.forEach((sample, n) => {
            sample.forEach((value, i) => {
                expect(value).toBeCloseTo(wide.samples[n][i], 5);
            });
        });
    });

    it("falls off along each direction by its deviation and a floor", () => {
        const [{ components }] = createCodePrior("test", metadata(trained), SIZE, "a");
        const at = (...code: number[]) => distanceTo(components[0], Float32Array.from(code)).squared;
        expect(at(1, 0, 0)).toBe(0);
        // Variances of 0.1, 0.04 and 0.01, and 0.64 of their mean more.
        const floor = 0.64 * (0.15 / 3);
        expect(at(1.2, 0, 0)).toBeCloseTo(0.04 / (0.1 + floor), 4);
        expect(at(1, 0.2, 0)).toBeCloseTo(0.04 / (0.04 + floor), 4);
        expect(at(1, 0, 0.2)).toBeCloseTo(0.04 / (0.01 + floor), 4);
    });
});

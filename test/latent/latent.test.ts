import { describe, expect, it } from "vitest";
import {
    checkLatent,
    decodeLatent,
    encodeLatent,
    findAxis,
    interpolateLatents,
    LatentRandom,
    moveAlongAxis,
    positionOnAxis,
    sampleLatent,
    sampleLatentAround,
    typicality,
} from "../../plugin/latent/index.js";
import { exactLog } from "../../plugin/latent/random.js";
import { testMetadata } from "../support/prior.js";

const metadata = testMetadata();

describe("LatentRandom", () => {
    it("has a logarithm as good as the engine's", () => {
        const random = new LatentRandom(1);
        for (let i = 0; i < 5000; i++) {
            const x = random.uniform() ** (1 + (i % 20)) || 1e-300;
            expect(Math.abs(exactLog(x) / Math.log(x) - 1)).toBeLessThan(1e-14);
        }
    });

    it("draws even uniform and standard normal numbers", () => {
        const random = new LatentRandom(2);
        const count = 200_000;
        const bins = new Float64Array(64);
        const moments = [0, 0, 0, 0];
        for (let i = 0; i < count; i++) {
            bins[Math.floor(random.uniform() * 64)]++;
            const x = random.normal();
            for (let k = 0; k < 4; k++) moments[k] += x ** (k + 1) / count;
        }
        const chiSquare = bins.reduce((sum, n) => sum + (n - count / 64) ** 2 / (count / 64), 0);
        expect(chiSquare).toBeLessThan(63 + 5 * Math.sqrt(126));
        expect(Math.abs(moments[0])).toBeLessThan(0.01);
        expect(Math.abs(moments[1] - 1)).toBeLessThan(0.02);
        expect(Math.abs(moments[2])).toBeLessThan(0.04);
        expect(Math.abs(moments[3] - 3)).toBeLessThan(0.1);
    });
});

describe("sampleLatent", () => {
    it("has the prior's mean and covariance", () => {
        const [{ mean, factors, deviations }] = metadata.prior;
        const count = 20_000;
        const sums = new Float64Array(8);
        const products = new Float64Array(64);
        for (let seed = 0; seed < count; seed++) {
            const latent = sampleLatent(metadata, { seed, category: "chair" });
            for (let i = 0; i < 8; i++) {
                sums[i] += latent[i] / count;
                for (let j = 0; j < 8; j++)
                    products[8 * i + j] += ((latent[i] - mean[i]) * (latent[j] - mean[j])) / count;
            }
        }
        for (let i = 0; i < 8; i++) {
            expect(Math.abs(sums[i] - mean[i])).toBeLessThan(0.03);
            for (let j = 0; j < 8; j++) {
                let expected = i === j ? deviations[i] ** 2 : 0;
                for (let f = 0; f < 3; f++) expected += factors[8 * f + i] * factors[8 * f + j];
                expect(Math.abs(products[8 * i + j] - expected)).toBeLessThan(0.02);
            }
        }
    });

    it("draws categories by their shares and keeps to the one asked for", () => {
        let lamps = 0;
        for (let seed = 0; seed < 4000; seed++) {
            const latent = sampleLatent(metadata, { seed, temperature: 0 });
            lamps += latent[0] === metadata.prior[0].mean[0] ? 0 : 1;
            const lamp = sampleLatent(metadata, { seed, category: "lamp", temperature: 0 });
            expect(lamp).not.toEqual(metadata.prior[0].mean);
        }
        expect(Math.abs(lamps / 4000 - 0.5)).toBeLessThan(0.03);
    });

    it("moves along a line from the mean with the temperature", () => {
        const at = (temperature: number) => sampleLatent(metadata, { seed: 5, category: "chair", temperature });
        const [none, half, full] = [at(0), at(0.5), at(1)];
        expect(none).toEqual(metadata.prior[0].mean);
        half.forEach((value, i) => {
            expect(value).toBeCloseTo((none[i] + full[i]) / 2, 5);
        });
    });

    it("tells seeds apart, fractions and signs too", () => {
        const texts = [0, 1, -1, 0.5, 2 ** 40, 2 ** 40 + 1].map((seed) =>
            encodeLatent(sampleLatent(metadata, { seed })),
        );
        expect(new Set(texts).size).toBe(6);
        expect(sampleLatent(metadata, { seed: -0 })).toEqual(sampleLatent(metadata, { seed: 0 }));
    });

    it.each([
        [{ seed: Number.NaN }, /seed NaN; expected a finite number/],
        [{ seed: "7" as unknown as number }, /seed 7/],
        [{ seed: 1, temperature: -1 }, /temperature -1/],
        [{ seed: 1, temperature: Number.POSITIVE_INFINITY }, /temperature Infinity/],
        [{ seed: 1, category: "sofa" }, /category "sofa"; expected one of chair, lamp/],
    ])("refuses %j", (options, message) => {
        expect(() => sampleLatent(metadata, options)).toThrow(message);
    });

    it("says what to do where there is no prior", () => {
        expect(() => sampleLatent({ ...metadata, prior: [] }, { seed: 1 })).toThrow(/no prior.*latentDeviation/);
        expect(() => sampleLatentAround(4, -1, { seed: 1 })).toThrow(/latentDeviation -1/);
        expect(sampleLatentAround(4, 0, { seed: 1 })).toEqual(Float32Array.of(0, -0, -0, 0));
    });
});

describe("moving codes", () => {
    const a = sampleLatent(metadata, { seed: 1 });
    const b = sampleLatent(metadata, { seed: 2 });

    it("interpolates by weights that need not sum to one", () => {
        expect(interpolateLatents([a, b], [1, 0])).toEqual(a);
        expect(interpolateLatents([a, b], [3, 1])).toEqual(interpolateLatents([a, b], [0.75, 0.25]));
        expect(interpolateLatents([a, b])).toEqual(interpolateLatents([a, b], [0.5, 0.5]));
        expect(() => interpolateLatents([])).toThrow(/no codes/);
        expect(() => interpolateLatents([a, b], [1])).toThrow(/weights \[1\] for 2 codes/);
        expect(() => interpolateLatents([a, b], [1, -1])).toThrow(/sum that is not 0/);
        expect(() => interpolateLatents([a, new Float32Array(3)])).toThrow(/code of 3; expected 8/);
    });

    it("moves along axes, found by place, name and category", () => {
        const axis = findAxis(metadata, "width");
        expect(axis).toBe(findAxis(metadata, 1));
        expect(findAxis(metadata, 0, "chair").name).toBe("height");
        const moved = moveAlongAxis(a, axis, 1.5);
        expect(positionOnAxis(moved, axis, a)).toBeCloseTo(1.5, 5);
        expect(() => findAxis(metadata, "girth")).toThrow(/"girth"; expected one of 0 "height", 1 "width"/);
        expect(() => findAxis(metadata, 0, "lamp")).toThrow(/no axes/);
        expect(() => moveAlongAxis(a, axis, Number.NaN)).toThrow(/amount NaN/);
    });

    it("finds means most typical, samples typical, far codes not", () => {
        const { mean } = metadata.prior[0];
        const far = mean.map((value) => value + 5);
        const samples = Array.from({ length: 200 }, (_, seed) =>
            typicality(sampleLatent(metadata, { seed, category: "chair" }), metadata, "chair"),
        );
        const average = samples.reduce((sum, t) => sum + t, 0) / samples.length;
        expect(typicality(mean, metadata)).toBeCloseTo(1, 6);
        expect(average).toBeGreaterThan(0.5);
        expect(average).toBeLessThan(0.75);
        expect(typicality(far, metadata)).toBeLessThan(0.01);
        expect(() => typicality(mean, metadata, "sofa")).toThrow(/sofa/);
    });

    it("checks codes", () => {
        expect(() => checkLatent("f", [1], 1)).toThrow(/f: got an Array/);
        expect(() => checkLatent("f", null, 1)).toThrow(/got null/);
        expect(() => checkLatent("f", Float32Array.of(1, Number.NaN), 2)).toThrow(/NaN at index 1/);
    });
});

describe("text form", () => {
    it("gives codes of any length back bit for bit", () => {
        for (let size = 1; size < 70; size++) {
            const latent = sampleLatentAround(size, 0.7, { seed: size });
            latent[0] = -0;
            const text = encodeLatent(latent);
            expect(text).toMatch(/^[\w-]+$/);
            expect(Object.is(decodeLatent(text, size)[0], -0)).toBe(true);
            expect(decodeLatent(text)).toEqual(latent);
        }
    });

    it("notices every change of a character, cuts and additions", () => {
        const text = encodeLatent(sampleLatentAround(5, 1, { seed: 3 }));
        for (let i = 0; i < text.length; i++) {
            for (const other of "AQx9_-!") {
                if (text[i] !== other) {
                    expect(() => decodeLatent(text.slice(0, i) + other + text.slice(i + 1))).toThrow(/decodeLatent: /);
                }
            }
            expect(() => decodeLatent(text.slice(0, i))).toThrow(/decodeLatent: /);
        }
        expect(() => decodeLatent(`${text}A`)).toThrow();
        expect(() => decodeLatent(text, 6)).toThrow(/holds a code of 5; expected.*6/);
        expect(() => decodeLatent(7 as unknown as string)).toThrow(/a number/);
        expect(() => encodeLatent(Float32Array.of(Number.NaN))).toThrow(/encodeLatent/);
    });
});

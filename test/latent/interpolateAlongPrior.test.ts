import { describe, expect, it } from "vitest";
import { interpolateAlongPrior, interpolateLatents, sampleLatent, typicality } from "../../plugin/latent/index.js";
import { testMetadata } from "../support/prior.js";

const metadata = testMetadata(32);
const sample = (seed: number, category?: string) => sampleLatent(metadata, { seed, category });

describe("interpolateAlongPrior", () => {
    it("gives the codes themselves at the ends", () => {
        const codes = [sample(1, "chair"), sample(2, "lamp")];
        for (const n of [0, 1]) {
            const end = interpolateAlongPrior(metadata, codes, n === 0 ? [1, 0] : [0, 1]);
            end.forEach((value, i) => {
                expect(value).toBeCloseTo(codes[n][i], 5);
            });
        }
    });

    it("stays as typical as its codes are, where a plain mean is too ordinary", () => {
        let [along, plain, own] = [0, 0, 0];
        for (let seed = 0; seed < 60; seed += 2) {
            const codes = [sample(seed, "chair"), sample(seed + 1, "chair")];
            along += typicality(interpolateAlongPrior(metadata, codes), metadata, "chair") / 30;
            plain += typicality(interpolateLatents(codes), metadata, "chair") / 30;
            own += (typicality(codes[0], metadata, "chair") + typicality(codes[1], metadata, "chair")) / 60;
        }
        expect(Math.abs(along - own)).toBeLessThan(0.03);
        expect(plain - own).toBeGreaterThan(0.1);
    });

    it("moves without jumps from one code to another", () => {
        const codes = [sample(5, "chair"), sample(6, "chair")];
        const steps = Array.from({ length: 101 }, (_, n) => interpolateAlongPrior(metadata, codes, [100 - n, n]));
        const length = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]));
        const whole = length(codes[0], codes[1]);
        for (let n = 0; n < 100; n++) {
            expect(length(steps[n], steps[n + 1])).toBeLessThan(0.05 * whole);
        }
    });

    it("does not blow up opposite codes", () => {
        const { mean } = metadata.prior[0];
        const code = sample(3, "chair");
        const opposite = code.map((value, i) => 2 * mean[i] - value);
        const mix = interpolateAlongPrior(metadata, [code, opposite], [0.51, 0.49]);
        expect(typicality(mix, metadata, "chair")).toBeGreaterThan(typicality(code, metadata, "chair"));
    });

    it("takes unusual codes for what they are said to be", () => {
        const [chair, lamp] = metadata.prior;
        // Each nearer to the lamps' mean than to its own.
        const codes = [0.6, 0.7].map((part) => chair.mean.map((value, i) => value + part * (lamp.mean[i] - value)));
        const asChairs = interpolateAlongPrior(metadata, codes, [1, 1], "chair");
        asChairs.forEach((value, i) => {
            expect(value).toBeCloseTo(chair.mean[i] + 0.65 * (lamp.mean[i] - chair.mean[i]), 5);
        });
        const mixed = interpolateAlongPrior(metadata, [codes[0], sample(4, "chair")], [1, 1], "chair");
        expect(mixed).not.toEqual(interpolateAlongPrior(metadata, [codes[0], sample(4, "chair")]));
        expect(() => interpolateAlongPrior(metadata, codes, [1, 1], "boat")).toThrow(/got category "boat"/);
    });

    it("refuses weights and codes that do not fit", () => {
        const codes = [sample(1), sample(2)];
        for (const weights of [[1], [0, 0], [2, -1], [Number.NaN, 1]]) {
            expect(() => interpolateAlongPrior(metadata, codes, weights)).toThrow(/interpolateAlongPrior: got weights/);
        }
        expect(() => interpolateAlongPrior(metadata, [])).toThrow(/for 0 codes/);
        expect(() => interpolateAlongPrior(metadata, [codes[0], new Float32Array(3)])).toThrow(
            /code of 3; expected 32/,
        );
        expect(() => interpolateAlongPrior({ ...metadata, prior: [] }, codes)).toThrow(/no prior/);
    });
});

import { describe, expect, it } from "vitest";
import { sampleLatent } from "../../plugin/latent/index.js";
import type { DecoderMetadata } from "../../plugin/model/decoder.js";
import { findAxes } from "../../training/axes.js";
import { calibratePrior, dropBroken, withSpread } from "../../training/calibratePrior.js";
import { type CategoryCodes, clusterCodes, fitPrior } from "../../training/prior.js";
import { Random } from "../../training/random.js";

const SIZE = 8;
/** Codes that vary along one direction of two entries, and a little in every entry. */
const spread = (count: number, centre: number, random: Random) =>
    Array.from({ length: count }, () => {
        const main = 0.5 * random.normal();
        const code = Float32Array.from({ length: SIZE }, () => centre + 0.05 * random.normal());
        code[0] += main * Math.SQRT1_2;
        code[1] -= main * Math.SQRT1_2;
        return { code, main };
    });
const category = (name: string, drawn: ReturnType<typeof spread>): CategoryCodes => ({
    category: name,
    codes: drawn.map(({ code }) => code),
    traits: drawn.map(({ main }, n) => ({ noise: (n * 7919) % 13, height: 3 - 2 * main })),
});

describe("fitPrior", () => {
    it("draws codes with the mean and covariance of those it was fitted to", () => {
        const drawn = spread(600, 0.3, new Random(1));
        const prior = fitPrior([category("a", drawn)], 1);
        const metadata = { latentSize: SIZE, categories: ["a"], prior };
        const samples = Array.from({ length: 4000 }, (_, seed) => sampleLatent(metadata, { seed }));
        const codes = drawn.map(({ code }) => code);
        for (let i = 0; i < SIZE; i++) {
            expect(Math.abs(mean(samples, i) - mean(codes, i))).toBeLessThan(0.03);
            for (let j = 0; j < SIZE; j++) {
                expect(Math.abs(covariance(samples, i, j) - covariance(codes, i, j))).toBeLessThan(0.02);
            }
        }
    });

    it("gives each category its share", () => {
        const random = new Random(2);
        const prior = fitPrior([category("a", spread(90, 0, random)), category("b", spread(30, 4, random))], 1);
        const share = (name: string) =>
            prior.filter((part) => part.category === name).reduce((sum, { weight }) => sum + weight, 0);
        expect(share("a")).toBeCloseTo(0.75, 6);
        expect(share("b")).toBeCloseTo(0.25, 6);
    });
});

describe("clusterCodes", () => {
    it("keeps apart what lies apart", () => {
        const random = new Random(3);
        const groups: Float32Array[][] = [-3, 0, 3].map((centre) => spread(40, centre, random).map(({ code }) => code));
        const clusters = clusterCodes(groups.flat(), 3, random);
        expect(clusters.map((cluster) => cluster.length)).toEqual([40, 40, 40]);
        for (const cluster of clusters) {
            expect(groups.some((group) => cluster.every((code) => group.includes(code)))).toBe(true);
        }
    });

    it("joins clusters too small to have a spread, and loses no code", () => {
        const codes = spread(23, 0, new Random(4)).map(({ code }) => code);
        const clusters = clusterCodes(codes, 6, new Random(5));
        expect(clusters.every((cluster) => cluster.length >= 6 || clusters.length === 1)).toBe(true);
        expect(clusters.flat().length).toBe(23);
    });
});

describe("findAxes", () => {
    it("finds the direction of most variation and names it by the trait that grows along it", () => {
        const [axis, ...others] = findAxes([category("a", spread(200, 0, new Random(6)))]);
        expect(axis).toMatchObject({ name: "height", category: "a" });
        expect(axis.deviation).toBeCloseTo(0.5, 1);
        // Height grows against the drawn direction.
        expect(axis.direction[0]).toBeCloseTo(-Math.SQRT1_2, 1);
        expect(axis.direction[1]).toBeCloseTo(Math.SQRT1_2, 1);
        expect(axis.range[0]).toBeLessThan(-1.5);
        expect(axis.range[1]).toBeLessThanOrEqual(2.5);
        for (const { name, direction } of others) {
            expect(name).toMatch(/^axis \d$/);
            expect(Math.hypot(...direction)).toBeCloseTo(1, 5);
        }
    });

    it("gives traits their own axes where no principal direction follows them, and none to chance", () => {
        const random = new Random(9);
        const size = 64;
        const shapes = Array.from({ length: 120 }, () => {
            const [height, legs] = [random.normal(), random.normal()];
            const code = Float32Array.from({ length: size }, () => 0.3 * random.normal());
            code[0] = 2 * height;
            code[1] = 0.25 * legs;
            return { code, traits: { height, legs, chance: random.normal() } };
        });
        const axes = findAxes([
            { category: "a", codes: shapes.map(({ code }) => code), traits: shapes.map(({ traits }) => traits) },
        ]);
        expect(axes.map(({ name }) => name)).toEqual(["height", "legs", "axis 3", "axis 4", "axis 5", "axis 6"]);
        const [height, legs] = axes;
        expect(height.direction[0]).toBeGreaterThan(0.95);
        // Grows along its axis.
        expect(legs.direction[1]).toBeGreaterThan(0.5);
        for (const [n, { direction }] of axes.entries()) {
            for (const other of axes.slice(n + 1)) {
                expect(direction.reduce((sum, value, i) => sum + value * other.direction[i], 0)).toBeCloseTo(0, 4);
            }
        }
    });
});

describe("calibration of the prior", () => {
    const [component] = fitPrior([category("a", spread(15, 1, new Random(7)))], 1);

    it("narrows a component about its mean", () => {
        const metadata = (prior: typeof component) => ({ latentSize: SIZE, categories: ["a"], prior: [prior] });
        const whole = sampleLatent(metadata(component), { seed: 5 });
        const half = sampleLatent(metadata(withSpread(component, 0.5)), { seed: 5 });
        const expected = sampleLatent(metadata(component), { seed: 5, temperature: 0.5 });
        half.forEach((value, i) => {
            expect(value).toBeCloseTo(expected[i], 5);
        });
        expect(half).not.toEqual(whole);
    });

    it("moves a component to whole codes and narrows it until its samples are whole, two not to the same", async () => {
        const codes = [0, 0.4, 0.6, 3].map((value) => new Float32Array(SIZE).fill(value));
        const categories = [{ category: "a", codes, traits: codes.map(() => ({})) }];
        const at = (value: number) => ({ ...component, mean: new Float32Array(SIZE).fill(value), weight: 0.5 });
        const metadata = { latentSize: SIZE, categories: ["a"], prior: [at(0), at(0.5)] } as unknown as DecoderMetadata;
        // Whole is what lies beyond 0.3 in every entry.
        const isWhole = async (latent: Float32Array) => latent.every((value) => value > 0.3);
        const { prior, spreads } = await calibratePrior(metadata, categories, 20, isWhole, true);
        expect(prior.map(({ mean }) => mean)).toEqual([codes[2], codes[3]]);
        // The code at 0.4 has no room, the one at 0.6 a little, the one at 3 much to all sides.
        expect(spreads[0]).toBeGreaterThan(0);
        expect(spreads[0]).toBeLessThan(1);
        expect(spreads[1]).toBe(1);
        const again = { ...metadata, prior: [prior[0]] };
        for (let seed = 0; seed < 20; seed++) {
            expect(await isWhole(sampleLatent(again, { seed: 1_000_000 + seed }))).toBe(true);
        }
    });

    it("gives a broken component's weight to the others of its category only, and keeps a lone one", () => {
        const part = (category: string, weight: number) => ({ ...component, category, weight });
        const kept = dropBroken([part("a", 0.25), part("a", 0.25), part("b", 0.25), part("b", 0.25)], [1, 0, 0, 0]);
        expect(kept.map(({ category, weight }) => [category, weight])).toEqual([
            ["a", 0.5],
            ["b", 0.25],
            ["b", 0.25],
        ]);
    });
});

function mean(codes: readonly Float32Array[], i: number): number {
    return codes.reduce((sum, code) => sum + code[i], 0) / codes.length;
}

function covariance(codes: readonly Float32Array[], i: number, j: number): number {
    const [a, b] = [mean(codes, i), mean(codes, j)];
    return codes.reduce((sum, code) => sum + (code[i] - a) * (code[j] - b), 0) / (codes.length - 1);
}

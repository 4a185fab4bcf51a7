import { describe, expect, it } from "vitest";
import { mostDifferent, representatives } from "../../plugin/latent/representatives.js";
import { createTestRandom } from "../support/perceptrons.js";

const gap = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]));

/** Crowds of 20, 5 and 50 codes about three places, and one far from all. */
function crowds(): { codes: Float32Array[]; places: Float32Array[] } {
    const random = createTestRandom(9);
    const places = [Float32Array.of(0, 0), Float32Array.of(10, 0), Float32Array.of(0, 10)];
    const codes = places.flatMap((place, n) =>
        Array.from({ length: [20, 5, 50][n] }, () => place.map((value) => value + random() - 0.5)),
    );
    return { codes, places };
}

describe("representatives", () => {
    it("are codes of the lot, one in the middle of each crowd, however many it counts", () => {
        const { codes, places } = crowds();
        const chosen = representatives(codes, 3);
        expect(chosen).toHaveLength(3);
        for (const code of chosen) expect(codes).toContain(code);
        for (const place of places) expect(Math.min(...chosen.map((code) => gap(code, place)))).toBeLessThan(0.6);
    });

    it("cover the lot better than those that differ most", () => {
        const random = createTestRandom(4);
        const codes = Array.from({ length: 200 }, () => Float32Array.of(random(), random(), random()));
        const cover = (chosen: readonly Float32Array[]) =>
            codes.reduce((sum, code) => sum + Math.min(...chosen.map((other) => gap(code, other) ** 2)), 0);
        expect(cover(representatives(codes, 12))).toBeLessThan(0.9 * cover(mostDifferent(codes, 12)));
    });

    it("are all there are where more are wanted, none of none, and always the same", () => {
        const { codes } = crowds();
        expect(representatives(codes.slice(0, 4), 9)).toHaveLength(4);
        expect(representatives([], 3)).toEqual([]);
        expect(representatives(codes, 0)).toEqual([]);
        expect(representatives(codes, 7)).toEqual(representatives(codes, 7));
    });
});

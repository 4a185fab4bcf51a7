import { describe, expect, it } from "vitest";
import { floatToHalf, halfToFloat } from "../../plugin/model/half.js";

describe("half-precision numbers", () => {
    it("come back from floats, all 65 536 of them", () => {
        const wrong: number[] = [];
        for (let bits = 0; bits < 1 << 16; bits++) {
            const value = halfToFloat(bits);
            const same = Number.isNaN(value)
                ? Number.isNaN(halfToFloat(floatToHalf(value)))
                : floatToHalf(value) === bits;
            // JavaScript does not tell the sign of the zero that comes of -0 apart from 0 here.
            if (!same && value !== 0) wrong.push(bits);
        }
        expect(wrong).toEqual([]);
    });

    it.each([
        [1, 0x3c00],
        [-2, 0xc000],
        [65504, 0x7bff],
        [65519.996, 0x7bff],
        [65520, 0x7c00],
        [2 ** -24, 0x0001],
        [2 ** -25, 0x0000],
        [2 ** -25 * 1.001, 0x0001],
        [2 ** -14, 0x0400],
        [1 + 1 / 2048, 0x3c00],
        [1 + 3 / 2048, 0x3c02],
        [2 - 1 / 4096, 0x4000],
        [Number.POSITIVE_INFINITY, 0x7c00],
    ])("%f is %i", (value, bits) => {
        expect(floatToHalf(value)).toBe(bits);
    });
});

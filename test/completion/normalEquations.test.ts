import { describe, expect, it } from "vitest";
import { NormalEquations } from "../../plugin/completion/normalEquations.js";

describe("normal equations", () => {
    // Fewer rows than are added at once, exactly as many, and a rest.
    it.each([0, 1, 4, 7])("sum the squares and residuals of %i weighted rows", (count) => {
        const size = 3;
        const rows = Array.from({ length: count }, (_, k) => Float64Array.of(k + 1, 2 - k, 0.5 * k * k));
        const sums = new NormalEquations(size, true);
        const gradientAlone = new NormalEquations(size, false);
        rows.forEach((row, k) => {
            sums.add(row, k - 1, 0.25 * k);
            gradientAlone.add(row, k - 1, 0.25 * k);
        });
        sums.flush();
        gradientAlone.flush();
        for (let i = 0; i < size; i++) {
            const gradient = rows.reduce((sum, row, k) => sum + 0.25 * k * (k - 1) * row[i], 0);
            expect(sums.gradient[i]).toBeCloseTo(gradient, 9);
            expect(gradientAlone.gradient[i]).toBeCloseTo(gradient, 9);
            for (let j = 0; j <= i; j++) {
                const square = rows.reduce((sum, row, k) => sum + 0.25 * k * row[i] * row[j], 0);
                expect(sums.hessian[i * size + j]).toBeCloseTo(square, 9);
            }
        }
        expect(gradientAlone.hessian.every((value) => value === 0)).toBe(true);
    });
});

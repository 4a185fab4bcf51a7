import { describe, expect, it } from "vitest";
import { observedFScore } from "./completion/observedFScore.js";

/** A square of 1 × 1 at a height, as a grid of side × side corners. */
function square(side: number, height: number) {
    const corners = Array.from({ length: side * side }, (_, n) => [n % side, Math.floor(n / side)]);
    const positions = Float32Array.from(corners.flatMap(([i, j]) => [i / (side - 1), height, j / (side - 1)]));
    const indices = Uint32Array.from(
        corners.flatMap(([i, j]) => {
            const at = i + side * j;
            return i + 1 < side && j + 1 < side ? [at, at + 1, at + side, at + 1, at + side + 1, at + side] : [];
        }),
    );
    return { positions, indices };
}

/** Seen or guessed everywhere. */
function surfaceAt(height: number, observed = 1) {
    const mesh = square(60, height);
    const vertices = mesh.positions.length / 3;
    return {
        ...mesh,
        normals: new Float32Array(3 * vertices),
        observed: new Float32Array(vertices).fill(observed),
        cellSize: 1 / 60,
    };
}

describe("F-score of the observed part", () => {
    // Points 4 % of the size apart.
    const scan = square(26, 0).positions;

    it("is 1 for a surface through the points, however far apart they are", () => {
        expect(observedFScore(scan, surfaceAt(0), 1)).toBeCloseTo(1, 3);
        expect(observedFScore(scan, surfaceAt(0.005), 1)).toBeGreaterThan(0.99);
    });

    it("falls where the surface is off, or was not seen", () => {
        expect(observedFScore(scan, surfaceAt(0.02), 1)).toBe(0);
        expect(observedFScore(scan, surfaceAt(0, 0.5), 1)).toBe(0);
        // Said to be seen where there are no points: half of it is, all points are on it.
        const half = scan.filter((_, i) => scan[3 * Math.floor(i / 3)] < 0.5);
        expect(observedFScore(half, surfaceAt(0), 1)).toBeCloseTo(2 / 3, 1);
    });
});

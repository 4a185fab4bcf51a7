import { describe, expect, it } from "vitest";
import type { TriangleMesh } from "../../training/samples/mesh.js";
import { missingError } from "./completion/shapeError.js";

/** A square of 1.2 × 1.2 in the plane z = 0, or the part of it from x on, moved along z. */
function sheet(from: number, height = 0): TriangleMesh {
    const positions = [from, -0.6, height, 0.6, -0.6, height, 0.6, 0.6, height, from, 0.6, height];
    return { positions: Float32Array.from(positions), indices: Uint32Array.of(0, 1, 2, 0, 2, 3) };
}

/** Points 0.02 apart, up to an x. */
function seenUpTo(x: number): Float32Array {
    const points: number[] = [];
    for (let u = -0.6; u <= x + 1e-6; u += 0.02) for (let v = -0.6; v <= 0.61; v += 0.02) points.push(u, v, 0);
    return Float32Array.from(points);
}

describe("what fill adds", () => {
    it("is right where it is the unseen surface itself", () => {
        const { chamfer, completion, fScore } = missingError(sheet(-0.6), seenUpTo(0), sheet(0.02))!;
        expect(chamfer).toBeLessThan(0.3);
        expect(completion).toBeGreaterThan(0.99);
        expect(fScore).toBeGreaterThan(0.99);
    });

    it("is told by the unseen part alone", () => {
        const half = missingError(sheet(-0.6), seenUpTo(0), sheet(0.3))!;
        expect(half.completion).toBeGreaterThan(0.48);
        expect(half.completion).toBeLessThan(0.6);
        const off = missingError(sheet(-0.6), seenUpTo(0), sheet(0.02, 0.1))!;
        // The corners lie 0.6 √2 from the middle; both ways are 0.1 off, but beside what was seen.
        expect(off.chamfer).toBeGreaterThan(1000 * (0.01 / 0.72));
        expect(off.chamfer).toBeLessThan(1000 * (0.0201 / 0.72));
        expect(off.fScore).toBeLessThan(0.1);
    });

    it("is nothing where all was seen, and wrong where nothing was added", () => {
        expect(missingError(sheet(-0.6), seenUpTo(0.6), sheet(0.5))).toBeNull();
        const empty = { positions: new Float32Array(), indices: new Uint32Array() };
        expect(missingError(sheet(-0.6), seenUpTo(0), empty)).toMatchObject({ completion: 0, fScore: 0 });
    });
});

import { expect, it } from "vitest";
import { WindingNumber } from "../../../training/meshes/winding.js";
import { Random } from "../../../training/random.js";
import { SignedDistance } from "../../../training/samples/distance.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";
import { built, together, without } from "./meshes.js";

/** The sum over all triangles, by the spherical excess of their corners' directions: another formula than the tree's. */
function exact({ positions, indices }: TriangleMesh, point: readonly number[]): number {
    let sum = 0;
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [0, 1, 2].map((k) => {
            const d = [0, 1, 2].map((axis) => positions[3 * indices[t + k] + axis] - point[axis]);
            const length = Math.hypot(...d);
            return d.map((value) => value / length);
        });
        const dot = (u: number[], v: number[]) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
        // L'Huilier's theorem.
        const sides = [dot(b, c), dot(c, a), dot(a, b)].map((cosine) => Math.acos(Math.min(1, Math.max(-1, cosine))));
        const half = (sides[0] + sides[1] + sides[2]) / 2;
        const product = [half, ...sides.map((side) => half - side)].reduce((p, angle) => p * Math.tan(angle / 2), 1);
        const sign = Math.sign(
            a[0] * (b[1] * c[2] - b[2] * c[1]) +
                a[1] * (b[2] * c[0] - b[0] * c[2]) +
                a[2] * (b[0] * c[1] - b[1] * c[0]),
        );
        sum += sign * 4 * Math.atan(Math.sqrt(Math.max(0, product)));
    }
    return sum / (4 * Math.PI);
}

it("agrees with the exact sum within 0.05, for nine points in ten within 0.01, on open and overlapping surfaces too", async () => {
    const ball = await built((bench) => bench.ball([0.1, 0, 0], 0.6, 48));
    const open = without(ball, (t) => t % 7 === 0 || t < 200);
    const mesh = together(open, await built((bench) => bench.box([0.8, 0.8, 0.8], [0.4, 0.2, 0])));
    const winding = new WindingNumber(mesh);
    const random = new Random(3);
    const errors = Array.from({ length: 500 }, () => {
        const p = [0, 1, 2].map(() => random.between(-1.2, 1.2));
        return Math.abs(winding.at(p[0], p[1], p[2]) - exact(mesh, p));
    }).sort((a, b) => a - b);
    expect(errors[450]).toBeLessThan(0.01);
    expect(errors[499]).toBeLessThan(0.05);
});

it("tells the sides of a closed mesh as its normals do, right up to the surface", async () => {
    const mesh = await built((bench) =>
        bench.subtract(bench.ball([0, 0, 0], 0.8, 40), bench.ball([0.3, 0.2, 0], 0.5, 40)),
    );
    const winding = new WindingNumber(mesh);
    const distance = new SignedDistance(mesh);
    const random = new Random(4);
    for (let n = 0; n < 2000; n++) {
        const [x, y, z] = [0, 1, 2].map(() => random.between(-0.9, 0.9));
        const d = distance.at(x, y, z);
        if (Math.abs(d) > 1e-4) expect(winding.at(x, y, z) > 0.5).toBe(d < 0);
    }
});

it("counts a place twice where two solids overlap, and none for no triangles", async () => {
    const box = (x: number) => built((bench) => bench.box([1, 1, 1], [x, 0, 0]));
    const winding = new WindingNumber(together(await box(0), await box(0.5)));
    expect(winding.at(0.25, 0.1, 0.1)).toBeCloseTo(2, 5);
    expect(winding.at(-0.4, 0.1, 0.1)).toBeCloseTo(1, 5);
    expect(winding.at(3, 0, 0)).toBeCloseTo(0, 5);
    expect(new WindingNumber({ positions: new Float32Array(0), indices: new Uint32Array(0) }).at(0, 0, 0)).toBe(0);
});

import { expect, it } from "vitest";
import { planeNormal } from "../../plugin/completion/planeNormal.js";

/** Corners of a box of this size. */
function corners(x: number, y: number, z: number): Float32Array {
    return Array.from({ length: 8 }, (_, n) => [n & 1 ? x : 0, n & 2 ? y : 0, n & 4 ? z : 0]).reduce(
        (all, corner, n) => {
            all.set(corner, 3 * n);
            return all;
        },
        new Float32Array(24),
    );
}

const normalOf = (positions: Float32Array) =>
    planeNormal(
        positions,
        Int32Array.from({ length: positions.length / 3 }, (_, n) => n),
        positions.length / 3,
    );

it.each([
    ["a slab", [2, 0.1, 3], [0, 1, 0]],
    ["a sheet", [2, 3, 0], [0, 0, 1]],
])("is across %s", (_, size, expected) => {
    const normal = normalOf(corners(size[0], size[1], size[2]));
    normal.forEach((value, axis) => {
        expect(Math.abs(value)).toBeCloseTo(expected[axis], 6);
    });
});

it.each([
    ["a cube", [1, 1, 1], null],
    ["a pillar along x", [5, 1, 1], 0],
    ["a pillar along y", [1, 5, 1], 1],
    ["a pillar along z", [1, 1, 5], 2],
])("is a direction across %s, which has no flattest one", (_, size, long) => {
    const normal = normalOf(corners(size[0], size[1], size[2]));
    expect(Math.hypot(...normal)).toBeCloseTo(1, 6);
    if (long !== null) expect(normal[long]).toBeCloseTo(0, 6);
});

it.each([
    ["a line", corners(1, 0, 0)],
    ["a slanting line", Float32Array.from({ length: 30 }, (_, i) => [1, 2, -3][i % 3] * Math.floor(i / 3))],
    ["a point", new Float32Array(12)],
])("is nothing for %s", (_, positions) => {
    expect(normalOf(positions)).toEqual([0, 0, 0]);
});

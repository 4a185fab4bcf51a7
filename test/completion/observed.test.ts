import { describe, expect, it } from "vitest";
import { toCloud } from "../../plugin/completion/cleanScan.js";
import { observedShares, seenFrom } from "../../plugin/completion/observed.js";

/** A plate 1 × 1 of a thickness, its front at z = 0 looking to +z, its back behind it. */
function plate(thickness: number) {
    const corners = Array.from({ length: 441 }, (_, n) => [(n % 21) / 20, Math.floor(n / 21) / 20]);
    const front = corners.flatMap(([x, y]) => [x, y, 0]);
    // More coarsely, so that most of what is near the scan is its front.
    const behind = corners.filter((_, n) => n % 2 === 0);
    const back = behind.flatMap(([x, y]) => [x, y, -thickness]);
    const along = (z: number, count = corners.length) => new Array(count).fill([0, 0, z]).flat();
    return {
        front: Float32Array.from(front),
        surface: {
            positions: Float32Array.from([...front, ...back]),
            normals: Float32Array.from([...along(1), ...along(-1, behind.length)]),
        },
        up: Float32Array.from(along(1)),
    };
}

const { front, surface, up } = plate(0.01);
const unknown = new Float32Array(front.length);
const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sharesBy = (outward: Float32Array) => {
    const shares = observedShares(front, outward, surface, 0.02);
    return [mean(shares.subarray(0, 441)), mean(shares.subarray(441))];
};

describe("what of a surface was seen", () => {
    it("is the front of a thin plate, by where the sensor stood or by the scan's normals", () => {
        expect(sharesBy(seenFrom({ positions: front, sensorPositions: Float32Array.of(0.5, 0.5, 3) }))).toEqual([1, 0]);
        expect(sharesBy(seenFrom({ positions: front, normals: up }))).toEqual([1, 0]);
    });

    it("is told by distance alone where no side is known, or all are turned inside out", () => {
        expect(seenFrom({ positions: front })).toEqual(unknown);
        expect(sharesBy(unknown)).toEqual([1, 1]);
        expect(sharesBy(seenFrom({ positions: front, normals: up.map((value) => -value) }))).toEqual([1, 1]);
    });

    it("leaves out points that are no numbers, with their directions", () => {
        const positions = front.slice();
        positions[4] = Number.NaN;
        const sensorPositions = Float32Array.from({ length: positions.length }, (_, i) => [0.5, 0.5, 3][i % 3]);
        const outward = seenFrom(toCloud({ positions, sensorPositions }));
        expect(outward).toHaveLength(positions.length - 3);
        expect(outward.every(Number.isFinite)).toBe(true);
    });
});

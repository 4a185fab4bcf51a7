import { describe, expect, it } from "vitest";
import { withoutStrayPieces } from "../../plugin/completion/strayPieces.js";
import { closed, topologyOf } from "../support/topology.js";

interface Ball {
    readonly radius: number;
    readonly at: number;
    readonly seen: number;
    /** The wall of a void: it looks at its own middle. */
    readonly isVoid?: boolean;
}

/** Octahedra beside each other on the x axis. */
function surfaceOf(balls: readonly Ball[], isClockwise = false) {
    const [positions, normals, indices, observed]: number[][] = [[], [], [], []];
    for (const { radius, at, seen, isVoid } of balls) {
        const first = positions.length / 3;
        for (const [x, y, z] of [
            [1, 0, 0],
            [-1, 0, 0],
            [0, 1, 0],
            [0, -1, 0],
            [0, 0, 1],
            [0, 0, -1],
        ]) {
            positions.push(at + radius * x, radius * y, radius * z);
            normals.push(...[x, y, z].map((value) => (isVoid ? -value : value)));
            observed.push(seen);
        }
        for (const x of [0, 1]) {
            for (const y of [2, 3]) {
                for (const z of [4, 5]) {
                    const isTurned = (((x + y + z) % 2 === 0) === Boolean(isVoid)) === !isClockwise;
                    indices.push(...(isTurned ? [x, y, z] : [x, z, y]).map((n) => first + n));
                }
            }
        }
    }
    return {
        positions: Float32Array.from(positions),
        normals: Float32Array.from(normals),
        indices: Uint32Array.from(indices),
        observed: Float32Array.from(observed),
    };
}

describe("pieces that no one saw", () => {
    const large = { radius: 1, at: 0, seen: 1 };

    it.each([false, true])("go where they are small or voids, whichever way triangles run (clockwise: %s)", (cw) => {
        const crumb = { radius: 0.3, at: 3, seen: 0.2 };
        const hollow = { radius: 0.8, at: 0, seen: 0, isVoid: true };
        const whole = surfaceOf([crumb, large, hollow], cw);
        const left = withoutStrayPieces(whole);
        expect(left).toEqual(surfaceOf([large], cw));
        expect(topologyOf(left.positions, left.indices)).toMatchObject({ ...closed, pieces: 1 });
    });

    it("stay where they are large, and small ones where they were seen", () => {
        const other = { radius: 0.6, at: 3, seen: 0 };
        const crumb = { radius: 0.1, at: -3, seen: 1 };
        const seenVoid = { radius: 0.5, at: 0, seen: 1, isVoid: true };
        const whole = surfaceOf([large, other, crumb, seenVoid]);
        expect(withoutStrayPieces(whole)).toBe(whole);
    });

    it("stay if there is nothing else, and nothing stays nothing", () => {
        const unseen = surfaceOf([{ radius: 0.1, at: 0, seen: 0 }]);
        expect(withoutStrayPieces(unseen)).toBe(unseen);
        expect(withoutStrayPieces(surfaceOf([])).indices).toHaveLength(0);
    });
});

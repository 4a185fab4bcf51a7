import { describe, expect, it } from "vitest";
import {
    CASE_TRIANGLES,
    EDGE_CORNERS,
    edgeAxis,
    MAX_CASE_TRIANGLES,
    packCaseTable,
} from "../../plugin/surface/caseTable.js";

const cornersOf = (edge: number) => [EDGE_CORNERS[edge], EDGE_CORNERS[edge] | (1 << edgeAxis(edge))];
const isCrossed = (pattern: number, edge: number) => {
    const [a, b] = cornersOf(edge);
    return ((pattern >> a) & 1) !== ((pattern >> b) & 1);
};
/** The faces (axis, side) both ends of which an edge touches. */
const facesOf = (edge: number) =>
    [0, 1, 2].flatMap((axis) => {
        const sides = cornersOf(edge).map((corner) => (corner >> axis) & 1);
        return sides[0] === sides[1] ? [2 * axis + sides[0]] : [];
    });
/** Directed sides that belong to one triangle only, as "from-to". */
const rimOf = (pattern: number) => {
    const sides = CASE_TRIANGLES[pattern].flatMap(([a, b, c]) => [`${a}-${b}`, `${b}-${c}`, `${c}-${a}`]);
    return sides.filter((side) => !sides.includes(side.split("-").reverse().join("-")));
};

describe("the case table", () => {
    const patterns = Array.from({ length: 256 }, (_, pattern) => pattern);

    it("has its vertices on the crossed edges, on all of them", () => {
        for (const pattern of patterns) {
            const used = new Set(CASE_TRIANGLES[pattern].flat());
            const crossed = Array.from({ length: 12 }, (_, edge) => edge).filter((edge) => isCrossed(pattern, edge));
            expect([...used].sort((a, b) => a - b)).toEqual(crossed);
        }
    });

    it("is bounded by segments in the faces, each used once", () => {
        for (const pattern of patterns) {
            const rim = rimOf(pattern);
            expect(new Set(rim).size).toBe(rim.length);
            for (const side of rim) {
                const [a, b] = side.split("-").map(Number);
                expect(facesOf(a).some((face) => facesOf(b).includes(face))).toBe(true);
            }
        }
    });

    it("has no inner side in a face", () => {
        for (const pattern of patterns) {
            const rim = new Set(rimOf(pattern));
            for (const triangle of CASE_TRIANGLES[pattern]) {
                for (let i = 0; i < 3; i++) {
                    const [a, b] = [triangle[i], triangle[(i + 1) % 3]];
                    if (!rim.has(`${a}-${b}`)) {
                        expect(facesOf(a).filter((face) => facesOf(b).includes(face))).toEqual([]);
                    }
                }
            }
        }
    });

    it("meets its neighbours: equal signs on a shared face give opposite segments", () => {
        // The neighbour across the high face of an axis sees the same four corners on its low face.
        for (let axis = 0; axis < 3; axis++) {
            const bit = 1 << axis;
            const segments = (pattern: number, side: number) =>
                rimOf(pattern)
                    .map((text) => text.split("-").map(Number))
                    .filter((ends) => ends.every((edge) => facesOf(edge).includes(2 * axis + side)))
                    .map((ends) => ends.map((edge) => `${edgeAxis(edge)}:${EDGE_CORNERS[edge] & ~bit}`));
            const signs = (pattern: number, side: number) =>
                [0, 1, 2, 3, 4, 5, 6, 7]
                    .filter((c) => !(c & bit))
                    .map((c) => (pattern >> (c | (side ? bit : 0))) & 1)
                    .join("");
            const bySigns = new Map<string, string>();
            for (const pattern of patterns) {
                const high = segments(pattern, 1)
                    .map((ends) => ends.join(">"))
                    .sort()
                    .join(" ");
                const known = bySigns.get(signs(pattern, 1));
                expect(known ?? high).toBe(high);
                bySigns.set(signs(pattern, 1), high);
            }
            for (const pattern of patterns) {
                const low = segments(pattern, 0)
                    .map((ends) => [...ends].reverse().join(">"))
                    .sort()
                    .join(" ");
                expect(low).toBe(bySigns.get(signs(pattern, 0)));
            }
        }
    });

    it("packs into two words a case", () => {
        const words = packCaseTable();
        expect(MAX_CASE_TRIANGLES).toBe(5);
        for (const pattern of patterns) {
            const count = words[2 * pattern + 1] >>> 28;
            const edges = Array.from(
                { length: 3 * count },
                (_, i) => (words[2 * pattern + (i >> 3)] >>> (4 * (i & 7))) & 15,
            );
            expect(edges).toEqual(CASE_TRIANGLES[pattern].flat());
        }
    });
});

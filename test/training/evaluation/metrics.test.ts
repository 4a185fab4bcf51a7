import { describe, expect, it } from "vitest";
import { chamferDistance, compareSurfaces } from "../../../training/evaluation/metrics.js";
import { NearestPoints } from "../../../training/evaluation/nearestPoints.js";
import { compareSets } from "../../../training/evaluation/setMetrics.js";
import { surfacePoints } from "../../../training/evaluation/surfacePoints.js";
import { Random } from "../../../training/random.js";

const up = (...heights: number[]) => ({
    positions: Float32Array.from(heights.flatMap((y, x) => [10 * x, y, 0])),
    normals: Float32Array.from(heights.flatMap(() => [0, 1, 0])),
});

describe("compareSurfaces", () => {
    it("gives the figures worked out by hand for ten points apart", () => {
        // Nine points 0.01 above the truth's, one 0.5 above; each has its partner as its nearest.
        const truth = up(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        const result = up(0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.5);
        const figures = compareSurfaces(result, truth, 0.02);
        expect(figures.chamfer).toBeCloseTo(2 * (0.9 * 0.0001 + 0.1 * 0.25), 6);
        expect(figures.fScore).toBeCloseTo(0.9, 6);
        expect(figures.normalConsistency).toBeCloseTo(1, 6);
        expect(figures.accuracy).toBeCloseTo(0.01, 6);
    });

    it("tells what is missing from what is too much", () => {
        // The truth has two ends, the result only one: all it has is right, half of the truth is not reached.
        const truth = up(0, 0);
        const result = { positions: Float32Array.of(0, 0, 0), normals: Float32Array.of(0, 0.6, 0.8) };
        const figures = compareSurfaces(result, truth, 0.02);
        expect(figures.accuracy).toBe(0);
        expect(figures.completion).toBe(0.5);
        // Precision 1, recall 0.5.
        expect(figures.fScore).toBeCloseTo(2 / 3, 6);
        expect(figures.chamfer).toBeCloseTo(50, 4);
        expect(figures.normalConsistency).toBeCloseTo(0.6, 6);
        expect(compareSurfaces(truth, up(5, 5), 0.02)).toMatchObject({ fScore: 0, completion: 0 });
    });

    it("counts a distance of just 0.01 as reached", () => {
        expect(compareSurfaces(up(0.0099), up(0), 0.02).completion).toBe(1);
        expect(compareSurfaces(up(0.0101), up(0), 0.02).completion).toBe(0);
    });
});

describe("NearestPoints", () => {
    it("agrees with looking at every point", () => {
        const random = new Random(1);
        const points = Float32Array.from({ length: 3 * 700 }, (_, i) => (i % 7 === 0 ? 0.25 : random.between(-1, 1)));
        const tree = new NearestPoints(points);
        for (let n = 0; n < 300; n++) {
            const [x, y, z] = [0, 1, 2].map(() => random.between(-1.3, 1.3));
            let least = Number.POSITIVE_INFINITY;
            for (let at = 0; at < points.length; at += 3) {
                least = Math.min(least, (points[at] - x) ** 2 + (points[at + 1] - y) ** 2 + (points[at + 2] - z) ** 2);
            }
            const at = 3 * tree.find(x, y, z);
            expect(tree.squaredDistance).toBe(least);
            expect((points[at] - x) ** 2 + (points[at + 1] - y) ** 2 + (points[at + 2] - z) ** 2).toBe(least);
        }
    });

    it("works on one point and on equal ones, and refuses none", () => {
        expect(new NearestPoints([1, 2, 3]).find(0, 0, 0)).toBe(0);
        const same = new NearestPoints(new Float32Array(300));
        same.find(0, 3, 4);
        expect(same.squaredDistance).toBe(25);
        expect(() => new NearestPoints([])).toThrow(/no points; expected at least one/);
    });
});

it("takes chamfer distance as the sum of both mean squared distances", () => {
    const of = (...values: number[]) => ({
        positions: Float32Array.from(values),
        tree: new NearestPoints(Float32Array.from(values)),
    });
    // One point against two at distances 1 and 3: 1 one way, (1 + 9) / 2 the other.
    expect(chamferDistance(of(0, 0, 0), of(1, 0, 0, 0, 3, 0))).toBeCloseTo(6, 6);
});

describe("compareSets", () => {
    const onLine = (...places: number[]) => places.map((a) => places.map((b) => Math.abs(a - b)));

    it("gives the figures worked out by hand on a line", () => {
        // Samples at 0, 1, 10; truth at 0.5, 0.75, 20, in this order.
        const figures = compareSets(onLine(0, 1, 10, 0.5, 0.75, 20), 3);
        // 0 is nearest to 0.5, 1 to 0.75, 10 to 0.75: two of three covered.
        expect(figures.coverage).toBeCloseTo(2 / 3, 6);
        // 0.5 → 0.5, 0.75 → 0.25, 20 → 10.
        expect(figures.minimumMatching).toBeCloseTo(10.75 / 3, 6);
        // Of their own kind: 10 (nearest to 1) and 0.5 (to 0.75); 0.75 is as near to 1, which comes first.
        expect(figures.nearestNeighbourAccuracy).toBeCloseTo(2 / 6, 6);
    });

    it("tells sets apart that are apart, and not those that mix", () => {
        expect(compareSets(onLine(0, 0.1, 0.2, 5, 5.1, 5.2), 3).nearestNeighbourAccuracy).toBe(1);
        expect(compareSets(onLine(0, 1, 2, 0.4, 1.4, 2.4), 3).nearestNeighbourAccuracy).toBe(0);
        expect(() => compareSets(onLine(0, 1), 2)).toThrow(/2 samples of 2 shapes/);
    });
});

it("draws surface points with the normals of their triangles", () => {
    // Two right triangles at right angles, one four times as large.
    const mesh = {
        positions: Float32Array.of(0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1),
        indices: Uint32Array.of(0, 1, 2, 3, 4, 5),
    };
    const { positions, normals } = surfacePoints(mesh, 4000, new Random(2));
    let flat = 0;
    for (let at = 0; at < normals.length; at += 3) {
        const isFlat = normals[at + 2] === 1;
        expect(isFlat ? positions[at + 2] : positions[at]).toBe(0);
        expect(isFlat || normals[at] === 1).toBe(true);
        flat += isFlat ? 1 : 0;
    }
    expect(flat / 4000).toBeCloseTo(0.8, 1);
    expect(() =>
        surfacePoints({ positions: new Float32Array(9), indices: Uint32Array.of(0, 1, 2) }, 1, new Random(1)),
    ).toThrow(/no area/);
});

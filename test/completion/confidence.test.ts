import { describe, expect, it } from "vitest";
import { judge } from "../../plugin/completion/confidence.js";
import { IDENTITY } from "../../plugin/completion/pose.js";
import type { UnitScan } from "../../plugin/completion/scan.js";
import { cube, formulaField } from "../support/fields.js";
import { createTestRandom } from "../support/perceptrons.js";

/** Points of a level square, seen from above. */
function square() {
    const random = createTestRandom(3);
    const positions = Float32Array.from({ length: 3 * 600 }, (_, i) => (i % 3 === 2 ? 0 : random() - 0.5));
    const normals = Float32Array.from({ length: positions.length }, (_, i) => (i % 3 === 2 ? 1 : 0));
    const scan: UnitScan = {
        positions,
        normals,
        sensorPositions: null,
        emptyPoints: new Float32Array(0),
        emptySensors: null,
        centre: [0, 0, 0],
        scale: 1,
        droppedCount: 0,
    };
    return { scan, normals };
}

const explainedBy = async (
    distance: (x: number, y: number, z: number) => number,
    { withNormals = true, noise = 0 } = {},
) => {
    const { scan, normals } = square();
    const state = { latent: new Float32Array(0), pose: IDENTITY, start: IDENTITY };
    const seen = withNormals ? normals : normals.fill(0);
    return judge(formulaField(distance), cube, scan, seen, { state, typicality: 1 }, noise);
};

describe("judge", () => {
    it("counts points as explained where the surface is, near enough", async () => {
        expect(await explainedBy((_x, _y, z) => z)).toMatchObject({ explained: 1, residual: 0 });
        expect((await explainedBy((_x, _y, z) => z - 0.015)).explained).toBe(1);
        expect((await explainedBy((_x, _y, z) => z - 0.03)).explained).toBe(0);
        const forgiven = await explainedBy((_x, _y, z) => z - 0.03, { noise: 0.02 });
        expect(forgiven.explained).toBe(1);
        expect(forgiven.misfit).toBeLessThan(0.3 * (await explainedBy((_x, _y, z) => z - 0.03)).misfit);
        // Less noise than a decoder's own errors forgives nothing.
        expect((await explainedBy((_x, _y, z) => z - 0.03, { noise: 0.005 })).explained).toBe(0);
        const half = await explainedBy((x, _y, z) => Math.max(z, x));
        expect(half.explained).toBeGreaterThan(0.4);
        expect(half.explained).toBeLessThan(0.6);
    });

    it("does not where a thin part is nearly there, but has no surface", async () => {
        const almost = await explainedBy((_x, _y, z) => Math.abs(z) + 0.004);
        expect(almost.residual).toBeLessThan(0.01);
        expect(almost.explained).toBe(0);
        expect((await explainedBy((_x, _y, z) => Math.abs(z) - 0.004)).explained).toBe(1);
        // Which way out is unknown, the distance has to do.
        expect((await explainedBy((_x, _y, z) => Math.abs(z) + 0.004, { withNormals: false })).explained).toBe(1);
    });
});

import { describe, expect, it } from "vitest";
import { createCodePrior } from "../../plugin/completion/codePrior.js";
import { Extent } from "../../plugin/completion/extent.js";
import { FitProblem } from "../../plugin/completion/fitProblem.js";
import { outwardNormals } from "../../plugin/completion/normals.js";
import { createObservations, type Observations } from "../../plugin/completion/observations.js";
import { IDENTITY, rotationOf, type Similarity } from "../../plugin/completion/pose.js";
import { toUnitScan } from "../../plugin/completion/scan.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { octahedronDecoder } from "../support/decoders.js";
import { octahedronMesh } from "./support/octahedron.js";

const decoder = octahedronDecoder();
const field = new ReferenceField(decoder.perceptron!);
const unit = toUnitScan(
    "test",
    octahedronMesh(0.7, 16, undefined, (x) => x < 0),
    1.4,
);
const weights = { noise: 0.01, outlier: 0.06, effectiveCount: 400, tilt: 0.1, growth: 0.1 };
const problem = new FitProblem(
    field,
    decoder.bounds,
    createCodePrior("test", decoder.metadata, decoder.latentSize, undefined),
    createObservations(unit, outwardNormals(unit), 200, 1),
    weights,
    1,
    new Extent(unit.positions, 1.4),
    undefined,
);
/** |x| + |y| + |z| = 0.7 */
const state = { latent: Float32Array.of(0.1, 0), pose: IDENTITY, start: IDENTITY };

const bounds = (points: number[], weight: number): Observations => {
    const count = points.length / 3;
    return {
        points: Float32Array.from(points),
        targets: new Float32Array(count).fill(0.005),
        isBound: new Uint8Array(count).fill(1),
        isEitherSide: new Uint8Array(count),
        weights: new Float32Array(count).fill(weight),
    };
};

describe("what a state costs", () => {
    it("is the same without derivatives", async () => {
        const pose: Similarity = { rotation: rotationOf([0.1, 0.4, 0]), scale: 1.3, translation: [0.1, 0, -0.1] };
        const moved = { latent: Float32Array.of(-0.2, 0.3), pose, start: IDENTITY };
        const held = problem.with(bounds([0.2, 0.3, 0.1, 0.9, 0.9, 0.9], 0.6));
        for (const at of [state, moved]) {
            const { cost, dataCost } = await held.linearise(at);
            const alone = await held.costAt(at);
            expect(alone.cost / cost).toBeCloseTo(1, 6);
            expect(alone.dataCost / dataCost).toBeCloseTo(1, 6);
        }
    });
});

describe("a fit's problem with more observations", () => {
    it("costs more by what each of them is off, whatever the others, and pulls the surface away from it", async () => {
        const alone = await problem.linearise(state);
        const [inside] = await field.evaluateAsync(state.latent, Float32Array.of(0.2, 0.3, 0.1));
        expect(inside).toBeLessThan(0);
        const held = problem.with(bounds([0.2, 0.3, 0.1, 0.9, 0.9, 0.9], 0.6));
        const at = await held.linearise(state);
        expect(at.cost - alone.cost).toBeCloseTo(problem.costOf(inside - 0.005, 0.6), 3);
        expect(at.dataCost - alone.dataCost).toBeCloseTo(problem.costOf(inside - 0.005, 0.6), 3);
        // A smaller octahedron would leave the point outside: the cost grows with the code's first number.
        expect(at.gradient[0]).toBeGreaterThan(alone.gradient[0]);
        const twice = await held.with(bounds([0.2, 0.3, 0.1], 0.6)).linearise(state);
        expect(twice.cost - at.cost).toBeCloseTo(at.cost - alone.cost, 3);
    });

    it("costs the same where they are kept", async () => {
        const alone = await problem.linearise(state);
        const held = await problem.with(bounds([0.9, 0.9, 0.9], 0.6)).linearise(state);
        expect(held.cost).toBeCloseTo(alone.cost, 6);
        expect(held.gradient).toEqual(alone.gradient);
    });
});

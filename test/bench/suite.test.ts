import { describe, expect, it } from "vitest";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { cube } from "../support/fields.js";
import { octahedronPerceptron, randomPerceptron } from "../support/perceptrons.js";
import { closed, topologyOf, trianglesOf } from "../support/topology.js";
import { denseMarchingCubes } from "./suite/denseMarchingCubes.js";
import { flopsPerPoint } from "./suite/flops.js";
import { GridPoints } from "./suite/gridPoints.js";
import { interleave, repeatsFor } from "./suite/interleave.js";
import { toMarkdown } from "./suite/markdown.js";
import { defaultOptions } from "./suite/suite.js";

/** To a ten-thousandth: the two add up in different orders. */
const rounded = ({ positions, indices }: { positions: Float32Array; indices: Uint32Array }) => ({
    positions: positions.map((value) => Math.round(1e4 * value + 0.25)),
    indices,
});

describe("the baseline's Marching Cubes", () => {
    it.each([2, 3, 12, 17])("makes the mesh that the library makes, at resolution %i", async (resolution) => {
        const field = new ReferenceField(octahedronPerceptron(0.6));
        const latent = Float32Array.of(0.03, 0);
        const grid = new GridPoints(cube, resolution);
        const values = await field.evaluateAsync(latent, grid.slice(0, grid.count));
        const dense = denseMarchingCubes(values, grid.side, grid.origin, grid.cell);
        const { mesh } = await extractSurfaceAsync(field, latent, { bounds: cube, clampDistance: 1 }, { resolution });
        expect(dense.positions.length).toBe(mesh.positions.length);
        expect(trianglesOf(rounded(dense))).toEqual(trianglesOf(rounded(mesh)));
        expect(topologyOf(dense.positions, dense.indices)).toMatchObject(closed);
        // Outward, as the distance from the middle grows.
        for (let at = 0; at < dense.positions.length; at += 3) {
            const outward = [0, 1, 2].reduce((sum, a) => sum + dense.positions[at + a] * dense.normals[at + a], 0);
            expect(outward).toBeGreaterThan(0);
        }
    });

    it("gives nothing for a volume without a surface", () => {
        const { positions, indices } = denseMarchingCubes(new Float32Array(27).fill(1), 3, [0, 0, 0], 1);
        expect([positions.length, indices.length]).toEqual([0, 0]);
    });
});

describe("the suite's measuring", () => {
    it("runs every arm once a round, none always first, and does not count the first round", async () => {
        const order: string[] = [];
        const arm = (name: string) => async () => void order.push(name);
        const times = await interleave({ a: arm("a"), b: arm("b") }, 3);
        expect(order.join("")).toBe("abbaabba");
        expect(Object.keys(times)).toEqual(["a", "b"]);
    });

    it("stops an arm's time at its lap", async () => {
        const { a } = await interleave(
            {
                a: async (_, lap) => {
                    lap();
                    await new Promise((resolve) => setTimeout(resolve, 30));
                },
            },
            1,
        );
        expect(a.median).toBeLessThan(25);
    });

    it("doubles the repeats until a run lasts, up to the most", async () => {
        const seen: number[] = [];
        expect(await repeatsFor(1e9, async (repeats) => void seen.push(repeats), 8)).toBe(8);
        expect(seen).toEqual([1, 1, 2, 4, 8]);
        expect(await repeatsFor(0, async () => {})).toBe(1);
    });

    it("counts two operations a weight that a point meets, none for the code's", () => {
        const perceptron = randomPerceptron({ width: 8, depth: 3, octaves: 1, skips: [1], latentSize: 5 });
        // Nine features into eight, eight and nine into eight, eight into one.
        expect(flopsPerPoint(perceptron)).toBe(2 * (9 * 8 + (8 + 9) * 8 + 8));
    });

    it("writes times, figures with their goals, and notes as a page", () => {
        const times = { median: 2, quartiles: [1.5, 2.5], least: 1, most: 3 } as const;
        const page = toMarkdown({
            adapter: "some card",
            date: "2026-01-01",
            options: defaultOptions,
            versions: { node: "v1" },
            rows: [
                {
                    what: "remesh",
                    decoder: "a.onnx",
                    resolution: 128,
                    milliseconds: { library: { ...times, quartiles: [...times.quartiles] } },
                    figures: { denseOnnxRuntimeToLibrary: 41.2345 },
                    notes: ["something left out"],
                },
            ],
        });
        expect(page).toContain("| remesh, a.onnx, 128³ | library | 2 | 1.5 to 2.5 | 1 to 3 |");
        expect(page).toContain("| denseOnnxRuntimeToLibrary | 41.2 | ≥ 40, aim 150 |");
        expect(page).toContain("- remesh, a.onnx, 128³: something left out");
        expect(page).toContain("node v1");
    });
});

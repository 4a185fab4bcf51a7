import { describe, expect, it } from "vitest";
import { rotationOf, type Similarity, toModel, toScan } from "../../plugin/completion/pose.js";
import type { Scan } from "../../plugin/completion/scan.js";
import { type CompletionMode, surfaceOfCompletionAsync } from "../../plugin/completion/surfaceOfCompletion.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { octahedronDecoder } from "../support/decoders.js";
import { closed, topologyOf } from "../support/topology.js";
import { nearestDistance, octahedronMesh } from "./support/octahedron.js";

const decoder = octahedronDecoder();
const field = new ReferenceField(decoder.perceptron!);
/** |x| + |y| + |z| = 0.6 */
const latent = new Float32Array(2);
const pose: Similarity = { rotation: rotationOf([0.1, 0.7, 0]), scale: 2, translation: [3, -1, 5] };
const RESOLUTION = 32;

const surfaceOf = (scan: Scan, mode: CompletionMode, at = pose) =>
    surfaceOfCompletionAsync(field, decoder, scan, { latent, pose: at }, { mode, resolution: RESOLUTION });

/** A scan with a bump that the decoder can't show, seen from +x only. */
function bumpyScan(): Scan & { indices: Uint32Array } {
    const scan = octahedronMesh(0.6, 24, undefined, (x) => x < 0.02);
    const positions = scan.positions.map((value, i) => {
        const at = i - (i % 3);
        const [x, y, z] = scan.positions.subarray(at, at + 3);
        const bump = 0.08 * Math.exp(-((x - 0.2) ** 2 + (y - 0.2) ** 2 + (z - 0.2) ** 2) / 0.02);
        return value + (bump * Math.sign([x, y, z][i % 3])) / Math.sqrt(3);
    });
    return { positions: toScan(pose, positions), indices: scan.indices };
}

describe("replace", () => {
    it("gives the decoder's shape where the scan is, and tells seen from guessed", async () => {
        const scan = octahedronMesh(0.6, 24, pose, (x) => x < 0.02);
        const { positions, normals, indices, observed, cellSize } = await surfaceOf(scan, "replace");
        expect(topologyOf(positions, indices)).toMatchObject({ ...closed, pieces: 1 });
        expect(cellSize).toBeCloseTo((2 * 2) / RESOLUTION, 6);
        const local = toModel(pose, positions);
        for (let n = 0; n < observed.length; n++) {
            const [x, y, z] = local.subarray(3 * n, 3 * n + 3);
            expect(Math.abs(x) + Math.abs(y) + Math.abs(z)).toBeCloseTo(0.6, 2);
            if (x > 0.05) expect(observed[n]).toBe(1);
            if (x < -0.15) expect(observed[n]).toBe(0);
            expect(Math.hypot(...normals.subarray(3 * n, 3 * n + 3))).toBeCloseTo(1, 4);
        }
    });
});

describe("fuse", () => {
    it("passes through the observed points, closed, and leaves the rest as the decoder has it", async () => {
        const scan = bumpyScan();
        const fused = await surfaceOf(scan, "fuse");
        const plain = await surfaceOf(scan, "replace");
        expect(topologyOf(fused.positions, fused.indices)).toMatchObject({ ...closed, pieces: 1 });
        const worst = (surface: typeof fused) => {
            let most = 0;
            for (let i = 0; i < scan.positions.length; i += 3) {
                const [x, y, z] = scan.positions.subarray(i, i + 3);
                most = Math.max(most, nearestDistance(surface.positions, x, y, z));
            }
            return most;
        };
        // Vertices lie up to 0.7 of a cell apart.
        expect(worst(fused)).toBeLessThan(0.8 * fused.cellSize);
        expect(worst(plain)).toBeGreaterThan(worst(fused) + 0.3 * fused.cellSize);
        const local = toModel(pose, fused.positions);
        for (let i = 0; i < local.length; i += 3) {
            const [x, y, z] = local.subarray(i, i + 3);
            if (x < -0.3) expect(Math.abs(x) + Math.abs(y) + Math.abs(z)).toBeCloseTo(0.6, 3);
        }
    });

    it("has no step where the observed part ends", async () => {
        // The whole seen part stands off by half a cell.
        const scan = octahedronMesh(0.63, 24, pose, (x) => x < 0);
        const { positions, normals, indices } = await surfaceOf(scan, "fuse");
        const local = toModel(pose, positions);
        let sharpest = 1;
        for (let i = 0; i < indices.length; i += 3) {
            const corners = [indices[i], indices[i + 1], indices[i + 2]];
            // Away from the octahedron's own edges.
            const isFlat = corners.every((v) =>
                [0, 1, 2].every((axis) => axis === 0 || Math.abs(local[3 * v + axis]) > 0.08),
            );
            const isSeam = corners.every((v) => Math.abs(local[3 * v]) > 0.04 && Math.abs(local[3 * v]) < 0.3);
            if (!isFlat || !isSeam) continue;
            for (const [a, b] of [
                [0, 1],
                [1, 2],
            ]) {
                let cosine = 0;
                for (let axis = 0; axis < 3; axis++) {
                    cosine += normals[3 * corners[a] + axis] * normals[3 * corners[b] + axis];
                }
                sharpest = Math.min(sharpest, cosine);
            }
        }
        expect(Math.acos(sharpest)).toBeLessThan(0.5);
    });
});

describe("fill", () => {
    it("adds only the missing part, whose rim lies on the scan", async () => {
        const scan = octahedronMesh(0.6, 24, pose, (x, y) => x < 0.1 && y < 0.2);
        const before = { positions: scan.positions.slice(), indices: scan.indices.slice() };
        const { positions, indices, cellSize } = await surfaceOf(scan, "fill");
        expect(scan).toEqual(before);
        const rim = openVertices(indices);
        expect(rim.length).toBeGreaterThan(20);
        for (const vertex of rim) {
            const [x, y, z] = positions.subarray(3 * vertex, 3 * vertex + 3);
            // The scan's vertices are 0.05 apart.
            expect(nearestDistance(scan.positions, x, y, z)).toBeLessThan(cellSize);
        }
        const local = toModel(pose, positions);
        const centres = Array.from({ length: indices.length / 3 }, (_, t) =>
            [0, 1].map((axis) => [0, 1, 2].reduce((sum, k) => sum + local[3 * indices[3 * t + k] + axis] / 3, 0)),
        );
        expect(centres.every(([x, y]) => x < 0.1 + 0.07 && y < 0.2 + 0.07)).toBe(true);
        expect(centres.some(([x]) => x < -0.5)).toBe(true);
    });

    it("adds nothing to a scan that lacks nothing", async () => {
        const { indices } = await surfaceOf(octahedronMesh(0.6, 24, pose), "fill");
        expect(indices.length).toBe(0);
    });

    it("fills beside the points of a cloud", async () => {
        const { positions } = octahedronMesh(0.6, 40, pose, (x) => x < 0.1);
        const filled = await surfaceOf({ positions }, "fill");
        for (const vertex of openVertices(filled.indices)) {
            const [x, y, z] = filled.positions.subarray(3 * vertex, 3 * vertex + 3);
            expect(nearestDistance(positions, x, y, z)).toBeLessThan(filled.cellSize);
        }
        expect(Math.max(...everyThird(toModel(pose, filled.positions)))).toBeLessThan(0.15);
    });
});

it("names the modes there are", async () => {
    const scan = octahedronMesh(0.6, 8, pose);
    await expect(surfaceOf(scan, "mend" as CompletionMode)).rejects.toThrow(
        'surfaceOfCompletionAsync: got mode "mend"; expected "replace", "fuse", "fill"; correct the option',
    );
});

/** Vertices of edges that have a triangle on one side only. */
function openVertices(indices: Uint32Array): number[] {
    const uses = new Map<string, number>();
    for (let at = 0; at < indices.length; at++) {
        const next = at - (at % 3) + ((at + 1) % 3);
        const key = [indices[at], indices[next]].sort((a, b) => a - b).join();
        uses.set(key, (uses.get(key) ?? 0) + 1);
    }
    const open = new Set<number>();
    for (const [key, count] of uses) {
        if (count === 1) for (const vertex of key.split(",")) open.add(Number(vertex));
    }
    return [...open];
}

function everyThird(values: Float32Array): number[] {
    return Array.from({ length: values.length / 3 }, (_, n) => values[3 * n]);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { completeScanAsync, prepareCompletionAsync } from "../../plugin/completion/completeScan.js";
import { rotationOf, type Similarity, toScan } from "../../plugin/completion/pose.js";
import { surfaceOfCompletionAsync } from "../../plugin/completion/surfaceOfCompletion.js";
import { createCpuFieldAsync } from "../../plugin/field/cpuField.js";
import type { Field } from "../../plugin/field/field.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { readDecoder } from "../../plugin/model/readDecoder.js";
import { octahedronDecoder } from "../support/decoders.js";
import { closed, topologyOf } from "../support/topology.js";

const decoder = octahedronDecoder();
const field = new ReferenceField(decoder.perceptron!);

/** Points of the octahedron |x| + |y| + |z| = radius that look to +x, +y or +z, moved by a pose. */
function octahedronScan(radius: number, pose: Similarity, count = 1200): Float32Array {
    const points: number[] = [];
    for (let n = 0; points.length < 3 * count; n++) {
        const [u, v, w] = [0.7548776662466927, 0.5698402909980532, 0.3].map((step) => (n * step) % 1);
        const sum = u + v < 1 ? u + v : 2 - u - v;
        const [a, b] = u + v < 1 ? [u, v] : [1 - u, 1 - v];
        const signs = [1, n % 3 === 0 ? -1 : 1, w < 0 ? -1 : 1];
        points.push(radius * signs[0] * a, radius * signs[1] * b, radius * signs[2] * (1 - sum));
    }
    return toScan(pose, Float32Array.from(points));
}

describe("completeScanAsync", () => {
    it("finds size and place of a shape of which less than half was seen", async () => {
        const truth: Similarity = { rotation: rotationOf([0, 0.3, 0]), scale: 2.5, translation: [10, -3, 4] };
        const scan = {
            positions: octahedronScan(0.85, truth),
            sensorPositions: toScan(truth, Float32Array.of(4, 2, 4)),
        };
        const [best] = await completeScanAsync(field, decoder, scan);
        // Size is scale times the code's: only their product can be seen.
        const { positions, indices } = await surfaceOfCompletionAsync(field, decoder, scan, best, { resolution: 24 });
        expect(topologyOf(positions, indices)).toMatchObject({ ...closed, pieces: 1 });
        let worst = 0;
        for (let i = 0; i < scan.positions.length; i += 3) {
            let nearest = Number.POSITIVE_INFINITY;
            for (let j = 0; j < positions.length; j += 3) {
                const [x, y, z] = [0, 1, 2].map((axis) => positions[j + axis] - scan.positions[i + axis]);
                nearest = Math.min(nearest, x * x + y * y + z * z);
            }
            worst = Math.max(worst, nearest);
        }
        // Vertices of the mesh are a twelfth of its size apart.
        expect(Math.sqrt(worst)).toBeLessThan(0.1 * 2.5);
        expect(best.confidence.explained).toBeGreaterThan(0.95);
    });

    it("tells how far it is, from 0 to 1", async () => {
        const shares: number[] = [];
        const positions = octahedronScan(0.85, { rotation: rotationOf([0, 0, 0]), scale: 1, translation: [0, 0, 0] });
        await completeScanAsync(field, decoder, { positions }, { onProgress: (share) => shares.push(share) });
        expect(shares.length).toBeGreaterThan(3);
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
        expect(shares.at(-1)).toBeCloseTo(1, 5);
    });

    it("finds nothing left to do ahead of the scan once it was prepared", async () => {
        const props = readDecoder(readFileSync(join(import.meta.dirname, "../../models/props.onnx")));
        const positions = octahedronScan(0.85, { rotation: rotationOf([0, 0, 0]), scale: 1, translation: [0, 0, 0] });
        /** Points asked for by preparing, and then by a completion until its first fit. */
        const pointsOf = async (isPrepared: boolean) => {
            const field = await createCpuFieldAsync(props, { threads: 1 });
            const counted = Object.create(field) as Field;
            let points = 0;
            counted.evaluateAsync = (latent, at, options) => {
                points += at.length / 3;
                return field.evaluateAsync(latent, at, options);
            };
            const shares: number[] = [];
            const options = { category: "vase", onProgress: (share: number) => shares.push(share) };
            if (isPrepared) await prepareCompletionAsync(counted, props, options);
            expect(shares.at(-1)).toBe(isPrepared ? 1 : undefined);
            const ahead = points;
            counted.evaluateGradientAsync = async () => {
                throw new Error("enough");
            };
            const search = completeScanAsync(counted, props, { positions }, options);
            await expect(search).rejects.toThrow("enough");
            field.dispose();
            return { ahead, untilFit: points - ahead };
        };
        const [prepared, plain] = [await pointsOf(true), await pointsOf(false)];
        expect(prepared.ahead).toBeGreaterThan(16 * 729);
        // Starts of half the codes, two stances each as they are and settled, by 48 samples.
        expect(prepared.untilFit).toBeLessThanOrEqual(8 * 4 * 48);
        // Not prepared, it looks at all codes roughly and at half of them closely.
        expect(plain.ahead).toBe(0);
        expect(plain.untilFit - prepared.untilFit).toBeGreaterThan(16 * 729);
        expect(plain.untilFit - prepared.untilFit).toBeLessThan(prepared.ahead);
        const wrong = prepareCompletionAsync(field, props, { category: "spoon" });
        await expect(wrong).rejects.toThrow(/spoon.*expected/);
    }, 60_000);

    it("lets a timer stop it, on one thread too", async () => {
        const props = readDecoder(readFileSync(join(import.meta.dirname, "../../models/props.onnx")));
        const alone = await createCpuFieldAsync(props, { threads: 1 });
        const positions = octahedronScan(0.85, { rotation: rotationOf([0, 0, 0]), scale: 1, translation: [0, 0, 0] });
        const controller = new AbortController();
        setTimeout(() => controller.abort(new Error("enough")), 1);
        let last = 0;
        const options = { category: "vase", signal: controller.signal, onProgress: (share: number) => (last = share) };
        await expect(completeScanAsync(alone, props, { positions }, options)).rejects.toThrow("enough");
        expect(last).toBeLessThan(0.5);
        alone.dispose();
    });

    it("stops when it is told to", async () => {
        const controller = new AbortController();
        const positions = octahedronScan(0.85, { rotation: rotationOf([0, 0, 0]), scale: 1, translation: [0, 0, 0] });
        const onProgress = () => controller.abort(new Error("enough"));
        const options = { signal: controller.signal, onProgress };
        await expect(completeScanAsync(field, decoder, { positions }, options)).rejects.toThrow("enough");
    });
});

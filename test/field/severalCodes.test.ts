import { afterAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import type { FusedVariant } from "../../plugin/field/fused/variants.js";
import { createBuffer, createBufferFrom, readBuffer } from "../../plugin/field/gpu/buffers.js";
import { packPointRanges } from "../../plugin/field/gpu/pointRanges.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { requestMatrixDevice } from "../support/matrixDevice.js";
import { maxDifference, randomCode, randomPerceptron, randomPoints } from "../support/perceptrons.js";

const device = await requestTestDevice();
const matrixDevice = await requestMatrixDevice();
afterAll(() => {
    device?.destroy();
    matrixDevice?.destroy();
});

const perceptron = randomPerceptron({ width: 14, depth: 3, octaves: 2, skips: [1] });
/** Points of each code: none, one, a workgroup, more than one. */
const counts = [3, 0, 64, 1, 130];
const stride = 150;
const latents = counts.map((_, code) => randomCode(perceptron.latentSize, code + 1));
/** Words between the counts of two codes, and what stands there. */
const COUNT_STRIDE = 3;

/** Codes evaluated together; places that are no point's keep the 9 they began with. */
async function evaluateTogether(field: FusedField, indirect: boolean, wantsGradient = false) {
    const { device } = field;
    const code = field.createCodes(latents);
    const all = Float32Array.from(counts.flatMap((_, n) => [...randomPoints(stride, n + 1)]));
    const words = Uint32Array.from(counts.flatMap((count) => [count, 77, 77]));
    const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const groups = Uint32Array.of(Math.ceil(Math.max(...counts) / 64), counts.length, 1);
    const job = {
        points: createBufferFrom(device, "points", all),
        pointCount: createBufferFrom(device, "counts", words),
        ranges: createBufferFrom(device, "ranges", packPointRanges(counts.length, stride, COUNT_STRIDE), uniform),
        distances: createBufferFrom(device, "distances", new Float32Array(all.length / 3).fill(9)),
        ...(indirect && {
            groups: createBufferFrom(device, "groups", groups, GPUBufferUsage.INDIRECT | GPUBufferUsage.COPY_DST),
        }),
        ...(wantsGradient && { pointGradients: createBuffer(device, "gradients", 4 * all.length) }),
    };
    const encoder = device.createCommandEncoder();
    const dispatches = field.encode(encoder, code, job);
    device.queue.submit([encoder.finish()]);
    const distances = new Float32Array(await readBuffer(device, job.distances, (4 * all.length) / 3));
    const gradients =
        job.pointGradients && new Float32Array(await readBuffer(device, job.pointGradients, 4 * all.length));
    for (const buffer of Object.values(job)) buffer.destroy();
    code.dispose();
    return { all, distances, gradients, dispatches };
}

describe.skipIf(!device)("several codes in one dispatch", () => {
    const reference = new ReferenceField(perceptron);

    it.each<[FusedVariant, boolean, number]>([
        ["barrierFree", false, 1],
        ["barrierFree", true, 1],
        ["tiled", false, 1],
        ["tiled", true, 1],
        ["chunked", false, 3],
    ])(
        "agrees with the reference code by code: %s, indirect %s",
        async (variant, indirect, dispatches) => {
            const field = await FusedField.CreateAsync(device!, perceptron, variant);
            const together = await evaluateTogether(field, indirect);
            expect(together.dispatches).toBe(dispatches);
            for (const [code, count] of counts.entries()) {
                const points = together.all.subarray(3 * stride * code, 3 * (stride * code + count));
                const found = together.distances.subarray(stride * code, stride * (code + 1));
                const expected = await reference.evaluateAsync(latents[code], points);
                expect(maxDifference(found.subarray(0, count), expected)).toBeLessThan(1e-4);
                expect(found.subarray(count).every((value) => value === 9)).toBe(true);
                const alone = await field.evaluateAsync(latents[code], points);
                expect(found.subarray(0, count)).toEqual(alone);
            }
            field.dispose();
        },
        240_000,
    );

    it("agrees in the gradients", async () => {
        const field = await FusedField.CreateAsync(device!, perceptron);
        const { all, gradients } = await evaluateTogether(field, true, true);
        for (const [code, count] of counts.entries()) {
            const [start, end] = [3 * stride * code, 3 * (stride * code + count)];
            const { pointGradients } = await reference.evaluateGradientAsync(latents[code], all.subarray(start, end));
            expect(maxDifference(gradients!.subarray(start, end), pointGradients)).toBeLessThan(1e-3);
        }
        field.dispose();
    });

    it("refuses several codes without a word of where their points lie", async () => {
        const field = await FusedField.CreateAsync(device!, perceptron);
        const code = field.createCodes(latents);
        expect(code.codeCount).toBe(counts.length);
        const job = {
            points: createBuffer(device!, "points", 12),
            pointCount: createBuffer(device!, "count", 4),
            distances: createBuffer(device!, "distances", 4),
        };
        expect(() => field.encode(device!.createCommandEncoder(), code, job)).toThrow(
            /5 codes and a job without ranges/,
        );
        field.dispose();
    });

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

describe.skipIf(!matrixDevice)("several codes in one dispatch of the kernel of matrices", () => {
    it.each([false, true])("agrees with the reference code by code: indirect %s", async (indirect) => {
        const field = await FusedField.CreateAsync(matrixDevice!, perceptron, "matrix");
        const { all, distances, dispatches } = await evaluateTogether(field, indirect);
        expect(dispatches).toBe(1);
        for (const [code, count] of counts.entries()) {
            const points = all.subarray(3 * stride * code, 3 * (stride * code + count));
            const found = distances.subarray(stride * code, stride * (code + 1));
            const expected = await new ReferenceField(perceptron).evaluateAsync(latents[code], points);
            expect(maxDifference(found.subarray(0, count), expected)).toBeLessThan(5e-3);
            expect(found.subarray(count).every((value) => value === 9)).toBe(true);
            expect(found.subarray(0, count)).toEqual(await field.evaluateAsync(latents[code], points));
        }
        field.dispose();
    });
});

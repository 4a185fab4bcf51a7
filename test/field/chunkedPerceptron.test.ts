import { afterAll, describe, expect, it } from "vitest";
import { ChunkedPerceptron } from "../../plugin/field/fused/chunkedPerceptron.js";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { packPerceptron } from "../../plugin/field/fused/packPerceptron.js";
import { createBuffer, createBufferFrom, readBuffer } from "../../plugin/field/gpu/buffers.js";
import { packPointRanges } from "../../plugin/field/gpu/pointRanges.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { requestNullDevice } from "../support/nullDevice.js";
import { maxDifference, randomCode, randomPerceptron, randomPoints } from "../support/perceptrons.js";

const device = await requestTestDevice();
const nullDevice = await requestNullDevice([]);
afterAll(() => device?.destroy());

describe.skipIf(!device)("ChunkedPerceptron", () => {
    it.each([
        { name: "less than a tile", width: 14, depth: 3, octaves: 2, skips: [1], points: 5, room: 5, chunk: 64 },
        {
            name: "chunks, the last in part",
            width: 70,
            depth: 3,
            octaves: 4,
            skips: [1],
            points: 200,
            room: 200,
            chunk: 64,
        },
        {
            name: "more room than points",
            width: 70,
            depth: 2,
            octaves: 0,
            skips: [],
            points: 65,
            room: 400,
            chunk: 128,
        },
        { name: "no point", width: 14, depth: 2, octaves: 1, skips: [], points: 0, room: 64, chunk: 64 },
    ])(
        "agrees with the reference: $name",
        async ({ points: count, room, chunk, name: _, ...options }) => {
            const perceptron = randomPerceptron({ ...options, activation: { kind: "softplus", alpha: 0 } });
            const packed = packPerceptron(perceptron);
            const chunked = await ChunkedPerceptron.CreateAsync(device!, packed, chunk);
            const latent = randomCode(perceptron.latentSize);
            const points = randomPoints(count);
            const buffers = {
                network: createBufferFrom(
                    device!,
                    "network",
                    packed.packNetwork(0, false),
                    GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
                ),
                weights: createBufferFrom(device!, "weights", packed.weights),
                constants: createBufferFrom(device!, "constants", packed.packConstants(latent)),
                ranges: createBufferFrom(
                    device!,
                    "ranges",
                    packPointRanges(1, 0, 0),
                    GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
                ),
            };
            const job = {
                points: createBuffer(device!, "points", 12 * room),
                pointCount: createBufferFrom(device!, "count", Uint32Array.of(count)),
                distances: createBufferFrom(device!, "distances", new Float32Array(room).fill(9)),
            };
            device!.queue.writeBuffer(job.points, 0, points as Float32Array<ArrayBuffer>);
            const encoder = device!.createCommandEncoder();
            expect(chunked.encode(encoder, buffers, job)).toBe(Math.ceil(room / chunk) * options.depth);
            device!.queue.submit([encoder.finish()]);
            const distances = new Float32Array(await readBuffer(device!, job.distances, 4 * room));
            const expected = await new ReferenceField(perceptron).evaluateAsync(latent, points);
            expect(maxDifference(distances.subarray(0, count), expected)).toBeLessThan(1e-4);
            // Beyond the count nothing is written.
            expect(distances.subarray(count).every((value) => value === 9)).toBe(true);
            chunked.dispose();
            for (const buffer of [...Object.values(buffers), ...Object.values(job)]) buffer.destroy();
        },
        240_000,
    );

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

describe.skipIf(!nullDevice)("the choice of kernels for wide layers, on a device that runs nothing", () => {
    it.each([
        [128, ["tiled", "barrierFree"]],
        [256, ["tiled", "chunked", "barrierFree"]],
        [520, ["chunked", "barrierFree"]],
    ])("has for width %i the kernels %j", async (width, variants) => {
        nullDevice!.pushErrorScope("validation");
        const field = await FusedField.CreateAsync(nullDevice!, randomPerceptron({ width, depth: 2, skips: [] }));
        expect(field.variants).toEqual(variants);
        expect(variants).toContain(field.variant);
        field.dispose();
        expect((await nullDevice!.popErrorScope())?.message).toBeUndefined();
    });
});

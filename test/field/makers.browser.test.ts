import { afterAll, describe, expect, it } from "vitest";
import type { Field } from "../../plugin/field/field.js";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { createBuffer, createBufferFrom, readBuffer } from "../../plugin/field/gpu/buffers.js";
import { OnnxRuntimeField } from "../../plugin/field/onnxRuntime/onnxRuntimeField.js";
import { OnnxRuntimeGpuField } from "../../plugin/field/onnxRuntime/onnxRuntimeGpuField.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { WasmField } from "../../plugin/field/wasm/wasmField.js";
import type { Decoder } from "../../plugin/model/index.js";
import { readDecoder, writeDecoder } from "../../plugin/model/index.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import twoInputs from "../fixtures/decoders/two-inputs.onnx?url";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import {
    maxDifference,
    octahedronPerceptron,
    randomCode,
    randomPerceptron,
    randomPoints,
    relativeDifference,
} from "../support/perceptrons.js";

const device = await requestTestDevice();
const TOLERANCE = 1e-4;
const usage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

afterAll(() => device?.destroy());

const decoders: Record<string, () => Promise<Decoder>> = {
    "a ReLU network with skips": async () => readDecoder(writeDecoder(randomPerceptron({ seed: 4 }), null)),
    "a Softplus network": async () =>
        readDecoder(writeDecoder(randomPerceptron({ activation: { kind: "softplus", alpha: 0 } }), null)),
    "a sine network": async () =>
        readDecoder(
            writeDecoder(randomPerceptron({ activation: { kind: "sin", alpha: 0 }, octaves: 0, skips: [] }), null),
        ),
    "PyTorch's": async () => readDecoder(new Uint8Array(await (await fetch(twoInputs)).arrayBuffer())),
};

describe("makers of fields agree with the reference", () => {
    const makers: Record<string, (decoder: Decoder) => Promise<Field>> = {
        "our kernels on WASM": (decoder) => WasmField.CreateAsync(decoder.perceptron!),
        "our kernels on threads": (decoder) => WasmField.CreateAsync(decoder.perceptron!, { threads: 2 }),
        "onnxruntime on WASM": (decoder) => OnnxRuntimeField.CreateAsync(decoder),
        ...(device && {
            "onnxruntime on WebGPU": (decoder: Decoder) => OnnxRuntimeGpuField.CreateOnDeviceAsync(decoder, device),
            fused: (decoder: Decoder) => FusedField.CreateAsync(device, decoder.perceptron!),
        }),
    };
    for (const [maker, create] of Object.entries(makers)) {
        it.each(Object.keys(decoders))(`${maker}: %s`, async (name) => {
            const decoder = await decoders[name]();
            const field = await create(decoder);
            const [latent, points] = [randomCode(decoder.latentSize).map((v) => 0.3 * v), randomPoints(600)];
            const options = { latentGradients: true };
            const expected = await new ReferenceField(decoder.perceptron!).evaluateGradientAsync(
                latent,
                points,
                options,
            );
            const gradient = await field.evaluateGradientAsync(latent, points, options);
            expect(maxDifference(await field.evaluateAsync(latent, points), expected.distances)).toBeLessThan(
                TOLERANCE,
            );
            expect(maxDifference(gradient.distances, expected.distances)).toBeLessThan(TOLERANCE);
            expect(relativeDifference(gradient.pointGradients, expected.pointGradients)).toBeLessThan(TOLERANCE);
            expect(relativeDifference(gradient.latentGradients!, expected.latentGradients!)).toBeLessThan(TOLERANCE);
            field.dispose();
            await expect(field.evaluateAsync(latent, points)).rejects.toThrow(/disposed/);
        });
    }
});

describe.skipIf(!device)("onnxruntime on a device of ours", () => {
    it("reads points from and writes distances to our buffers, whatever their number", async () => {
        const perceptron = octahedronPerceptron(0.6);
        const field = await OnnxRuntimeGpuField.CreateOnDeviceAsync(
            readDecoder(writeDecoder(perceptron, null)),
            device!,
        );
        const points = randomPoints(20_000);
        const latent = Float32Array.of(0.1, 0);
        const job = {
            points: createBufferFrom(device!, "points", points, usage()),
            pointCount: createBufferFrom(device!, "count", Uint32Array.of(20_000)),
            distances: createBuffer(device!, "distances", 80_000),
            pointGradients: createBuffer(device!, "gradients", 240_000),
        };
        // Overlapping calls must queue.
        await Promise.all([1, 2, 3].map(() => field.evaluateOnGpuAsync(latent, job, 20_000)));
        const expected = await new ReferenceField(perceptron).evaluateGradientAsync(latent, points);
        const distances = new Float32Array(await readBuffer(device!, job.distances, 80_000));
        expect(maxDifference(distances, expected.distances)).toBeLessThan(TOLERANCE);
        const gradients = new Float32Array(await readBuffer(device!, job.pointGradients, 240_000));
        expect(maxDifference(gradients, expected.pointGradients)).toBeLessThan(TOLERANCE);
        for (const buffer of Object.values(job)) buffer.destroy();
        field.dispose();
    });

    it("feeds the GPU surface: the same mesh as the fused evaluator", async () => {
        const perceptron = octahedronPerceptron(0.6);
        const decoder = readDecoder(writeDecoder(perceptron, null));
        const maker = await GpuSurfaceMaker.CreateAsync(device!);
        const domain = { bounds: decoder.bounds, clampDistance: 0.4 };
        // Such that no corner of the grid lies on the surface.
        const latent = Float32Array.of(0.013, 0);
        const meshes = [];
        for (const field of [
            await OnnxRuntimeGpuField.CreateOnDeviceAsync(decoder, device!),
            await FusedField.CreateAsync(device!, perceptron),
        ]) {
            const surface = await maker.extractAsync(field, latent, domain, { resolution: 20 });
            meshes.push({
                indices: new Uint32Array(await readBuffer(device!, surface.indices, 12 * surface.triangleCount)),
                positions: new Float32Array(await readBuffer(device!, surface.positions, 12 * surface.vertexCount)),
                awaits: surface.statistics.awaits,
            });
            field.dispose();
        }
        expect(meshes[0].indices.length).toBeGreaterThan(300);
        expect(maxDifference(meshes[0].positions, meshes[1].positions)).toBeLessThan(TOLERANCE);
        expect(meshes[0].indices).toEqual(meshes[1].indices);
        expect(meshes[1].awaits).toBe(1);
        maker.dispose();
    });

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

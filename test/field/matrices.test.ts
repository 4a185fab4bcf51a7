import { afterAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { type MatrixSizes, matrixConstants, matrixSizes, packTiles } from "../../plugin/field/fused/matrixKernel.js";
import matrixKernel from "../../plugin/field/fused/matrixPerceptron.wgsl?raw";
import network from "../../plugin/field/fused/network.wgsl?raw";
import { packPerceptron } from "../../plugin/field/fused/packPerceptron.js";
import { bind, createBuffer, createBufferFrom, readBuffer } from "../../plugin/field/gpu/buffers.js";
import { computePipelineAsync } from "../../plugin/field/gpu/pipelines.js";
import { packPointRanges } from "../../plugin/field/gpu/pointRanges.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import type { Perceptron } from "../../plugin/model/decoder.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { evaluateInHalves } from "../support/halfReference.js";
import {
    matrixInfo,
    type Product,
    pretendedDevice,
    requestMatrixDevice,
    requestNullMatrixDevice,
} from "../support/matrixDevice.js";
import { maxDifference, randomCode, randomPerceptron, randomPoints } from "../support/perceptrons.js";
import plainMatrices from "./plainMatrices.wgsl?raw";

const device = await requestTestDevice();
const matrixDevice = await requestMatrixDevice();
afterAll(() => {
    device?.destroy();
    matrixDevice?.destroy();
});

const product = (M: number, N: number, K: number, componentType: "f16" | "f32" = "f16"): Product => ({
    M,
    N,
    K,
    componentType,
    resultComponentType: "f32",
});

describe("the choice of matrices", () => {
    const both = [product(8, 8, 8, "f32"), product(16, 16, 16)];

    it("is halves where they are allowed, single precision otherwise", () => {
        const able = pretendedDevice(matrixInfo(both));
        expect(matrixSizes(able, 32, true)).toEqual({
            halves: true,
            tileOutputs: 16,
            tileInputs: 16,
            tilePoints: 16,
            width: 128,
            points: 32,
            subgroups: 4,
            subgroupSize: 32,
        });
        expect(matrixSizes(able, 32, false)).toMatchObject({ halves: false, tileOutputs: 8, points: 16 });
    });

    it("is the first that leaves room for a tile of points", () => {
        const able = pretendedDevice(matrixInfo([product(16, 16, 16), product(16, 8, 16)]));
        expect(matrixSizes(able, 128, true)).toMatchObject({ tilePoints: 8, points: 8, width: 512 });
        expect(matrixSizes(able, 129, true)).toBeNull();
    });

    it("takes as many subgroups as have outputs and the device has invocations", () => {
        expect(matrixSizes(pretendedDevice(matrixInfo(both)), 5, true)).toMatchObject({ width: 32, subgroups: 2 });
        expect(matrixSizes(pretendedDevice(matrixInfo(both, 128)), 32, true)).toMatchObject({ subgroups: 2 });
    });

    it("is none without the feature, or where sums are halves too", () => {
        expect(matrixSizes(pretendedDevice(matrixInfo(both), ["subgroups", "shader-f16"]), 32, true)).toBeNull();
        const sumsInHalves = { ...product(16, 16, 16), resultComponentType: "f16" as const };
        expect(matrixSizes(pretendedDevice(matrixInfo([sumsInHalves])), 32, true)).toBeNull();
        expect(matrixSizes(pretendedDevice({} as GPUAdapterInfo), 32, true)).toBeNull();
    });
});

describe("weights as tiles", () => {
    it("go tile by tile, filled up with zeros", () => {
        const perceptron = randomPerceptron({ width: 3, depth: 2, skips: [] });
        const weights = [...perceptron.layers[1].hiddenWeights!];
        const tiles = packTiles(perceptron, { halves: false, tileOutputs: 2, tileInputs: 2 });
        expect([...tiles]).toEqual([weights[0], weights[1], 0, 0, weights[2], 0, 0, 0]);
    });
});

/** Points of each code: less than a tile, none, one, more than one tile. */
const counts = [3, 0, 16, 1, 37];
const stride = 40;

/** The kernel on stand-ins for its matrices, several codes in a dispatch; places that are no point's keep the 9. */
async function evaluatePlain(perceptron: Perceptron, sizes: MatrixSizes, latents: Float32Array[]) {
    const standIns = `alias Element = f32;\nconst HALVES = ${sizes.halves};\n${plainMatrices}`;
    const code = standIns + matrixConstants(sizes) + network + matrixKernel;
    const name = `plain matrices ${JSON.stringify(sizes)}`;
    const pipeline = await computePipelineAsync(device!, name, code, "evaluateMatrices");
    const packed = packPerceptron(perceptron);
    const codes = latents.flatMap((latent) => [...packed.packConstants(latent)]);
    const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const all = Float32Array.from(latents.flatMap((_, n) => [...randomPoints(stride, n + 1)]));
    const buffers = {
        0: createBufferFrom(device!, "network", packed.packNetwork(0, false), uniform),
        1: createBufferFrom(device!, "weights", packed.weights),
        2: createBufferFrom(device!, "codes", Float32Array.from(codes)),
        3: createBufferFrom(device!, "points", all),
        4: createBufferFrom(device!, "counts", Uint32Array.from(counts.flatMap((count) => [count, 77]))),
        5: createBufferFrom(device!, "distances", new Float32Array(all.length / 3).fill(9)),
        6: createBufferFrom(device!, "tiles", packTiles(perceptron, sizes)),
        9: createBufferFrom(device!, "ranges", packPointRanges(latents.length, stride, 2), uniform),
    };
    const encoder = device!.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bind(device!, pipeline, buffers));
    // Fewer workgroups than tiles.
    pass.dispatchWorkgroups(2, latents.length);
    pass.end();
    device!.queue.submit([encoder.finish()]);
    const distances = new Float32Array(await readBuffer(device!, buffers[5], (4 * all.length) / 3));
    for (const buffer of Object.values(buffers)) buffer.destroy();
    return { all, distances };
}

describe.skipIf(!device)("the kernel of matrices, on plain stand-ins for them", () => {
    it.each([
        { name: "less than a tile", width: 3, depth: 2, octaves: 0, skips: [], tile: [8, 4, 8], subgroupSize: 4 },
        {
            name: "several steps, skips",
            width: 22,
            depth: 4,
            octaves: 2,
            skips: [1, 3],
            tile: [4, 4, 4],
            subgroupSize: 4,
        },
        { name: "uneven tiles", width: 14, depth: 3, octaves: 1, skips: [1], tile: [4, 8, 16], subgroupSize: 8 },
        {
            name: "one lane a subgroup, depth 12",
            width: 16,
            depth: 12,
            octaves: 2,
            skips: [5],
            tile: [8, 4, 4],
            subgroupSize: 2,
        },
    ])(
        "agrees with the reference: $name",
        async ({ tile: [M, N, K], subgroupSize, name: _, ...net }) => {
            const perceptron = randomPerceptron({ ...net, activation: { kind: "softplus", alpha: 0 } });
            const latents = counts.map((_, code) => randomCode(perceptron.latentSize, code + 1));
            const { widthQuads } = packPerceptron(perceptron);
            const reference = new ReferenceField(perceptron);
            for (const type of ["f32", "f16"] as const) {
                const able = pretendedDevice(matrixInfo([product(M, N, K, type)], subgroupSize));
                const sizes = matrixSizes(able, widthQuads, true)!;
                const { all, distances } = await evaluatePlain(perceptron, sizes, latents);
                for (const [code, count] of counts.entries()) {
                    const points = all.subarray(3 * stride * code, 3 * (stride * code + count));
                    const found = distances.subarray(stride * code, stride * (code + 1));
                    const exact = await reference.evaluateAsync(latents[code], points);
                    const inHalves = evaluateInHalves(perceptron, latents[code], points, false);
                    const [twin, limit] = type === "f32" ? [exact, 1e-5] : [inHalves, 1e-3];
                    expect(maxDifference(found.subarray(0, count), twin)).toBeLessThan(limit);
                    expect(found.subarray(count).every((value) => value === 9)).toBe(true);
                }
            }
        },
        240_000,
    );

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

const nullDevice = await requestNullMatrixDevice([product(16, 16, 16)]);

describe.skipIf(!nullDevice)("the kernel of matrices, checked by Dawn", () => {
    it.each([
        [16, 2, product(16, 16, 16)],
        [20, 12, product(8, 8, 8, "f32")],
        [128, 6, product(16, 16, 16)],
        [128, 6, product(8, 16, 16)],
        [250, 3, product(8, 8, 8)],
        [512, 3, product(16, 8, 16)],
    ])("compiles, binds and is dispatched: width %i, depth %i", async (width, depth, matrices) => {
        const own = (await requestNullMatrixDevice([matrices]))!;
        own.pushErrorScope("validation");
        const field = await FusedField.CreateAsync(own, randomPerceptron({ width, depth, skips: [1] }), "matrix");
        expect(field.variant).toBe("matrix");
        const code = field.createCodes([randomCode(6), randomCode(6)]);
        const job = {
            points: createBuffer(own, "points", 12 * 64),
            pointCount: createBuffer(own, "count", 8),
            distances: createBuffer(own, "distances", 4 * 64),
            ranges: createBuffer(own, "ranges", 16, GPUBufferUsage.UNIFORM),
        };
        const encoder = own.createCommandEncoder();
        expect(field.encode(encoder, code, job)).toBe(1);
        own.queue.submit([encoder.finish()]);
        field.dispose();
        expect((await own.popErrorScope())?.message).toBeUndefined();
        own.destroy();
    });

    it("is tried in single precision, or in halves where they are allowed", async () => {
        const names = async (products: Product[], halves: boolean) => {
            const own = (await requestNullMatrixDevice(products))!;
            const field = await FusedField.CreateAsync(own, randomPerceptron({ width: 24 }), undefined, halves);
            const { variants } = field;
            field.dispose();
            own.destroy();
            return variants;
        };
        expect(await names([product(16, 16, 16)], false)).toEqual(["tiled", "barrierFree"]);
        expect(await names([product(16, 16, 16)], true)).toEqual(["tiled", "tiledHalf", "matrix", "barrierFree"]);
        expect(await names([product(8, 8, 8, "f32")], false)).toEqual(["tiled", "matrix", "barrierFree"]);
    });

    it("is said to be missing where it was asked for and there are no matrices", async () => {
        const own = (await requestNullMatrixDevice([]))!;
        await expect(FusedField.CreateAsync(own, randomPerceptron(), "matrix")).rejects.toThrow(
            /got variant "matrix" .* expected tiled or tiledHalf or barrierFree/,
        );
        own.destroy();
    });

    it("is left out where the device refuses it, without an error, and named by the refusal where it was asked for", async () => {
        // Subgroups of 32 are said, 128 are.
        const own = (await requestNullMatrixDevice([]))!;
        Object.defineProperty(own, "adapterInfo", { value: matrixInfo([product(16, 16, 16)], 32) });
        own.pushErrorScope("validation");
        const perceptron = randomPerceptron({ width: 16 });
        const field = await FusedField.CreateAsync(own, perceptron, undefined, true);
        expect(field.variants).toEqual(["tiled", "tiledHalf", "barrierFree"]);
        field.dispose();
        await expect(FusedField.CreateAsync(own, perceptron, "matrix")).rejects.toThrow(/must be a multiple of/);
        expect((await own.popErrorScope())?.message).toBeUndefined();
        own.destroy();
    });
});

describe.skipIf(!matrixDevice)("a device with matrices of halves", () => {
    it.each([
        { width: 14, depth: 2, octaves: 0, skips: [] },
        { width: 70, depth: 4, octaves: 4, skips: [2] },
        { width: 20, depth: 12, octaves: 2, skips: [4, 8] },
    ])("agrees with the CPU twin: $width wide, $depth deep", async (net) => {
        const perceptron = randomPerceptron(net);
        const field = await FusedField.CreateAsync(matrixDevice!, perceptron, "matrix");
        const points = randomPoints(257);
        const twin = evaluateInHalves(perceptron, randomCode(6), points, false);
        expect(maxDifference(await field.evaluateAsync(randomCode(6), points), twin)).toBeLessThan(1e-3);
        field.dispose();
    });
});

import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { createBuffer } from "../../plugin/field/gpu/buffers.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { sampleLatent } from "../../plugin/latent/index.js";
import { readDecoder } from "../../plugin/model/index.js";
import { requestTestAdapter } from "../support/gpu.js";
import { evaluateInHalves } from "../support/halfReference.js";
import { requestNullDevice } from "../support/nullDevice.js";
import { maxDifference, randomCode, randomPerceptron, randomPoints } from "../support/perceptrons.js";

const adapter = await requestTestAdapter();
const device = (await adapter?.requestDevice()) ?? null;
const hasHalves = adapter?.features.has("shader-f16") ?? false;
// An adapter gives one device.
const halfAdapter = hasHalves ? await requestTestAdapter() : null;
const halfDevice = (await halfAdapter?.requestDevice({ requiredFeatures: ["shader-f16"] })) ?? null;
const nullDevice = await requestNullDevice(["shader-f16"]);
afterAll(() => {
    device?.destroy();
    halfDevice?.destroy();
});

const net = { width: 24, depth: 4, octaves: 2, skips: [2] };

describe("hidden layers in halves", () => {
    it("move the shipped decoder's surface by less than a tenth of a cell at 128³", async () => {
        const bytes = readFileSync(new URL("../../models/props.onnx", import.meta.url));
        const decoder = readDecoder(new Uint8Array(bytes));
        const field = new ReferenceField(decoder.perceptron!);
        let worst = 0;
        for (const seed of [1, 2, 3]) {
            const latent = sampleLatent(decoder.metadata!, { seed, category: decoder.metadata!.categories[seed] });
            const points = randomPoints(60, seed).map((value) => 0.7 * value);
            const exact = await field.evaluateAsync(latent, points);
            const halves = evaluateInHalves(decoder.perceptron!, latent, points);
            exact.forEach((distance, n) => {
                worst = Math.abs(distance) < 0.05 ? Math.max(worst, Math.abs(halves[n] - distance)) : worst;
            });
        }
        console.log(`Halves: off by up to ${worst.toExponential(1)} near the surface`);
        expect(worst).toBeGreaterThan(0);
        expect(worst).toBeLessThan((0.1 * 2) / 128);
    });
});

describe.skipIf(!nullDevice)("the kernel in halves, checked by Dawn", () => {
    it("compiles and binds, one encoding after another", async () => {
        nullDevice!.pushErrorScope("validation");
        const field = await FusedField.CreateAsync(nullDevice!, randomPerceptron(net), "tiledHalf");
        expect(field.variants).toEqual(["tiled", "tiledHalf", "barrierFree"]);
        expect(field.variant).toBe("tiledHalf");
        const code = field.createCode(randomCode(6));
        const job = {
            points: createBuffer(nullDevice!, "points", 12 * 64),
            pointCount: createBuffer(nullDevice!, "count", 4),
            distances: createBuffer(nullDevice!, "distances", 4 * 64),
        };
        for (const variant of field.variants) {
            field.variant = variant;
            const encoder = nullDevice!.createCommandEncoder();
            expect(field.encode(encoder, code, job)).toBe(1);
            nullDevice!.queue.submit([encoder.finish()]);
        }
        field.dispose();
        expect((await nullDevice!.popErrorScope())?.message).toBeUndefined();
    });

    it("is not tried unless it was asked for", async () => {
        const exact = await FusedField.CreateAsync(nullDevice!, randomPerceptron(net));
        expect(exact.variants).toEqual(["tiled", "barrierFree"]);
        const allowed = await FusedField.CreateAsync(nullDevice!, randomPerceptron(net), undefined, true);
        expect(allowed.variants).toContain("tiledHalf");
        exact.dispose();
        allowed.dispose();
    });
});

describe.skipIf(!device)("a device without halves", () => {
    it.skipIf(hasHalves)("takes a kernel in single precision instead, and says so where it can't", async () => {
        const perceptron = randomPerceptron(net);
        const field = await FusedField.CreateAsync(device!, perceptron, undefined, true);
        expect(field.variants).not.toContain("tiledHalf");
        const points = randomPoints(65);
        const expected = await new ReferenceField(perceptron).evaluateAsync(randomCode(6), points);
        expect(maxDifference(await field.evaluateAsync(randomCode(6), points), expected)).toBeLessThan(1e-4);
        field.dispose();
        await expect(FusedField.CreateAsync(device!, perceptron, "tiledHalf")).rejects.toThrow(
            /got variant "tiledHalf" .* expected tiled or barrierFree/,
        );
    });
});

describe.skipIf(!halfDevice)("a device with halves", () => {
    it("agrees with the CPU twin", async () => {
        const perceptron = randomPerceptron(net);
        const field = await FusedField.CreateAsync(halfDevice!, perceptron, "tiledHalf");
        const points = randomPoints(257);
        const twin = evaluateInHalves(perceptron, randomCode(6), points);
        // The order of four sums is the adapter's.
        expect(maxDifference(await field.evaluateAsync(randomCode(6), points), twin)).toBeLessThan(5e-3);
        field.dispose();
    });
});

import { describe, expect, it } from "vitest";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import type { ActivationKind, DecoderMetadata, Perceptron } from "../../plugin/model/index.js";
import { readDecoder, writeDecoder, writeGradientGraph } from "../../plugin/model/index.js";
import { maxDifference, randomCode, randomPerceptron, randomPoints } from "../support/perceptrons.js";

const metadata = (latentSize: number): DecoderMetadata => ({
    version: 1,
    latentSize,
    bounds: { min: [-1, -1, -1], max: [1, 1, 0.5] },
    clampDistance: 0.1,
    upAxis: "y",
    categories: ["chair", "lamp"],
    prior: [
        {
            category: "lamp",
            weight: 1,
            mean: randomCode(latentSize, 1),
            factors: randomCode(2 * latentSize, 2),
            factorCount: 2,
            deviations: randomCode(latentSize, 3).map(Math.abs),
        },
    ],
    axes: [
        {
            name: "height",
            category: "chair",
            direction: Float32Array.from({ length: latentSize }, (_, i) => (i === 1 ? 1 : 0)),
            deviation: 0.3,
            range: [-2, 2.5],
        },
    ],
    provenance: { recipe: { width: 4 } },
    evaluation: { iou: 0.9 },
});

const kinds: ActivationKind[] = ["identity", "relu", "leakyRelu", "elu", "softplus", "tanh", "sigmoid", "sin"];

async function runOrt(bytes: Uint8Array, perceptron: Perceptron, latent: Float32Array, points: Float32Array) {
    const ort = await import("onnxruntime-web");
    const session = await ort.InferenceSession.create(bytes);
    const results = await session.run({
        latent: new ort.Tensor("float32", latent, [1, perceptron.latentSize]),
        points: new ort.Tensor("float32", points, [points.length / 3, 3]),
    });
    await session.release();
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

describe("writeDecoder", () => {
    it.each(kinds)("gives %s layers back bit for bit, metadata too", (kind) => {
        const perceptron = randomPerceptron({
            octaves: 1,
            activation: { kind, alpha: kind === "elu" || kind === "leakyRelu" ? 0.25 : 0 },
        });
        const bytes = writeDecoder(perceptron, metadata(perceptron.latentSize));
        const decoder = readDecoder(bytes);
        if (kind === "identity") {
            // Affine layers in a row are one affine layer.
            expect(decoder.perceptron!.layers.length).toBe(1);
        } else {
            expect(decoder.perceptron).toEqual(perceptron);
        }
        expect(decoder.metadata).toEqual(metadata(perceptron.latentSize));
        expect(decoder.bounds.max).toEqual([1, 1, 0.5]);
        expect(decoder.inputs).toEqual({ layout: "separate", latent: "latent", points: "points", latentRows: "one" });
    });

    it("halves the file and rounds weights to halves on request", () => {
        const perceptron = randomPerceptron({ width: 64 });
        const full = writeDecoder(perceptron, null);
        const half = writeDecoder(perceptron, null, { weights: "float16" });
        expect(half.length).toBeLessThan(0.56 * full.length);
        const back = readDecoder(half).perceptron!;
        const weights = perceptron.layers[1].hiddenWeights!;
        expect(maxDifference(back.layers[1].hiddenWeights!, weights)).toBeLessThan(1e-3);
        expect(maxDifference(back.layers[1].hiddenWeights!, weights)).toBeGreaterThan(0);
        const again = readDecoder(writeDecoder(back, null, { weights: "float16" })).perceptron;
        expect(again).toEqual(back);
    });

    it.each(kinds)("runs on onnxruntime as the reference does: %s", async (kind) => {
        const perceptron = randomPerceptron({ activation: { kind, alpha: 0.2 }, seed: 5 });
        const [latent, points] = [randomCode(perceptron.latentSize), randomPoints(40)];
        const expected = await new ReferenceField(perceptron).evaluateGradientAsync(latent, points, {
            latentGradients: true,
        });
        const { sdf } = await runOrt(writeDecoder(perceptron, null), perceptron, latent, points);
        expect(maxDifference(sdf, expected.distances)).toBeLessThan(1e-4);

        const byPolynomial = writeDecoder(perceptron, null, { sines: "polynomial" });
        const again = await runOrt(byPolynomial, perceptron, latent, points);
        expect(maxDifference(again.sdf, expected.distances)).toBeLessThan(1e-5);

        const gradient = await runOrt(writeGradientGraph(perceptron, true), perceptron, latent, points);
        expect(maxDifference(gradient.sdf, expected.distances)).toBeLessThan(1e-4);
        expect(maxDifference(gradient.pointGradients, expected.pointGradients)).toBeLessThan(1e-4);
        expect(maxDifference(gradient.latentGradients, expected.latentGradients!)).toBeLessThan(1e-4);
    });

    it("writes decoders without a code and with it in some layers only", async () => {
        const perceptron = randomPerceptron({ codeLayers: [0], skips: [], octaves: 0 });
        const decoder = readDecoder(writeDecoder(perceptron, null));
        expect(decoder.perceptron).toEqual(perceptron);
    });

    it("refuses sizes that do not fit and metadata of another decoder", () => {
        const perceptron = randomPerceptron();
        const broken = { ...perceptron, layers: perceptron.layers.map((l) => ({ ...l, bias: new Float32Array(3) })) };
        expect(() => writeDecoder(broken, null)).toThrow(/3 biases in layer 0; expected 16/);
        expect(() => writeDecoder(perceptron, metadata(9))).toThrow(/codes of 9.*expected 6/);
    });
});

describe("readDecoder on broken input", () => {
    const good = writeDecoder(randomPerceptron(), metadata(6));
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
    const text = (value: string) => new TextEncoder().encode(value);

    it.each([
        ["an empty file", new Uint8Array(0), /props.onnx is empty; .*; check/],
        ["a truncated file", good.subarray(0, good.length >> 1), /breaks off|is no ONNX/],
        ["a PNG", png, /is a PNG image; expected an ONNX file/],
        ["a web page", text("<!doctype html><title>404</title>"), /an HTML or XML page/],
        ["JSON", text('{"a":1}'), /JSON text/],
        ["noise", Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) % 251), /readDecoder/],
    ])("%s gives one clear error", (_, bytes, message) => {
        expect(() => readDecoder(bytes as Uint8Array, { name: "props.onnx" })).toThrow(message as RegExp);
    });

    it("refuses a latent size that is not the file's", () => {
        expect(() => readDecoder(good, { latentSize: 9 })).toThrow(/latentSize is 9; expected 6/);
        expect(() => readDecoder(good, { latentSize: 0.5 })).toThrow(/latentSize is 0.5/);
        expect(() => readDecoder(good, { clampDistance: -1 })).toThrow(/clampDistance is -1/);
        expect(() => readDecoder(good, { bounds: { min: [0, 0, 0], max: [0, 1, 1] } })).toThrow(/no box/);
    });

    it("survives thousands of damaged files: a decoder or an error, nothing else", () => {
        let state = 12345;
        const random = (below: number) => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            return Math.floor((state / 2 ** 32) * below);
        };
        const small = writeDecoder(randomPerceptron({ width: 4, depth: 3, latentSize: 2 }), metadata(2));
        let errors = 0;
        for (let n = 0; n < 2000; n++) {
            const bytes = small.slice(0, n % 3 === 0 ? random(small.length) : small.length);
            for (let flips = 1 + random(4); flips > 0; flips--) bytes[random(bytes.length)] = random(256);
            try {
                readDecoder(bytes);
            } catch (error) {
                expect(error).toBeInstanceOf(Error);
                expect((error as Error).message).toMatch(/^readDecoder: /);
                errors++;
            }
        }
        expect(errors).toBeGreaterThan(500);
    });
});

import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import type { ActivationKind } from "../../plugin/model/index.js";
import { readDecoder, writeDecoder, writeGradientGraph } from "../../plugin/model/index.js";
import { ModelProtoSchema } from "../../plugin/model/onnx_pb.js";
import { readDecoderAsync } from "../../plugin/model/readDecoder.js";
import { maxDifference, randomCode, randomPerceptron, randomPoints } from "../support/perceptrons.js";
import { runOwn } from "./runDecoder.js";
import { someMetadata } from "./someMetadata.js";

const kinds: ActivationKind[] = ["identity", "relu", "leakyRelu", "elu", "softplus", "tanh", "sigmoid", "sin"];

describe("writeDecoder", () => {
    it.each(kinds)("gives %s layers back bit for bit, metadata too", async (kind) => {
        const perceptron = randomPerceptron({
            octaves: 1,
            activation: { kind, alpha: kind === "elu" || kind === "leakyRelu" ? 0.25 : 0 },
        });
        const bytes = writeDecoder(perceptron, someMetadata(perceptron.latentSize));
        const decoder = readDecoder(bytes);
        if (kind === "identity") {
            // Affine layers in a row are one affine layer.
            expect(decoder.perceptron!.layers.length).toBe(1);
        } else {
            expect(decoder.perceptron).toEqual(perceptron);
        }
        expect(await readDecoderAsync(bytes)).toEqual(decoder);
        expect(decoder.metadata).toEqual(someMetadata(perceptron.latentSize));
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
        const { sdf } = await runOwn(writeDecoder(perceptron, null), latent, points);
        expect(maxDifference(sdf, expected.distances)).toBeLessThan(1e-4);

        const byPolynomial = writeDecoder(perceptron, null, { sines: "polynomial" });
        const again = await runOwn(byPolynomial, latent, points);
        expect(maxDifference(again.sdf, expected.distances)).toBeLessThan(1e-5);

        const gradient = await runOwn(writeGradientGraph(perceptron, true), latent, points);
        expect(maxDifference(gradient.sdf, expected.distances)).toBeLessThan(1e-4);
        expect(maxDifference(gradient.pointGradients, expected.pointGradients)).toBeLessThan(1e-4);
        expect(maxDifference(gradient.latentGradients, expected.latentGradients!)).toBeLessThan(1e-4);
    });

    it("writes decoders without a code and with it in some layers only", async () => {
        const perceptron = randomPerceptron({ codeLayers: [0], skips: [], octaves: 0 });
        const decoder = readDecoder(writeDecoder(perceptron, null));
        expect(decoder.perceptron).toEqual(perceptron);
    });

    it.each(kinds)("halves run on onnxruntime as what is read back: %s", async (kind) => {
        const perceptron = randomPerceptron({ activation: { kind, alpha: 0.2 }, seed: 7 });
        const [latent, points] = [randomCode(perceptron.latentSize), randomPoints(20)];
        const bytes = writeDecoder(perceptron, null, { weights: "float16" });
        const back = await new ReferenceField(readDecoder(bytes).perceptron!).evaluateAsync(latent, points);
        expect(maxDifference((await runOwn(bytes, latent, points)).sdf, back)).toBeLessThan(1e-4);
    });

    it("reads sines by polynomials as no perceptron, and onnxruntime runs them within 2e-6 a wave", async () => {
        const perceptron = randomPerceptron({ octaves: 4, activation: { kind: "sin", alpha: 0 }, depth: 3 });
        const [latent, points] = [randomCode(perceptron.latentSize), randomPoints(40)];
        const bytes = writeDecoder(perceptron, null, { sines: "polynomial" });
        expect(readDecoder(bytes).notPerceptronReason).toMatch(/Floor/);
        const expected = await new ReferenceField(perceptron).evaluateAsync(latent, points);
        expect(maxDifference((await runOwn(bytes, latent, points)).sdf, expected)).toBeLessThan(2e-5);
    });

    it("files differ in nothing from one writing to the next", () => {
        const perceptron = randomPerceptron();
        expect(writeDecoder(perceptron, someMetadata(6))).toEqual(writeDecoder(perceptron, someMetadata(6)));
    });

    it("brings features into the order coordinates, sines, cosines and says the same", async () => {
        const perceptron = randomPerceptron({ octaves: 3 });
        const shuffled = [...perceptron.features.keys()].sort((a, b) => ((a * 7) % 21) - ((b * 7) % 21));
        const mixed = { ...perceptron, features: shuffled.map((i) => perceptron.features[i]) };
        const back = readDecoder(writeDecoder(mixed, null)).perceptron!;
        expect(back.features.map((feature) => feature.function)).toEqual([
            ...new Array(3).fill("identity"),
            ...new Array(9).fill("sin"),
            ...new Array(9).fill("cos"),
        ]);
        const [latent, points] = [randomCode(perceptron.latentSize), randomPoints(20)];
        const [ours, theirs] = await Promise.all(
            [mixed, back].map((p) => new ReferenceField(p).evaluateAsync(latent, points)),
        );
        expect(maxDifference(ours, theirs)).toBeLessThan(1e-6);
        // In this order nothing moves any more.
        expect(readDecoder(writeDecoder(back, null)).perceptron).toEqual(back);
    });

    it("refuses what could not be read again", () => {
        const perceptron = randomPerceptron();
        const withFirst = (change: object) => ({
            ...perceptron,
            layers: [{ ...perceptron.layers[0], ...change }, ...perceptron.layers.slice(1)],
        });
        const bias = new Float32Array(16);
        const write = (p: typeof perceptron, weights?: "float16") => () => writeDecoder(p, null, { weights });
        expect(write(withFirst({ bias: bias.with(3, Number.NaN) }))).toThrow(/has NaN in layer 0; expected finite/);
        expect(write(withFirst({ featureWeights: null }))).toThrow(/first layer that reads features of the point/);
        expect(write({ ...perceptron, latentSize: 0 })).toThrow(/codes of 0; expected 1 to 4096/);
        expect(write({ ...perceptron, layers: perceptron.layers.slice(0, 2) })).toThrow(/16 outputs; expected 1/);
        const huge = perceptron.layers[0].latentWeights!.with(0, 7e4);
        expect(write(withFirst({ latentWeights: huge }), "float16")).toThrow(/70000 in layer 0; .*65504/);
        expect(write(withFirst({ latentWeights: huge }))).not.toThrow();
    });

    it("refuses sizes that do not fit and metadata of another decoder", () => {
        const perceptron = randomPerceptron();
        const broken = { ...perceptron, layers: perceptron.layers.map((l) => ({ ...l, bias: new Float32Array(3) })) };
        expect(() => writeDecoder(broken, null)).toThrow(/3 biases in layer 0; expected 16/);
        expect(() => writeDecoder(perceptron, someMetadata(9))).toThrow(/codes of 9.*expected 6/);
    });
});

describe("writeGradientGraph", () => {
    it.each(kinds)("agrees with differences of the distances: %s", async (kind) => {
        const perceptron = randomPerceptron({ activation: { kind, alpha: 0.2 }, octaves: 1, seed: 3 });
        const [latent, points] = [randomCode(perceptron.latentSize), randomPoints(12)];
        const field = new ReferenceField(perceptron);
        const gradient = await runOwn(writeGradientGraph(perceptron, true), latent, points);
        const step = 1e-3;
        const slope = async (z: (sign: number) => Float32Array, p: (sign: number) => Float32Array) => {
            const [ahead, behind] = await Promise.all([1, -1].map((sign) => field.evaluateAsync(z(sign), p(sign))));
            return ahead.map((value, n) => (value - behind[n]) / (2 * step));
        };
        const nudged = (values: Float32Array, stride: number, at: number) => (sign: number) =>
            values.map((value, i) => (i % stride === at ? value + sign * step : value));
        // A kink between the two points of a difference makes it wrong, so most must agree, not all.
        const agreements: boolean[] = [];
        for (let axis = 0; axis < 3; axis++) {
            const expected = await slope(() => latent, nudged(points, 3, axis));
            expected.forEach((value, n) => {
                agreements.push(Math.abs(value - gradient.pointGradients[3 * n + axis]) < 2e-3);
            });
        }
        for (let entry = 0; entry < latent.length; entry++) {
            const expected = await slope(nudged(latent, latent.length, entry), () => points);
            expected.forEach((value, n) => {
                agreements.push(Math.abs(value - gradient.latentGradients[latent.length * n + entry]) < 2e-3);
            });
        }
        expect(agreements.filter((agrees) => agrees).length).toBeGreaterThan(0.95 * agreements.length);
    });

    it("uses operators that onnxruntime-web has on WebGPU and nothing else", () => {
        const perceptron = randomPerceptron({ activation: { kind: "elu", alpha: 1 } });
        const { graph } = fromBinary(ModelProtoSchema, writeGradientGraph(perceptron, true));
        const known = "Gemm MatMul Mul Add Sub Neg Where Greater Elu Sin Cos Concat Split Identity".split(" ");
        expect(graph!.node.map(({ opType }) => opType).filter((operator) => !known.includes(operator))).toEqual([]);
    });

    it("gives zeros for a code that nothing reads", async () => {
        const perceptron = randomPerceptron({ codeLayers: [], octaves: 0, skips: [] });
        const points = randomPoints(5);
        const { latentGradients } = await runOwn(writeGradientGraph(perceptron, true), randomCode(6), points);
        expect(latentGradients).toEqual(new Float32Array(5 * 6));
    });
});

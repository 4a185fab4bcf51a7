import { afterEach, describe, expect, it } from "vitest";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { WasmField } from "../../plugin/field/wasm/wasmField.js";
import type { Activation, Perceptron } from "../../plugin/model/decoder.js";
import {
    maxDifference,
    randomCode,
    randomPerceptron,
    randomPoints,
    relativeDifference,
} from "../support/perceptrons.js";

const TOLERANCE = 1e-5;
const fields: WasmField[] = [];

afterEach(() => {
    for (const field of fields.splice(0)) {
        field.dispose();
    }
});

async function makeField(perceptron: Perceptron, threads = 0): Promise<WasmField> {
    const field = await WasmField.CreateAsync(perceptron, { threads });
    fields.push(field);
    return field;
}

async function expectAgreement(perceptron: Perceptron, count: number, threads = 0): Promise<void> {
    const field = await makeField(perceptron, threads);
    const reference = new ReferenceField(perceptron);
    const [latent, points] = [randomCode(perceptron.latentSize).map((v) => 0.3 * v), randomPoints(count)];
    const expected = await reference.evaluateGradientAsync(latent, points, { latentGradients: true });
    const all = await field.evaluateGradientAsync(latent, points, { latentGradients: true });
    const byPoint = await field.evaluateGradientAsync(latent, points);
    expect(byPoint.latentGradients).toBeNull();
    for (const distances of [await field.evaluateAsync(latent, points), all.distances, byPoint.distances]) {
        expect(maxDifference(distances, expected.distances)).toBeLessThan(TOLERANCE);
    }
    for (const { pointGradients } of [all, byPoint]) {
        expect(relativeDifference(pointGradients, expected.pointGradients)).toBeLessThan(10 * TOLERANCE);
    }
    expect(relativeDifference(all.latentGradients!, expected.latentGradients!)).toBeLessThan(10 * TOLERANCE);
}

describe("WasmField agrees with the reference", () => {
    const activations: Activation[] = [
        { kind: "identity", alpha: 0 },
        { kind: "relu", alpha: 0 },
        { kind: "leakyRelu", alpha: 0.2 },
        { kind: "elu", alpha: 0.7 },
        { kind: "softplus", alpha: 0 },
        { kind: "tanh", alpha: 0 },
        { kind: "sigmoid", alpha: 0 },
        { kind: "sin", alpha: 0 },
    ];
    it.each(activations)("inner layers of $kind", (activation) =>
        expectAgreement(randomPerceptron({ activation, seed: 3 }), 150),
    );

    it.each(activations)("a last layer of $kind", (lastActivation) =>
        expectAgreement(randomPerceptron({ lastActivation, seed: 4 }), 20),
    );

    it.each([1, 7, 8, 9, 63, 64, 65, 200])("%i points", (count) => expectAgreement(randomPerceptron(), count));

    it.each([
        { width: 1, depth: 2, skips: [] },
        { width: 5, depth: 1, skips: [], octaves: 0 },
        { width: 33, depth: 9, skips: [3, 5], latentSize: 7 },
        { width: 128, depth: 3, latentSize: 130, codeLayers: [0] },
        { width: 18, depth: 4, latentSize: 1, skips: [1, 2, 3] },
    ])("a network of $width × $depth", (options) => expectAgreement(randomPerceptron(options), 40));

    it("more points than go into one call", () => expectAgreement(randomPerceptron({ depth: 3 }), 20_000));

    it("on threads", () => expectAgreement(randomPerceptron({ depth: 3 }), 20_000, 3));
});

describe("WasmField", () => {
    it.each([0, 3])(
        "refuses what no field takes, and ends when it is aborted or disposed (%i threads)",
        async (threads) => {
            const field = await makeField(randomPerceptron(), threads);
            const latent = randomCode(6);
            await expect(field.evaluateAsync(new Float32Array(3), randomPoints(1))).rejects.toThrow(/code of 3/);
            await expect(field.evaluateAsync(latent, new Float32Array(4))).rejects.toThrow(/4 numbers as points/);
            expect(await field.evaluateAsync(latent, new Float32Array(0))).toHaveLength(0);
            const controller = new AbortController();
            const running = field.evaluateAsync(latent, randomPoints(200_000), { signal: controller.signal });
            controller.abort(new Error("enough"));
            await expect(running).rejects.toThrow("enough");
            const cut = field.evaluateGradientAsync(latent, randomPoints(threads > 0 ? 200_000 : 1));
            field.dispose();
            await (threads > 0 ? expect(cut).rejects.toThrow(/disposed/) : cut);
            await expect(field.evaluateAsync(latent, randomPoints(1))).rejects.toThrow(/disposed/);
        },
    );

    it("refuses a network of more weights than memory holds", async () => {
        const layer = { ...randomPerceptron().layers[1], hiddenWeights: { length: 2 ** 27 } as Float32Array };
        const network = { ...randomPerceptron(), layers: [layer] };
        await expect(WasmField.CreateAsync(network)).rejects.toThrow(/134217728 weights; .* take up to 67108864/);
    });
});

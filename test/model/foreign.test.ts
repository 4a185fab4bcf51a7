import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createPointEvaluator } from "../../plugin/field/referenceField.js";
import { type Decoder, readDecoder, writeDecoder } from "../../plugin/model/index.js";
import { maxDifference } from "../support/perceptrons.js";
import { runDecoder, runOwn } from "./runDecoder.js";

const folder = join(import.meta.dirname, "../fixtures/decoders");
const { latentSize, golden } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as {
    latentSize: number;
    golden: { latent: number[][]; points: number[][]; sdf: number[] };
};
const files = ["paper-layout", "paper-layout-unfolded", "two-inputs"];

function load(name: string): Decoder {
    return readDecoder(new Uint8Array(readFileSync(join(folder, `${name}.onnx`))), { name });
}

/** Greatest difference from PyTorch's distances, code by code. */
async function worstDifference(
    evaluate: (latent: Float32Array, points: Float32Array) => Float32Array | Promise<Float32Array>,
): Promise<number> {
    let worst = 0;
    for (const key of new Set(golden.latent.map(String))) {
        const members = [...golden.latent.keys()].filter((i) => String(golden.latent[i]) === key);
        const points = Float32Array.from(members.flatMap((i) => golden.points[i]));
        const sdf = await evaluate(Float32Array.from(golden.latent[members[0]]), points);
        worst = Math.max(
            worst,
            maxDifference(
                sdf,
                members.map((i) => golden.sdf[i]),
            ),
        );
    }
    return worst;
}

describe("decoders exported by PyTorch", () => {
    it.each(files)("%s gives PyTorch's distances as layers", async (name) => {
        const decoder = load(name);
        expect(decoder.notPerceptronReason).toBeNull();
        expect(decoder.latentSize).toBe(latentSize);
        const { layers } = decoder.perceptron!;
        expect(layers).toHaveLength(9);
        expect(layers.at(-1)!.activation.kind).toBe("tanh");
        expect(layers.filter(({ featureWeights }) => featureWeights)).toHaveLength(2);
        const worst = await worstDifference((latent, points) => {
            const evaluate = createPointEvaluator(decoder.perceptron!, latent);
            return Float32Array.from({ length: points.length / 3 }, (_, n) =>
                evaluate(points[3 * n], points[3 * n + 1], points[3 * n + 2]),
            );
        });
        expect(worst).toBeLessThan(1e-4);
    });

    it.each(files)("%s gives PyTorch's distances on onnxruntime, as it is and written anew", async (name) => {
        const decoder = load(name);
        expect(await worstDifference((latent, points) => runDecoder(decoder, latent, points))).toBeLessThan(1e-4);
        const own = writeDecoder(decoder.perceptron!, null);
        const sdf = async (latent: Float32Array, points: Float32Array) => (await runOwn(own, latent, points)).sdf;
        expect(await worstDifference(sdf)).toBeLessThan(1e-4);
        expect(readDecoder(own).perceptron).toEqual(decoder.perceptron);
    });

    it("all hold the same layers", () => {
        const [first, ...others] = files.map((name) => load(name).perceptron!);
        for (const other of others)
            first.layers.forEach((layer, i) => {
                for (const key of ["hiddenWeights", "featureWeights", "latentWeights", "bias"] as const)
                    expect(maxDifference(layer[key] ?? [], other.layers[i][key] ?? [])).toBeLessThan(1e-5);
            });
    });
});

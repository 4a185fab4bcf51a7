import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createPointEvaluator } from "../../plugin/field/referenceField.js";
import { readDecoder } from "../../plugin/model/index.js";

const folder = join(import.meta.dirname, "../fixtures/decoders");
const golden = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as {
    latentSize: number;
    latents: Record<string, number[]>;
    golden: { latent: string[]; points: number[][]; sdf: number[] };
};

describe("decoders exported by PyTorch", () => {
    it.each(["paper-layout", "paper-layout-unfolded", "two-inputs"])("%s gives PyTorch's distances", (name) => {
        const decoder = readDecoder(new Uint8Array(readFileSync(join(folder, `${name}.onnx`))), { name });
        expect(decoder.notPerceptronReason).toBeNull();
        expect(decoder.latentSize).toBe(golden.latentSize);
        const { perceptron } = decoder;
        let worst = 0;
        golden.golden.latent.forEach((key, i) => {
            const latent = Float32Array.from(typeof key === "string" ? golden.latents[key] : key);
            const [x, y, z] = golden.golden.points[i];
            worst = Math.max(
                worst,
                Math.abs(createPointEvaluator(perceptron!, latent)(x, y, z) - golden.golden.sdf[i]),
            );
        });
        expect(worst).toBeLessThan(1e-4);
        expect(perceptron!.layers.at(-1)!.activation.kind).toBe("tanh");
        expect(perceptron!.layers.filter(({ featureWeights }) => featureWeights).length).toBe(2);
    });
});

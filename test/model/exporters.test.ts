import { describe, expect, it } from "vitest";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { readDecoder } from "../../plugin/model/index.js";
import { maxDifference, randomCode, randomPoints } from "../support/perceptrons.js";
import { build, L } from "./exporterParts.js";
import { inputVariants } from "./inputVariants.js";
import { layerVariants } from "./layerVariants.js";
import { runDecoder } from "./runDecoder.js";

const variants = { ...inputVariants, ...layerVariants };

describe("graphs as exporters write them", () => {
    it.each(Object.keys(variants))("%s", async (name) => {
        const { options, pointCount = 50 } = variants[name];
        const decoder = readDecoder(build(variants[name]), options);
        expect(decoder.notPerceptronReason).toBeNull();
        expect(decoder.latentSize).toBe(L);
        const [latent, points] = [randomCode(L), randomPoints(pointCount)];
        const ours = await new ReferenceField(decoder.perceptron!).evaluateAsync(latent, points);
        expect(maxDifference(ours, await runDecoder(decoder, latent, points))).toBeLessThan(1e-5);
    });

    it("gives a SIREN's first layer back as a layer, not as features", () => {
        const { perceptron } = readDecoder(build(variants["a SIREN that meets the code in its second layer"]));
        expect(perceptron!.features).toHaveLength(3);
        expect(perceptron!.layers.map(({ activation }) => activation.kind)).toEqual(["sin", "relu", "identity"]);
        const random = readDecoder(build(variants["random Fourier features"])).perceptron!;
        expect(random.features.map((feature) => feature.function)).toEqual([
            ...new Array(6).fill("sin"),
            ...new Array(6).fill("cos"),
        ]);
    });
});

import { describe, expect, it } from "vitest";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { type Decoder, readDecoder } from "../../plugin/model/index.js";
import { maxDifference, randomCode, randomPoints } from "../support/perceptrons.js";
import { build, L } from "./exporterParts.js";
import { inputVariants } from "./inputVariants.js";
import { layerVariants } from "./layerVariants.js";

/** What onnxruntime makes of the file as it is. */
async function runOrt(decoder: Decoder, latent: Float32Array, points: Float32Array): Promise<Float32Array> {
    const ort = await import("onnxruntime-web");
    const session = await ort.InferenceSession.create(decoder.bytes, { logSeverityLevel: 3 });
    const count = points.length / 3;
    const row = (n: number) => points.subarray(3 * n, 3 * n + 3);
    const rows = (make: (n: number) => number[]) =>
        Float32Array.from(Array.from({ length: count }, (_, n) => make(n)).flat());
    const { inputs } = decoder;
    const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {};
    if (inputs.layout === "combined") {
        const isFirst = inputs.order === "latent-first";
        const data = rows((n) => (isFirst ? [...latent, ...row(n)] : [...row(n), ...latent]));
        feeds[inputs.input] = new ort.Tensor("float32", data, [count, latent.length + 3]);
    } else {
        const codes = inputs.latentRows === "one" ? latent : rows(() => [...latent]);
        feeds[inputs.latent] = new ort.Tensor("float32", codes, [codes.length / latent.length, latent.length]);
        feeds[inputs.points] = new ort.Tensor("float32", points, [count, 3]);
    }
    const results = await session.run(feeds);
    await session.release();
    return results[decoder.output].data as Float32Array;
}

const variants = { ...inputVariants, ...layerVariants };

describe("graphs as exporters write them", () => {
    it.each(Object.keys(variants))("%s", async (name) => {
        const { options, pointCount = 50 } = variants[name];
        const decoder = readDecoder(build(variants[name]), options);
        expect(decoder.notPerceptronReason).toBeNull();
        expect(decoder.latentSize).toBe(L);
        const [latent, points] = [randomCode(L), randomPoints(pointCount)];
        const ours = await new ReferenceField(decoder.perceptron!).evaluateAsync(latent, points);
        expect(maxDifference(ours, await runOrt(decoder, latent, points))).toBeLessThan(1e-5);
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

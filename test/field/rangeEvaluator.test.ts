import { describe, expect, it } from "vitest";
import { activate } from "../../plugin/field/activations.js";
import { encloseActivation, encloseSine } from "../../plugin/field/ranges/enclosure.js";
import { RangeEvaluator } from "../../plugin/field/ranges/rangeEvaluator.js";
import { createPointEvaluator } from "../../plugin/field/referenceField.js";
import type { Activation } from "../../plugin/model/decoder.js";
import { createTestRandom, platePerceptron, randomCode, randomPerceptron } from "../support/perceptrons.js";

const activations: Activation[] = [
    { kind: "identity", alpha: 0 },
    { kind: "relu", alpha: 0 },
    { kind: "leakyRelu", alpha: 0.1 },
    { kind: "leakyRelu", alpha: 1.5 },
    { kind: "elu", alpha: 0.7 },
    { kind: "elu", alpha: 1.6 },
    { kind: "softplus", alpha: 0 },
    { kind: "tanh", alpha: 0 },
    { kind: "sigmoid", alpha: 0 },
    { kind: "sin", alpha: 0 },
];

/** Intervals of all widths, some ending at 0 and some of one point. */
function intervals(): [number, number][] {
    const random = createTestRandom(5);
    const random100 = Array.from({ length: 100 }, (): [number, number] => {
        const low = 8 * random() - 4;
        return [low, low + 10 ** (4 * random() - 3)];
    });
    return [[-1, 0], [0, 1], [0, 0], [-2, -2], [3, 3], [-7, 7], ...random100];
}

describe("enclosures", () => {
    it.each(activations.map((activation) => [`${activation.kind} ${activation.alpha}`, activation] as const))(
        "hold all of %s between their lines",
        (_, activation) => {
            const lines = { slope: 0, offset: 0, radius: 0 };
            for (const [low, high] of intervals()) {
                encloseActivation(activation, low, high, lines);
                for (let i = 0; i <= 200; i++) {
                    const x = low + ((high - low) * i) / 200;
                    const off = Math.abs(activate(activation, x) - lines.slope * x - lines.offset);
                    expect(off).toBeLessThanOrEqual(lines.radius + 1e-12);
                }
            }
        },
    );

    it("hold cosines, and come close: the radius falls with the square of the width", () => {
        const lines = { slope: 0, offset: 0, radius: 0 };
        for (const [low, high] of intervals()) {
            encloseSine(low, high, lines, Math.PI / 2);
            for (let i = 0; i <= 200; i++) {
                const x = low + ((high - low) * i) / 200;
                expect(Math.abs(Math.cos(x) - lines.slope * x - lines.offset)).toBeLessThanOrEqual(
                    lines.radius + 1e-12,
                );
            }
            expect(lines.radius).toBeLessThanOrEqual(((high - low) / 2) ** 2 / 4 + 1e-12);
        }
    });
});

describe("RangeEvaluator", () => {
    const networks = [
        ...activations.map((activation, seed) => randomPerceptron({ seed, width: 7, depth: 4, activation })),
        randomPerceptron({ seed: 3, width: 5, depth: 3, skips: [1, 2], lastActivation: { kind: "tanh", alpha: 0 } }),
        randomPerceptron({ seed: 4, width: 9, depth: 1, skips: [], octaves: 4 }),
        platePerceptron(0.06, 4),
    ];

    it("gives ranges that no value leaves, in cubes of all sizes", () => {
        const random = createTestRandom(8);
        const within = () => 2 * random() - 1;
        for (const network of networks) {
            const latent = randomCode(network.latentSize, 2);
            const ranges = new RangeEvaluator(network, latent);
            const value = createPointEvaluator(network, latent);
            for (const half of [1, 0.3, 0.1, 0.03, 0.01, 0]) {
                for (let n = 0; n < 12; n++) {
                    const centre = [within(), within(), within()];
                    const { low, high } = ranges.rangeOf(centre[0], centre[1], centre[2], half);
                    for (let point = 0; point < 40; point++) {
                        // Corners are where a range is reached.
                        const to =
                            point < 8 ? [0, 1, 2].map((axis) => 2 * ((point >> axis) & 1) - 1) : centre.map(within);
                        const [x, y, z] = centre.map((at, axis) => at + half * to[axis]);
                        expect(value(x, y, z)).toBeGreaterThanOrEqual(low - 1e-12);
                        expect(value(x, y, z)).toBeLessThanOrEqual(high + 1e-12);
                    }
                }
            }
        }
    });

    it("is exact where the network is straight, and close to it in small cubes", () => {
        const plate = new RangeEvaluator(platePerceptron(0.06, 4), new Float32Array(1));
        const { low, high } = plate.rangeOf(0.9, 0.5, 0.2, 0.1);
        const [middle, reach] = [4 * (0.83 * 0.9 + 0.51 * 0.5 + 0.23 * 0.2 - 0.03), 0.4 * (0.83 + 0.51 + 0.23)];
        expect(low).toBeCloseTo(middle - reach, 6);
        expect(high).toBeCloseTo(middle + reach, 6);

        const network = randomPerceptron({ width: 12, depth: 5 });
        const latent = randomCode(network.latentSize);
        const ranges = new RangeEvaluator(network, latent);
        const value = createPointEvaluator(network, latent);
        const half = 1 / 64;
        let [widths, spans] = [0, 0];
        for (let n = 0; n < 50; n++) {
            const centre = [...randomCode(3, n)];
            const range = ranges.rangeOf(centre[0], centre[1], centre[2], half);
            const corners = Array.from({ length: 8 }, (_, c) =>
                value(
                    ...(centre.map((at, axis) => at + half * (2 * ((c >> axis) & 1) - 1)) as [number, number, number]),
                ),
            );
            widths += range.high - range.low;
            spans += Math.max(...corners) - Math.min(...corners);
        }
        expect(widths / spans).toBeLessThan(1.6);
    });

    it("counts its work: more than a value, and more for larger cubes", () => {
        const network = randomPerceptron({ width: 24, depth: 5 });
        const ranges = new RangeEvaluator(network, randomCode(network.latentSize));
        ranges.rangeOf(0, 0, 0, 0.001);
        const small = ranges.evaluationsWorth;
        ranges.rangeOf(0, 0, 0, 0.3);
        expect(small).toBeGreaterThan(4);
        expect(ranges.evaluationsWorth - small).toBeGreaterThan(1.5 * small);
    });

    it("claims nothing where numbers end", () => {
        const network = randomPerceptron({ width: 4, depth: 2, skips: [] });
        network.layers[1].bias[0] = Number.NaN;
        const { low, high } = new RangeEvaluator(network, randomCode(network.latentSize)).rangeOf(0, 0, 0, 0.1);
        expect(low > 0 || high < 0).toBe(false);
    });
});

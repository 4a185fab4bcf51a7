import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { describe, expect, it } from "vitest";
import { readDecoder, ShapeModel, writeDecoder } from "../../plugin/index.js";
import { octahedronFile } from "../support/decoders.js";
import { floats, integers, node, writeGraph } from "../support/graphs.js";
import { randomPerceptron } from "../support/perceptrons.js";

/** A softmax mixes what a perceptron keeps apart. */
const foreignNodes = [
    node("MatMul", ["input", "w"], "h"),
    node("Softmax", ["h"], "s"),
    node("ReduceSum", ["s", "axes"], "sum", { keepdims: 1 }),
];
const foreignTensors = { w: floats(new Float32Array(28), [7, 4]), axes: integers([1]) };
const foreign = writeGraph({
    inputs: { input: ["N", 7] },
    nodes: [...foreignNodes, node("Identity", ["sum"], "sdf")],
    tensors: foreignTensors,
});

describe("what a decoder file may make the reader allocate", () => {
    const file = writeDecoder(randomPerceptron({ width: 32 }), null);

    it("is bounded by maxBytes, from bytes, blobs and addresses alike", async () => {
        expect(() => readDecoder(file, { maxBytes: 1000 })).toThrow(/has \d+ bytes; expected at most 1000; .*maxBytes/);
        const scene = new Scene(new NullEngine());
        const address = `data:application/octet-stream;base64,${Buffer.from(file).toString("base64")}`;
        for (const source of [file, new Blob([file.slice()]), address])
            await expect(ShapeModel.LoadAsync(source, scene, { maxBytes: 1000 })).rejects.toThrow(/at most 1000/);
        scene.getEngine().dispose();
    });

    it("is bounded by maxWeights, those in the file and those that reading it makes", () => {
        expect(() => readDecoder(file, { maxWeights: 1000 })).toThrow(/has \d+ weights, more than 1000/);
        const { perceptron } = readDecoder(file, { maxWeights: 1e6 });
        expect(perceptron).not.toBeNull();
        // 2¹⁶ numbers out of two.
        const greedy = writeGraph({
            inputs: { input: ["N", 7] },
            nodes: [node("Expand", ["w", "sizes"], "c"), node("MatMul", ["input", "c"], "sdf")],
            tensors: { w: floats(new Float32Array(7), [7, 1]), sizes: integers([7, 9362]) },
        });
        expect(() => readDecoder(greedy, { maxWeights: 1000 })).toThrow(
            /"Expand".* makes a value of 65534 numbers; expected at most 1000, as options.maxWeights/,
        );
        // Many that are small enough: the graph is then none that was read in full.
        expect(() => readDecoder(greedy, { maxWeights: 65_534, perceptronOnly: true })).toThrow(
            /no perceptron: .*memory/,
        );
    });

    it("is bounded in graphs that onnxruntime would run as well, which would allocate it", () => {
        const sizes = (...list: number[]) => ({ ...foreignTensors, sizes: integers(list) });
        const greedy = (...list: number[]) =>
            writeGraph({
                inputs: { input: ["N", 7] },
                nodes: [
                    ...foreignNodes,
                    node("ConstantOfShape", ["sizes"], "many"),
                    node("ReduceMax", ["many"], "one", { keepdims: 0 }),
                    node("Add", ["sum", "one"], "sdf"),
                ],
                tensors: sizes(...list),
            });
        expect(readDecoder(greedy(8, 8)).perceptron).toBeNull();
        expect(() => readDecoder(greedy(2 ** 14, 2 ** 14))).toThrow(/makes a value of 268435456 numbers; expected/);
    });

    it("is refused where only onnxruntime could run it and perceptronOnly is set", () => {
        expect(readDecoder(foreign).perceptron).toBeNull();
        expect(() => readDecoder(foreign, { perceptronOnly: true })).toThrow(/^readDecoder: .*Softmax.*perceptronOnly/);
        expect(readDecoder(octahedronFile(), { perceptronOnly: true }).perceptron).not.toBeNull();
    });

    it.each([0, -1, Number.NaN])("refuses a limit of %s", (limit) => {
        expect(() => readDecoder(file, { maxBytes: limit })).toThrow(/maxBytes is/);
        expect(() => readDecoder(file, { maxWeights: limit })).toThrow(/maxWeights is/);
    });
});

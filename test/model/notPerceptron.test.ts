import { describe, expect, it } from "vitest";
import { readDecoder } from "../../plugin/model/index.js";
import { floats, integers, type NodeSpec, node, rawTensor } from "../support/graphs.js";
import { build, combined, L, matrix, W } from "./exporterParts.js";

describe("graphs that are no perceptron", () => {
    const dense = { v0: matrix(L + 3, W), v1: matrix(W, W), one: floats([1]), scale: matrix(W, 1) };
    const hidden = [node("Gemm", ["input", "v0"], "a0"), node("Relu", ["a0"], "h0")];
    const others: Record<string, [NodeSpec[], RegExp]> = {
        "a residual connection": [
            [...hidden, node("Gemm", ["h0", "v1"], "a1"), node("Relu", ["a1"], "h1"), node("Add", ["h0", "h1"], "x")],
            /reads 2 nonlinear layers at once/,
        ],
        "a product of two hidden values": [
            [...hidden, node("Mul", ["h0", "a0"], "x")],
            /node "\/Mul\/x" \("Mul"\) multiplies or divides two values/,
        ],
        "a layer norm": [
            [
                ...hidden,
                node("ReduceMean", ["h0"], "mean", { axes: [1], keepdims: 1 }),
                node("Sub", ["h0", "mean"], "x"),
            ],
            /node "\/ReduceMean\/mean" \("ReduceMean"\) is not part of a perceptron; .* Relu, LeakyRelu/,
        ],
        "an operator of another domain": [
            [...hidden, node("com.Gelu", ["h0"], "x")],
            /\("com.Gelu"\) is not part of a perceptron/,
        ],
        "a first point that decides for all": [
            [...hidden, node("Slice", ["h0", "start", "end", "start"], "first"), node("Sub", ["h0", "first"], "x")],
            /mixes the points/,
        ],
        "points and columns swapped": [
            [...hidden, node("Transpose", ["h0"], "t"), node("Identity", ["t"], "x")],
            /"Transpose"\) mixes the points/,
        ],
        "points under a new first axis": [
            [...hidden, node("Unsqueeze", ["h0", "start"], "t"), node("Squeeze", ["t", "start"], "x")],
            /"Unsqueeze"\) mixes the points/,
        ],
        "pairs of points in a row": [
            [
                ...hidden,
                node("Shape", ["h0"], "s"),
                node("Div", ["s", "half"], "s2"),
                node("Reshape", ["h0", "s2"], "x"),
            ],
            /"Reshape"\) depends on the number of points/,
        ],
        "a nonlinear map of the code": [
            [
                node("Slice", ["input", "start", "five", "end"], "z"),
                node("Tanh", ["z"], "zt"),
                node("Concat", ["zt", "input"], "c", { axis: 1 }),
                node("Gemm", ["c", "wide"], "x"),
            ],
            /nonlinearity of the code alone/,
        ],
        "a text constant": [[...hidden, node("Add", ["h0", "text"], "x")], /reads "text", which is not of numbers/],
    };
    const more = {
        start: integers([0]),
        end: integers([1]),
        five: integers([5]),
        half: integers([2, 1]),
        text: rawTensor(8, [1], new Uint8Array(1)),
        wide: matrix(L + L + 3, W),
    };

    it.each(Object.keys(others))("%s is left to onnxruntime, with the reason", (name) => {
        const [nodes, reason] = others[name];
        const decoder = readDecoder(build({ inputs: combined, nodes, tensors: { ...dense, ...more }, columns: W }));
        expect(decoder.perceptron).toBeNull();
        expect(decoder.notPerceptronReason).toMatch(reason);
    });
});

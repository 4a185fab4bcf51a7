import { describe, expect, it } from "vitest";
import { readDecoder } from "../../plugin/model/index.js";
import { ElementType } from "../../plugin/model/tensor.js";
import { cpuMilliseconds } from "../support/cpuTime.js";
import { floats, type GraphSpec, integers, type NodeSpec, node, rawTensor, writeGraph } from "../support/graphs.js";

/** Milliseconds that any file may take; far more than any does, since the machine may be busy. */
const PATIENCE = 10_000;

const inputs = { input: ["N", 7] };
const sound: GraphSpec = {
    inputs,
    nodes: [node("MatMul", ["input", "w"], "sdf")],
    tensors: { w: floats([1, 2, 3, 4, 5, 6, 7], [7, 1]) },
};
const withWeights = (w: NonNullable<GraphSpec["tensors"]>[string]): GraphSpec => ({ ...sound, tensors: { w } });
const withNodes = (nodes: NodeSpec[], tensors: GraphSpec["tensors"] = {}): GraphSpec => ({
    ...sound,
    nodes,
    tensors: { ...sound.tensors, ...tensors },
});
const bytesOf = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** Each is refused; the message names what was found and what to do. */
const refused: Record<string, [GraphSpec, RegExp]> = {
    "a weight that is not a number": [
        withWeights(floats([Number.NaN, 2, 3, 4, 5, 6, 7], [7, 1])),
        /tensor "w" holds NaN/,
    ],
    "an infinite weight": [withWeights(floats([1, 2, 3, -Infinity, 5, 6, 7], [7, 1])), /"w" holds -Infinity; .*finite/],
    "weights in another file": [
        withWeights({ ...floats([], [7, 1]), dataLocation: 1 }),
        /"w" has its weights in a separate file; .*one file/,
    ],
    "sizes whose product overflows": [
        withWeights(rawTensor(ElementType.FLOAT, [2n ** 62n, 4n], bytesOf(1))),
        /has \d+ weights, more than 2\^27; .*check that it is a decoder/,
    ],
    "sizes that wrap round to a few bytes": [
        withWeights(rawTensor(ElementType.FLOAT, [2n ** 32n, 2n ** 32n], bytesOf(1))),
        /weights, more than 2\^27/,
    ],
    "a negative size": [
        withWeights(rawTensor(ElementType.FLOAT, [-7n, -1n], bytesOf(1, 2, 3, 4, 5, 6, 7))),
        /sizes \[-7/,
    ],
    "a thousand axes": [
        withWeights(rawTensor(ElementType.FLOAT, new Array(1000).fill(1), bytesOf(1))),
        /sizes \[1, 1, 1, 1, 1, 1, 1, 1, …\].*16 axes/,
    ],
    "fewer bytes than its sizes": [
        withWeights(rawTensor(ElementType.FLOAT, [7, 1], bytesOf(1, 2))),
        /8 bytes for sizes \[7, 1\]; 28 are expected/,
    ],
    "no bytes at all": [withWeights(rawTensor(ElementType.FLOAT, [7, 1], new Uint8Array(0))), /0 values .* 7 are/],
    "weights of the wrong size": [
        withWeights(floats([1, 2, 3], [3, 1])),
        /"MatMul"\) multiplies rows of \[7\] with weights \[3,1\]/,
    ],
    "a cycle": [
        withNodes([node("Add", ["input", "b"], "a"), node("Relu", ["a"], "b"), node("MatMul", ["b", "w"], "sdf")]),
        /has a cycle through the node "\/Add\/a"/,
    ],
    "a node that reads itself": [withNodes([node("Add", ["sdf", "w"], "sdf")]), /has a cycle/],
    "a missing initializer": [withNodes([node("MatMul", ["input", "w2"], "sdf")]), /reads "w2", which nothing defines/],
    "a value defined twice": [
        withNodes([node("Relu", ["input"], "sdf"), node("Tanh", ["input"], "sdf")]),
        /defines the value "sdf" twice/,
    ],
    "an output that nothing makes": [withNodes([node("MatMul", ["input", "w"], "other")]), /output "sdf" that no node/],
    "no output": [{ ...sound, outputs: {} }, /has no output/],
    "no input": [{ ...sound, inputs: {}, nodes: [node("Identity", ["w"], "sdf")] }, /takes 0 inputs/],
    "three inputs": [{ ...sound, inputs: { input: ["N", 7], a: [1], b: [1] } }, /takes 3 inputs: "input" \[\?, 7\]/],
    "an image for an input": [
        { ...sound, inputs: { input: [1, 3, 64, 64] } },
        /takes 1 inputs: "input" \[1, 3, 64, 64\]/,
    ],
    "points without a code": [{ ...sound, inputs: { input: ["N", 3] } }, /expected one \[N, latentSize \+ 3\]/],
    "an input of whole numbers": [
        { ...sound, inputType: ElementType.INT64 },
        /"input" \[\?, 7\] of INT64; .* in floats/,
    ],
    "a code of a million numbers": [
        { ...sound, inputs: { z: [1, 1e6], input: ["N", 3] } },
        /up to 4096 numbers a code/,
    ],
    "several outputs a point": [withWeights(floats(new Float32Array(14), [7, 2])), /output has 2 columns; expected 1/],
    "an output that ignores the points": [withNodes([node("Identity", ["w"], "sdf")]), /does not depend on the points/],
    "weights of zero columns": [withWeights(floats([], [7, 0])), /output has 0 columns/],
    "a subgraph": [
        withNodes([node("If", ["input"], "sdf", { then_branch: { graph: new Uint8Array(3) } })]),
        /node "\/If\/sdf" of operator "If" with a subgraph; .*without control flow/,
    ],
    "operator set 3": [{ ...sound, opset: 3 }, /operator set 3; .* opset 11 to 20/],
    "operator set 99": [{ ...sound, opset: 99 }, /operator set 99/],
    "a division by zero": [
        withNodes([node("MatMul", ["input", "w"], "m"), node("Div", ["m", "zero"], "sdf")], { zero: floats([0]) }),
        /divides by zero/,
    ],
    "weights that fold to infinity": [
        withNodes(
            [node("Exp", ["large"], "e"), node("Mul", ["w", "e"], "we"), node("MatMul", ["input", "we"], "sdf")],
            {
                large: floats([1000]),
            },
        ),
        /weight that is not finite/,
    ],
    "metadata of another decoder": [
        { ...sound, properties: { deepsdf: '{"version":1,"latentSize":9}' } },
        /metadata of props.onnx has "9" at latentSize; expected the graph's 4/,
    ],
    "metadata that nest without end": [
        { ...sound, properties: { deepsdf: `${"[".repeat(200_000)}${"]".repeat(200_000)}` } },
        /props.onnx/,
    ],
};

/** Each asks for far more than a file of its size can need; a result without a perceptron is as good as an error. */
const greedy: Record<string, () => GraphSpec> = {
    "a constant of 2⁴⁰ numbers": () =>
        withNodes([node("ConstantOfShape", ["sizes"], "c"), node("Add", ["input", "c"], "sdf")], {
            sizes: integers([2 ** 20, 2 ** 20]),
        }),
    "a weight expanded to 2⁴⁰": () =>
        withNodes([node("Expand", ["w", "sizes"], "c"), node("MatMul", ["input", "c"], "sdf")], {
            sizes: integers([2 ** 37, 7, 1]),
        }),
    "tiles of tiles": () => {
        const nodes = Array.from({ length: 40 }, (_, i) => node("Tile", [i ? `t${i - 1}` : "input", "two"], `t${i}`));
        return withNodes([...nodes, node("Identity", ["t39"], "sdf")], { two: integers([1, 2]) });
    },
    "joins that double": () => {
        const nodes = Array.from({ length: 60 }, (_, i) => {
            const last = i ? `t${i - 1}` : "w";
            return node("Concat", [last, last], `t${i}`, { axis: 0 });
        });
        return withNodes([...nodes, node("MatMul", ["input", "t59"], "sdf")]);
    },
    "products that widen": () =>
        withNodes(
            [
                node("MatMul", ["w", "row"], "a"),
                node("Transpose", ["row"], "column"),
                node("MatMul", ["column", "row"], "b"),
                node("MatMul", ["b", "b"], "c"),
                node("MatMul", ["input", "c"], "sdf"),
            ],
            { row: floats(new Float32Array(6000).fill(1), [1, 6000]) },
        ),
    "an endless range": () =>
        withNodes([node("Range", ["from", "to", "step"], "r"), node("Add", ["input", "r"], "sdf")], {
            from: floats([0], []),
            to: floats([1e30], []),
            step: floats([1e-30], []),
        }),
    "a range that stands still": () =>
        withNodes([node("Range", ["zero", "one", "zero"], "r"), node("Add", ["input", "r"], "sdf")], {
            zero: floats([0], []),
            one: floats([1], []),
        }),
    "nothing, of 2⁴⁰ columns": () =>
        withNodes([node("ReduceSum", ["empty", "axis"], "c"), node("Add", ["input", "c"], "sdf")], {
            empty: floats([], [2 ** 40, 0]),
            axis: integers([1]),
        }),
    "axes without end": () =>
        withNodes([node("Unsqueeze", ["w", "axes"], "c"), node("Add", ["input", "c"], "sdf")], {
            axes: integers(new Array(300_000).fill(0)),
        }),
    "a chain of 30 000 nodes": () => {
        const nodes = Array.from({ length: 30_000 }, (_, i) => node("Relu", [i ? `t${i - 1}` : "input"], `t${i}`));
        return withNodes([...nodes, node("MatMul", ["t29999", "w"], "sdf")]);
    },
    "30 000 sums of all before": () => {
        const nodes = Array.from({ length: 15_000 }, (_, i) => [
            node("Tanh", [i ? `s${i - 1}` : "input"], `t${i}`),
            node("Add", [`t${i}`, i ? `s${i - 1}` : "input"], `s${i}`),
        ]).flat();
        return withNodes([...nodes, node("MatMul", ["s14999", "w"], "sdf")]);
    },
    "a wide value read 20 000 times": () => {
        const nodes = Array.from({ length: 20_000 }, (_, i) => node("Neg", [i ? `t${i - 1}` : "wide"], `t${i}`));
        return withNodes(
            [node("Tile", ["input", "many"], "wide"), ...nodes, node("ReduceSum", ["t19999"], "sdf", { axes: [1] })],
            { many: integers([1, 5000]) },
        );
    },
    "a weight read 20 000 times": () => {
        const nodes = Array.from({ length: 20_000 }, (_, i) => node("MatMul", ["input", "big"], `t${i}`));
        const all = node(
            "Sum",
            Array.from(nodes, ({ outputs }) => outputs[0]),
            "sdf",
        );
        return withNodes([...nodes, all], { big: floats(new Float32Array(7 * 4000), [7, 4000]) });
    },
    "dense products in a row": () => {
        const nodes = Array.from({ length: 200 }, (_, i) => node("MatMul", [i ? `t${i - 1}` : "e", "m"], `t${i}`));
        return withNodes(
            [
                node("MatMul", ["input", "v"], "h"),
                node("Relu", ["h"], "e"),
                ...nodes,
                node("Identity", ["t199"], "sdf"),
            ],
            {
                v: floats(new Float32Array(7 * 600).fill(1e-3), [7, 600]),
                m: floats(new Float32Array(600 * 600).fill(1e-3), [600, 600]),
            },
        );
    },
};

function timed(run: () => void): void {
    const start = cpuMilliseconds();
    run();
    expect(cpuMilliseconds() - start).toBeLessThan(PATIENCE);
}

describe("readDecoder on unsound graphs", () => {
    it("reads the sound one that they are made from", () => {
        expect(readDecoder(writeGraph(sound)).perceptron!.layers).toHaveLength(1);
    });

    it.each(Object.keys(refused))("refuses %s with one clear error", (name) => {
        const [spec, message] = refused[name];
        const bytes = writeGraph(spec);
        timed(() => expect(() => readDecoder(bytes, { name: "props.onnx" })).toThrow(message));
        try {
            readDecoder(bytes, { name: "props.onnx" });
        } catch (error) {
            expect((error as Error).message).toMatch(/^readDecoder: .*props\.onnx/);
            expect((error as Error).message.length).toBeLessThan(600);
        }
    });

    it.each(Object.keys(greedy))("is soon done with %s", (name) => {
        const bytes = writeGraph(greedy[name]());
        timed(() => {
            try {
                const { perceptron, notPerceptronReason } = readDecoder(bytes);
                expect(perceptron === null || name.startsWith("a chain")).toBe(true);
                expect(perceptron === null).toBe(notPerceptronReason !== null);
            } catch (error) {
                expect((error as Error).message).toMatch(/^readDecoder: /);
            }
        });
    });
});

import { ElementType } from "../../plugin/model/tensor.js";
import { floats, integers, node, rawTensor } from "../support/graphs.js";
import { combined, L, matrix, perPoint, type Variant, W, weights } from "./exporterParts.js";

/** Ways in which layers and features are written. */
export const layerVariants: Record<string, Variant> = {
    "weight norm as operators": {
        inputs: combined,
        nodes: [
            node("ReduceL2", ["v"], "norm", { axes: [1], keepdims: 1 }),
            node("Div", ["v", "norm"], "unit"),
            node("Mul", ["unit", "g"], "w"),
            node("Transpose", ["w"], "wT", { perm: [1, 0] }),
            node("MatMul", ["input", "wT"], "m0"),
            node("Add", ["m0", "b"], "a0"),
            node("Sigmoid", ["a0"], "h0"),
            node("Mul", ["u", "u"], "uu"),
            node("ReduceSum", ["uu", "axes"], "ss", { keepdims: 1 }),
            node("Sqrt", ["ss"], "uNorm"),
            node("Div", ["u", "uNorm"], "uUnit"),
            node("Gemm", ["h0", "uUnit", "c"], "sdf", { transB: 1 }),
        ],
        tensors: {
            v: matrix(W, L + 3),
            g: floats(weights(W, 1), [W, 1]),
            b: floats(weights(1, W)),
            u: matrix(1, W),
            axes: integers([1]),
            c: floats([0.1]),
        },
    },
    "the input again in the middle": {
        inputs: combined,
        nodes: [
            node("Gemm", ["input", "v0", "c0"], "a0"),
            node("Relu", ["a0"], "h0"),
            node("Dropout", ["h0"], ["d0", "mask"]),
            node("Concat", ["d0", "input"], "joined", { axis: 1 }),
            node("Gemm", ["joined", "v1", "c0"], "a1"),
            node("Relu", ["a1"], "h1"),
            node("Gemm", ["h1", "v2"], "raw"),
            node("Tanh", ["raw"], "sdf"),
        ],
        tensors: { v0: matrix(L + 3, W), c0: floats(weights(1, W)), v1: matrix(W + L + 3, W), v2: matrix(W, 1) },
    },
    "the input first and the hidden layer after it": {
        inputs: combined,
        nodes: [
            node("Gemm", ["input", "v0"], "a0"),
            node("Relu", ["a0"], "h0"),
            node("Concat", ["input", "h0"], "joined", { axis: 1 }),
            node("Div", ["joined", "root2"], "x"),
        ],
        tensors: { v0: matrix(L + 3, W), root2: floats([Math.SQRT2], []) },
        columns: W + L + 3,
    },
    "octaves of the point, one node each": {
        inputs: perPoint,
        nodes: [
            ...[0, 1, 2].flatMap((k) => [
                node("Mul", ["xyz", `f${k}`], `p${k}`),
                node("Sin", [`p${k}`], `s${k}`),
                node("Cos", [`p${k}`], `c${k}`),
            ]),
            node("Concat", ["xyz", "s0", "c0", "s1", "c1", "s2", "c2"], "features", { axis: 1 }),
            node("Concat", ["z", "features"], "x", { axis: 1 }),
        ],
        tensors: { f0: floats([Math.PI]), f1: floats([2 * Math.PI], []), f2: floats([4 * Math.PI], [1, 1]) },
        columns: L + 21,
    },
    "octaves of the point as a third axis": {
        inputs: perPoint,
        nodes: [
            node("Unsqueeze", ["xyz", "last"], "p3"),
            node("Mul", ["p3", "frequencies"], "scaled"),
            node("Sin", ["scaled"], "s"),
            node("Cos", ["scaled"], "c"),
            node("Concat", ["s", "c"], "sc", { axis: -1 }),
            node("Reshape", ["sc", "flat"], "waves"),
            node("Concat", ["z", "waves", "xyz"], "x", { axis: 1 }),
        ],
        tensors: { last: integers([-1]), frequencies: floats([1, 2, 4, 8]), flat: integers([-1, 24]) },
        columns: L + 27,
    },
    "random Fourier features": {
        inputs: perPoint,
        nodes: [
            node("MatMul", ["xyz", "b"], "p"),
            node("Sin", ["p"], "s"),
            node("Cos", ["p"], "c"),
            node("Concat", ["s", "c", "z"], "x", { axis: 1 }),
        ],
        tensors: { b: floats(weights(3, 6), [3, 6]) },
        columns: L + 12,
    },
    "a SIREN that meets the code in its second layer": {
        inputs: perPoint,
        nodes: [
            node("Gemm", ["xyz", "v", "c"], "p"),
            node("Mul", ["p", "omega"], "scaled"),
            node("Sin", ["scaled"], "s"),
            node("Concat", ["s", "z"], "x", { axis: 1 }),
        ],
        tensors: { v: matrix(3, W), c: floats(weights(1, W)), omega: floats([4], []) },
        columns: W + L,
    },
    "Softplus of 100 x": {
        inputs: combined,
        nodes: [
            node("Gemm", ["input", "v0"], "a0"),
            node("Mul", ["a0", "beta"], "a1"),
            node("Softplus", ["a1"], "a2"),
            node("Div", ["a2", "beta"], "x"),
        ],
        tensors: { v0: matrix(L + 3, W), beta: floats([100], []) },
        columns: W,
    },
    "a distance scaled, turned round and shifted": {
        inputs: combined,
        nodes: [
            node("Gemm", ["input", "v0"], "a0"),
            node("Relu", ["a0"], "h0"),
            node("Gemm", ["h0", "v1"], "d0"),
            node("Neg", ["d0"], "d1"),
            node("Mul", ["tenth", "d1"], "d2"),
            node("Sub", ["half", "d2"], "d3"),
            node("Sum", ["half", "d3", "d2"], "sdf"),
        ],
        tensors: { v0: matrix(L + 3, W), v1: matrix(W, 1), tenth: floats([0.1], []), half: floats([0.5], [1]) },
    },
    "weights as Constant nodes, halves and doubles": {
        inputs: combined,
        nodes: [
            node("Constant", [], "v0", { value: { tensor: matrix(L + 3, W) } }),
            node("Cast", ["v1Half"], "v1", { to: ElementType.FLOAT }),
            node("Cast", ["c0Double"], "c0", { to: ElementType.FLOAT }),
            node("Gemm", ["input", "v0", "c0"], "a0"),
            node("Elu", ["a0"], "h0", { alpha: { float: 0.7 } }),
            node("Gemm", ["h0", "v1"], "d0"),
            node("Identity", ["d0"], "sdf"),
        ],
        tensors: {
            v1Half: rawTensor(
                ElementType.FLOAT16,
                [W, 1],
                new Uint8Array(Uint16Array.from([15360, 48128, 0, 14336, 15872, 1, 47104, 13312]).buffer),
            ),
            c0Double: rawTensor(
                ElementType.DOUBLE,
                [W],
                new Uint8Array(Float64Array.from([1, 2, 3, 4, 5, 6, 7, 0.1]).buffer),
            ),
        },
    },
    "distances as a vector": {
        inputs: combined,
        outputs: { sdf: ["N"] },
        nodes: [
            node("Gemm", ["input", "v0"], "a0"),
            node("LeakyRelu", ["a0"], "h0", { alpha: { float: 0.2 } }),
            node("MatMul", ["h0", "v1"], "sdf"),
        ],
        tensors: { v0: matrix(L + 3, W), v1: floats(weights(W, 1)) },
    },
    "distances squeezed and flattened back": {
        inputs: combined,
        nodes: [
            node("Gemm", ["input", "v0"], "a0"),
            node("Tanh", ["a0"], "h0"),
            node("Gemm", ["h0", "v1"], "d"),
            node("Squeeze", ["d", "last"], "vector"),
            node("Unsqueeze", ["vector", "last"], "column"),
            node("Flatten", ["column"], "sdf", { axis: 1 }),
        ],
        tensors: { v0: matrix(L + 3, W), v1: matrix(W, 1), last: integers([-1]) },
    },
    "a batch of 16 written into the shapes": {
        inputs: { z: [1, L], xyz: [16, 3] },
        outputs: { sdf: [16, 1] },
        pointCount: 16,
        nodes: [
            node("Expand", ["z", "sizes"], "wide"),
            node("Reshape", ["wide", "sizes"], "codes"),
            node("ConstantOfShape", ["column"], "zeros"),
            node("Concat", ["codes", "xyz", "zeros"], "x", { axis: 1 }),
        ],
        tensors: { sizes: integers([16, L]), column: integers([16, 1]) },
        columns: L + 4,
    },
    "exported with a single point": {
        inputs: { input: [1, L + 3] },
        outputs: { sdf: [1, 1] },
        pointCount: 1,
        nodes: [node("Reshape", ["input", "sizes"], "x")],
        tensors: { sizes: integers([1, L + 3]) },
        columns: L + 3,
    },
    "operator set 20": {
        opset: 20,
        inputs: combined,
        nodes: [
            node("ReduceMax", ["w", "axes"], "norm", { keepdims: 1 }),
            node("Div", ["w", "norm"], "unit"),
            node("MatMul", ["input", "unit"], "x"),
        ],
        tensors: { w: matrix(L + 3, W), axes: integers([0]) },
        columns: W,
    },
};

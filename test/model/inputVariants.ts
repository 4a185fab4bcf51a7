import { ElementType } from "../../plugin/model/tensor.js";
import { floats, integers, node } from "../support/graphs.js";
import {
    combined,
    countOfPoints,
    countTensors,
    join,
    L,
    matrix,
    perPoint,
    separate,
    type Variant,
    W,
    weights,
} from "./exporterParts.js";

/** Ways in which the code and the points come in. */
export const inputVariants: Record<string, Variant> = {
    "one input, code first": { inputs: combined, nodes: [node("Identity", ["input"], "x")], columns: L + 3 },
    "one input, points first": {
        inputs: combined,
        nodes: [node("Identity", ["input"], "x")],
        columns: L + 3,
        options: { inputOrder: "points-first" },
    },
    "one input whose sizes only the caller knows": {
        inputs: { input: ["N", "columns"] },
        nodes: [node("Cast", ["input"], "x", { to: ElementType.FLOAT })],
        columns: L + 3,
        options: { latentSize: L },
    },
    "a code a point": { inputs: perPoint, nodes: [join, node("Identity", ["z"], "codes")], columns: L + 3 },
    "inputs in the other order, other names": {
        inputs: { query: ["N", 3], shape_vector: ["N", L] },
        nodes: [node("Concat", ["query", "shape_vector"], "x", { axis: -1 })],
        columns: L + 3,
    },
    "Gemm with every attribute": {
        inputs: combined,
        nodes: [
            node("Gemm", ["input", "v0", "c0"], "a0", { transB: 1, alpha: { float: 0.5 }, beta: { float: -2 } }),
            node("Tanh", ["a0"], "h0"),
            node("Gemm", ["h0", "v1"], "sdf", { transB: 0 }),
        ],
        tensors: { v0: matrix(W, L + 3), c0: floats(weights(1, W), [1, W]), v1: matrix(W, 1) },
    },
    "the code expanded by shape arithmetic": {
        inputs: separate,
        nodes: [
            ...countOfPoints,
            node("Concat", ["nVector", "width"], "sizes", { axis: 0 }),
            node("Expand", ["z", "sizes"], "codes"),
            join,
        ],
        tensors: countTensors,
        columns: L + 3,
    },
    "the code expanded as PyTorch writes expand(n, -1)": {
        inputs: separate,
        nodes: [
            ...countOfPoints,
            node("Concat", ["nVector", "minusOne"], "wanted", { axis: 0 }),
            node("Shape", ["wanted"], "rank"),
            node("ConstantOfShape", ["rank"], "ones", { value: { tensor: integers([1]) } }),
            node("Mul", ["ones", "minusOne"], "minusOnes"),
            node("Equal", ["wanted", "minusOnes"], "isKept"),
            node("Where", ["isKept", "ones", "wanted"], "sizes"),
            node("Expand", ["z", "sizes"], "codes"),
            join,
        ],
        tensors: { ...countTensors, minusOne: integers([-1]) },
        columns: L + 3,
    },
    "the code tiled": {
        inputs: separate,
        nodes: [
            ...countOfPoints,
            node("Concat", ["nVector", "one"], "repeats", { axis: 0 }),
            node("Tile", ["z", "repeats"], "codes"),
            join,
        ],
        tensors: countTensors,
        columns: L + 3,
    },
    "the code through a third axis": {
        inputs: separate,
        nodes: [
            ...countOfPoints,
            node("Unsqueeze", ["z", "one"], "z3"),
            node("Concat", ["one", "nVector", "width"], "sizes", { axis: 0 }),
            node("Expand", ["z3", "sizes"], "wide"),
            node("Reshape", ["wide", "flat"], "codes"),
            join,
        ],
        tensors: { ...countTensors, flat: integers([-1, L]) },
        columns: L + 3,
    },
    "the first row's code for all": {
        inputs: perPoint,
        nodes: [
            node("Slice", ["z", "axis0", "one", "axis0"], "first"),
            ...countOfPoints,
            node("Concat", ["nVector", "width"], "sizes", { axis: 0 }),
            node("Expand", ["first", "sizes"], "codes"),
            join,
        ],
        tensors: countTensors,
        columns: L + 3,
    },
    "a column of ones made for N points": {
        inputs: perPoint,
        nodes: [
            ...countOfPoints,
            node("Concat", ["nVector", "one"], "sizes", { axis: 0 }),
            node("ConstantOfShape", ["sizes"], "onesColumn", { value: { tensor: floats([1]) } }),
            node("Concat", ["z", "xyz", "onesColumn"], "x", { axis: 1 }),
        ],
        tensors: countTensors,
        columns: L + 4,
    },
    "a constant row expanded to N points": {
        inputs: perPoint,
        nodes: [
            ...countOfPoints,
            node("Concat", ["nVector", "two"], "sizes", { axis: 0 }),
            node("Expand", ["row", "sizes"], "rows"),
            node("Concat", ["z", "xyz", "rows"], "x", { axis: 1 }),
        ],
        tensors: { ...countTensors, two: integers([2]), row: floats([0.5, -1], [1, 2]) },
        columns: L + 5,
    },
    "columns cut by Slice": {
        inputs: combined,
        nodes: [
            node("Slice", ["input", "minus3", "end", "one"], "xyz"),
            node("Slice", ["input", "zero1", "minus3", "one"], "z"),
            node("Concat", ["xyz", "z"], "x", { axis: 1 }),
        ],
        tensors: {
            minus3: integers([-3]),
            end: integers([2 ** 53]),
            one: integers([1]),
            zero1: integers([0]),
        },
        columns: L + 3,
    },
    "columns cut by Split and Gather, operator set 11": {
        opset: 11,
        inputs: combined,
        nodes: [
            node("Split", ["input"], ["z", "xyz"], { axis: 1, split: [L, 3] }),
            node("Gather", ["xyz", "zyx"], "turned", { axis: 1 }),
            node("Concat", ["turned", "z"], "x", { axis: 1 }),
        ],
        tensors: { zyx: integers([2, 1, 0]) },
        columns: L + 3,
    },
};

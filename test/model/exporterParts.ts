import type { ReadDecoderOptions } from "../../plugin/model/index.js";
import { floats, type GraphSpec, integers, type NodeSpec, node, writeGraph } from "../support/graphs.js";
import { createTestRandom } from "../support/perceptrons.js";

/** Size of the codes and width of the layers. */
export const L = 5;
export const W = 8;
const random = createTestRandom(3);
export const weights = (rows: number, columns: number) =>
    Float32Array.from({ length: rows * columns }, () => (random() * 2 - 1) * Math.sqrt(2 / rows));
export const matrix = (rows: number, columns: number) => floats(weights(rows, columns), [rows, columns]);

/** From `x` [N, columns] to `sdf`: two layers with a nonlinearity between, MatMul and Add. */
function tail(columns: number): { nodes: NodeSpec[]; tensors: GraphSpec["tensors"] } {
    return {
        nodes: [
            node("MatMul", ["x", "end_w0"], "end_m0"),
            node("Add", ["end_m0", "end_b0"], "end_a0"),
            node("Relu", ["end_a0"], "end_h0"),
            node("MatMul", ["end_h0", "end_w1"], "end_m1"),
            node("Add", ["end_b1", "end_m1"], "sdf"),
        ],
        tensors: {
            end_w0: matrix(columns, W),
            end_b0: floats(weights(1, W)),
            end_w1: matrix(W, 1),
            end_b1: floats([0.125]),
        },
    };
}

export interface Variant extends Partial<GraphSpec> {
    nodes: NodeSpec[];
    /** Columns of the value `x` that the nodes make for `tail`; without it they make `sdf` themselves. */
    columns?: number;
    options?: ReadDecoderOptions;
    /** Number of points that the file is bound to. */
    pointCount?: number;
}

/** Inputs as files declare them. */
export const combined = { input: ["N", L + 3] };
export const separate = { z: [1, L], xyz: ["N", 3] };
export const perPoint = { z: ["N", L], xyz: ["N", 3] };
export const join = node("Concat", ["codes", "xyz"], "x", { axis: 1 });

/** N of `xyz` as a vector of one number. */
export const countOfPoints = [
    node("Shape", ["xyz"], "shape"),
    node("Gather", ["shape", "zero"], "n", { axis: 0 }),
    node("Unsqueeze", ["n", "axis0"], "nVector"),
];
export const countTensors = { zero: integers([0], []), axis0: integers([0]), width: integers([L]), one: integers([1]) };

/** The file of a variant. */
export function build({ columns, nodes, tensors, ...rest }: Variant): Uint8Array {
    const end = columns ? tail(columns) : { nodes: [], tensors: {} };
    const spec = {
        inputs: combined,
        ...rest,
        nodes: [...nodes, ...end.nodes],
        tensors: { ...tensors, ...end.tensors },
    };
    return writeGraph(spec);
}

import { type Affine, constantOf, select } from "./affine.js";
import type { LayerSource } from "./layerChain.js";
import { broadcastDims, broadcastIndices } from "./moveElements.js";
import { BrokenGraph, NotPerceptron } from "./problem.js";
import { type Budget, elementCount, type Tensor } from "./tensor.js";

/** What a name in the graph stands for: a constant, or rows of numbers that depend on the code and the point. */
export type Value = Constant | Rows;

export interface Constant {
    readonly kind: "constant";
    readonly tensor: Tensor;
    /** Whether it was computed from the number of points, which is only stood for. */
    readonly ofCount: boolean;
}

/** A value [rows, ...dims]; its first axis is the points'. */
export interface Rows {
    readonly kind: "rows";
    /** One row a point, or a single one. */
    readonly perPoint: boolean;
    /** Of one row. */
    readonly dims: readonly number[];
    readonly affine: Affine<LayerSource>;
}

/** Both values with the dimensions of their common shape; constants as rows that depend on nothing. */
export function broadcastRows(a: Value, b: Value, budget: Budget): [Rows, Rows] {
    const rank = Math.max(...[a, b].map((value) => (value.kind === "rows" ? value.dims.length : 0)));
    const [left, right] = [aligned(a, rank), aligned(b, rank)];
    const dims = broadcastDims(left.dims, right.dims);
    if (!dims) {
        throw new BrokenGraph(
            `combines rows of [${left.dims}] with rows of [${right.dims}]; these do not broadcast; export again`,
        );
    }
    const spread = (x: Rows): Rows =>
        elementCount(x.dims) === elementCount(dims)
            ? { ...x, dims }
            : { ...x, dims, affine: select(x.affine, broadcastIndices(x.dims, dims, budget), budget) };
    return [spread(left), spread(right)];
}

/** A value as rows whose own axes meet those of rows with `rank` axes, counted from the last. */
function aligned(value: Value, rank: number): Rows {
    if (value.kind === "rows") {
        if (value.perPoint && value.dims.length < rank)
            throw new NotPerceptron("combines values of different numbers of axes, so that points meet each other");
        return value;
    }
    const { dims, data } = value.tensor;
    const lead = Math.max(0, dims.length - rank);
    // One more axis may stand for the points, if it is the same for all of them.
    if (lead > 1 || (lead === 1 && dims[0] !== 1))
        throw new NotPerceptron(`combines rows with a constant of sizes [${dims}]`);
    return { kind: "rows", perPoint: false, dims: dims.slice(lead), affine: constantOf<LayerSource>(data) };
}

/** Values side by side, as one. */
export function join(values: readonly Affine<LayerSource>[], budget: Budget): Affine<LayerSource> {
    if (values.length === 1) return values[0];
    const size = values.reduce((total, value) => total + value.size, 0);
    budget.spend(size);
    const parts = new Map<LayerSource, Float64Array>();
    const bias = new Float64Array(size);
    let offset = 0;
    for (const value of values) {
        for (const [source, part] of value.parts) {
            let whole = parts.get(source);
            if (!whole) {
                budget.spend(size * source.size);
                whole = new Float64Array(size * source.size);
                parts.set(source, whole);
            }
            whole.set(part, offset * source.size);
        }
        bias.set(value.bias, offset);
        offset += value.size;
    }
    return { size, parts, bias };
}

export function rowsAt(inputs: readonly (Value | null)[], index: number): Rows {
    const value = required(inputs[index]);
    if (value.kind === "constant") throw new NotPerceptron("applies a value that depends on the point to constants");
    return value;
}

export function constantAt(inputs: readonly (Value | null)[], index: number): Tensor {
    const value = required(inputs[index]);
    if (value.kind === "rows")
        throw new NotPerceptron("multiplies two values that both depend on the code or the point");
    return value.tensor;
}

export function required(value: Value | null | undefined): Value {
    if (!value) throw new BrokenGraph("lacks an input; the operator needs it; export again");
    return value;
}

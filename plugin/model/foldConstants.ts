import { floatAttribute, type GraphNode, intAttribute } from "./graph.js";
import { axesOf, broadcastDims, broadcastIndices, moves, required } from "./moveElements.js";
import { BrokenGraph, NotPerceptron } from "./problem.js";
import { type Budget, checkDims, ElementType, elementCount, integers, readTensor, type Tensor } from "./tensor.js";

/**
 * What a node makes of constants: weight norm, transposed weights and the shape arithmetic that exporters leave.
 *
 * @param inputs null for an optional input left out
 * @throws NotPerceptron for an operator that no exporter leaves on constants, BrokenGraph for impossible sizes
 */
export function foldNode(node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const unary = unaries.get(node.operator);
    if (unary) {
        const x = required(inputs, 0);
        budget.spend(x.data.length);
        return [{ type: x.type, dims: x.dims, data: x.data.map(unary) }];
    }
    const binary = binaries.get(node.operator);
    if (binary) {
        let result = required(inputs, 0);
        for (let i = 1; i < inputs.length; i++) result = elementwise(binary, result, required(inputs, i), budget);
        return [result];
    }
    const reduction = reductions.get(node.operator);
    if (reduction) return [reduce(node, inputs, reduction, budget)];
    const fold = moves.get(node.operator) ?? others.get(node.operator);
    if (!fold) throw new NotPerceptron("is not known");
    return fold(node, inputs, budget);
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

const unaries = new Map<string, (x: number) => number>([
    ["Neg", (x) => -x],
    ["Abs", Math.abs],
    ["Sqrt", Math.sqrt],
    ["Reciprocal", (x) => 1 / x],
    ["Exp", Math.exp],
    ["Log", Math.log],
    ["Sin", Math.sin],
    ["Cos", Math.cos],
    ["Tanh", Math.tanh],
    ["Sigmoid", logistic],
    ["Relu", (x) => Math.max(x, 0)],
    ["Softplus", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
    ["Floor", Math.floor],
    ["Ceil", Math.ceil],
    ["Not", (x) => (x ? 0 : 1)],
]);

interface Binary {
    readonly apply: (a: number, b: number) => number;
    readonly truth?: boolean;
}

const binaries = new Map<string, Binary>([
    ["Add", { apply: (a, b) => a + b }],
    ["Sum", { apply: (a, b) => a + b }],
    ["Sub", { apply: (a, b) => a - b }],
    ["Mul", { apply: (a, b) => a * b }],
    ["Div", { apply: (a, b) => a / b }],
    ["Pow", { apply: (a, b) => a ** b }],
    ["Max", { apply: Math.max }],
    ["Min", { apply: Math.min }],
    ["Equal", { apply: (a, b) => Number(a === b), truth: true }],
    ["Greater", { apply: (a, b) => Number(a > b), truth: true }],
    ["Less", { apply: (a, b) => Number(a < b), truth: true }],
    ["And", { apply: (a, b) => Number(a && b), truth: true }],
    ["Or", { apply: (a, b) => Number(a || b), truth: true }],
]);

function elementwise(operation: Binary, a: Tensor, b: Tensor, budget: Budget): Tensor {
    const dims = broadcastDims(a.dims, b.dims);
    if (!dims) throw new BrokenGraph(`combines [${a.dims}] with [${b.dims}]; these do not broadcast; export again`);
    const [left, right] = [spread(a, dims, budget), spread(b, dims, budget)];
    const data = new Float64Array(left.length);
    for (let i = 0; i < data.length; i++) data[i] = operation.apply(left[i], right[i]);
    const type = operation.truth ? "bool" : a.type;
    return { type, dims, data: type === "int" ? data.map(Math.trunc) : data };
}

/** The elements of a constant broadcast to `dims`. */
function spread(x: Tensor, dims: readonly number[], budget: Budget): Float64Array {
    const count = elementCount(dims);
    budget.spendOnValue(count);
    if (x.data.length === count) return x.data;
    if (x.data.length === 1) return new Float64Array(count).fill(x.data[0]);
    const indices = broadcastIndices(x.dims, dims, budget);
    const data = new Float64Array(count);
    for (let i = 0; i < count; i++) data[i] = x.data[indices[i]];
    return data;
}

/** Fold of `step` over a range of elements, then `finish` with their number. */
interface Reduction {
    readonly start: number;
    readonly step: (sum: number, x: number) => number;
    readonly finish?: (sum: number, count: number) => number;
}

const reductions = new Map<string, Reduction>([
    ["ReduceSum", { start: 0, step: (sum, x) => sum + x }],
    ["ReduceSumSquare", { start: 0, step: (sum, x) => sum + x * x }],
    ["ReduceL2", { start: 0, step: (sum, x) => sum + x * x, finish: Math.sqrt }],
    ["ReduceL1", { start: 0, step: (sum, x) => sum + Math.abs(x) }],
    ["ReduceMean", { start: 0, step: (sum, x) => sum + x, finish: (sum, count) => sum / count }],
    ["ReduceProd", { start: 1, step: (product, x) => product * x }],
    ["ReduceMax", { start: Number.NEGATIVE_INFINITY, step: Math.max }],
    ["ReduceMin", { start: Number.POSITIVE_INFINITY, step: Math.min }],
]);

function reduce(
    node: GraphNode,
    inputs: readonly (Tensor | null)[],
    { start, step, finish }: Reduction,
    budget: Budget,
): Tensor {
    const x = required(inputs, 0);
    const given = axesOf(node, inputs[1], x.dims.length);
    const none = !given || given.length === 0;
    if (none && intAttribute(node, "noop_with_empty_axes", 0) === 1) return x;
    const reduced = (axis: number) => none || given.includes(axis);
    const kept = x.dims.map((size, axis) => (reduced(axis) ? 1 : size));

    const target = broadcastIndices(kept, x.dims, budget);
    budget.spend(elementCount(kept));
    const data = new Float64Array(elementCount(kept)).fill(start);
    for (let i = 0; i < target.length; i++) data[target[i]] = step(data[target[i]], x.data[i]);
    const count = data.length > 0 ? x.data.length / data.length : 0;
    const keep = intAttribute(node, "keepdims", 1) === 1;
    return {
        type: x.type,
        dims: keep ? kept : x.dims.filter((_, axis) => !reduced(axis)),
        data: finish ? data.map((sum) => finish(sum, count)) : data,
    };
}

type Fold = (node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget) => Tensor[];

const others = new Map<string, Fold>([
    ["Constant", constant],
    ["ConstantOfShape", constantOfShape],
    ["Shape", shape],
    ["Cast", cast],
    ["CastLike", (_node, inputs) => [required(inputs, 0)]],
    ["Range", range],
    ["Where", where],
    ["Clip", clip],
    ["MatMul", matMul],
]);

function constant(node: GraphNode): Tensor[] {
    for (const [name, attribute] of node.attributes) {
        if (name === "value" && attribute.t) {
            const tensor = readTensor(attribute.t);
            if (tensor) return [tensor];
        }
        if (name === "value_float") return [{ type: "float", dims: [], data: Float64Array.of(attribute.f) }];
        if (name === "value_int") return [{ type: "int", dims: [], data: Float64Array.of(Number(attribute.i)) }];
        if (name === "value_ints") return [integers(attribute.ints.map(Number))];
        if (name === "value_floats")
            return [{ type: "float", dims: [attribute.floats.length], data: Float64Array.from(attribute.floats) }];
    }
    throw new NotPerceptron("holds no numbers");
}

function constantOfShape(node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const dims = Array.from(required(inputs, 0).data);
    checkDims(dims);
    budget.spendOnValue(elementCount(dims));
    const proto = node.attributes.get("value")?.t;
    const fill = proto ? readTensor(proto) : null;
    if (fill && fill.data.length !== 1)
        throw new BrokenGraph(`fills with ${fill.data.length} values; expected 1; export again`);
    const data = new Float64Array(elementCount(dims)).fill(fill ? fill.data[0] : 0);
    return [{ type: fill?.type ?? "float", dims, data }];
}

function shape(node: GraphNode, inputs: readonly (Tensor | null)[]): Tensor[] {
    return [shapeOf(node, required(inputs, 0).dims)];
}

/** The Shape operator on a value of these dimensions. */
export function shapeOf(node: GraphNode, dims: readonly number[]): Tensor {
    return integers(dims.slice(intAttribute(node, "start", 0), intAttribute(node, "end", dims.length)));
}

function cast(node: GraphNode, inputs: readonly (Tensor | null)[]): Tensor[] {
    const x = required(inputs, 0);
    const to = intAttribute(node, "to", 0);
    if (to === ElementType.BOOL) return [{ type: "bool", dims: x.dims, data: x.data.map((value) => (value ? 1 : 0)) }];
    return isFloatType(to)
        ? [{ type: "float", dims: x.dims, data: x.data }]
        : [{ type: "int", dims: x.dims, data: x.data.map(Math.trunc) }];
}

export function isFloatType(elementType: number): boolean {
    return (
        elementType === ElementType.FLOAT ||
        elementType === ElementType.FLOAT16 ||
        elementType === ElementType.BFLOAT16 ||
        elementType === ElementType.DOUBLE
    );
}

function range(_node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const [start, limit, delta] = [0, 1, 2].map((index) => required(inputs, index).data[0]);
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    budget.spendOnValue(count);
    const data = Float64Array.from({ length: count }, (_, i) => start + i * delta);
    return [{ type: required(inputs, 0).type, dims: [count], data }];
}

function where(_node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const [condition, yes, no] = [0, 1, 2].map((index) => required(inputs, index));
    const dims = broadcastDims(condition.dims, broadcastDims(yes.dims, no.dims) ?? [Number.NaN]);
    if (!dims || dims.some(Number.isNaN))
        throw new BrokenGraph(`combines [${condition.dims}], [${yes.dims}] and [${no.dims}]; export again`);
    const [c, y, n] = [condition, yes, no].map((tensor) => broadcastIndices(tensor.dims, dims, budget));
    const data = Float64Array.from(c, (index, i) => (condition.data[index] ? yes.data[y[i]] : no.data[n[i]]));
    return [{ type: yes.type, dims, data }];
}

function clip(node: GraphNode, inputs: readonly (Tensor | null)[]): Tensor[] {
    const x = required(inputs, 0);
    const low = inputs[1]?.data[0] ?? floatAttribute(node, "min", Number.NEGATIVE_INFINITY);
    const high = inputs[2]?.data[0] ?? floatAttribute(node, "max", Number.POSITIVE_INFINITY);
    return [{ type: x.type, dims: x.dims, data: x.data.map((value) => Math.min(Math.max(value, low), high)) }];
}

function matMul(_node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const [a, b] = [required(inputs, 0), required(inputs, 1)];
    if (a.dims.length !== 2 || b.dims.length !== 2)
        throw new NotPerceptron("multiplies constants of other than 2 axes");
    const [rows, inner] = a.dims;
    const columns = b.dims[1];
    if (b.dims[0] !== inner) throw new BrokenGraph(`multiplies [${a.dims}] with [${b.dims}]; export again`);
    budget.spendOnValue(rows * columns);
    budget.spend((rows * inner * columns) / 8);
    const data = new Float64Array(rows * columns);
    for (let r = 0; r < rows; r++)
        for (let k = 0; k < inner; k++) {
            const factor = a.data[r * inner + k];
            for (let c = 0; c < columns; c++) data[r * columns + c] += factor * b.data[k * columns + c];
        }
    return [{ type: a.type, dims: [rows, columns], data }];
}

import { type GraphNode, intAttribute, intsAttribute } from "./graph.js";
import { BrokenGraph } from "./problem.js";
import { type Budget, checkDims, checkRank, elementCount, sameDims, shownDims, type Tensor } from "./tensor.js";

/**
 * The operators that only move elements about, on constants.
 *
 * `toPerceptron` runs them on tensors of element numbers to learn where the columns of a value go, so each of them
 * works for weights, for shape arithmetic and for the rows of a batch alike.
 */
type Move = (node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget) => Tensor[];

/** Which element of a tensor of `dims` each element of its broadcast to `target` is. */
export function broadcastIndices(dims: readonly number[], target: readonly number[], budget: Budget): Int32Array {
    const strides = rowMajorStrides(dims);
    const lead = target.length - dims.length;
    return strided(
        target,
        target.map((_, axis) => (axis < lead || dims[axis - lead] === 1 ? 0 : strides[axis - lead])),
        0,
        budget,
    );
}

/** The common shape of numpy's broadcasting, or null if there is none. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] | null {
    const rank = Math.max(a.length, b.length);
    const dims: number[] = [];
    for (let axis = 0; axis < rank; axis++) {
        const left = a[axis - rank + a.length] ?? 1;
        const right = b[axis - rank + b.length] ?? 1;
        if (left !== right && left !== 1 && right !== 1) return null;
        dims.push(left === 1 ? right : left);
    }
    return dims;
}

/** Axes given as an attribute (older operator sets) or as an input (newer ones); null if given in neither way. */
export function axesOf(node: GraphNode, input: Tensor | null | undefined, rank: number): number[] | null {
    const axes = input ? Array.from(input.data) : intsAttribute(node, "axes");
    return axes ? axes.map((axis) => normalAxis(axis, rank)) : null;
}

/** `axis`, counted from the end if negative, as an index into `rank` axes. */
export function normalAxis(axis: number, rank: number): number {
    const index = axis < 0 ? axis + rank : axis;
    if (!(Number.isInteger(index) && index >= 0 && index < rank))
        throw new BrokenGraph(`has axis ${axis}; its input has ${rank} axes; export again`);
    return index;
}

/** Input `index`, which the operator cannot do without. */
export function required(inputs: readonly (Tensor | null)[], index: number): Tensor {
    const tensor = inputs[index];
    if (!tensor) throw new BrokenGraph(`lacks its input ${index}; the operator needs it; export again`);
    return tensor;
}

export const moves: ReadonlyMap<string, Move> = new Map<string, Move>([
    ["Identity", (_node, inputs) => [required(inputs, 0)]],
    ["Dropout", (_node, inputs) => [required(inputs, 0)]],
    ["Transpose", transpose],
    ["Reshape", reshape],
    ["Flatten", flatten],
    ["Squeeze", squeeze],
    ["Unsqueeze", unsqueeze],
    ["Expand", expand],
    ["Tile", tile],
    ["Slice", slice],
    ["Split", split],
    ["Gather", gather],
    ["Concat", concat],
]);

function transpose(node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const x = required(inputs, 0);
    const rank = x.dims.length;
    const order = (intsAttribute(node, "perm") ?? [...x.dims.keys()].reverse()).map((axis) => normalAxis(axis, rank));
    if (new Set(order).size !== rank)
        throw new BrokenGraph(`permutes axes [${shownDims(order)}]; its input has ${rank}; export again`);
    const strides = rowMajorStrides(x.dims);
    const dims = order.map((axis) => x.dims[axis]);
    const strideOf = order.map((axis) => strides[axis]);
    return [take(x, dims, strided(dims, strideOf, 0, budget))];
}

function reshape(node: GraphNode, inputs: readonly (Tensor | null)[]): Tensor[] {
    const x = required(inputs, 0);
    const wanted = Array.from(required(inputs, 1).data);
    const keepZero = intAttribute(node, "allowzero", 0) === 0;
    const dims = wanted.map((size, axis) => (size === 0 && keepZero ? (x.dims[axis] ?? 0) : size));
    const free = dims.indexOf(-1);
    if (free >= 0) dims[free] = x.data.length / elementCount(dims.filter((_, axis) => axis !== free));
    return [redim(x, dims)];
}

function flatten(node: GraphNode, inputs: readonly (Tensor | null)[]): Tensor[] {
    const x = required(inputs, 0);
    const given = intAttribute(node, "axis", 1);
    const axis = given < 0 ? given + x.dims.length : given;
    const rows = elementCount(x.dims.slice(0, axis));
    return [redim(x, [rows, x.data.length / rows])];
}

function squeeze(node: GraphNode, inputs: readonly (Tensor | null)[]): Tensor[] {
    const x = required(inputs, 0);
    const axes = axesOf(node, inputs[1], x.dims.length);
    return [
        redim(
            x,
            x.dims.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)),
        ),
    ];
}

function unsqueeze(node: GraphNode, inputs: readonly (Tensor | null)[]): Tensor[] {
    const x = required(inputs, 0);
    const count = inputs[1]?.data.length ?? intsAttribute(node, "axes")?.length ?? 0;
    const rank = x.dims.length + count;
    checkRank(rank);
    const axes = axesOf(node, inputs[1], rank) ?? [];
    const rest = [...x.dims];
    return [
        redim(
            x,
            Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1))),
        ),
    ];
}

function expand(_node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const x = required(inputs, 0);
    const wanted = Array.from(required(inputs, 1).data);
    const dims = broadcastDims(x.dims, wanted);
    if (!dims)
        throw new BrokenGraph(`expands [${x.dims}] to [${shownDims(wanted)}]; these do not broadcast; export again`);
    return [take(x, dims, broadcastIndices(x.dims, dims, budget))];
}

function tile(_node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const x = required(inputs, 0);
    const repeats = Array.from(required(inputs, 1).data);
    if (repeats.length !== x.dims.length)
        throw new BrokenGraph(`repeats [${shownDims(repeats)}] an input of ${x.dims.length} axes; export again`);
    // Each axis becomes two: the repetition, which does not move, and the axis itself.
    const strides = rowMajorStrides(x.dims);
    const indices = strided(
        x.dims.flatMap((size, axis) => [repeats[axis], size]),
        strides.flatMap((stride) => [0, stride]),
        0,
        budget,
    );
    return [
        take(
            x,
            x.dims.map((size, axis) => size * repeats[axis]),
            indices,
        ),
    ];
}

function slice(node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const x = required(inputs, 0);
    const list = (index: number, name: string) =>
        inputs[index] ? Array.from(inputs[index].data) : intsAttribute(node, name);
    const starts = list(1, "starts") ?? [];
    const ends = list(2, "ends") ?? [];
    const axes = axesOf(node, inputs[3], x.dims.length) ?? [...starts.keys()];
    const steps = list(4, "steps") ?? starts.map(() => 1);
    if ([ends, axes, steps].some((values) => values.length !== starts.length))
        throw new BrokenGraph("has starts, ends, axes and steps of different lengths; export again");

    const strides = rowMajorStrides(x.dims);
    const dims = [...x.dims];
    let offset = 0;
    axes.forEach((axis, i) => {
        const size = x.dims[normalAxis(axis, dims.length)];
        const step = steps[i];
        if (step === 0) throw new BrokenGraph("slices with a step of 0; export again");
        const clamp = (position: number, low: number, high: number) =>
            Math.min(Math.max(position < 0 ? position + size : position, low), high);
        const start = step > 0 ? clamp(starts[i], 0, size) : clamp(starts[i], 0, size - 1);
        const end = step > 0 ? clamp(ends[i], 0, size) : clamp(ends[i], -1, size - 1);
        dims[axis] = Math.max(0, Math.ceil((end - start) / step));
        offset += start * strides[axis];
        strides[axis] *= step;
    });
    return [take(x, dims, strided(dims, strides, offset, budget))];
}

function split(node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const x = required(inputs, 0);
    const axis = normalAxis(intAttribute(node, "axis", 0), x.dims.length);
    const size = x.dims[axis];
    const parts = node.outputs.length;
    const part = Math.ceil(size / parts);
    const sizes = inputs[1]
        ? Array.from(inputs[1].data)
        : (intsAttribute(node, "split") ?? node.outputs.map((_, i) => Math.max(0, Math.min(part, size - i * part))));
    if (sizes.length !== parts || sizes.reduce((sum, count) => sum + count, 0) !== size || sizes.some((s) => s < 0))
        throw new BrokenGraph(`splits ${size} columns into [${shownDims(sizes)}]; export again`);
    const strides = rowMajorStrides(x.dims);
    let start = 0;
    return sizes.map((count) => {
        const dims = x.dims.map((d, i) => (i === axis ? count : d));
        const indices = strided(dims, strides, start * strides[axis], budget);
        start += count;
        return take(x, dims, indices);
    });
}

function gather(node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const x = required(inputs, 0);
    const picks = required(inputs, 1);
    const axis = normalAxis(intAttribute(node, "axis", 0), x.dims.length);
    const size = x.dims[axis];
    const outer = elementCount(x.dims.slice(0, axis));
    const inner = elementCount(x.dims.slice(axis + 1));
    budget.spendOnValue(outer * picks.data.length * inner);
    const indices = new Int32Array(outer * picks.data.length * inner);
    let next = 0;
    for (let o = 0; o < outer; o++)
        for (const pick of picks.data) {
            const position = normalAxis(pick, size);
            for (let i = 0; i < inner; i++) indices[next++] = (o * size + position) * inner + i;
        }
    return [take(x, [...x.dims.slice(0, axis), ...picks.dims, ...x.dims.slice(axis + 1)], indices)];
}

function concat(node: GraphNode, inputs: readonly (Tensor | null)[], budget: Budget): Tensor[] {
    const parts = inputs.map((_, i) => required(inputs, i));
    const first = required(inputs, 0);
    const axis = normalAxis(intAttribute(node, "axis", 1), first.dims.length);
    const others = (dims: readonly number[]) => dims.filter((_, i) => i !== axis);
    if (parts.some((part) => !sameDims(others(part.dims), others(first.dims))))
        throw new BrokenGraph(`joins ${shownList(parts)}; all but axis ${axis} must agree; export again`);
    const outer = elementCount(first.dims.slice(0, axis));
    const total = parts.reduce((sum, part) => sum + part.data.length, 0);
    budget.spendOnValue(total);
    const data = new Float64Array(total);
    let next = 0;
    for (let o = 0; o < outer; o++)
        for (const part of parts) {
            const length = part.data.length / outer;
            data.set(part.data.subarray(o * length, (o + 1) * length), next);
            next += length;
        }
    const joined = parts.reduce((sum, part) => sum + part.dims[axis], 0);
    return [{ type: first.type, dims: first.dims.map((size, i) => (i === axis ? joined : size)), data }];
}

function rowMajorStrides(dims: readonly number[]): number[] {
    const strides = new Array<number>(dims.length);
    for (let axis = dims.length - 1, stride = 1; axis >= 0; stride *= dims[axis], axis--) strides[axis] = stride;
    return strides;
}

/** offset + Σ positionᵢ · stridesᵢ for every position in `dims`, the last axis running fastest. */
function strided(dims: readonly number[], strides: readonly number[], offset: number, budget: Budget): Int32Array {
    const count = elementCount(dims);
    checkDims(dims);
    budget.spendOnValue(count);
    const indices = new Int32Array(count);
    const position = new Array<number>(dims.length).fill(0);
    const last = dims.length - 1;
    const [run, step] = last >= 0 ? [dims[last], strides[last]] : [1, 0];
    let current = offset;
    for (let i = 0; i < count; ) {
        for (let k = 0; k < run; k++) indices[i++] = current + k * step;
        for (let axis = last - 1; axis >= 0; axis--) {
            current += strides[axis];
            if (++position[axis] < dims[axis]) break;
            current -= strides[axis] * dims[axis];
            position[axis] = 0;
        }
    }
    return indices;
}

function take(x: Tensor, dims: readonly number[], indices: Int32Array): Tensor {
    const data = new Float64Array(indices.length);
    for (let i = 0; i < data.length; i++) data[i] = x.data[indices[i]];
    return { type: x.type, dims, data };
}

/** The same elements under other dimensions. */
function redim(x: Tensor, dims: readonly number[]): Tensor {
    checkDims(dims);
    if (elementCount(dims) !== x.data.length)
        throw new BrokenGraph(`shapes [${x.dims}] as [${shownDims(dims)}], another number of elements; export again`);
    return { type: x.type, dims, data: x.data };
}

function shownList(tensors: readonly Tensor[]): string {
    const shown = tensors.slice(0, 4).map(({ dims }) => `[${dims}]`);
    return `${shown.join(", ")}${tensors.length > 4 ? ", …" : ""}`;
}

import { type Affine, constantOf, multiply, scale, select, sum } from "./affine.js";
import type { Activation, DecoderInputs, Perceptron } from "./decoder.js";
import { foldNode, shapeOf } from "./foldConstants.js";
import { floatAttribute, type Graph, type GraphNode, intAttribute } from "./graph.js";
import { LayerChain, type LayerSource } from "./layerChain.js";
import { broadcastDims, broadcastIndices, moves } from "./moveElements.js";
import { BrokenGraph, NotPerceptron, quote } from "./problem.js";
import { Budget, elementCount, type Tensor } from "./tensor.js";

/** Stands for the number of points, which only a run knows, in shape arithmetic; a prime no layer has for a width. */
const POINT_COUNT = 1_048_583;

/** Rows used for the batch while elements are followed through an operator that moves them. */
const TRIAL_ROWS = 2;

const SUPPORTED =
    "a multilayer perceptron of MatMul, Gemm, Add, Sub, Mul, Div, Neg, Concat and the like, with Relu, LeakyRelu, Elu, " +
    "Softplus, Tanh, Sigmoid or Sin between its layers, is supported; anything else runs on onnxruntime alone";

/** What a name in the graph stands for: a constant, or rows of numbers that depend on the code and the point. */
type Value =
    | { readonly kind: "constant"; readonly tensor: Tensor }
    | {
          readonly kind: "rows";
          /** One row a point, or a single one. */
          readonly perPoint: boolean;
          /** Of one row. */
          readonly dims: readonly number[];
          readonly affine: Affine<LayerSource>;
      };

type Rows = Extract<Value, { kind: "rows" }>;

/**
 * The graph as a chain of layers: constants are folded, everything else is followed as affine functions of the code,
 * the point and the layers before.
 *
 * @returns the perceptron, or why the graph is none
 * @throws an error that names the node, for a graph that nothing can run
 */
export function toPerceptron(
    graph: Graph,
    inputs: DecoderInputs,
    latentSize: number,
    name: string,
): { perceptron: Perceptron | null; reason: string | null } {
    const reader = new Reader(graph, inputs, latentSize);
    for (const node of neededNodes(graph)) {
        try {
            reader.visit(node);
        } catch (error) {
            const where = `node ${quote(node.name)} (${quote(node.operator)})`;
            if (error instanceof NotPerceptron) {
                return { perceptron: null, reason: `${where} ${error.message}; ${SUPPORTED}` };
            }
            throw error instanceof BrokenGraph ? new Error(`readDecoder: ${name}: ${where} ${error.message}`) : error;
        }
    }
    try {
        return { perceptron: reader.finish(), reason: null };
    } catch (error) {
        if (error instanceof NotPerceptron) {
            return { perceptron: null, reason: `the output ${error.message}; ${SUPPORTED}` };
        }
        throw error instanceof BrokenGraph ? new Error(`readDecoder: ${name}: ${error.message}`) : error;
    }
}

/** The nodes that the first output depends on, in order. */
function neededNodes(graph: Graph): GraphNode[] {
    const needed = new Set([graph.outputs[0].name]);
    return graph.nodes
        .toReversed()
        .filter((node) => {
            const isNeeded = node.outputs.some((output) => needed.has(output));
            if (isNeeded) {
                for (const input of node.inputs) needed.add(input);
            }
            return isNeeded;
        })
        .reverse();
}

class Reader {
    private readonly budget = new Budget();
    private readonly chain: LayerChain;
    private readonly values = new Map<string, Value>();

    constructor(
        private readonly graph: Graph,
        inputs: DecoderInputs,
        latentSize: number,
    ) {
        this.chain = new LayerChain(latentSize, this.budget);
        const { latent, point } = this.chain;
        const whole = (source: LayerSource, size: number, offset: number): Affine<LayerSource> => {
            this.budget.spend(size * source.size);
            const part = new Float64Array(size * source.size);
            for (let i = 0; i < source.size; i++) part[(offset + i) * source.size + i] = 1;
            return { size, parts: new Map([[source, part]]), bias: new Float64Array(size) };
        };
        const put = (input: string, perPoint: boolean, affine: Affine<LayerSource>) =>
            this.values.set(input, { kind: "rows", perPoint, dims: [affine.size], affine });
        if (inputs.layout === "combined") {
            const size = latentSize + 3;
            const latentFirst = inputs.order === "latent-first";
            const code = whole(latent, size, latentFirst ? 0 : 3);
            put(inputs.input, true, sum(code, whole(point, size, latentFirst ? latentSize : 0), 1, this.budget));
        } else {
            put(inputs.latent, inputs.latentRows === "per-point", whole(latent, latentSize, 0));
            put(inputs.points, true, whole(point, 3, 0));
        }
    }

    visit(node: GraphNode): void {
        const inputs = node.inputs.map((input) => (input === "" ? null : this.valueOf(input)));
        const results = this.evaluate(node, inputs);
        node.outputs.forEach((output, i) => {
            if (output !== "" && results[i]) this.values.set(output, results[i]);
        });
    }

    finish(): Perceptron {
        const output = this.valueOf(this.graph.outputs[0].name);
        if (output.kind === "constant" || !output.perPoint) {
            throw new BrokenGraph(
                "the output does not depend on the points; expected a distance a point; export again",
            );
        }
        if (output.affine.size !== 1) {
            throw new BrokenGraph(
                `the output has ${output.affine.size} columns; expected 1, the signed distance; export the distance alone`,
            );
        }
        return this.chain.finish(output.affine);
    }

    private valueOf(name: string): Value {
        const known = this.values.get(name);
        if (known) return known;
        const tensor = this.graph.tensors.get(name);
        if (!tensor) throw new NotPerceptron(`reads ${quote(name)}, whose element type no decoder has`);
        return { kind: "constant", tensor };
    }

    private evaluate(node: GraphNode, inputs: readonly (Value | null)[]): Value[] {
        if (inputs.every((input) => input === null || input.kind === "constant")) {
            const tensors = inputs.map((input) => (input?.kind === "constant" ? input.tensor : null));
            return foldNode(node, tensors, this.budget).map((tensor) => ({ kind: "constant", tensor }));
        }
        const activation = activationOf(node);
        if (activation) return [this.activate(rowsAt(inputs, 0), activation)];
        if (moves.has(node.operator)) return this.move(node, inputs);
        switch (node.operator) {
            case "Shape": {
                const { perPoint, dims } = rowsAt(inputs, 0);
                const tensor = shapeOf(node, [perPoint ? POINT_COUNT : 1, ...dims]);
                return [{ kind: "constant", tensor }];
            }
            case "Cast":
            case "CastLike":
                return [rowsAt(inputs, 0)];
            case "Cos":
                return [this.wave(rowsAt(inputs, 0))];
            case "Neg": {
                const x = rowsAt(inputs, 0);
                return [this.scaled(x, new Float64Array(x.affine.size).fill(-1))];
            }
            case "Add":
            case "Sum":
                return [inputs.slice(1).reduce<Value>((a, b) => this.added(a, required(b), 1), required(inputs[0]))];
            case "Sub":
                return [this.added(required(inputs[0]), required(inputs[1]), -1)];
            case "Mul":
            case "Div":
                return [this.product(node.operator, required(inputs[0]), required(inputs[1]))];
            case "MatMul":
                return [this.matMul(rowsAt(inputs, 0), constantAt(inputs, 1), false, 1)];
            case "Gemm":
                return [this.gemm(node, inputs)];
            default:
                throw new NotPerceptron("is not part of a perceptron");
        }
    }

    private activate(x: Rows, activation: Activation): Rows {
        const waves = activation.kind === "sin" ? this.chain.addWaves(x.affine, "sin") : null;
        return { ...x, affine: waves ?? this.chain.addLayer(x.affine, activation) };
    }

    /** A cosine: a feature of the point, or else a sine a quarter turn on. */
    private wave(x: Rows): Rows {
        const waves = this.chain.addWaves(x.affine, "cos");
        if (waves) return { ...x, affine: waves };
        const turned = { ...x.affine, bias: x.affine.bias.map((value) => value + Math.PI / 2) };
        return { ...x, affine: this.chain.addLayer(turned, { kind: "sin", alpha: 0 }) };
    }

    private scaled(x: Rows, factors: Float64Array): Rows {
        return { ...x, affine: scale(x.affine, factors, this.budget) };
    }

    private added(a: Value, b: Value, factor: number): Value {
        const [left, right] = this.broadcast(a, b);
        const affine = sum(left.affine, right.affine, factor, this.budget);
        return { kind: "rows", perPoint: left.perPoint || right.perPoint, dims: left.dims, affine };
    }

    private product(operator: "Mul" | "Div", a: Value, b: Value): Value {
        if (a.kind === "rows" && b.kind === "rows") {
            throw new NotPerceptron("multiplies or divides two values that both depend on the code or the point");
        }
        if (operator === "Div" && b.kind === "rows") {
            throw new NotPerceptron("divides by a value that depends on the code or the point");
        }
        const [left, right] = this.broadcast(a, b);
        const [rows, constant] = b.kind === "constant" ? [left, right] : [right, left];
        const factors = operator === "Div" ? constant.affine.bias.map((value) => 1 / value) : constant.affine.bias;
        if (!factors.every(Number.isFinite))
            throw new BrokenGraph("divides by zero; expected finite weights; export again");
        return this.scaled(rows, factors);
    }

    /** Both values with the dimensions of their common shape; constants as rows that depend on nothing. */
    private broadcast(a: Value, b: Value): [Rows, Rows] {
        const [left, right] = [asRows(a), asRows(b)];
        const dims = broadcastDims(left.dims, right.dims);
        if (!dims) {
            throw new BrokenGraph(
                `combines rows of [${left.dims}] with rows of [${right.dims}]; these do not broadcast; export again`,
            );
        }
        const spread = (x: Rows): Rows =>
            elementCount(x.dims) === elementCount(dims)
                ? { ...x, dims }
                : { ...x, dims, affine: select(x.affine, broadcastIndices(x.dims, dims, this.budget), this.budget) };
        return [spread(left), spread(right)];
    }

    private gemm(node: GraphNode, inputs: readonly (Value | null)[]): Value {
        if (intAttribute(node, "transA", 0) !== 0) throw new NotPerceptron("transposes the points");
        const transposed = intAttribute(node, "transB", 0) !== 0;
        const alpha = floatAttribute(node, "alpha", 1);
        const product = this.matMul(rowsAt(inputs, 0), constantAt(inputs, 1), transposed, alpha);
        const bias = inputs[2];
        return bias ? this.added(product, bias, floatAttribute(node, "beta", 1)) : product;
    }

    private matMul(x: Rows, matrix: Tensor, transposed: boolean, factor: number): Rows {
        if (matrix.dims.length !== 2) {
            throw new NotPerceptron(`multiplies by weights of ${matrix.dims.length} axes; 2 are supported`);
        }
        const [inner, columns] = transposed ? matrix.dims.toReversed() : matrix.dims;
        if (x.dims[x.dims.length - 1] !== inner) {
            throw new BrokenGraph(
                `multiplies rows of [${x.dims}] with weights [${matrix.dims}]; sizes must agree; export again`,
            );
        }
        this.chain.noteLayout(x.affine);
        const weights = new Float64Array(matrix.data.length);
        for (let k = 0; k < inner; k++) {
            for (let m = 0; m < columns; m++) {
                weights[k * columns + m] = factor * matrix.data[transposed ? m * inner + k : k * columns + m];
            }
        }
        const affine = multiply(x.affine, weights, inner, columns, this.budget);
        return { ...x, dims: [...x.dims.slice(0, -1), columns], affine };
    }

    /** An operator that only moves elements, run on their numbers to see where each ends up. */
    private move(node: GraphNode, inputs: readonly (Value | null)[]): Value[] {
        const moved = node.operator === "Concat" ? inputs.length : 1;
        const sources = inputs.slice(0, moved).map(required);
        const parameters = inputs.slice(moved).map((input) => {
            if (input?.kind === "rows")
                throw new NotPerceptron("takes sizes or indices that depend on the code or the point");
            return input ? withTrialRows(input.tensor) : null;
        });

        // 1. Every element of every source gets a number; those of a second row, numbers beyond all of them.
        const rows = sources.map((source) => (source.kind === "rows" ? source : rowsOfConcat(source)));
        const joined = this.join(rows.map(({ affine }) => affine));
        // How far apart the numbers of an element in the two rows are.
        const strideOf = rows.flatMap(({ perPoint, affine }) =>
            new Array(affine.size).fill(perPoint ? joined.size : 0),
        );
        let first = 0;
        const numbered = rows.map(({ perPoint, dims, affine }): Tensor => {
            const count = perPoint ? TRIAL_ROWS : 1;
            const data = Float64Array.from(
                { length: count * affine.size },
                (_, i) => first + (i % affine.size) + joined.size * Math.floor(i / affine.size),
            );
            first += affine.size;
            return { type: "int", dims: [count, ...dims], data };
        });

        // 2. Where they went; both rows must tell the same story.
        return foldNode(node, [...numbered, ...parameters], this.budget).map(({ dims, data }): Value => {
            const [rowCount, ...rowDims] = dims;
            if (rowCount !== 1 && rowCount !== TRIAL_ROWS) throw new NotPerceptron("mixes the points with each other");
            const size = data.length / rowCount;
            const picks = data.slice(0, size);
            for (let row = 0; row < rowCount; row++) {
                for (let i = 0; i < size; i++) {
                    const isOwn = data[row * size + i] === picks[i] + row * strideOf[picks[i]];
                    if (!isOwn) throw new NotPerceptron("mixes the points with each other");
                }
            }
            const affine = select(joined, picks, this.budget);
            return { kind: "rows", perPoint: rowCount === TRIAL_ROWS, dims: rowDims, affine };
        });
    }

    /** Values side by side. */
    private join(values: readonly Affine<LayerSource>[]): Affine<LayerSource> {
        if (values.length === 1) return values[0];
        const size = values.reduce((total, value) => total + value.size, 0);
        const parts = new Map<LayerSource, Float64Array>();
        const bias = new Float64Array(size);
        let offset = 0;
        for (const value of values) {
            for (const [source, part] of value.parts) {
                let whole = parts.get(source);
                if (!whole) {
                    this.budget.spend(size * source.size);
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
}

/** The layer's activation that a node is, or null. */
function activationOf(node: GraphNode): Activation | null {
    switch (node.operator) {
        case "Relu":
            return { kind: "relu", alpha: 0 };
        case "LeakyRelu":
            return { kind: "leakyRelu", alpha: floatAttribute(node, "alpha", Math.fround(0.01)) };
        case "Elu":
            return { kind: "elu", alpha: floatAttribute(node, "alpha", 1) };
        case "Softplus":
            return { kind: "softplus", alpha: 0 };
        case "Tanh":
            return { kind: "tanh", alpha: 0 };
        case "Sigmoid":
            return { kind: "sigmoid", alpha: 0 };
        case "Sin":
            return { kind: "sin", alpha: 0 };
        default:
            return null;
    }
}

/** A constant as rows: its leading axis, if it has one more than a row, must be the one row. */
function asRows(value: Value): Rows {
    if (value.kind === "rows") return value;
    const { dims, data } = value.tensor;
    const rowDims = dims.length > 1 && dims[0] === 1 ? dims.slice(1) : dims;
    return { kind: "rows", perPoint: false, dims: rowDims, affine: constantOf<LayerSource>(data) };
}

/** A constant that is joined with rows; it has the batch axis as they do. */
function rowsOfConcat(value: Value): Rows {
    const rows = asRows(value);
    if (value.kind === "constant" && value.tensor.dims[0] !== 1)
        throw new NotPerceptron("joins rows with a table of constants");
    return rows;
}

/** Sizes with the number of points replaced by that of the trial rows. */
function withTrialRows(tensor: Tensor): Tensor {
    return tensor.data.includes(POINT_COUNT)
        ? { ...tensor, data: tensor.data.map((size) => (size === POINT_COUNT ? TRIAL_ROWS : size)) }
        : tensor;
}

function rowsAt(inputs: readonly (Value | null)[], index: number): Rows {
    const value = required(inputs[index]);
    if (value.kind === "constant") throw new NotPerceptron("applies a value that depends on the point to constants");
    return value;
}

function constantAt(inputs: readonly (Value | null)[], index: number): Tensor {
    const value = required(inputs[index]);
    if (value.kind === "rows")
        throw new NotPerceptron("multiplies two values that both depend on the code or the point");
    return value.tensor;
}

function required(value: Value | null | undefined): Value {
    if (!value) throw new BrokenGraph("lacks an input; the operator needs it; export again");
    return value;
}

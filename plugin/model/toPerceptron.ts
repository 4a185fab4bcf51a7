import { constantOf, identityOf, multiply, scale, sum } from "./affine.js";
import type { Activation, DecoderInputs, Perceptron } from "./decoder.js";
import { foldNode, isFloatType, shapeOf } from "./foldConstants.js";
import { floatAttribute, type Graph, type GraphNode, intAttribute } from "./graph.js";
import { type LayerAffine, LayerChain, type LayerSource } from "./layerChain.js";
import { moves } from "./moveElements.js";
import { type Batch, batchOf, moveRows } from "./moveRows.js";
import { BrokenGraph, NotPerceptron, quote, TooLarge } from "./problem.js";
import { broadcastRows, type Constant, constantAt, type Rows, required, rowsAt, type Value } from "./rows.js";
import { Budget, checkRank, type Tensor } from "./tensor.js";

const SUPPORTED =
    "a multilayer perceptron of MatMul, Gemm, Add, Sub, Mul, Div, Neg, Concat and the like, with Relu, LeakyRelu, Elu, " +
    "Softplus, Tanh, Sigmoid or Sin between its layers, is supported; anything else runs on onnxruntime alone";

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
    maxElements?: number,
): { perceptron: Perceptron | null; reason: string | null } {
    const nodes = neededNodes(graph);
    const reader = new Reader(graph, nodes, inputs, latentSize, new Budget(maxElements));
    let reason: string | null = null;
    for (const node of nodes) {
        try {
            reader.visit(node);
        } catch (error) {
            const where = `node ${quote(node.name)} (${quote(node.operator)})`;
            if (error instanceof NotPerceptron) {
                reason ??= `${where} ${error.message}; ${SUPPORTED}`;
            } else if (error instanceof TooLarge || (error instanceof BrokenGraph && !reason)) {
                throw new Error(`readDecoder: ${name}: ${where} ${error.message}`);
            } else if (!(error instanceof BrokenGraph)) {
                throw error;
            }
            // A graph that is left to onnxruntime is read on for the sizes of what it makes.
        }
    }
    if (reason) return { perceptron: null, reason };
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
                for (const input of node.inputs) if (input !== "") needed.add(input);
            }
            return isNeeded;
        })
        .reverse();
}

/** The number of points that the file is bound to, or null. */
function pointCount(graph: Graph, inputs: DecoderInputs): number | null {
    const name = inputs.layout === "combined" ? inputs.input : inputs.points;
    return graph.inputs.find((input) => input.name === name)?.dims?.[0] ?? null;
}

class Reader {
    private readonly chain: LayerChain;
    private readonly batch: Batch;
    private readonly values = new Map<string, Value>();
    /** How many inputs of nodes still to come read a value; it is dropped after the last. */
    private readonly readersLeft = new Map<string, number>();

    constructor(
        private readonly graph: Graph,
        nodes: readonly GraphNode[],
        inputs: DecoderInputs,
        latentSize: number,
        private readonly budget: Budget,
    ) {
        this.chain = new LayerChain(latentSize, this.budget);
        this.batch = batchOf(pointCount(graph, inputs));
        for (const name of [...nodes.flatMap((node) => node.inputs), graph.outputs[0].name])
            this.readersLeft.set(name, (this.readersLeft.get(name) ?? 0) + 1);

        const { latent, point } = this.chain;
        const put = (input: string, perPoint: boolean, affine: LayerAffine) =>
            this.values.set(input, { kind: "rows", perPoint, dims: [affine.size], affine });
        if (inputs.layout === "combined") {
            const size = latentSize + 3;
            const [codeAt, pointAt] = inputs.order === "latent-first" ? [0, latentSize] : [3, 0];
            const code = identityOf(latent, this.budget, size, codeAt);
            put(inputs.input, true, sum(code, identityOf(point, this.budget, size, pointAt), 1, this.budget));
        } else {
            put(inputs.latent, inputs.latentRows === "per-point", identityOf(latent, this.budget));
            put(inputs.points, true, identityOf(point, this.budget));
        }
    }

    visit(node: GraphNode): void {
        const inputs = node.inputs.map((input) => (input === "" ? null : this.take(input)));
        const results = this.evaluate(node, inputs);
        node.outputs.forEach((output, i) => {
            if (output !== "" && results[i]) this.values.set(output, results[i]);
        });
    }

    finish(): Perceptron {
        const output = this.take(this.graph.outputs[0].name);
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

    /** The value of an input, for one of its readers. */
    private take(name: string): Value {
        const left = (this.readersLeft.get(name) ?? 0) - 1;
        this.readersLeft.set(name, left);
        const known = this.values.get(name);
        if (left <= 0) this.values.delete(name);
        if (known) return known;
        const tensor = this.graph.tensors.get(name);
        if (!tensor) throw new NotPerceptron(`reads ${quote(name)}, which is not of numbers that a decoder has`);
        return { kind: "constant", tensor, ofCount: false };
    }

    private evaluate(node: GraphNode, inputs: readonly (Value | null)[]): Value[] {
        const ofCount = inputs.some((input) => input?.kind === "constant" && input.ofCount);
        try {
            const constants = inputs.filter((input) => input?.kind !== "rows");
            return constants.length === inputs.length ? this.fold(node, constants, ofCount) : this.follow(node, inputs);
        } catch (error) {
            // What does not fit with the number that stands for all counts may well fit with a real one.
            if (ofCount && (error instanceof BrokenGraph || error instanceof TooLarge))
                throw new NotPerceptron("depends on the number of points in a way that is not followed");
            throw error;
        }
    }

    private fold(node: GraphNode, inputs: readonly (Constant | null)[], ofCount: boolean): Value[] {
        const tensors = inputs.map((input) => input?.tensor ?? null);
        const { count } = this.batch;
        // A table of numbers with a row a point becomes rows; [N] alone, as in shape arithmetic, does not.
        const sizes = node.operator === "ConstantOfShape" ? tensors[0] : tensors[1];
        if (count > 1 && sizes && sizes.data.length > 1 && sizes.data[0] === count) {
            if (node.operator === "ConstantOfShape") {
                const [row] = foldNode(node, [{ ...sizes, data: sizes.data.with(0, 1) }], this.budget);
                if (row.type === "float") {
                    const affine = constantOf<LayerSource>(row.data);
                    return [{ kind: "rows", perPoint: true, dims: row.dims.slice(1), affine }];
                }
            } else if ((node.operator === "Expand" || node.operator === "Tile") && tensors[0]?.type === "float")
                return moveRows(node, inputs, this.batch, this.budget);
        }
        return foldNode(node, tensors, this.budget).map((tensor) => {
            checkRank(tensor.dims.length);
            return { kind: "constant", tensor, ofCount };
        });
    }

    /** A node that reads rows. */
    private follow(node: GraphNode, inputs: readonly (Value | null)[]): Value[] {
        const activation = activationOf(node);
        if (activation) return [this.activate(rowsAt(inputs, 0), activation)];
        if (moves.has(node.operator)) return moveRows(node, inputs, this.batch, this.budget);
        switch (node.operator) {
            case "Shape": {
                const { perPoint, dims } = rowsAt(inputs, 0);
                const tensor = shapeOf(node, [perPoint ? this.batch.count : 1, ...dims]);
                return [{ kind: "constant", tensor, ofCount: perPoint }];
            }
            case "Cast":
                if (!isFloatType(intAttribute(node, "to", 0))) throw new NotPerceptron("rounds to whole numbers");
                return [rowsAt(inputs, 0)];
            case "Cos":
                return [this.wave(rowsAt(inputs, 0))];
            case "Neg": {
                const x = rowsAt(inputs, 0);
                return [this.scaled(x, new Float64Array(x.affine.size).fill(-1))];
            }
            case "Add":
            case "Sum":
                return [this.sum(inputs.map(required))];
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

    private sum(terms: readonly Value[]): Value {
        // Rows first, so that every sum has some.
        const ordered = terms.toSorted((a, b) => Number(a.kind === "constant") - Number(b.kind === "constant"));
        return ordered.reduce((a, b) => this.added(a, b, 1));
    }

    private added(a: Value, b: Value, factor: number): Value {
        const [left, right] = broadcastRows(a, b, this.budget);
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
        const [left, right] = broadcastRows(a, b, this.budget);
        const [rows, constant] = b.kind === "constant" ? [left, right] : [right, left];
        const factors = operator === "Div" ? constant.affine.bias.map((value) => 1 / value) : constant.affine.bias;
        if (!factors.every(Number.isFinite))
            throw new BrokenGraph("divides by zero; expected finite weights; export again");
        return this.scaled(rows, factors);
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
        const [inner, columns] = transposed ? matrix.dims.toReversed() : matrix.dims;
        const isVector = matrix.dims.length === 1;
        if (matrix.dims.length !== 2 && !isVector) {
            throw new NotPerceptron(`multiplies by weights of ${matrix.dims.length} axes; 1 or 2 are supported`);
        }
        if (x.dims.length === 0 || x.dims[x.dims.length - 1] !== inner) {
            throw new BrokenGraph(
                `multiplies rows of [${x.dims}] with weights [${matrix.dims}]; sizes must agree; export again`,
            );
        }
        this.chain.noteLayout(x.affine);
        const weights = scaledMatrix(matrix.data, inner, columns ?? 1, transposed, factor, this.budget);
        const affine = multiply(x.affine, weights, inner, columns ?? 1, this.budget);
        const rest = x.dims.slice(0, -1);
        return { ...x, dims: isVector ? rest : [...rest, columns], affine };
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

/** [inner, columns] out of weights that may be stored transposed. */
function scaledMatrix(
    data: Float64Array,
    inner: number,
    columns: number,
    transposed: boolean,
    factor: number,
    budget: Budget,
): Float64Array {
    budget.spend(data.length);
    const weights = new Float64Array(data.length);
    for (let k = 0; k < inner; k++)
        for (let m = 0; m < columns; m++)
            weights[k * columns + m] = factor * data[transposed ? m * inner + k : k * columns + m];
    return weights;
}

import { fromBinary } from "@bufbuild/protobuf";
import {
    type AttributeProto,
    type ModelProto,
    ModelProtoSchema,
    type NodeProto,
    type ValueInfoProto,
} from "./onnx_pb.js";
import { BrokenGraph, problem, quote } from "./problem.js";
import { elementCount, GREATEST_COUNT, readTensor, type Tensor } from "./tensor.js";

export interface GraphNode {
    readonly name: string;
    /** Operator, with its domain in front if that is not ONNX's own. */
    readonly operator: string;
    /** Names of values; "" for an optional one left out. */
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes: ReadonlyMap<string, AttributeProto>;
}

export interface GraphInput {
    readonly name: string;
    readonly elementType: number;
    /** null for a size only known at run time; null as a whole if the file does not even know how many. */
    readonly dims: readonly (number | null)[] | null;
}

/** A model whose values are all defined once and before use. */
export interface Graph {
    /** In an order in which they can be evaluated. */
    readonly nodes: readonly GraphNode[];
    /** Initializers by name; null for those of an element type that no decoder has. */
    readonly tensors: ReadonlyMap<string, Tensor | null>;
    readonly inputs: readonly GraphInput[];
    readonly outputs: readonly GraphInput[];
    /** `metadata_props` */
    readonly properties: ReadonlyMap<string, string>;
}

const EXPECTED = "expected an ONNX file with one graph from (latent code, points) to distances";

/** First bytes of what people drop on a page by mistake; an ONNX file starts with none of them. */
const strangers: readonly (readonly [string, string])[] = [
    ["\x89PNG", "a PNG image"],
    ["\xff\xd8\xff", "a JPEG image"],
    ["glTF", "a GLB scene"],
    ["PK\x03\x04", "a zip archive (so are PyTorch checkpoints, .pt and .pth)"],
    ["\x1f\x8b", "gzip-compressed"],
    ["\x89HDF", "an HDF5 file (so are Keras weights, .h5)"],
    ["\x80\x02", "a Python pickle (so are old PyTorch checkpoints)"],
    ["version https://git-lfs", "a git-lfs pointer, not the file it stands for"],
    ["ply", "a PLY mesh"],
    ["<", "an HTML or XML page, as servers send for a missing file"],
    ["{", "JSON text"],
    ["[", "JSON text"],
];

/**
 * The graph in the bytes of an ONNX file, checked and sorted.
 *
 * @param name the file's name, for messages
 * @param maxWeights numbers in all tensors together
 * @throws an error fit for the user, for anything that is not one sound graph
 */
export function openGraph(bytes: Uint8Array, name: string, maxWeights: number = GREATEST_COUNT): Graph {
    const model = parse(bytes, name);
    const wrong = (received: string, advice = "export the decoder again") =>
        problem("readDecoder", `${name} ${received}`, EXPECTED, advice);

    const { graph } = model;
    if (!graph) throw wrong("has no graph", "check that the file is complete and an ONNX model");
    const opset = model.opsetImport.find((entry) => entry.domain === "" || entry.domain === "ai.onnx");
    if (!opset) throw wrong("names no ONNX operator set", "export it with opset 17");
    if (opset.version < 7n || opset.version > 26n)
        throw wrong(`uses ONNX operator set ${opset.version}`, "export it with opset 11 to 20, best 17");

    const weightCount = graph.initializer.reduce((sum, { dims }) => sum + elementCount(dims.map(Number)), 0);
    if (!(weightCount <= Math.min(maxWeights, GREATEST_COUNT)))
        throw wrong(
            `has ${weightCount} weights, more than ${maxWeights < GREATEST_COUNT ? maxWeights : "2^27"}`,
            "check that it is a decoder; those have under a million",
        );
    const tensors = new Map<string, Tensor | null>();
    for (const proto of graph.initializer) {
        if (proto.name === "" || tensors.has(proto.name))
            throw wrong(`has two initializers named ${quote(proto.name)} or one without a name`);
        try {
            tensors.set(proto.name, readTensor(proto));
        } catch (error) {
            if (!(error instanceof BrokenGraph)) throw error;
            const [received, expected, advice] = error.message.split("; ");
            throw problem("readDecoder", `${name}: tensor ${quote(proto.name)} ${received}`, expected, advice);
        }
    }
    // Before IR 4 initializers were listed among the inputs as well.
    const inputs = graph.input.filter((input) => !tensors.has(input.name)).map(describe);
    const outputs = graph.output.map(describe);
    if (outputs.length === 0) throw wrong("has no output");

    const nodes = graph.node.map(toNode);
    for (const node of nodes)
        if ([...node.attributes.values()].some((a) => a.g.length > 0 || a.graphs.length > 0))
            throw wrong(
                `has a node ${quote(node.name)} of operator ${quote(node.operator)} with a subgraph`,
                "export the decoder without control flow (If, Loop, Scan)",
            );
    return {
        nodes: sort(nodes, new Set([...tensors.keys(), ...inputs.map((input) => input.name)]), outputs, wrong),
        tensors,
        inputs,
        outputs,
        properties: new Map(model.metadataProps.map((entry) => [entry.key, entry.value])),
    };
}

function parse(bytes: Uint8Array, name: string): ModelProto {
    if (bytes.length === 0)
        throw problem("readDecoder", `${name} is empty`, EXPECTED, "check the path or the download");
    let head = "";
    for (const byte of bytes.subarray(0, 64)) head += String.fromCharCode(byte);
    const text = head.replace(/^(\xef\xbb\xbf)?\s*/, "");
    const stranger = strangers.find(([start]) => head.startsWith(start) || text.startsWith(start));
    if (stranger) throw problem("readDecoder", `${name} is ${stranger[1]}`, EXPECTED, "give the .onnx file itself");
    try {
        return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
    } catch (error) {
        throw problem(
            "readDecoder",
            `${name} (${bytes.length} bytes) breaks off or is no ONNX file (${(error as Error).message})`,
            EXPECTED,
            "check that the download is complete",
        );
    }
}

function describe(info: ValueInfoProto): GraphInput {
    const tensor = info.type?.value.case === "tensorType" ? info.type.value.value : undefined;
    return {
        name: info.name,
        elementType: tensor?.elemType ?? 0,
        dims:
            tensor?.shape?.dim.map(({ value }) =>
                value.case === "dimValue" && value.value > 0n ? Number(value.value) : null,
            ) ?? null,
    };
}

function toNode(proto: NodeProto): GraphNode {
    const foreign = proto.domain !== "" && proto.domain !== "ai.onnx";
    return {
        name: proto.name || proto.output[0] || "",
        operator: foreign ? `${proto.domain}.${proto.opType}` : proto.opType,
        inputs: proto.input,
        outputs: proto.output,
        attributes: new Map(proto.attribute.map((attribute) => [attribute.name, attribute])),
    };
}

/** Kahn's algorithm, in the file's order where that is free; linear in the number of edges. */
function sort(
    nodes: readonly GraphNode[],
    given: ReadonlySet<string>,
    outputs: readonly GraphInput[],
    wrong: (received: string, advice?: string) => Error,
): GraphNode[] {
    // 1. Who makes which value.
    const makers = new Map<string, number>();
    nodes.forEach((node, index) => {
        for (const output of node.outputs) {
            if (output === "") continue;
            if (given.has(output) || makers.has(output)) throw wrong(`defines the value ${quote(output)} twice`);
            makers.set(output, index);
        }
    });

    // 2. Who waits for whom.
    const waiting = new Int32Array(nodes.length);
    const readers: number[][] = nodes.map(() => []);
    nodes.forEach((node, index) => {
        for (const input of node.inputs) {
            if (input === "" || given.has(input)) continue;
            const maker = makers.get(input);
            if (maker === undefined)
                throw wrong(
                    `has a node ${quote(node.name)} (${quote(node.operator)}) that reads ${quote(input)}, which nothing defines`,
                );
            waiting[index]++;
            readers[maker].push(index);
        }
    });
    for (const output of outputs)
        if (!makers.has(output.name) && !given.has(output.name))
            throw wrong(`has an output ${quote(output.name)} that no node defines`);

    // 3. Those that wait for nothing, then whom they release.
    const order: number[] = [];
    for (let index = 0; index < nodes.length; index++) if (waiting[index] === 0) order.push(index);
    for (let next = 0; next < order.length; next++)
        for (const reader of readers[order[next]]) if (--waiting[reader] === 0) order.push(reader);
    if (order.length < nodes.length) {
        const stuck = nodes[waiting.findIndex((count) => count > 0)];
        throw wrong(`has a cycle through the node ${quote(stuck.name)} (${quote(stuck.operator)})`);
    }
    return order.map((index) => nodes[index]);
}

/** An integer attribute; `fallback` if it is left out. */
export function intAttribute(node: GraphNode, name: string, fallback: number): number {
    const attribute = node.attributes.get(name);
    return attribute ? Number(attribute.i) : fallback;
}

/** A list of integers; null if it is left out. */
export function intsAttribute(node: GraphNode, name: string): number[] | null {
    const attribute = node.attributes.get(name);
    return attribute ? attribute.ints.map(Number) : null;
}

/** A float attribute; `fallback` if it is left out. */
export function floatAttribute(node: GraphNode, name: string, fallback: number): number {
    const attribute = node.attributes.get(name);
    return attribute ? attribute.f : fallback;
}

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
    AttributeProtoSchema,
    ModelProtoSchema,
    type NodeProto,
    NodeProtoSchema,
    type TensorProto,
    type ValueInfoProto,
} from "../../plugin/model/onnx_pb.js";

const FLOAT = 1;
const DOUBLE = 11;

/** Operators that the runtime has for floats alone. */
const FLOATS_ONLY = new Set(["Elu", "LeakyRelu", "Softplus"]);

/** The same graph with every float as a double: what differs between two runtimes by rounding agrees there. */
export function inDoubles(bytes: Uint8Array): Uint8Array {
    const model = fromBinary(ModelProtoSchema, bytes);
    const { graph } = model;
    for (const tensor of graph?.initializer ?? []) widen(tensor);
    for (const value of [...(graph?.input ?? []), ...(graph?.output ?? [])]) widenValue(value);
    for (const node of graph?.node ?? []) {
        for (const attribute of node.attribute) {
            if (attribute.t) widen(attribute.t);
            if (node.opType === "Cast" && attribute.name === "to" && attribute.i === BigInt(FLOAT)) {
                attribute.i = BigInt(DOUBLE);
            }
        }
    }
    if (graph) graph.node = graph.node.flatMap((node) => (FLOATS_ONLY.has(node.opType) ? throughFloats(node) : [node]));
    return toBinary(ModelProtoSchema, model);
}

function throughFloats(node: NodeProto): NodeProto[] {
    const [input, output] = [node.input[0], node.output[0]];
    const cast = (from: string, to: string, type: number) =>
        create(NodeProtoSchema, {
            opType: "Cast",
            input: [from],
            output: [to],
            attribute: [create(AttributeProtoSchema, { name: "to", type: 2, i: BigInt(type) })],
        });
    node.input = [`${output}/floats`];
    node.output = [`${output}/result`];
    return [cast(input, `${output}/floats`, FLOAT), node, cast(`${output}/result`, output, DOUBLE)];
}

function widen(tensor: TensorProto): void {
    if (tensor.dataType !== FLOAT) return;
    const floats =
        tensor.rawData.length > 0
            ? new Float32Array(tensor.rawData.slice().buffer)
            : Float32Array.from(tensor.floatData);
    tensor.dataType = DOUBLE;
    tensor.floatData = [];
    tensor.rawData = new Uint8Array(Float64Array.from(floats).buffer);
}

function widenValue({ type }: ValueInfoProto): void {
    if (type?.value.case === "tensorType" && type.value.value.elemType === FLOAT) {
        type.value.value.elemType = DOUBLE;
    }
}

import { create, toBinary } from "@bufbuild/protobuf";
import {
    AttributeProtoSchema,
    GraphProtoSchema,
    ModelProtoSchema,
    NodeProtoSchema,
    type TensorProto,
    TensorProtoSchema,
    ValueInfoProtoSchema,
} from "../../plugin/model/onnx_pb.js";
import { ElementType } from "../../plugin/model/tensor.js";

/** ONNX graphs as exporters write them, node by node; unlike the library's own builder it checks nothing. */
export interface GraphSpec {
    /** Name → sizes; a text is a size known at run time. */
    inputs: Record<string, (number | string)[]>;
    outputs?: Record<string, (number | string)[]>;
    nodes: NodeSpec[];
    tensors?: Record<string, TensorProto>;
    opset?: number;
    properties?: Record<string, string>;
    inputType?: number;
}

export interface NodeSpec {
    operator: string;
    inputs: string[];
    outputs: string[];
    attributes: Record<string, AttributeValue>;
}

/** Whole numbers, lists of them, tensors, or a float in a record, since JavaScript has one kind of number. */
export type AttributeValue = number | number[] | { float: number } | { tensor: TensorProto } | { graph: Uint8Array };

export function node(
    operator: string,
    inputs: string[],
    outputs: string | string[],
    attributes: Record<string, AttributeValue> = {},
): NodeSpec {
    return { operator, inputs, outputs: typeof outputs === "string" ? [outputs] : outputs, attributes };
}

export function floats(values: ArrayLike<number>, dims: number[] = [values.length]): TensorProto {
    return rawTensor(ElementType.FLOAT, dims, new Uint8Array(Float32Array.from(values).buffer));
}

export function integers(values: number[], dims: number[] = [values.length]): TensorProto {
    return rawTensor(ElementType.INT64, dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
}

export function rawTensor(dataType: number, dims: (number | bigint)[], rawData: Uint8Array): TensorProto {
    return create(TensorProtoSchema, { dataType, dims: dims.map(BigInt), rawData });
}

export function writeGraph(spec: GraphSpec): Uint8Array {
    const { inputs, outputs = { sdf: ["N", 1] }, nodes, tensors = {}, opset = 17, properties = {} } = spec;
    const describe = (values: Record<string, (number | string)[]>, elemType: number) =>
        Object.entries(values).map(([name, sizes]) => valueInfo(name, sizes, elemType));
    return toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
            irVersion: 8n,
            producerName: "test",
            opsetImport: [{ domain: "", version: BigInt(opset) }],
            metadataProps: Object.entries(properties).map(([key, value]) => ({ key, value })),
            graph: create(GraphProtoSchema, {
                name: "test",
                node: nodes.map(nodeProto),
                initializer: Object.entries(tensors).map(([name, tensor]) => ({ ...tensor, name })),
                input: describe(inputs, spec.inputType ?? ElementType.FLOAT),
                output: describe(outputs, ElementType.FLOAT),
            }),
        }),
    );
}

function nodeProto({ operator, inputs, outputs, attributes }: NodeSpec) {
    const [domain, opType] = operator.includes(".") ? operator.split(".") : ["", operator];
    return create(NodeProtoSchema, {
        name: `/${operator}/${outputs[0]}`,
        domain,
        opType,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, value]) => {
            if (typeof value === "number")
                return create(AttributeProtoSchema, { name, type: 2, i: BigInt(Math.trunc(value)) });
            if (Array.isArray(value)) return create(AttributeProtoSchema, { name, type: 7, ints: value.map(BigInt) });
            if ("float" in value) return create(AttributeProtoSchema, { name, type: 1, f: value.float });
            if ("tensor" in value) return create(AttributeProtoSchema, { name, type: 4, t: value.tensor });
            return create(AttributeProtoSchema, { name, type: 5, g: value.graph });
        }),
    });
}

function valueInfo(name: string, sizes: (number | string)[], elemType: number) {
    const dim = sizes.map((size) =>
        typeof size === "number"
            ? { value: { case: "dimValue" as const, value: BigInt(size) } }
            : { value: { case: "dimParam" as const, value: size } },
    );
    return create(ValueInfoProtoSchema, {
        name,
        type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } },
    });
}

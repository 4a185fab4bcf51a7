import { create, toBinary } from "@bufbuild/protobuf";
import { floatToHalf } from "./half.js";
import {
    AttributeProtoSchema,
    GraphProtoSchema,
    ModelProtoSchema,
    type NodeProto,
    NodeProtoSchema,
    type TensorProto,
    TensorProtoSchema,
    type ValueInfoProto,
    ValueInfoProtoSchema,
} from "./onnx_pb.js";
import { ElementType } from "./tensor.js";

/** How weight matrices are stored; arithmetic is float32 in both cases. */
export type WeightPrecision = "float32" | "float16";

/** ONNX's AttributeProto.AttributeType. */
const AttributeType = { FLOAT: 1, INT: 2, INTS: 7 } as const;

type AttributeValue = number | readonly number[] | { readonly float: number };

/** The least versions that have all we write, so that old runtimes read it. */
const IR_VERSION = 8n;
const OPERATOR_SET = 17n;

/** Collects nodes and constants and writes them as an ONNX file. Every method that adds a value returns its name. */
export class GraphBuilder {
    private readonly nodes: NodeProto[] = [];
    private readonly tensors: TensorProto[] = [];
    private count = 0;

    constructor(private readonly weights: WeightPrecision = "float32") {}

    /** @param output name of the value; one is made up unless given */
    node(
        operator: string,
        inputs: readonly string[],
        attributes: Readonly<Record<string, AttributeValue>> = {},
        output = this.newName(operator),
    ): string {
        this.nodes.push(nodeProto(operator, inputs, [output], attributes));
        return output;
    }

    /** `a` cut along its columns. */
    split(a: string, sizes: readonly number[]): string[] {
        const outputs = sizes.map(() => this.newName("Split"));
        this.nodes.push(nodeProto("Split", [a, this.integers(sizes)], outputs, { axis: 1 }));
        return outputs;
    }

    /** A weight matrix, row-major, in the builder's precision. */
    matrix(values: Float32Array, rows: number, columns: number): string {
        if (this.weights === "float32") {
            return this.floats(values, [rows, columns]);
        }
        const halves = Uint16Array.from(values, floatToHalf);
        const stored = this.tensor(ElementType.FLOAT16, [rows, columns], new Uint8Array(halves.buffer));
        return this.node("Cast", [stored], { to: ElementType.FLOAT });
    }

    /** Constants that keep their precision. */
    floats(values: ArrayLike<number>, dims: readonly number[]): string {
        return this.tensor(ElementType.FLOAT, dims, new Uint8Array(Float32Array.from(values).buffer));
    }

    integers(values: readonly number[]): string {
        const data = BigInt64Array.from(values, BigInt);
        return this.tensor(ElementType.INT64, [values.length], new Uint8Array(data.buffer));
    }

    /**
     * @param inputs and outputs by name; a size that is a text is only known at run time
     * @param metadata texts that ride along
     */
    write(
        inputs: Readonly<Record<string, readonly (number | string)[]>>,
        outputs: Readonly<Record<string, readonly (number | string)[]>>,
        metadata: Readonly<Record<string, string>>,
    ): Uint8Array {
        const describe = (values: typeof inputs) => Object.entries(values).map(([name, dims]) => valueInfo(name, dims));
        const model = create(ModelProtoSchema, {
            producerName: "babylon-deepsdf",
            opsetImport: [{ domain: "", version: OPERATOR_SET }],
            graph: create(GraphProtoSchema, {
                name: "decoder",
                node: this.nodes,
                initializer: this.tensors,
                input: describe(inputs),
                output: describe(outputs),
            }),
        });
        // The metadata before the graph, the operator set last: a file cut short anywhere lacks something that no model may lack.
        const metadataProps = Object.entries(metadata).map(([key, value]) => ({ key, value }));
        const head = toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: IR_VERSION, metadataProps }));
        const rest = toBinary(ModelProtoSchema, model);
        const bytes = new Uint8Array(head.length + rest.length);
        bytes.set(head);
        bytes.set(rest, head.length);
        return bytes;
    }

    private tensor(dataType: number, dims: readonly number[], rawData: Uint8Array): string {
        const name = this.newName("constant");
        this.tensors.push(create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData }));
        return name;
    }

    private newName(stem: string): string {
        return `${stem}_${this.count++}`;
    }
}

function nodeProto(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
): NodeProto {
    return create(NodeProtoSchema, {
        name: outputs[0],
        opType: operator,
        input: [...inputs],
        output: [...outputs],
        attribute: Object.entries(attributes).map(([name, value]) => {
            if (typeof value === "number") {
                return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
            }
            return "float" in value
                ? create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float })
                : create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
        }),
    });
}

function valueInfo(name: string, dims: readonly (number | string)[]): ValueInfoProto {
    const dim = dims.map((size) =>
        typeof size === "number"
            ? { value: { case: "dimValue" as const, value: BigInt(size) } }
            : { value: { case: "dimParam" as const, value: size } },
    );
    return create(ValueInfoProtoSchema, {
        name,
        type: { value: { case: "tensorType", value: { elemType: ElementType.FLOAT, shape: { dim } } } },
    });
}

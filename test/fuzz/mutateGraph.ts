import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
    type AttributeProto,
    AttributeProtoSchema,
    GraphProtoSchema,
    type ModelProto,
    ModelProtoSchema,
    NodeProtoSchema,
    StringStringEntryProtoSchema,
    TensorProtoSchema,
} from "../../plugin/model/onnx_pb.js";

type Change = (model: ModelProto) => void;

const OPERATORS = [
    ..."MatMul Gemm Add Sub Mul Div Neg Relu LeakyRelu Elu Softplus Tanh Sigmoid Sin Cos Exp Log Sqrt Pow".split(" "),
    ..."Concat Slice Split Gather Unsqueeze Squeeze Reshape Transpose Expand Tile Shape Cast Identity".split(" "),
    ..."Constant ConstantOfShape Range ReduceSum ReduceMean ReduceL2 Flatten Where Clip Dropout Softmax".split(" "),
    ..."BatchNormalization LayerNormalization Conv Resize CumSum Einsum If Loop Scan NoSuchOperator".split(" "),
];
const SIZES = [-1n, 0n, 1n, 2n, 3n, 7n, 1000n, 2n ** 20n, 2n ** 31n, 2n ** 32n, 2n ** 40n, 2n ** 62n];
const FLOATS = [Number.NaN, Infinity, -Infinity, 3e38, -3e38, 1e-40, 0, 1, -1, 1e4];
const TAME_FLOATS = [0, -0, 1e-40, 0.5, -1, 3, -40, 1e4, 1e12];

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const pick = <T>(list: readonly T[], part: number): T | undefined => list[Math.floor(part * list.length)];

/** All value names of a graph, for wires that go to the wrong place. */
function names({ graph }: ModelProto): string[] {
    return [
        ...(graph?.node.flatMap((node) => [...node.input, ...node.output]) ?? []),
        ...(graph?.initializer.map(({ name }) => name) ?? []),
        "",
        "nowhere",
    ];
}

const changes: fc.Arbitrary<Change>[] = [
    // Huge, negative and empty sizes of weights.
    fc.tuple(share, share, fc.constantFrom(...SIZES)).map(
        ([which, axis, size]): Change =>
            ({ graph }) => {
                const dims = pick(graph?.initializer ?? [], which)?.dims;
                if (dims) dims[Math.floor(axis * dims.length)] = size;
            },
    ),
    fc.tuple(share, fc.integer({ min: 1, max: 2000 })).map(
        ([which, rank]): Change =>
            ({ graph }) => {
                pick(graph?.initializer ?? [], which)?.dims.push(...new Array<bigint>(rank).fill(1n));
            },
    ),
    // Weights that are no numbers, overflow or vanish.
    fc.tuple(share, share, fc.constantFrom(...FLOATS), fc.boolean()).map(
        ([which, place, value, all]): Change =>
            ({ graph }) => {
                const raw = pick(graph?.initializer ?? [], which)?.rawData;
                if (!raw || raw.length < 4) return;
                const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
                const count = raw.length >> 2;
                if (all) for (let i = 0; i < count; i++) view.setFloat32(4 * i, value, true);
                else view.setFloat32(4 * Math.floor(place * count), value, true);
            },
    ),
    // Weights of any size that a reader has to take.
    ...[0, 1, 2, 3].map(() =>
        fc.array(fc.tuple(share, share, fc.constantFrom(...TAME_FLOATS)), { minLength: 1, maxLength: 20 }).map(
            (list): Change =>
                ({ graph }) => {
                    const tensors = graph?.initializer.filter(({ dataType }) => dataType === 1) ?? [];
                    for (const [which, place, value] of list) {
                        const raw = pick(tensors, which)?.rawData;
                        if (!raw || raw.length < 4) continue;
                        const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
                        view.setFloat32(4 * Math.floor(place * (raw.length >> 2)), value, true);
                    }
                },
        ),
    ),
    // Another element type, more or fewer bytes.
    fc.tuple(share, fc.integer({ min: 0, max: 24 })).map(
        ([which, type]): Change =>
            ({ graph }) => {
                const tensor = pick(graph?.initializer ?? [], which);
                if (tensor) tensor.dataType = type;
            },
    ),
    fc.tuple(share, share).map(
        ([which, part]): Change =>
            ({ graph }) => {
                const tensor = pick(graph?.initializer ?? [], which);
                if (tensor) tensor.rawData = tensor.rawData.slice(0, Math.floor(part * tensor.rawData.length));
            },
    ),
    // Wires: cycles, values from nowhere, values twice.
    fc.tuple(share, share, share).map(
        ([which, input, to]): Change =>
            (model) => {
                const node = pick(model.graph?.node ?? [], which);
                if (node) node.input[Math.floor(input * node.input.length)] = pick(names(model), to) ?? "";
            },
    ),
    fc.tuple(share, share).map(
        ([which, to]): Change =>
            (model) => {
                const node = pick(model.graph?.node ?? [], which);
                if (node) node.output[0] = pick(names(model), to) ?? "";
            },
    ),
    fc.tuple(share, share).map(
        ([a, b]): Change =>
            ({ graph }) => {
                const nodes = graph?.node ?? [];
                const [i, j] = [a, b].map((part) => Math.floor(part * nodes.length));
                if (nodes[i] && nodes[j]) [nodes[i].input, nodes[j].input] = [nodes[j].input, nodes[i].input];
            },
    ),
    // Operators.
    fc.tuple(share, fc.constantFrom(...OPERATORS)).map(
        ([which, operator]): Change =>
            ({ graph }) => {
                const node = pick(graph?.node ?? [], which);
                if (node) node.opType = operator;
            },
    ),
    fc.tuple(share, fc.constantFrom(...OPERATORS), share).map(
        ([which, operator, extra]): Change =>
            (model) => {
                const { graph } = model;
                const node = pick(graph?.node ?? [], which);
                if (!graph || !node || node.output.length === 0) return;
                // The node's value goes through one more operator before anyone reads it.
                const inner = `${node.output[0]}/before`;
                const input = extra < 0.5 ? [inner] : [inner, pick(names(model), extra * 2 - 1) ?? ""];
                const inserted = create(NodeProtoSchema, {
                    opType: operator,
                    name: "inserted",
                    input,
                    output: [node.output[0]],
                });
                node.output[0] = inner;
                graph.node.push(inserted);
            },
    ),
    share.map(
        (which): Change =>
            ({ graph }) => {
                graph?.node.splice(Math.floor(which * graph.node.length), 1);
            },
    ),
    share.map(
        (which): Change =>
            ({ graph }) => {
                graph?.initializer.splice(Math.floor(which * graph.initializer.length), 1);
            },
    ),
    share.map(
        (which): Change =>
            ({ graph }) => {
                const node = pick(graph?.node ?? [], which);
                if (graph && node) graph.node.push(node);
            },
    ),
    // Attributes.
    fc.tuple(share, share, fc.constantFrom(...SIZES, ...[-3n, 4n]), fc.constantFrom(...FLOATS)).map(
        ([which, part, whole, real]): Change =>
            ({ graph }) => {
                const attribute = pick(pick(graph?.node ?? [], which)?.attribute ?? [], part);
                if (!attribute) return;
                attribute.i = whole;
                attribute.f = real;
                if (attribute.ints.length > 0) attribute.ints[Math.floor(part * attribute.ints.length)] = whole;
            },
    ),
    fc
        .tuple(
            share,
            fc.constantFrom("axis", "axes", "alpha", "beta", "transA", "transB", "perm", "to", "value", "keepdims"),
            fc.constantFrom(...SIZES),
            fc.integer({ min: 1, max: 7 }),
        )
        .map(
            ([which, name, whole, type]): Change =>
                ({ graph }) => {
                    const attribute: AttributeProto = create(AttributeProtoSchema, {
                        name,
                        type,
                        i: whole,
                        f: Number(whole),
                        ints: [whole, 0n],
                    });
                    pick(graph?.node ?? [], which)?.attribute.push(attribute);
                },
        ),
    // Graphs in graphs, with initialisers of their own.
    fc.tuple(share, fc.constantFrom(1, 3, 90, 400)).map(
        ([which, depth]): Change =>
            ({ graph }) => {
                let nested = create(GraphProtoSchema, {
                    name: "innermost",
                    initializer: [create(TensorProtoSchema, { name: "w", dims: [2n ** 40n], dataType: 1 })],
                });
                for (let level = 1; level < depth; level++) {
                    const bytes = toBinary(GraphProtoSchema, nested);
                    const attribute = create(AttributeProtoSchema, { name: "body", type: 5, g: bytes });
                    nested = create(GraphProtoSchema, {
                        node: [create(NodeProtoSchema, { opType: "Loop", attribute: [attribute] })],
                    });
                }
                const node = pick(graph?.node ?? [], which);
                node?.attribute.push(
                    create(AttributeProtoSchema, {
                        name: "then_branch",
                        type: 5,
                        g: toBinary(GraphProtoSchema, nested),
                    }),
                );
            },
    ),
    // A few bytes that ask for very much.
    fc
        .tuple(
            share,
            fc.constantFrom("ConstantOfShape", "Expand", "Tile", "Range"),
            fc.constantFrom(2n ** 14n, 2n ** 20n, 2n ** 33n),
        )
        .map(
            ([which, operator, size]): Change =>
                ({ graph }) => {
                    const node = pick(graph?.node ?? [], which);
                    if (!graph || !node) return;
                    const sizes = new Uint8Array(BigInt64Array.of(size, size).buffer);
                    graph.initializer.push(
                        create(TensorProtoSchema, { name: "greedy", dims: [2n], dataType: 7, rawData: sizes }),
                    );
                    const input = operator === "ConstantOfShape" ? ["greedy"] : [node.input[0] ?? "", "greedy"];
                    graph.node.unshift(create(NodeProtoSchema, { opType: operator, input, output: ["greedy/out"] }));
                    node.input[node.input.length > 1 ? 1 : 0] = "greedy/out";
                },
        ),
    // Inputs and operator sets.
    fc.tuple(share, share, fc.constantFrom(...SIZES)).map(
        ([which, axis, size]): Change =>
            ({ graph }) => {
                const type = pick(graph?.input ?? [], which)?.type?.value;
                const dims = type?.case === "tensorType" ? type.value.shape?.dim : undefined;
                const dim = dims && pick(dims, axis);
                if (dim) dim.value = { case: "dimValue", value: size };
            },
    ),
    fc.constantFrom(-1n, 0n, 7n, 11n, 13n, 20n, 26n, 2n ** 60n).map(
        (version): Change =>
            ({ opsetImport }) => {
                if (opsetImport[0]) opsetImport[0].version = version;
            },
    ),
    // Metadata.
    fc
        .tuple(fc.constantFrom("deepsdf", "other"), fc.constantFrom("", "{}", "[".repeat(1 << 16), "A".repeat(1 << 20)))
        .map(
            ([key, value]): Change =>
                (model) => {
                    model.metadataProps = [create(StringStringEntryProtoSchema, { key, value })];
                },
        ),
];

/** Copies of ONNX files with one to three changes to their graph; the protobuf around it stays sound. */
export function mutatedGraphs(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
    return fc
        .tuple(fc.constantFrom(...files), fc.array(fc.oneof(...changes), { minLength: 1, maxLength: 2 }))
        .map(([file, list]) => {
            // A copy: tensors are views into it, and some changes write to them.
            const model = fromBinary(ModelProtoSchema, file.slice());
            for (const change of list) change(model);
            return toBinary(ModelProtoSchema, model);
        });
}

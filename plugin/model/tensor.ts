import { halfToFloat } from "./half.js";
import type { TensorProto } from "./onnx_pb.js";
import { BrokenGraph, NotPerceptron, quote, TooLarge } from "./problem.js";

/**
 * A constant of the graph. Numbers of every type are held as float64, which is exact for all of them up to 2^53, so
 * that the folding of weights rounds once, at the end.
 */
export interface Tensor {
    readonly type: "float" | "int" | "bool";
    readonly dims: readonly number[];
    readonly data: Float64Array;
}

/** ONNX's TensorProto.DataType, the entries in use. */
export const ElementType = {
    FLOAT: 1,
    UINT8: 2,
    INT8: 3,
    UINT16: 4,
    INT16: 5,
    INT32: 6,
    INT64: 7,
    BOOL: 9,
    FLOAT16: 10,
    DOUBLE: 11,
    UINT32: 12,
    UINT64: 13,
    BFLOAT16: 16,
} as const;

/** No single tensor may have more elements, nor all weights of a file together. */
export const GREATEST_COUNT = 2 ** 27;

/** No value may have more axes; work on sizes is then negligible beside work on elements. */
const GREATEST_RANK = 16;

/** What one file may make the reader allocate or compute, in elements; 1 GiB of float64 unless told. */
export class Budget {
    private left: number;

    constructor(private readonly greatest: number = GREATEST_COUNT) {
        this.left = greatest;
    }

    /**
     * Spends what one value takes.
     *
     * @throws TooLarge if that alone is more than there was: a runtime that takes the graph as it is would allocate it
     * @throws NotPerceptron if the graph wants more than any decoder needs
     */
    spendOnValue(elements: number): void {
        if (elements > this.greatest)
            throw new TooLarge(
                `makes a value of ${elements} numbers; expected at most ${this.greatest}, as options.maxWeights has it; export a decoder of plain layers`,
            );
        this.spend(elements);
    }

    /** @throws NotPerceptron if the graph wants more than any decoder needs */
    spend(elements: number): void {
        if (!(elements >= 0)) throw new BrokenGraph(`asks for ${elements} elements; export again`);
        this.left -= elements;
        if (!(this.left >= 0)) throw new NotPerceptron("needs more memory to analyse than any decoder does");
    }
}

/** Number of elements of a tensor of these dimensions; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
    return dims.reduce((product, size) => product * size, 1);
}

/** @throws if these are no sizes of a value that a decoder has */
export function checkDims(dims: readonly number[]): void {
    checkRank(dims.length);
    if (!dims.every((size) => Number.isInteger(size) && size >= 0))
        throw new BrokenGraph(`has sizes [${shownDims(dims)}]; whole numbers are expected; export again`);
}

/** @throws if no value of a decoder has so many axes */
export function checkRank(rank: number): void {
    if (rank > GREATEST_RANK) throw new NotPerceptron(`has more than ${GREATEST_RANK} axes`);
}

/** Sizes for a message, which a file must not make endless. */
export function shownDims(dims: readonly number[]): string {
    return dims.length > 8 ? `${dims.slice(0, 8).join(", ")}, …` : dims.join(", ");
}

export function sameDims(a: readonly number[], b: readonly number[]): boolean {
    return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** A vector of whole numbers, as shapes and axes are. */
export function integers(values: readonly number[]): Tensor {
    return { type: "int", dims: [values.length], data: Float64Array.from(values) };
}

/**
 * A tensor out of the file.
 *
 * @returns null for element types that no decoder has (strings, complex, 8-bit floats, 4-bit integers)
 * @throws BrokenGraph if its sizes, type and data do not fit together or a weight is not finite; sizes are checked
 *   against the bytes at hand before anything is allocated
 */
export function readTensor(proto: TensorProto): Tensor | null {
    if (proto.dataLocation === 1 || proto.externalData.length > 0)
        throw new BrokenGraph(
            "has its weights in a separate file; a decoder is one file; export without external data",
        );
    const dims = proto.dims.map(Number);
    const count = elementCount(dims);
    if (dims.some((size) => size < 0) || !(count <= GREATEST_COUNT) || dims.length > GREATEST_RANK)
        throw new BrokenGraph(
            `has sizes [${shownDims(dims)}]; at most 2^27 elements in ${GREATEST_RANK} axes are expected; export again`,
        );

    const layout = layouts.get(proto.dataType);
    if (!layout) return null;
    let data: Float64Array;
    if (proto.rawData.length > 0 || count === 0) {
        if (proto.rawData.length !== count * layout.bytes)
            throw new BrokenGraph(
                `has ${proto.rawData.length} bytes for sizes [${dims.join(", ")}]; ` +
                    `${count * layout.bytes} are expected; export again`,
            );
        // A copy, because the bytes of a field need not be aligned.
        data = layout.parse(proto.rawData.slice().buffer);
    } else {
        const values = layout.values(proto);
        if (values.length !== count)
            throw new BrokenGraph(
                `has ${values.length} values for sizes [${dims.join(", ")}]; ${count} are expected; export again`,
            );
        data = Float64Array.from(values as ArrayLike<number | bigint>, Number);
        if (layout.half) data = data.map(layout.half);
    }
    if (layout.type === "float" && !data.every(Number.isFinite))
        throw new BrokenGraph(
            `holds ${data.find((value) => !Number.isFinite(value))}; all weights are finite; train or export again`,
        );
    return { type: layout.type, dims, data };
}

interface Layout {
    readonly type: Tensor["type"];
    readonly bytes: number;
    readonly parse: (buffer: ArrayBuffer) => Float64Array;
    readonly values: (proto: TensorProto) => ArrayLike<number> | ArrayLike<bigint>;
    /** Number of a 16-bit pattern, for types whose repeated field holds bits. */
    readonly half?: (bits: number) => number;
}

const bfloatToFloat = (bits: number) => new Float32Array(new Uint32Array([bits << 16]).buffer)[0];
const int32Values = (proto: TensorProto) => proto.int32Data;
const uint64Values = (proto: TensorProto) => proto.uint64Data;
const whole = (bytes: number, parse: Layout["parse"], values: Layout["values"] = int32Values): Layout => ({
    type: "int",
    bytes,
    parse,
    values,
});
const from = (values: ArrayLike<number>) => new Float64Array(values);

const layouts = new Map<number, Layout>([
    [
        ElementType.FLOAT,
        { type: "float", bytes: 4, parse: (b) => from(new Float32Array(b)), values: (proto) => proto.floatData },
    ],
    [
        ElementType.DOUBLE,
        { type: "float", bytes: 8, parse: (b) => new Float64Array(b), values: (proto) => proto.doubleData },
    ],
    [
        ElementType.FLOAT16,
        {
            type: "float",
            bytes: 2,
            parse: (b) => from(new Uint16Array(b)).map(halfToFloat),
            values: int32Values,
            half: halfToFloat,
        },
    ],
    [
        ElementType.BFLOAT16,
        {
            type: "float",
            bytes: 2,
            parse: (b) => from(new Uint16Array(b)).map(bfloatToFloat),
            values: int32Values,
            half: bfloatToFloat,
        },
    ],
    [ElementType.BOOL, { type: "bool", bytes: 1, parse: (b) => from(new Uint8Array(b)), values: int32Values }],
    [ElementType.UINT8, whole(1, (b) => from(new Uint8Array(b)))],
    [ElementType.INT8, whole(1, (b) => from(new Int8Array(b)))],
    [ElementType.UINT16, whole(2, (b) => from(new Uint16Array(b)))],
    [ElementType.INT16, whole(2, (b) => from(new Int16Array(b)))],
    [ElementType.INT32, whole(4, (b) => from(new Int32Array(b)))],
    [
        ElementType.INT64,
        whole(
            8,
            (b) => Float64Array.from(new BigInt64Array(b), Number),
            (proto) => proto.int64Data,
        ),
    ],
    [ElementType.UINT32, whole(4, (b) => from(new Uint32Array(b)), uint64Values)],
    [ElementType.UINT64, whole(8, (b) => Float64Array.from(new BigUint64Array(b), Number), uint64Values)],
]);

/** Name of an element type, for messages. */
export function elementTypeName(type: number): string {
    const entry = Object.entries(ElementType).find(([, value]) => value === type);
    return entry ? entry[0] : quote(`type ${type}`);
}

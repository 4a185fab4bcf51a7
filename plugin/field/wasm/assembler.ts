/** WebAssembly's binary format, as far as our kernels need it: https://webassembly.github.io/spec/core/binary/ */

export type Code = readonly number[];
export type ValueType = "i32" | "f64" | "v128";

const TYPE_BYTES: Readonly<Record<ValueType, number>> = { i32: 0x7f, f64: 0x7c, v128: 0x7b };
const PAGE_BYTES = 65536;

/** LEB128 without a sign. */
export function unsigned(value: number): number[] {
    const bytes: number[] = [];
    let rest = value;
    do {
        const low = rest % 128;
        rest = Math.floor(rest / 128);
        bytes.push(rest > 0 ? low | 128 : low);
    } while (rest > 0);
    return bytes;
}

/** LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
    const bytes: number[] = [];
    for (let rest = value | 0; ; ) {
        const low = rest & 127;
        rest >>= 7;
        if ((rest === 0 && low < 64) || (rest === -1 && low >= 64)) {
            return [...bytes, low];
        }
        bytes.push(low | 128);
    }
}

function littleEndian(length: number, write: (view: DataView) => void): number[] {
    const bytes = new Uint8Array(length);
    write(new DataView(bytes.buffer));
    return [...bytes];
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** Alignment (a power of two), then offset. */
const memory = (alignment: number, offset: number): Code => [alignment, ...unsigned(offset)];

/** Instructions by the names that the specification gives them. */
export const i32 = {
    const: (value: number): Code => [0x41, ...signed(value)],
    add: [0x6a] as Code,
    sub: [0x6b] as Code,
    mul: [0x6c] as Code,
    divideUnsigned: [0x6e] as Code,
    lessThan: [0x48] as Code,
};

export const f64 = {
    const: (value: number): Code => [0x44, ...littleEndian(8, (view) => view.setFloat64(0, value, true))],
    /** A single, widened. */
    loadSingle: (offset = 0): Code => [0x2a, ...memory(2, offset), 0xbb],
    /** Narrowed to a single. */
    storeSingle: (offset = 0): Code => [0xb6, 0x38, ...memory(2, offset)],
    abs: [0x99] as Code,
    neg: [0x9a] as Code,
    add: [0xa0] as Code,
    sub: [0xa1] as Code,
    mul: [0xa2] as Code,
    div: [0xa3] as Code,
    max: [0xa5] as Code,
    greaterThan: [0x64] as Code,
};

export const f32x4 = {
    const: (value: number): Code => [
        ...simd(12),
        ...[0, 1, 2, 3].flatMap(() => littleEndian(4, (view) => view.setFloat32(0, value, true))),
    ],
    load: (offset = 0): Code => [...simd(0), ...memory(4, offset)],
    store: (offset = 0): Code => [...simd(11), ...memory(4, offset)],
    /** One single, four times. */
    loadSplat: (offset = 0): Code => [...simd(9), ...memory(2, offset)],
    add: simd(0xe4),
    mul: simd(0xe6),
    /** The second operand where it is more than the first, else the first, no number included. */
    pseudoMax: simd(0xeb),
    greaterThan: simd(0x44),
    /** a · b + c, rounded once or twice as the machine likes. */
    relaxedMultiplyAdd: simd(0x105),
};

export const v128 = {
    and: simd(78),
    /** Bits of the first operand where the third has ones, else of the second. */
    select: simd(82),
};

export const select: Code = [0x1b];

/** Sets a stretch of memory to one byte: address, byte, length. */
export const memoryFill: Code = [0xfc, 11, 0];

export interface Local {
    readonly get: Code;
    readonly set: Code;
    /** Sets and leaves the value. */
    readonly tee: Code;
}

/** A function being written. */
export class FunctionBuilder {
    readonly body: number[] = [];
    readonly locals: ValueType[] = [];
    readonly params: readonly Local[];

    constructor(
        readonly paramTypes: readonly ValueType[],
        readonly resultType: ValueType | null,
    ) {
        this.params = paramTypes.map((_, index) => localAt(index));
    }

    local(type: ValueType): Local {
        this.locals.push(type);
        return localAt(this.paramTypes.length + this.locals.length - 1);
    }

    emit(...codes: readonly Code[]): void {
        for (const code of codes) {
            this.body.push(...code);
        }
    }

    /** Runs `body` as often as `counter` says, once at least, and counts it down to 0. */
    countDown(counter: Local, body: () => void): void {
        this.emit([0x03, 0x40]);
        body();
        this.emit(counter.get, i32.const(1), i32.sub, counter.tee, [0x0d, 0x00, 0x0b]);
    }

    /** Adds to an address. */
    advance(pointer: Local, bytes: Code): void {
        this.emit(pointer.get, bytes, i32.add, pointer.set);
    }
}

function localAt(index: number): Local {
    const at = unsigned(index);
    return { get: [0x20, ...at], set: [0x21, ...at], tee: [0x22, ...at] };
}

interface DataPiece {
    readonly address: number;
    readonly bytes: Uint8Array;
}

/** A module being written: functions that call earlier ones, functions of JavaScript's `Math`, one memory. */
export class ModuleBuilder {
    private readonly types: Code[] = [];
    private readonly functions: { type: number; builder: FunctionBuilder }[] = [];
    private readonly exports: { name: string; index: number }[] = [];
    private readonly data: DataPiece[] = [];

    /** @param mathNames functions of one number, to be imported from the module "Math" */
    constructor(private readonly mathNames: readonly string[]) {}

    /** The call of a function of `Math`. */
    callMath(name: string): Code {
        const index = this.mathNames.indexOf(name);
        if (index < 0) {
            throw new Error(`ModuleBuilder: got Math.${name}, which was not named when the module was begun`);
        }
        return [0x10, ...unsigned(index)];
    }

    /** Adds a function, exported where it has a name; returns its call. */
    function(
        params: readonly ValueType[],
        write: (builder: FunctionBuilder, ...params: Local[]) => void,
        { result = null, name }: { result?: ValueType | null; name?: string } = {},
    ): Code {
        const builder = new FunctionBuilder(params, result);
        write(builder, ...builder.params);
        const index = this.mathNames.length + this.functions.length;
        this.functions.push({ type: this.type(params, result), builder });
        if (name) {
            this.exports.push({ name, index });
        }
        return [0x10, ...unsigned(index)];
    }

    /** What lies in memory from the start. */
    place(address: number, values: Float32Array): void {
        this.data.push({ address, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
    }

    /** @param memoryBytes size of the memory, exported as "memory" */
    build(memoryBytes: number): Uint8Array<ArrayBuffer> {
        const mathType = this.mathNames.length > 0 ? this.type(["f64"], "f64") : 0;
        const imports = this.mathNames.map((name) => [...text("Math"), ...text(name), 0x00, ...unsigned(mathType)]);
        const exports = this.exports.map(({ name, index }) => [...text(name), 0x00, ...unsigned(index)]);
        const pages = Math.ceil(memoryBytes / PAGE_BYTES);
        return joined([
            Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
            section(1, vector(this.types)),
            section(2, vector(imports)),
            section(3, vector(this.functions.map(({ type }) => unsigned(type)))),
            section(5, vector([[0x00, ...unsigned(pages)]])),
            section(7, vector([...exports, [...text("memory"), 0x02, 0]])),
            section(10, vector(this.functions.map(({ builder }) => functionBody(builder)))),
            section(11, dataPieces(this.data)),
        ]);
    }

    private type(params: readonly ValueType[], result: ValueType | null): number {
        const results = result ? [TYPE_BYTES[result]] : [];
        const type = [0x60, params.length, ...params.map((param) => TYPE_BYTES[param]), results.length, ...results];
        const known = this.types.findIndex((other) => other.join() === type.join());
        return known >= 0 ? known : this.types.push(type) - 1;
    }
}

function functionBody({ locals, body }: FunctionBuilder): Code {
    const declared = [...unsigned(locals.length), ...locals.flatMap((type) => [1, TYPE_BYTES[type]])];
    return [...unsigned(declared.length + body.length + 1), ...declared, ...body, 0x0b];
}

function dataPieces(pieces: readonly DataPiece[]): Uint8Array<ArrayBuffer> {
    const header = ({ address, bytes }: DataPiece) => [0x00, ...i32.const(address), 0x0b, ...unsigned(bytes.length)];
    return joined([
        Uint8Array.from(unsigned(pieces.length)),
        ...pieces.flatMap((piece) => [Uint8Array.from(header(piece)), piece.bytes]),
    ]);
}

function vector(entries: readonly Code[]): Uint8Array<ArrayBuffer> {
    return joined([Uint8Array.from(unsigned(entries.length)), ...entries.map((entry) => Uint8Array.from(entry))]);
}

function section(id: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
    return joined([Uint8Array.of(id, ...unsigned(content.length)), content]);
}

function text(value: string): Code {
    const bytes = new TextEncoder().encode(value);
    return [...unsigned(bytes.length), ...bytes];
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
        result.set(part, at);
        at += part.length;
    }
    return result;
}

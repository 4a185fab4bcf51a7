/** One call of an exported function: what to write into memory before, and what to read from it after. */
export interface Piece {
    readonly name: string;
    readonly argument: number;
    /** At byte addresses. */
    readonly writes: readonly (readonly [address: number, values: Float32Array])[];
    readonly reads: readonly (readonly [address: number, length: number])[];
}

/** Instances are given JavaScript's own functions of numbers. */
export const IMPORTS = { Math } as unknown as WebAssembly.Imports;

/** What was read, in order. */
export function runPiece(exports: WebAssembly.Exports, { name, argument, writes, reads }: Piece) {
    const { buffer } = exports.memory as WebAssembly.Memory;
    for (const [address, values] of writes) {
        new Float32Array(buffer, address, values.length).set(values);
    }
    (exports[name] as (argument: number) => void)(argument);
    return reads.map(([address, length]) => new Float32Array(buffer, address, length).slice());
}

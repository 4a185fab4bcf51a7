/** One call of an exported function: what to write into memory before, and what to read from it after. */
export interface Piece {
    readonly name: string;
    readonly argument: number;
    /** Byte address of `inputs`. */
    readonly at: number;
    readonly inputs: Float32Array;
    /** Stretches of memory, byte address and number of floats. */
    readonly outputs: readonly (readonly [address: number, length: number])[];
}

/** Instances are given JavaScript's own functions of numbers. */
export const IMPORTS = { Math } as unknown as WebAssembly.Imports;

/** The outputs, one after the other. */
export function runPiece(exports: WebAssembly.Exports, { name, argument, at, inputs, outputs }: Piece) {
    const { buffer } = exports.memory as WebAssembly.Memory;
    new Float32Array(buffer, at, inputs.length).set(inputs);
    (exports[name] as (argument: number) => void)(argument);
    const results = new Float32Array(outputs.reduce((sum, [, length]) => sum + length, 0));
    let from = 0;
    for (const [address, length] of outputs) {
        results.set(new Float32Array(buffer, address, length), from);
        from += length;
    }
    return results;
}

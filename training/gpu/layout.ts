import type { NetworkShape } from "../network.js";

/** A block of a packed array: `rows` rows of `columns` numbers, `stride` apart. */
export interface Block {
    readonly offset: number;
    readonly rows: number;
    readonly columns: number;
    readonly stride: number;
}

/** One layer's part of the parameters. */
export interface LayerLayout {
    /** Numbers that go in: those of the layer before, then features where the layer takes them. */
    readonly inputs: number;
    readonly hiddenInputs: number;
    readonly featureInputs: number;
    readonly outputs: number;
    /** Where the weights [inputs, outputs] begin. */
    readonly offset: number;
    /** The layer's first column among the outputs of all layers. */
    readonly column: number;
}

/**
 * Where everything that is trained lies in one array: each layer's weights [inputs, outputs], then the weights of the
 * code [latentSize, all outputs] and the biases [all outputs] of all layers side by side, then the codes.
 */
export interface Layout {
    readonly layers: readonly LayerLayout[];
    readonly featureCount: number;
    /** Outputs of all layers together. */
    readonly outputs: number;
    readonly latentOffset: number;
    readonly biasOffset: number;
    readonly codesOffset: number;
    readonly size: number;
    /** Blocks of `Network.variables` and the codes, in their order. */
    readonly blocks: readonly Block[];
    /** Whether a block is a matrix between hidden layers. */
    readonly isHidden: readonly boolean[];
}

/** @param codeCount shapes that have a code */
export function layoutOf({ latentSize, width, depth, octaves, skips }: NetworkShape, codeCount: number): Layout {
    const featureCount = 3 + 6 * octaves;
    const layers: LayerLayout[] = [];
    let [offset, column] = [0, 0];
    for (let i = 0; i < depth; i++) {
        const hiddenInputs = i > 0 ? width : 0;
        const featureInputs = i === 0 || skips.includes(i) ? featureCount : 0;
        const inputs = hiddenInputs + featureInputs;
        const outputs = i === depth - 1 ? 1 : width;
        layers.push({ inputs, hiddenInputs, featureInputs, outputs, offset, column });
        offset += inputs * outputs;
        column += outputs;
    }
    const latentOffset = offset;
    const biasOffset = latentOffset + latentSize * column;
    const codesOffset = biasOffset + column;
    const whole = (at: number, rows: number, columns: number): Block => ({
        offset: at,
        rows,
        columns,
        stride: columns,
    });
    const blocks: Block[] = [];
    const isHidden: boolean[] = [];
    const add = (block: Block, hidden = false) => {
        blocks.push(block);
        isHidden.push(hidden);
    };
    layers.forEach(({ hiddenInputs, featureInputs, outputs, ...layer }, i) => {
        if (hiddenInputs > 0) add(whole(layer.offset, hiddenInputs, outputs), i < depth - 1);
        if (featureInputs > 0) add(whole(layer.offset + hiddenInputs * outputs, featureInputs, outputs));
        add({ offset: latentOffset + layer.column, rows: latentSize, columns: outputs, stride: column });
        add(whole(biasOffset + layer.column, 1, outputs));
    });
    add(whole(codesOffset, codeCount, latentSize));
    const size = codesOffset + codeCount * latentSize;
    return { layers, featureCount, outputs: column, latentOffset, biasOffset, codesOffset, size, blocks, isHidden };
}

/** Values of a block, row after row. */
export function blockOf(packed: Float32Array, { offset, rows, columns, stride }: Block): Float32Array {
    const values = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
        const from = offset + row * stride;
        values.set(packed.subarray(from, from + columns), row * columns);
    }
    return values;
}

/** Puts values into a block, row after row. */
export function putBlock(packed: Float32Array, { offset, rows, columns, stride }: Block, values: Float32Array): void {
    for (let row = 0; row < rows; row++) {
        packed.set(values.subarray(row * columns, (row + 1) * columns), offset + row * stride);
    }
}

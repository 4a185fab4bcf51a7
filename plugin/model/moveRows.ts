import { type Affine, constantOf, select } from "./affine.js";
import { foldNode } from "./foldConstants.js";
import type { GraphNode } from "./graph.js";
import type { LayerSource } from "./layerChain.js";
import { NotPerceptron } from "./problem.js";
import { join, required, type Value } from "./rows.js";
import type { Budget, Tensor } from "./tensor.js";

/** How the number of points, which only a run knows, is stood for while a graph is read. */
export interface Batch {
    /** In shape arithmetic. */
    readonly count: number;
    /** Rows of a value while its elements are followed through an operator that moves them. */
    readonly trialRows: number;
}

/** A prime that no layer has for a width. */
const UNKNOWN_COUNT = 1_048_583;

/** Fixed numbers of points up to here are followed row by row. */
const GREATEST_TRIAL = 4096;

/** @param fixed the number of points that the file is bound to, or null if any will do */
export function batchOf(fixed: number | null): Batch {
    if (fixed === null) return { count: UNKNOWN_COUNT, trialRows: 2 };
    return { count: fixed, trialRows: fixed <= GREATEST_TRIAL ? fixed : 2 };
}

/**
 * An operator that only moves elements, run on their numbers to see where each ends up.
 *
 * @throws NotPerceptron if a row of the result is not the same columns of the same row
 */
export function moveRows(node: GraphNode, inputs: readonly (Value | null)[], batch: Batch, budget: Budget): Value[] {
    const movedCount = node.operator === "Concat" ? inputs.length : 1;
    const sources = inputs.slice(0, movedCount).map(required);
    const parameters = inputs.slice(movedCount).map((input) => {
        if (input?.kind === "rows")
            throw new NotPerceptron("takes sizes or indices that depend on the code or the point");
        return input && withTrialRows(input.tensor, batch);
    });

    // 1. Every element gets a number: its column among all sources, beyond them for each further row.
    const affines = sources.map((source) =>
        source.kind === "rows" ? source.affine : constantOf<LayerSource>(source.tensor.data),
    );
    const joined = join(affines, budget);
    let first = 0;
    const numbered = sources.map((source, i): Tensor => {
        const { size } = affines[i];
        const rows = source.kind === "rows" && source.perPoint ? batch.trialRows : 1;
        budget.spend(rows * size);
        const data = new Float64Array(rows * size);
        for (let row = 0, at = 0; row < rows; row++)
            for (let column = 0; column < size; column++) data[at++] = row * joined.size + first + column;
        first += size;
        return { type: "int", dims: source.kind === "rows" ? [rows, ...source.dims] : source.tensor.dims, data };
    });

    // 2. Where they went.
    const perPoint = new Uint8Array(joined.size);
    numbered.forEach(({ data }, i) => {
        const source = sources[i];
        if (source.kind === "rows" && source.perPoint) perPoint.fill(1, data[0], data[0] + affines[i].size);
    });
    const ofPoint = columnsOfPoint(joined);
    return foldNode(node, [...numbered, ...parameters], budget).map(({ dims, data }): Value => {
        const rowCount = dims[0];
        if (rowCount !== 1 && rowCount !== batch.trialRows) throw mixing();
        const size = data.length / rowCount;
        budget.spend(data.length);
        const picks = data.subarray(0, size).map((number) => number % joined.size);
        for (let row = 0; row < rowCount; row++) {
            for (let i = 0; i < size; i++) {
                const number = data[row * size + i];
                const column = number % joined.size;
                // A row of the code may come from anywhere, all are the same.
                const isFree = !perPoint[column] || !ofPoint[column];
                const isOwn = rowCount === batch.trialRows && Math.floor(number / joined.size) === row;
                const isSame = column === picks[i] || (isFree && areEqual(joined, column, picks[i], budget));
                if (!isSame || !(isFree || isOwn)) throw mixing();
            }
        }
        return {
            kind: "rows",
            perPoint: rowCount === batch.trialRows && (rowCount > 1 || picks.some((pick) => perPoint[pick] === 1)),
            dims: dims.slice(1),
            affine: select(joined, picks, budget),
        };
    });
}

function mixing(): Error {
    return new NotPerceptron("mixes the points with each other");
}

/** Whether two columns are the same number; an expanded code has many that are. */
function areEqual({ parts, bias }: Affine<LayerSource>, a: number, b: number, budget: Budget): boolean {
    if (bias[a] !== bias[b]) return false;
    for (const [{ size }, part] of parts) {
        budget.spend(size);
        for (let i = 0; i < size; i++) if (part[a * size + i] !== part[b * size + i]) return false;
    }
    return true;
}

/** Which columns depend on more than the code. */
function columnsOfPoint({ size, parts }: Affine<LayerSource>): Uint8Array {
    const columns = new Uint8Array(size);
    for (const [source, part] of parts) {
        if (source.kind === "latent") continue;
        for (let i = 0; i < part.length; i++) if (part[i] !== 0) columns[Math.floor(i / source.size)] = 1;
    }
    return columns;
}

/** Sizes with the number of points replaced by that of the trial rows. */
function withTrialRows(tensor: Tensor, { count, trialRows }: Batch): Tensor {
    if (count === trialRows || !tensor.data.includes(count)) return tensor;
    return { ...tensor, data: tensor.data.map((size) => (size === count ? trialRows : size)) };
}

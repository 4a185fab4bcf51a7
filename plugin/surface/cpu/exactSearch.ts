import type { RangeEvaluator } from "../../field/ranges/rangeEvaluator.js";
import { boundsSkin, type Grid } from "../grid.js";
import { type BitMask, createMask, listAll, listMembers, markBox, rankMask } from "./bitMask.js";
import { cornerCounts } from "./refine.js";

/** Fields of all makers agree with the plain code, whose ranges these are, within this; model units. */
const EVALUATION_MARGIN = 1e-4;
/**
 * What the work of a range costs where values come from onnxruntime's WASM, in values of as much work; measured on one
 * core: 6.3 for `props.onnx`. Ranges are computed in plain code.
 */
export const RANGE_PRICE = 6;
/** Cells along the longest side of the coarsest level. */
const BASE_CELLS = 4;
/** Cells of a level that tell whether bounding it pays. */
const TRIAL_CELLS = 16;
/** Between two turns of the event loop, milliseconds. */
const TURN_MILLISECONDS = 8;

/**
 * The corners of all cells of the grid that the surface can cross: a cell is left out only where the field's range over it
 * proves that no corner in it has another sign than its neighbours. A level is bounded where that spares more time than it
 * takes, judged by a few of its cells; else all its cells live on.
 *
 * @param price what a range's work costs, in evaluations of as much
 */
export async function findCornersExactly(
    grid: Grid,
    ranges: RangeEvaluator,
    price: number,
    signal: AbortSignal | undefined,
): Promise<BitMask> {
    let turn = performance.now();
    const takeTurn = async () => {
        if (performance.now() - turn > TURN_MILLISECONDS) {
            await new Promise((resolve) => setTimeout(resolve));
            signal?.throwIfAborted();
            turn = performance.now();
        }
    };
    let size = 2 ** Math.max(1, Math.ceil(Math.log2(Math.max(...grid.cells) / BASE_CELLS)));
    let cells = cellsOf(grid, size);
    let members = listAll(cells);
    for (; ; size /= 2) {
        const isLast = size === 2;
        const next = isLast ? cornerCounts(grid) : cellsOf(grid, size / 2);
        const target = createMask(next);
        const isEmpty = (index: number) => isProvedEmpty(grid, ranges, cells, size, index);
        const pays = await boundingPays(members, size, () => price * ranges.evaluationsWorth, isEmpty, takeTurn);
        for (const index of members) {
            if (!pays || !isEmpty(index)) {
                const row = Math.floor(index / cells[0]);
                const [x, y, z] = [index % cells[0], row % cells[1], Math.floor(row / cells[1])];
                markBox(target, 2 * x, 2 * y, 2 * z, isLast ? 3 : 2);
            }
            if (pays) {
                await takeTurn();
            }
        }
        if (isLast) {
            return target;
        }
        cells = next;
        members = listMembers(rankMask(target));
    }
}

/**
 * Whether ranges over a level's cells spare more evaluations of corners than they cost.
 *
 * @param cost of all ranges so far, evaluations
 */
async function boundingPays(
    members: Uint32Array,
    size: number,
    cost: () => number,
    isEmpty: (index: number) => boolean,
    takeTurn: () => Promise<void>,
): Promise<boolean> {
    const before = cost();
    const trials = Math.min(TRIAL_CELLS, members.length);
    let empty = 0;
    for (let trial = 0; trial < trials; trial++) {
        empty += isEmpty(members[Math.floor(((trial + 0.5) * members.length) / trials)]) ? 1 : 0;
        // Dearer than all the corners below.
        if ((cost() - before) / (trial + 1) > size ** 3) {
            return false;
        }
        await takeTurn();
    }
    return empty * size ** 3 > cost() - before;
}

function cellsOf(grid: Grid, size: number): [number, number, number] {
    return grid.cells.map((count) => Math.ceil(count / size)) as [number, number, number];
}

/** Whether all corners in a cell surely lie on one side of the surface, which also runs along the bounds. */
function isProvedEmpty(
    grid: Grid,
    ranges: RangeEvaluator,
    cells: readonly number[],
    size: number,
    index: number,
): boolean {
    const { bounds, cellSize } = grid;
    const row = Math.floor(index / cells[0]);
    const half = (size * cellSize) / 2;
    const position = [index % cells[0], row % cells[1], Math.floor(row / cells[1])];
    const [x, y, z] = position.map((place, axis) => bounds.min[axis] + half * (2 * place + 1));
    const { low, high } = ranges.rangeOf(x, y, z, half);
    if (low > EVALUATION_MARGIN) {
        return true;
    }
    const skin = boundsSkin(grid);
    const isWithin = [x, y, z].every(
        (at, axis) => at - half > bounds.min[axis] + skin && at + half < bounds.max[axis] - skin,
    );
    return isWithin && high < -EVALUATION_MARGIN;
}

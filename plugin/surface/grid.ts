import type { Bounds } from "../model/decoder.js";

/** Cells a side; below there is no shape to see, above the buffers leave what adapters allow. */
export const MIN_RESOLUTION = 2;
export const MAX_RESOLUTION = 512;

/** How steep a decoder's field is taken to be; the 99th percentile of trained decoders is 1.28 near the surface. */
export const DEFAULT_SLOPE = 1.25;

/** Cubic cells over a decoder's bounds. Corner (0, 0, 0) lies at `bounds.min`; the last cells may reach beyond the box. */
export interface Grid {
    readonly bounds: Bounds;
    /** Edge of a cell, model units. */
    readonly cellSize: number;
    /** Cells along x, y, z. */
    readonly cells: readonly [number, number, number];
}

/** Cells of one size in the search for the surface, coarse before fine; at size 1 the corners are evaluated. */
export interface GridLevel {
    /** Edge of a cell of this level, in cells of the grid. */
    readonly size: number;
    /** Cells of this level along x, y, z; the last ones may reach beyond the grid. */
    readonly cells: readonly [number, number, number];
    /** A cell is followed while |field| at its centre is at most this, model units, or a neighbour's has the other sign. */
    readonly threshold: number;
}

/** Closer than this to the bounds is on them, model units; see `clipDistances`. */
export function boundsSkin(grid: Grid): number {
    return grid.cellSize / 1024;
}

/** @throws if `resolution` is not a whole number in range */
export function checkResolution(operation: string, resolution: unknown): void {
    if (
        typeof resolution !== "number" ||
        !Number.isInteger(resolution) ||
        resolution < MIN_RESOLUTION ||
        resolution > MAX_RESOLUTION
    ) {
        throw new Error(
            `${operation}: got resolution ${String(resolution)}; expected a whole number from ${MIN_RESOLUTION} to ` +
                `${MAX_RESOLUTION}, the cells along the longest side; 64 is a good start`,
        );
    }
}

/**
 * The grid with `resolution` cells along the longest side of `bounds`.
 *
 * @throws if the resolution is not a whole number in range or the bounds are empty
 */
export function createGrid(bounds: Bounds, resolution: number): Grid {
    checkResolution("createGrid", resolution);
    const sides = bounds.max.map((max, axis) => max - bounds.min[axis]);
    const longest = Math.max(...sides);
    if (!sides.every((side) => side > 0 && side < Number.POSITIVE_INFINITY)) {
        throw new Error(
            `createGrid: got bounds ${bounds.min.join(", ")} to ${bounds.max.join(", ")}; every side must be positive and finite; check the decoder's bounds`,
        );
    }
    const cellSize = longest / resolution;
    // A side that is a whole number of cells must not gain one by rounding.
    const along = (side: number) => Math.max(1, Math.ceil(side / cellSize - 1e-6));
    return { bounds, cellSize, cells: [along(sides[0]), along(sides[1]), along(sides[2])] };
}

/**
 * The part of slope · half-diagonal up to which a cell is followed. At 1 no cell next to the surface is passed over, at a
 * third more evaluations; below, the few that are get found from their neighbours, see `markOpenCells`.
 */
const SEARCH_SHARE = 0.65;

/**
 * Times that the surface is followed out of the cells that the search found. Of 50 codes of a trained decoder, at 64³ and
 * 128³, none is open after it; what still is makes a wider search.
 */
export const FOLLOW_ROUNDS = 3;

/** The coarsest level may hold this part of the corners that a prop's surface needs, about 3.5 · resolution². */
const BASE_SHARE = 0.1;
/** Cells along the longest side from which on the search starts, lest it overlook small shapes. */
const SMALLEST_BASE = 8;

/**
 * The levels worth visiting before the corners: a cell is left out when the field at its centre is larger than its
 * threshold, which can only be where the field grows that large: small cells of a field clamped nearby, all sizes of one
 * that keeps growing.
 *
 * @param reach how large |field| gets well away from the surface, model units; at least the clamp distance
 * @param slope bound on the field's gradient, at least 1
 * @returns none when the grid is so coarse that all of its corners have to be evaluated
 */
export function refinementLevels(grid: Grid, reach: number, slope: number): GridLevel[] {
    const levels: GridLevel[] = [];
    const resolution = Math.max(...grid.cells);
    const baseCells = BASE_SHARE * 3.5 * resolution ** 2;
    for (let size = 2; ; size *= 2) {
        const threshold = SEARCH_SHARE * slope * halfDiagonal(size * grid.cellSize);
        if (threshold >= reach) {
            break;
        }
        const cells = grid.cells.map((count) => Math.ceil(count / size)) as [number, number, number];
        levels.unshift({ size, cells, threshold });
        if (cells[0] * cells[1] * cells[2] <= baseCells || Math.max(...cells) <= SMALLEST_BASE) {
            break;
        }
    }
    return levels;
}

function halfDiagonal(edge: number): number {
    return (Math.sqrt(3) / 2) * edge;
}

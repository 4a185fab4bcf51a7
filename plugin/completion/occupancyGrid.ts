import type { Scan } from "./scan.js";

/** Which cells of a box of cells are filled. */
export interface OccupancyGrid {
    /** Cells along x, y, z. */
    readonly size: readonly [number, number, number];
    /** [z, y, x], x fastest: 1 filled, 0 empty, anything else unknown. */
    readonly cells: Uint8Array;
    /** Edge of a cell; 1 unless given. */
    readonly cellSize?: number;
    /** Least corner of the box; the origin unless given. */
    readonly origin?: readonly [number, number, number];
}

/** Cells beyond this are refused. */
const MAX_CELLS = 512 ** 3;

/** Of the empty cells, one in this many is told to be empty, at most. */
const EMPTY_POINTS = 20_000;

/**
 * The scan that an occupancy grid is: the middle of each face between a filled and an empty cell, with the face's
 * normal, averaged over the faces around so that stairs become slopes; empty cells as empty space. Faces to unknown
 * cells say nothing.
 *
 * @throws if the sizes do not fit
 */
export function scanFromOccupancy({ size, cells, cellSize = 1, origin = [0, 0, 0] }: OccupancyGrid): Scan {
    const [sx, sy, sz] = size;
    const total = sx * sy * sz;
    if (!size.every((n) => Number.isInteger(n) && n > 0) || total > MAX_CELLS || cells.length !== total) {
        throw new Error(
            `scanFromOccupancy: got ${cells.length} cells for a grid of ${size.join(" × ")}; expected their product, at most ${MAX_CELLS}; check the sizes`,
        );
    }
    if (!(cellSize > 0 && Number.isFinite(cellSize) && origin.every(Number.isFinite))) {
        throw new Error(
            `scanFromOccupancy: got cellSize ${cellSize} and origin ${origin.join(", ")}; expected a length above 0 and a point; correct them`,
        );
    }
    const steps = [1, sx, sx * sy];
    const positions: number[] = [];
    const normals: number[] = [];
    const empty: number[] = [];
    const emptyStride = Math.max(1, Math.floor(total / EMPTY_POINTS));
    for (let at = 0; at < total; at++) {
        const place = [at % sx, Math.floor(at / sx) % sy, Math.floor(at / (sx * sy))];
        const middle = place.map((value, axis) => origin[axis] + (value + 0.5) * cellSize);
        if (cells[at] === 0 && at % emptyStride === 0) empty.push(...middle);
        if (cells[at] !== 1) continue;
        for (let axis = 0; axis < 3; axis++) {
            for (const side of [-1, 1]) {
                const next = place[axis] + side;
                // Beyond the box is empty: what fills its last cell ends there.
                const isOpen = next < 0 || next >= size[axis] || cells[at + side * steps[axis]] === 0;
                if (!isOpen) continue;
                positions.push(...middle.map((value, a) => value + (a === axis ? 0.5 * side * cellSize : 0)));
                normals.push(...outwardAt(cells, size, place));
            }
        }
    }
    return {
        positions: Float32Array.from(positions),
        normals: Float32Array.from(normals),
        emptyPoints: Float32Array.from(empty),
    };
}

/** From the filled cells of the 5³ around towards the empty ones. */
function outwardAt(cells: Uint8Array, size: readonly number[], place: readonly number[]): [number, number, number] {
    const sum: [number, number, number] = [0, 0, 0];
    for (let dz = -2; dz <= 2; dz++) {
        for (let dy = -2; dy <= 2; dy++) {
            for (let dx = -2; dx <= 2; dx++) {
                const [x, y, z] = [place[0] + dx, place[1] + dy, place[2] + dz];
                const isInside = x >= 0 && y >= 0 && z >= 0 && x < size[0] && y < size[1] && z < size[2];
                if (isInside && cells[x + size[0] * (y + size[1] * z)] === 1) {
                    sum[0] -= dx;
                    sum[1] -= dy;
                    sum[2] -= dz;
                }
            }
        }
    }
    return sum;
}

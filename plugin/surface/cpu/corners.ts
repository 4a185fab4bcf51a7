import { type BitMask, type RankedMask, rankOf } from "./bitMask.js";

/**
 * The evaluated corners of a grid: those that the search found, then those that were followed from open edges. CPU twin
 * of the head of `corners.wgsl`.
 */
export interface CornerValues {
    /** Found by the search; they come first in the lists. */
    readonly mask: RankedMask;
    /** Followed from them; none is in `mask`. */
    readonly followed: RankedMask;
    /** Index of each corner. */
    readonly members: Uint32Array;
    /** [members.length, 3], model space. */
    readonly points: Float32Array;
    /** Signed distance at each; the shape is where it is below 0. */
    readonly distances: Float32Array;
}

/** Place of a corner in the lists, or −1 if it was not evaluated. */
export function slotOf({ mask, followed }: CornerValues, index: number): number {
    const slot = rankOf(mask, index);
    if (slot >= 0 || followed.count === 0) {
        return slot;
    }
    const place = rankOf(followed, index);
    return place < 0 ? place : mask.count + place;
}

/** Whether all corners of the cell that begins at a corner were evaluated. */
export function cellIsComplete({ mask, followed }: CornerValues, x: number, y: number, z: number): boolean {
    const { size, words } = mask;
    if (x < 0 || y < 0 || z < 0 || x + 1 >= size[0] || y + 1 >= size[1] || z + 1 >= size[2]) {
        return false;
    }
    for (let corner = 0; corner < 8; corner++) {
        const index = x + (corner & 1) + size[0] * (y + ((corner >> 1) & 1) + size[1] * (z + (corner >> 2)));
        if (!((words[index >>> 5] | followed.words[index >>> 5]) & (1 << (index & 31)))) {
            return false;
        }
    }
    return true;
}

/** The lower corners of the four cells around the edge from a corner along an axis; some may lie outside the grid. */
export function cellsAround(position: readonly number[], axis: number): [number, number, number][] {
    const u = (axis + 1) % 3;
    const v = (axis + 2) % 3;
    return [0, 1, 2, 3].map((cell) => {
        const origin: [number, number, number] = [position[0], position[1], position[2]];
        origin[u] -= cell & 1;
        origin[v] -= cell >> 1;
        return origin;
    });
}

const STEPS = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
] as const;

/** Whether the four cells around an edge are all complete. */
export function isClosedAround(corners: CornerValues, position: readonly number[], axis: number): boolean {
    const [x, y, z] = position;
    const [ux, uy, uz] = STEPS[(axis + 1) % 3];
    const [vx, vy, vz] = STEPS[(axis + 2) % 3];
    return (
        cellIsComplete(corners, x, y, z) &&
        cellIsComplete(corners, x - ux, y - uy, z - uz) &&
        cellIsComplete(corners, x - vx, y - vy, z - vz) &&
        cellIsComplete(corners, x - ux - vx, y - uy - vy, z - uz - vz)
    );
}

export function gridPosition({ size }: BitMask, index: number): [number, number, number] {
    const row = Math.floor(index / size[0]);
    return [index % size[0], row % size[1], Math.floor(row / size[1])];
}

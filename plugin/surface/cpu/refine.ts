import type { Bounds } from "../../model/decoder.js";
import type { Grid, GridLevel } from "../grid.js";
import { type BitMask, markBox, type RankedMask, rankOf } from "./bitMask.js";
import { isClear, type LevelMemory } from "./clearance.js";

/** Stands for "far outside" where a decoder gave something that is no number. */
export const FAR = 1e30;

/**
 * Positions of grid members: origin + spacing · (index + offset). CPU twin of `listPoints` in `refine.wgsl`.
 *
 * @param size members along x, y, z
 * @param spacing between members, model units
 * @param offset ½ for centres of cells, 0 for corners
 * @returns [members.length, 3]
 */
export function memberPoints(
    members: Uint32Array,
    size: readonly [number, number, number],
    origin: readonly [number, number, number],
    spacing: number,
    offset: number,
): Float32Array {
    const points = new Float32Array(3 * members.length);
    for (let slot = 0; slot < members.length; slot++) {
        const index = members[slot];
        const row = Math.floor(index / size[0]);
        points[3 * slot] = origin[0] + spacing * ((index % size[0]) + offset);
        points[3 * slot + 1] = origin[1] + spacing * ((row % size[1]) + offset);
        points[3 * slot + 2] = origin[2] + spacing * (Math.floor(row / size[1]) + offset);
    }
    return points;
}

/**
 * Cuts the shape off at its bounds, in place: the larger of the distance to the shape and to the box. What is no
 * number counts as outside, and what is within `skin` of the box's faces as on them, lest rounding open the surface
 * there. CPU twin of `clipDistances` in `refine.wgsl`.
 *
 * @param skin a small part of a cell, model units
 */
export function clipDistances(points: Float32Array, distances: Float32Array, bounds: Bounds, skin: number): void {
    const { min, max } = bounds;
    for (let n = 0, at = 0; n < distances.length; n++, at += 3) {
        const toBox = Math.max(
            min[0] - points[at],
            points[at] - max[0],
            min[1] - points[at + 1],
            points[at + 1] - max[1],
            min[2] - points[at + 2],
            points[at + 2] - max[2],
        );
        const box = Math.abs(toBox) < skin ? 0 : toBox;
        const distance = Number.isNaN(distances[n]) ? FAR : distances[n];
        distances[n] = Math.min(Math.max(distance, box, -FAR), FAR);
    }
}

/** How far outside a box a point lies (largest over its faces), negative inside. */
export function boxDistance({ min, max }: Bounds, x: number, y: number, z: number): number {
    return Math.max(min[0] - x, x - max[0], min[1] - y, y - max[1], min[2] - z, z - max[2]);
}

/**
 * Marks what lies in the cells near the surface, and in those between whose centres it runs: the cells of the next
 * level, or the corners of the grid after the last. CPU twin of `markChildren.wgsl`, and with a memory of
 * `markUnclearChildren.wgsl`.
 *
 * @param mask cells of `level` among its places
 * @param members their indices
 * @param distances at their centres
 * @param memory what earlier searches know to be clear is left out, and what is ruled out here is noted
 */
export function markChildren(
    level: GridLevel,
    mask: RankedMask,
    members: Uint32Array,
    distances: Float32Array,
    target: BitMask,
    toCorners: boolean,
    memory: LevelMemory | null = null,
): void {
    const [sizeX, sizeY, sizeZ] = level.cells;
    const strides = [1, sizeX, sizeX * sizeY];
    const isInside = (index: number): boolean | null => {
        const slot = rankOf(mask, index);
        if (slot >= 0) {
            return distances[slot] < 0;
        }
        return memory && isClear(memory, memory.own[index]) ? memory.own[index] < 0 : null;
    };
    const signChanges = (slot: number, position: readonly number[]): boolean => {
        for (let axis = 0; axis < 3; axis++) {
            for (const step of [-1, 1]) {
                const at = position[axis] + step;
                if (at >= 0 && at < level.cells[axis]) {
                    const inside = isInside(members[slot] + step * strides[axis]);
                    if (inside !== null && inside !== distances[slot] < 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    };
    for (let slot = 0; slot < members.length; slot++) {
        const index = members[slot];
        const row = Math.floor(index / sizeX);
        const position = [index % sizeX, row % sizeY, Math.floor(row / sizeY) % sizeZ];
        const isNear = Math.abs(distances[slot]) <= level.threshold || signChanges(slot, position);
        if (isNear) {
            markUnclear(memory, target, position, toCorners ? 1 : 0);
        }
        if (memory) {
            const margin = isNear ? 0 : memory.moved + Math.max(0, certain(distances[slot]) - level.threshold);
            memory.own[index] = distances[slot] < 0 ? -margin : margin;
        }
    }
}

/** |distance|, or 0 where it was no number, which says nothing of how it moves. */
export function certain(distance: number): number {
    const size = Math.abs(distance);
    return size < FAR ? size : 0;
}

/**
 * Marks a cell's eight children that are not known to be clear, or the corners of these.
 *
 * @param beyond 1 where the target's places are corners: there is one more along each axis, and the last begins no cell
 */
function markUnclear(memory: LevelMemory | null, target: BitMask, position: readonly number[], beyond: 0 | 1): void {
    const { size } = target;
    const [x, y, z] = position;
    if (!memory) {
        markBox(target, 2 * x, 2 * y, 2 * z, 2 + beyond);
        return;
    }
    forEachChild(position, size, beyond, (x, y, z) => {
        if (!isClear(memory, memory.children[x + size[0] * (y + size[1] * z)])) {
            markBox(target, x, y, z, 1 + beyond);
        }
    });
}

/** Visits the children of a cell that lie inside the grid; see `markUnclear`. */
export function forEachChild(
    position: readonly number[],
    size: readonly [number, number, number],
    beyond: 0 | 1,
    visit: (x: number, y: number, z: number) => void,
): void {
    const end = (axis: number) => Math.min(2 * position[axis] + 2, size[axis] - beyond);
    const [endX, endY, endZ] = [end(0), end(1), end(2)];
    for (let z = 2 * position[2]; z < endZ; z++) {
        for (let y = 2 * position[1]; y < endY; y++) {
            for (let x = 2 * position[0]; x < endX; x++) {
                visit(x, y, z);
            }
        }
    }
}

/** Corners along x, y, z. */
export function cornerCounts(grid: Grid): [number, number, number] {
    return [grid.cells[0] + 1, grid.cells[1] + 1, grid.cells[2] + 1];
}

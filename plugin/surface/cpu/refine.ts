import type { Bounds } from "../../model/decoder.js";
import type { Grid, GridLevel } from "../grid.js";
import { type BitMask, markBox } from "./bitMask.js";

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
    for (let n = 0; n < distances.length; n++) {
        const toBox = boxDistance(bounds, points[3 * n], points[3 * n + 1], points[3 * n + 2]);
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
 * Marks what lies in the cells near the surface: the cells of the next level, or the corners of the grid after the
 * last. CPU twin of `markChildren` in `refine.wgsl`.
 *
 * @param members cells of `level`
 * @param distances at their centres
 */
export function markChildren(
    level: GridLevel,
    members: Uint32Array,
    distances: Float32Array,
    target: BitMask,
    toCorners: boolean,
): void {
    const [sizeX, sizeY] = level.cells;
    for (let slot = 0; slot < members.length; slot++) {
        if (Math.abs(distances[slot]) <= level.threshold) {
            const index = members[slot];
            const row = Math.floor(index / sizeX);
            const [x, y, z] = [index % sizeX, row % sizeY, Math.floor(row / sizeY)];
            markBox(target, 2 * x, 2 * y, 2 * z, toCorners ? 3 : 2);
        }
    }
}

/** Corners along x, y, z. */
export function cornerCounts(grid: Grid): [number, number, number] {
    return [grid.cells[0] + 1, grid.cells[1] + 1, grid.cells[2] + 1];
}

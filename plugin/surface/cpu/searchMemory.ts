import type { Grid, GridLevel } from "../grid.js";
import { type BitMask, createMask } from "./bitMask.js";
import { isClear, type LevelMemory } from "./clearance.js";
import { type CornerValues, cellIsComplete, gridPosition, slotOf } from "./corners.js";
import { certain, cornerCounts, forEachChild } from "./refine.js";

/**
 * What searches for one surface leave for the next while its code moves a little: how far each cell is from mattering.
 * Forgotten whenever grid or levels are others.
 */
export class SearchMemory {
    /** How far distances may have moved since the memory began, model units; rounded to float32, as on the GPU. */
    private moved = 0;
    /** Clearances of each level's cells, coarse before fine. */
    private levels: readonly Float32Array[] = [];
    /** Of the grid's cells, each at the index of its lower corner. */
    private cells = new Float32Array(0);
    private key = "";

    /**
     * The code moves on.
     *
     * @param by how far distances may change by that, model units; see `FieldMotion`
     */
    advance(by: number): void {
        this.moved = Math.fround(this.moved + by);
    }

    /** Makes ready for a search; returns whether it begins from an earlier one. */
    fit(grid: Grid, levels: readonly GridLevel[]): boolean {
        const key = memoryKey(grid, levels);
        if (key === this.key) {
            return true;
        }
        const [x, y, z] = cornerCounts(grid);
        this.key = key;
        this.moved = 0;
        this.levels = levels.map(({ cells }) => new Float32Array(cells[0] * cells[1] * cells[2]));
        this.cells = new Float32Array(x * y * z);
        return false;
    }

    forget(): void {
        this.key = "";
    }

    /** Of a level and the next; behind the last level lies the grid, below which there is nothing. */
    at(level: number): LevelMemory {
        const [own, children] = [...this.levels, this.cells].slice(level);
        return { moved: this.moved, own, children: children ?? new Float32Array(0) };
    }
}

/** Two searches with the same key can share a memory. */
export function memoryKey(grid: Grid, levels: readonly GridLevel[]): string {
    return JSON.stringify([grid, levels]);
}

/** The cells of the coarsest level that are not clear. CPU twin of `markUnclear` in `markUnclear.wgsl`. */
export function unclearCells(size: readonly [number, number, number], memory: LevelMemory): BitMask {
    const mask = createMask(size);
    memory.own.forEach((clearance, index) => {
        if (!isClear(memory, clearance)) {
            mask.words[index >>> 5] |= 1 << (index & 31);
        }
    });
    return mask;
}

/**
 * Notes how clear the evaluated cells of the grid are: as far as the nearest sign is from changing. CPU twin of
 * `noteCells` in `noteClearance.wgsl`.
 */
export function noteCells({ moved, own }: LevelMemory, corners: CornerValues): void {
    const { mask, members, distances } = corners;
    for (const index of members) {
        const position = gridPosition(mask, index);
        if (!cellIsComplete(corners, ...position)) {
            continue;
        }
        let least = Number.POSITIVE_INFINITY;
        let inside = 0;
        for (let corner = 0; corner < 8; corner++) {
            const [x, y, z] = position.map((at, axis) => at + ((corner >> axis) & 1));
            const distance = distances[slotOf(corners, x + mask.size[0] * (y + mask.size[1] * z))];
            least = Math.min(least, certain(distance));
            inside += distance < 0 ? 1 : 0;
        }
        own[index] = inside === 0 ? moved + least : inside === 8 ? -(moved + least) : 0;
    }
}

/**
 * A cell is as clear as the least clear of its eight children. CPU twin of `noteParents` in `noteClearance.wgsl`.
 *
 * @param size places of the children along x, y, z
 * @param beyond 1 where these are corners, of which the last begin no cell
 */
export function noteParents(
    memory: LevelMemory,
    level: GridLevel,
    members: Uint32Array,
    size: readonly [number, number, number],
    beyond: 0 | 1,
): void {
    const [sizeX, sizeY] = level.cells;
    for (const index of members) {
        const row = Math.floor(index / sizeX);
        const position = [index % sizeX, row % sizeY, Math.floor(row / sizeY)];
        const clearance = leastClear(memory, position, size, beyond);
        if (Math.abs(clearance) > Math.abs(memory.own[index])) {
            memory.own[index] = clearance;
        }
    }
}

function leastClear(
    memory: LevelMemory,
    position: readonly number[],
    size: readonly [number, number, number],
    beyond: 0 | 1,
): number {
    let least = Number.POSITIVE_INFINITY;
    let sides = 0;
    forEachChild(position, size, beyond, (x, y, z) => {
        const clearance = memory.children[x + size[0] * (y + size[1] * z)];
        least = Math.min(least, isClear(memory, clearance) ? Math.abs(clearance) : 0);
        sides |= clearance < 0 ? 1 : 2;
    });
    return sides === 1 ? -least : sides === 2 ? least : 0;
}

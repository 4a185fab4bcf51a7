/**
 * How far distances may still move before a cell could matter, while the code that they belong to moves a little. What
 * they moved since a memory began is summed up, and a clearance is a reading of that sum: up to it the cell is clear.
 * Below 0 where the cell lies inside. CPU twin of `clearance.wgsl`.
 */
export interface LevelMemory {
    /** How far distances may have moved since the memory began, model units. */
    readonly moved: number;
    /** Clearances of the level's cells. */
    readonly own: Float32Array;
    /** Of the next level's, or of the grid's. */
    readonly children: Float32Array;
}

/** Whether a cell with this clearance can be passed over. */
export function isClear({ moved }: { readonly moved: number }, clearance: number): boolean {
    return Math.abs(clearance) > moved;
}

import { COUNT_BYTES } from "./surfaceKernels.js";

/** What a search came to; counts are as they are, even where a list ran full. */
export interface SurfaceCounts {
    /** Members of each level, coarse before fine. */
    levels: number[];
    /** All corners evaluated, and how many of them were followed from open edges. */
    corners: number;
    followed: number;
    /** Evaluations of followed corners, which a further round evaluates again. */
    followedEvaluations: number;
    vertices: number;
    triangles: number;
    openEdges: number;
    surfaceCells: number;
    /** Whether every list held its members. */
    complete: boolean;
}

/** Lists beside the levels': corners, followed corners, mesh. */
const OTHER_LISTS = 3;

export function listCount(levelCount: number): number {
    return levelCount + OTHER_LISTS;
}

/** Bytes that `surfaceStages` writes to its summary. */
export function summaryBytes(levelCount: number): number {
    return COUNT_BYTES * listCount(levelCount) + 8;
}

export function readSummary(levelCount: number, bytes: ArrayBuffer): SurfaceCounts {
    const words = new Uint32Array(bytes);
    const lists = Array.from({ length: listCount(levelCount) }, (_, i) => words.subarray(8 * i, 8 * i + 8));
    const [corners, followed, mesh] = lists.slice(levelCount);
    const tally = 8 * lists.length;
    return {
        levels: lists.slice(0, levelCount).map((list) => list[2]),
        corners: corners[2],
        followed: followed[2],
        followedEvaluations: corners[3],
        vertices: mesh[2],
        triangles: mesh[3],
        openEdges: words[tally],
        surfaceCells: words[tally + 1],
        complete: lists.every((list) => list[0] === list[2] && list[1] === list[3]),
    };
}

/** Points that the decoder was evaluated at. */
export function evaluationCount({ levels, corners, followed, followedEvaluations }: SurfaceCounts): number {
    return levels.reduce((sum, count) => sum + count, corners - followed + followedEvaluations);
}

/** Whether a surface has no hole and fits where it is to go. CPU twin of `judge` in `publish.wgsl`. */
export function isWhole(
    counts: SurfaceCounts,
    front: { readonly vertexCapacity: number; readonly triangleCapacity: number },
): boolean {
    return (
        counts.complete &&
        counts.openEdges === 0 &&
        counts.vertices <= front.vertexCapacity &&
        counts.triangles <= front.triangleCapacity
    );
}

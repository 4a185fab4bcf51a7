import { COUNT_BYTES } from "./surfaceKernels.js";
import { TALLY_BYTES } from "./surfaceLists.js";

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

/** Bytes that `surfaceStages` writes to its summary: a list's counts of all codes, then the next list's. */
export function summaryBytes(levelCount: number, codeCount = 1): number {
    return (COUNT_BYTES * listCount(levelCount) + TALLY_BYTES) * codeCount;
}

/** What the search for one code came to. */
export function readSummary(levelCount: number, bytes: ArrayBuffer, code = 0, codeCount = 1): SurfaceCounts {
    const lists = Array.from({ length: listCount(levelCount) }, (_, i) => {
        const [, , heldFirst, heldSecond, first, second] = new Uint32Array(bytes, COUNT_BYTES * (i * codeCount + code));
        return { first, second, complete: heldFirst === first && heldSecond === second };
    });
    const [corners, followed, mesh] = lists.slice(levelCount);
    const tallies = COUNT_BYTES * lists.length * codeCount;
    const [openEdges, surfaceCells] = new Uint32Array(bytes, tallies + TALLY_BYTES * code);
    return {
        levels: lists.slice(0, levelCount).map(({ first }) => first),
        corners: corners.first,
        followed: followed.first,
        followedEvaluations: corners.second,
        vertices: mesh.first,
        triangles: mesh.second,
        openEdges,
        surfaceCells,
        complete: lists.every(({ complete }) => complete),
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

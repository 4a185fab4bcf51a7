import type { GpuEvaluation } from "../../field/field.js";
import { cornerCounts } from "../cpu/refine.js";
import { boundsSkin, type Grid, type GridLevel } from "../grid.js";
import type { Winding } from "../mesh.js";
import { SCAN_BLOCK, type SurfaceKernels } from "./surfaceKernels.js";
import type { Workspace } from "./workspace.js";

/** Where the triangles go; usage STORAGE on all. */
export interface SurfaceTarget {
    /** [vertexCapacity, 3] */
    positions: GPUBuffer;
    /** [vertexCapacity, 3] */
    normals: GPUBuffer;
    /** [triangleCapacity, 3] */
    indices: GPUBuffer;
    vertexCapacity: number;
    triangleCapacity: number;
}

export interface SurfacePlan {
    grid: Grid;
    levels: readonly GridLevel[];
    winding: Winding;
    /** Corners that the lists hold. */
    cornerCapacity: number;
    target: SurfaceTarget;
}

/** A piece of a search: commands to record, or an evaluation of the field that the driver has made. */
export type SurfaceStage =
    | { readonly kind: "record"; record(encoder: GPUCommandEncoder): number }
    | { readonly kind: "evaluate"; readonly evaluation: GpuEvaluation; readonly capacity: number };

/** Bytes of a list's counts: two totals as far as they fit, two as they are. */
const COUNT_BYTES = 16;

/** Counts in the summary: the levels' and corners' members first, then these. */
export interface SurfaceCounts {
    /** Members of each level, then of the corners; as they are, even where a list ran full. */
    members: number[];
    vertices: number;
    triangles: number;
    openEdges: number;
    surfaceCells: number;
}

/** Bytes that `surfaceStages` writes to its summary. */
export function summaryBytes(levelCount: number): number {
    return COUNT_BYTES * (levelCount + 2) + 8;
}

export function readSummary(levelCount: number, bytes: ArrayBuffer): SurfaceCounts {
    const words = new Uint32Array(bytes);
    const members = Array.from({ length: levelCount + 1 }, (_, i) => words[4 * i + 2]);
    const totals = 4 * (levelCount + 1);
    const tally = totals + 4;
    return {
        members,
        vertices: words[totals + 2],
        triangles: words[totals + 3],
        openEdges: words[tally],
        surfaceCells: words[tally + 1],
    };
}

/** How many members a level's list holds: all of a coarse one, a shell's worth of a fine one. */
export function listCapacity(size: readonly [number, number, number]): number {
    const all = size[0] * size[1] * size[2];
    return Math.min(all, Math.max(2 ** 16, 24 * Math.max(...size) ** 2));
}

/**
 * The whole search and meshing as stages in order, free of waits: the sizes of lists stay on the GPU.
 *
 * @param summary gets the counts, `summaryBytes` long, usage COPY_DST
 */
export function* surfaceStages(
    kernels: SurfaceKernels,
    workspace: Workspace,
    plan: SurfacePlan,
    summary: GPUBuffer,
): Generator<SurfaceStage, void> {
    const lists = allocateLists(workspace, plan);
    const corners = lists[lists.length - 1];
    const tally = workspace.storage("tally", 8);

    yield { kind: "record", record: (encoder) => recordStart(encoder, kernels, lists[0], tally) };
    for (const [index, list] of lists.entries()) {
        yield { kind: "record", record: (encoder) => recordList(encoder, kernels, list) };
        yield {
            kind: "evaluate",
            evaluation: { points: list.points, pointCount: list.counts, distances: list.distances },
            capacity: list.capacity,
        };
        if (list !== corners) {
            yield { kind: "record", record: (encoder) => recordChildren(encoder, kernels, list, lists[index + 1]) };
        }
    }

    const meshing = allocateMeshing(workspace, plan, corners, tally);
    yield { kind: "record", record: (encoder) => recordTriangles(encoder, kernels, plan, meshing) };
    const { positions, normals, vertexCapacity } = plan.target;
    yield {
        kind: "evaluate",
        evaluation: {
            points: positions,
            pointCount: meshing.counts,
            distances: meshing.vertexDistances,
            pointGradients: normals,
        },
        capacity: vertexCapacity,
    };
    yield {
        kind: "record",
        record: (encoder) => recordEnd(encoder, kernels, plan, meshing, [...lists, meshing], summary),
    };
}

/** The members of one level, or the corners, and what is known at them. */
interface MemberList {
    stage: GPUBuffer;
    wordCount: number;
    capacity: number;
    mask: GPUBuffer;
    ranks: GPUBuffer;
    members: GPUBuffer;
    points: GPUBuffer;
    distances: GPUBuffer;
    counts: GPUBuffer;
    scan: Scan;
}

interface Meshing {
    corners: MemberList;
    classes: GPUBuffer;
    offsets: GPUBuffer;
    vertexDistances: GPUBuffer;
    counts: GPUBuffer;
    tally: GPUBuffer;
    scan: Scan;
}

/** Levels of sums over `values`, each a `SCAN_BLOCK`-th of the one before. */
interface Scan {
    counts: GPUBuffer;
    levels: { values: GPUBuffer; count: number; uniform: GPUBuffer }[];
}

function allocateLists(workspace: Workspace, plan: SurfacePlan): MemberList[] {
    const { grid, levels } = plan;
    const cornerSize = cornerCounts(grid);
    return [...levels, null].map((level, index) => {
        const name = level ? `level ${index}` : "corners";
        const size = level ? level.cells : cornerSize;
        const next = level ? (levels[index + 1]?.cells ?? cornerSize) : size;
        const capacity = level ? listCapacity(size) : plan.cornerCapacity;
        const wordCount = Math.ceil((size[0] * size[1] * size[2]) / 32);
        const ranks = workspace.storage(`${name} ranks`, 8 * wordCount);
        const counts = workspace.storage(`${name} counts`, COUNT_BYTES);
        const childSide = level === levels[levels.length - 1] ? 3 : 2;
        return {
            stage: workspace.uniform(
                `${name} stage`,
                packStage(plan, level, size, next, wordCount, capacity, childSide),
            ),
            wordCount,
            capacity,
            mask: workspace.storage(`${name} mask`, 4 * wordCount),
            ranks,
            members: workspace.storage(`${name} members`, 4 * capacity),
            points: workspace.storage(`${name} points`, 12 * capacity),
            distances: workspace.storage(`${name} distances`, 4 * capacity),
            counts,
            scan: allocateScan(workspace, name, ranks, wordCount, counts, [capacity, 0]),
        };
    });
}

function allocateMeshing(workspace: Workspace, plan: SurfacePlan, corners: MemberList, tally: GPUBuffer): Meshing {
    const { vertexCapacity, triangleCapacity } = plan.target;
    const offsets = workspace.storage("offsets", 8 * corners.capacity);
    const counts = workspace.storage("mesh counts", COUNT_BYTES);
    return {
        corners,
        classes: workspace.storage("classes", 4 * corners.capacity),
        offsets,
        vertexDistances: workspace.storage("vertex distances", 4 * vertexCapacity),
        counts,
        tally,
        scan: allocateScan(workspace, "mesh", offsets, corners.capacity, counts, [vertexCapacity, triangleCapacity]),
    };
}

function allocateScan(
    workspace: Workspace,
    name: string,
    values: GPUBuffer,
    count: number,
    counts: GPUBuffer,
    capacity: [number, number],
): Scan {
    const levels: Scan["levels"] = [];
    for (let level = 0, left = count; ; level++, left = Math.ceil(left / SCAN_BLOCK)) {
        levels.push({
            values: level === 0 ? values : workspace.storage(`${name} sums ${level}`, 8 * left),
            count: left,
            uniform: workspace.uniform(`${name} scan ${level}`, Uint32Array.of(left, 0, ...capacity).buffer),
        });
        if (left <= SCAN_BLOCK) {
            return { counts, levels };
        }
    }
}

/** `Stage` of stage.wgsl. */
function packStage(
    plan: SurfacePlan,
    level: GridLevel | null,
    size: readonly number[],
    next: readonly number[],
    wordCount: number,
    capacity: number,
    childSide: number,
): ArrayBuffer {
    const { grid, target, winding } = plan;
    const { bounds } = grid;
    const spacing = (level?.size ?? 1) * grid.cellSize;
    const view = new DataView(new ArrayBuffer(96));
    const put = (at: number, type: "Float32" | "Uint32", values: readonly number[]) => {
        values.forEach((value, i) => {
            view[`set${type}`](at + 4 * i, value, true);
        });
    };
    put(0, "Float32", [...bounds.min.map((min) => min + (level ? 0.5 * spacing : 0)), spacing]);
    put(16, "Uint32", [...size, wordCount]);
    put(32, "Uint32", [...next, childSide]);
    put(48, "Float32", [...bounds.min, level?.threshold ?? 0]);
    put(64, "Float32", [...bounds.max, boundsSkin(grid)]);
    put(80, "Uint32", [capacity, target.vertexCapacity, target.triangleCapacity, winding === "clockwise" ? 1 : 0]);
    return view.buffer;
}

function recordStart(encoder: GPUCommandEncoder, kernels: SurfaceKernels, first: MemberList, tally: GPUBuffer): number {
    encoder.clearBuffer(tally);
    const pass = encoder.beginComputePass({ label: "surface start" });
    kernels.dispatch(pass, "markAll", first.wordCount, { 0: first.stage, 1: first.mask });
    pass.end();
    return 1;
}

/** Mask → ranks, members and points. */
function recordList(encoder: GPUCommandEncoder, kernels: SurfaceKernels, list: MemberList): number {
    const { stage, wordCount, mask, ranks, members, points } = list;
    const pass = encoder.beginComputePass({ label: "surface list" });
    kernels.dispatch(pass, "countMembers", wordCount, { 0: stage, 1: mask, 2: ranks });
    const scans = recordScan(pass, kernels, list.scan);
    kernels.dispatch(pass, "listMembers", wordCount, { 0: stage, 1: mask, 2: ranks, 3: members, 4: points });
    pass.end();
    return scans + 2;
}

function recordScan(pass: GPUComputePassEncoder, kernels: SurfaceKernels, { levels, counts }: Scan): number {
    const last = levels.length - 1;
    for (let level = 0; level < last; level++) {
        const { values, count, uniform } = levels[level];
        const sums = levels[level + 1].values;
        kernels.dispatch(pass, "sumBlocks", Math.ceil(count / SCAN_BLOCK), { 0: uniform, 1: values, 2: sums });
    }
    kernels.dispatch(pass, "scanLast", 1, { 0: levels[last].uniform, 1: levels[last].values, 3: counts });
    for (let level = last - 1; level >= 0; level--) {
        const { values, count, uniform } = levels[level];
        const sums = levels[level + 1].values;
        kernels.dispatch(pass, "scanBlocks", Math.ceil(count / SCAN_BLOCK), { 0: uniform, 1: values, 2: sums });
    }
    return 2 * last + 1;
}

/** Distances at a level's centres → mask of the next. */
function recordChildren(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    list: MemberList,
    next: MemberList,
): number {
    const { stage, counts, members, points, distances, capacity } = list;
    encoder.clearBuffer(next.mask, 0, 4 * next.wordCount);
    const pass = encoder.beginComputePass({ label: "surface refine" });
    kernels.dispatch(pass, "clipDistances", capacity, { 0: stage, 1: counts, 3: points, 4: distances });
    kernels.dispatch(pass, "markChildren", capacity, { 0: stage, 1: counts, 2: members, 4: distances, 5: next.mask });
    pass.end();
    return 2;
}

/** Distances at the corners → vertices and triangles. */
function recordTriangles(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    plan: SurfacePlan,
    { corners, classes, offsets, tally, scan }: Meshing,
): number {
    const { stage, counts, members, points, distances, ranks, capacity } = corners;
    const { positions, indices } = plan.target;
    const shared = { 0: stage, 2: counts, 3: members, 4: ranks, 6: classes, 7: offsets };
    const pass = encoder.beginComputePass({ label: "surface triangles" });
    kernels.dispatch(pass, "clipDistances", capacity, { 0: stage, 1: counts, 3: points, 4: distances });
    kernels.dispatch(pass, "classifyCorners", capacity, { ...shared, 1: kernels.caseTable, 5: distances, 8: tally });
    const scans = recordScan(pass, kernels, scan);
    kernels.dispatch(pass, "emitVertices", capacity, { ...shared, 5: distances, 9: points, 10: positions });
    kernels.dispatch(pass, "emitTriangles", capacity, { ...shared, 1: kernels.caseTable, 11: indices });
    pass.end();
    return scans + 4;
}

/** Gradients → normals; counts → summary. */
function recordEnd(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    plan: SurfacePlan,
    { corners, vertexDistances, counts, tally }: Meshing,
    counted: readonly { counts: GPUBuffer }[],
    summary: GPUBuffer,
): number {
    const { positions, normals, vertexCapacity } = plan.target;
    const pass = encoder.beginComputePass({ label: "surface normals" });
    const buffers = { 0: corners.stage, 1: counts, 2: positions, 3: vertexDistances, 4: normals };
    kernels.dispatch(pass, "finishNormals", vertexCapacity, buffers);
    pass.end();
    counted.forEach((list, i) => {
        encoder.copyBufferToBuffer(list.counts, 0, summary, COUNT_BYTES * i, COUNT_BYTES);
    });
    encoder.copyBufferToBuffer(tally, 0, summary, COUNT_BYTES * counted.length, 8);
    return 1;
}

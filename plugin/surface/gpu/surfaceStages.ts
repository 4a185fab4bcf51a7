import type { GpuEvaluation } from "../../field/field.js";
import { FOLLOW_ROUNDS } from "../grid.js";
import { COUNT_BYTES, SCAN_BLOCK, type SurfaceKernels } from "./surfaceKernels.js";
import {
    allocateLists,
    allocateMeshing,
    type MemberList,
    type MemoryBuffers,
    type Meshing,
    type Scan,
    type SearchLists,
    type SurfacePlan,
    TALLY_BYTES,
} from "./surfaceLists.js";
import type { Workspace } from "./workspace.js";

/** A piece of a search: commands to record, or an evaluation of the field that the driver has made. */
export type SurfaceStage =
    | { readonly kind: "record"; readonly name: string; record(encoder: GPUCommandEncoder): number }
    | { readonly kind: "evaluate"; readonly name: string; readonly evaluation: GpuEvaluation };

/**
 * The whole search and meshing as stages in order, free of waits: the sizes of lists stay on the GPU. Several codes share
 * every dispatch.
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
    const meshing = allocateMeshing(workspace, plan, lists);
    const { levels, corners, followed } = lists;
    const { memory } = plan;

    if (memory && levels.length > 0) {
        yield record("start", (encoder) => recordUnclear(encoder, kernels, memory, levels[0]));
    }
    for (const [index, list] of levels.entries()) {
        yield record("members", (encoder) =>
            index === 0 && !memory ? recordAll(encoder, kernels, list) : recordMembers(encoder, kernels, list),
        );
        yield evaluate("level", list);
        yield record("children", (encoder) =>
            recordChildren(encoder, kernels, list, levels[index + 1] ?? corners, memory && partOf(memory, index)),
        );
    }
    if (levels.length === 0) {
        yield record("start", (encoder) => recordFullMask(encoder, kernels, corners));
    }
    yield record("members", (encoder) => recordMembers(encoder, kernels, corners));
    yield evaluate("corners", corners);
    // With every corner evaluated there is nothing to follow; the first round prepares the lists.
    for (let round = 0; round < (levels.length > 0 ? FOLLOW_ROUNDS : 1); round++) {
        yield record("follow", (encoder) => recordFollowing(encoder, kernels, lists, round));
        yield evaluate("followed", followed);
    }
    yield record("triangles", (encoder) => recordTriangles(encoder, kernels, plan, meshing));
    if (plan.normals === "field") {
        yield evaluateNormals(plan, meshing);
    }
    if (memory && levels.length > 0) {
        yield record("clearances", (encoder) => recordClearances(encoder, kernels, memory, lists));
    }
    yield record("end", (encoder) => recordEnd(encoder, kernels, plan, lists, meshing, summary));
}

function record(name: string, run: (encoder: GPUCommandEncoder) => number): SurfaceStage {
    return { kind: "record", name, record: run };
}

function evaluate(name: string, { points, counts, ranges, groups, distances }: MemberList): SurfaceStage {
    const evaluation = { points, pointCount: counts, ranges, groups, distances };
    return { kind: "evaluate", name, evaluation };
}

/** Gradients of the field at the vertices. */
function evaluateNormals({ target }: SurfacePlan, { counts, ranges, groups, vertexDistances }: Meshing): SurfaceStage {
    return {
        kind: "evaluate",
        name: "normals",
        evaluation: {
            points: target.positions,
            pointCount: counts,
            ranges,
            groups,
            distances: vertexDistances,
            pointGradients: target.normals,
        },
    };
}

function recordAll(encoder: GPUCommandEncoder, kernels: SurfaceKernels, list: MemberList): number {
    const { stage, codeCount, capacity, members, points, counts, groups } = list;
    const pass = encoder.beginComputePass({ label: "surface start" });
    const buffers = { 0: stage, 3: members, 4: points, 5: counts, 6: groups };
    kernels.dispatch(pass, "listAll", capacity, buffers, codeCount);
    pass.end();
    return 1;
}

/** Of a memory, what the kernels of one level bind. */
function partOf({ clearances, levels }: MemoryBuffers, level: number): Record<10 | 11, GPUBuffer> {
    return { 10: clearances, 11: levels[level] };
}

/** Clearances → mask of the coarsest level. */
function recordUnclear(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    memory: MemoryBuffers,
    list: MemberList,
): number {
    if (memory.isNew) {
        encoder.clearBuffer(memory.clearances);
    }
    const pass = encoder.beginComputePass({ label: "surface start" });
    const buffers = { 0: list.stage, 1: list.mask, ...partOf(memory, 0) };
    kernels.dispatch(pass, "markUnclear", list.wordCount, buffers);
    pass.end();
    return 1;
}

/** Distances → clearances, fine before coarse, for the coarse ones follow from the fine. */
function recordClearances(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    memory: MemoryBuffers,
    { levels, corners, followed }: SearchLists,
): number {
    const { stage, counts, groups, members, distances, ranks } = corners;
    const pass = encoder.beginComputePass({ label: "surface clearances" });
    const known = { 0: stage, 2: counts, 3: members, 4: ranks, 5: distances, 9: followed.ranks };
    kernels.dispatch(pass, "noteCells", groups, { ...known, ...partOf(memory, levels.length) });
    for (let index = levels.length - 1; index >= 0; index--) {
        const list = levels[index];
        const buffers = { 0: list.stage, 2: list.counts, 3: list.members, ...partOf(memory, index) };
        kernels.dispatch(pass, "noteParents", list.groups, buffers);
    }
    pass.end();
    return levels.length + 1;
}

function recordFullMask(encoder: GPUCommandEncoder, kernels: SurfaceKernels, list: MemberList): number {
    const pass = encoder.beginComputePass({ label: "surface start" });
    kernels.dispatch(pass, "markAll", list.wordCount, { 0: list.stage, 1: list.mask }, list.codeCount);
    pass.end();
    return 1;
}

/** Mask → ranks, members and points. */
function recordMembers(encoder: GPUCommandEncoder, kernels: SurfaceKernels, list: MemberList): number {
    const pass = encoder.beginComputePass({ label: "surface list" });
    const dispatches = dispatchMembers(pass, kernels, list);
    pass.end();
    return dispatches;
}

function dispatchMembers(pass: GPUComputePassEncoder, kernels: SurfaceKernels, list: MemberList): number {
    const { stage, codeCount, wordCount, mask, ranks, members, points, groups } = list;
    kernels.dispatch(pass, "countMembers", wordCount, { 0: stage, 1: mask, 2: ranks, 6: groups }, codeCount);
    const scans = dispatchScan(pass, kernels, list.scan);
    const buffers = { 0: stage, 1: mask, 2: ranks, 3: members, 4: points };
    kernels.dispatch(pass, "listMembers", wordCount, buffers, codeCount);
    return scans + 2;
}

function dispatchScan(pass: GPUComputePassEncoder, kernels: SurfaceKernels, scan: Scan): number {
    const { codeCount, levels, counts, groups } = scan;
    const last = levels.length - 1;
    const dispatchBlocks = (name: "sumBlocks" | "scanBlocks", level: number) => {
        const { values, count, uniform } = levels[level];
        const buffers = { 0: uniform, 1: values, 2: levels[level + 1].values };
        kernels.dispatch(pass, name, Math.ceil(count / SCAN_BLOCK), buffers, codeCount);
    };
    for (let level = 0; level < last; level++) {
        dispatchBlocks("sumBlocks", level);
    }
    const { values, uniform } = levels[last];
    kernels.dispatch(pass, "scanLast", 1, { 0: uniform, 1: values, 3: counts, 4: groups }, codeCount);
    for (let level = last - 1; level >= 0; level--) {
        dispatchBlocks("scanBlocks", level);
    }
    return 2 * last + 1;
}

/** Distances at a level's centres → mask of the next. */
function recordChildren(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    list: MemberList,
    next: MemberList,
    memory: Record<10 | 11, GPUBuffer> | undefined,
): number {
    const { stage, counts, groups, members, points, distances, ranks } = list;
    encoder.clearBuffer(next.mask, 0, 4 * next.wordCount * next.codeCount);
    const pass = encoder.beginComputePass({ label: "surface refine" });
    const buffers = { 0: stage, 1: counts, 2: members, 3: points, 4: distances, 5: next.mask, 6: ranks };
    if (memory) {
        kernels.dispatch(pass, "markUnclearChildren", groups, { ...buffers, ...memory });
    } else {
        kernels.dispatch(pass, "markChildren", groups, buffers);
    }
    pass.end();
    return 1;
}

/** Distances at the corners known so far → list of the corners missing beside open edges. */
function recordFollowing(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    lists: SearchLists,
    round: number,
): number {
    const { corners, followed } = lists;
    const { stage, codeCount, counts, groups, members, points, distances, ranks } = corners;
    if (round === 0) {
        const words = followed.wordCount * codeCount;
        encoder.clearBuffer(followed.mask, 0, 4 * words);
        // What an earlier search has followed is not known to this one.
        encoder.clearBuffer(followed.ranks, 0, 8 * words);
    }
    const pass = encoder.beginComputePass({ label: "surface follow" });
    let dispatches = 1;
    if (round === 0) {
        kernels.dispatch(pass, "clipDistances", groups, { 0: stage, 1: counts, 3: points, 4: distances });
    } else {
        dispatches = dispatchAppend(pass, kernels, lists);
    }
    const shared = { 0: stage, 2: counts, 3: members, 4: ranks, 5: distances, 9: followed.ranks };
    kernels.dispatch(pass, "markOpenCells", groups, { ...shared, 6: followed.mask });
    dispatches += dispatchMembers(pass, kernels, followed);
    kernels.dispatch(pass, "endRound", 1, { 1: counts, 4: followed.counts, 8: followed.groups });
    pass.end();
    return dispatches + 2;
}

/** Followed corners with their distances → behind the found ones. */
function dispatchAppend(
    pass: GPUComputePassEncoder,
    kernels: SurfaceKernels,
    { corners, followed }: Omit<SearchLists, "levels">,
): number {
    const clip = { 0: followed.stage, 1: followed.counts, 3: followed.points, 4: followed.distances };
    kernels.dispatch(pass, "clipDistances", followed.groups, clip);
    const buffers = {
        0: corners.stage,
        1: corners.counts,
        2: corners.members,
        3: corners.distances,
        4: followed.counts,
        5: followed.members,
        6: followed.distances,
        7: corners.groups,
    };
    kernels.dispatch(pass, "appendFollowed", followed.capacity, buffers, corners.codeCount);
    return 2;
}

/** Distances at the followed corners → vertices and triangles of all. */
function recordTriangles(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    plan: SurfacePlan,
    { corners, followed, classes, offsets, tally, scan }: Meshing,
): number {
    const { stage, codeCount, counts, groups, members, distances, ranks, capacity } = corners;
    const { positions, indices } = plan.target;
    encoder.clearBuffer(tally);
    // The scan looks for the most.
    encoder.clearBuffer(scan.groups, 0, 4);
    const pass = encoder.beginComputePass({ label: "surface triangles" });
    const appends = dispatchAppend(pass, kernels, { corners, followed });
    const shared = { 0: stage, 2: counts, 3: members, 4: ranks, 6: classes, 7: offsets, 9: followed.ranks };
    const classify = { ...shared, 1: kernels.caseTable, 5: distances, 8: tally };
    kernels.dispatch(pass, "classifyCorners", capacity, classify, codeCount);
    const scans = dispatchScan(pass, kernels, scan);
    kernels.dispatch(pass, "emitVertices", groups, { ...shared, 5: distances, 10: positions });
    kernels.dispatch(pass, "emitTriangles", groups, { ...shared, 1: kernels.caseTable, 11: indices });
    pass.end();
    return appends + scans + 3;
}

/** Gradients, or distances at the corners, → normals; counts → summary. */
function recordEnd(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    plan: SurfacePlan,
    { levels, corners, followed }: SearchLists,
    { vertexDistances, counts, groups, tally, classes, offsets }: Meshing,
    summary: GPUBuffer,
): number {
    const { positions, normals } = plan.target;
    const pass = encoder.beginComputePass({ label: "surface normals" });
    if (plan.normals === "field") {
        const buffers = { 0: corners.stage, 1: counts, 2: positions, 3: vertexDistances, 4: normals };
        kernels.dispatch(pass, "finishNormals", groups, buffers);
    } else {
        const { stage, members, ranks, distances } = corners;
        const known = { 0: stage, 2: corners.counts, 3: members, 4: ranks, 5: distances, 9: followed.ranks };
        kernels.dispatch(pass, "gridNormals", corners.groups, { ...known, 6: classes, 7: offsets, 10: normals });
    }
    pass.end();
    const bytes = COUNT_BYTES * plan.codeCount;
    const counted = [...levels, corners, followed, { counts }];
    counted.forEach((list, i) => {
        encoder.copyBufferToBuffer(list.counts, 0, summary, bytes * i, bytes);
    });
    encoder.copyBufferToBuffer(tally, 0, summary, bytes * counted.length, TALLY_BYTES * plan.codeCount);
    return 1;
}

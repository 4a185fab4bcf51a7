import { packPointRanges } from "../../field/gpu/pointRanges.js";
import { cornerCounts } from "../cpu/refine.js";
import { boundsSkin, type Grid, type GridLevel } from "../grid.js";
import type { NormalSource, Winding } from "../mesh.js";
import { COUNT_BYTES, GROUP_BYTES, SCAN_BLOCK } from "./surfaceKernels.js";
import type { Workspace } from "./workspace.js";

/** Where a search takes its buffers from; the lists below take them, by name and size, and nothing else. */
export type BufferSource = Pick<Workspace, "storage" | "uniform">;

/** Bytes of one code's open edges and surface cells. */
export const TALLY_BYTES = 8;

/** Room of each code. */
export interface TargetCapacity {
    vertexCapacity: number;
    triangleCapacity: number;
}

/** Where the triangles go, of several codes one behind the other; usage STORAGE on all. */
export interface SurfaceTarget extends TargetCapacity {
    /** [vertexCapacity, 3] */
    positions: GPUBuffer;
    /** [vertexCapacity, 3] */
    normals: GPUBuffer;
    /** [triangleCapacity, 3] */
    indices: GPUBuffer;
}

export interface SurfacePlan<Target = SurfaceTarget> {
    /** Codes that are searched for together. */
    codeCount: number;
    grid: Grid;
    levels: readonly GridLevel[];
    winding: Winding;
    normals: NormalSource;
    /** Corners that the lists hold of each code, and corners followed from open edges among them. */
    cornerCapacity: number;
    followedCapacity: number;
    /** What the search goes on from; it begins anew unless given. One code's only. */
    memory?: MemoryBuffers;
    target: Target;
}

/** Clearances of the cells of each level and of the grid, and where a kernel finds those of a level; see `clearance.wgsl`. */
export interface MemoryBuffers {
    clearances: GPUBuffer;
    /** Whether nothing is known yet, and the buffer to be cleared. */
    isNew: boolean;
    /** Coarse before fine, the grid last. */
    levels: readonly GPUBuffer[];
}

/** How many members a level's list holds: all of a coarse one, a shell's worth of a fine one. */
export function listCapacity(size: readonly [number, number, number]): number {
    const all = size[0] * size[1] * size[2];
    return Math.min(all, Math.max(2 ** 16, 24 * Math.max(...size) ** 2));
}

/** Room for corners followed from open edges: few, as long as the slope is about right. */
export function followedCapacity(cornerCapacity: number): number {
    return Math.ceil(cornerCapacity / 8);
}

/** The members of one level, or the corners, and what is known at them; of several codes one behind the other. */
export interface MemberList {
    stage: GPUBuffer;
    codeCount: number;
    /** Of each code. */
    wordCount: number;
    capacity: number;
    mask: GPUBuffer;
    ranks: GPUBuffer;
    members: GPUBuffer;
    points: GPUBuffer;
    distances: GPUBuffer;
    counts: GPUBuffer;
    /** An indirect dispatch with an invocation a member. */
    groups: GPUBuffer;
    /** Where a field finds the points of each code. */
    ranges: GPUBuffer;
    scan: Scan;
}

export interface Meshing {
    corners: MemberList;
    followed: MemberList;
    classes: GPUBuffer;
    offsets: GPUBuffer;
    vertexDistances: GPUBuffer;
    counts: GPUBuffer;
    groups: GPUBuffer;
    ranges: GPUBuffer;
    tally: GPUBuffer;
    scan: Scan;
}

/** Levels of sums over `values`, each a `SCAN_BLOCK`-th of the one before. */
export interface Scan {
    codeCount: number;
    counts: GPUBuffer;
    groups: GPUBuffer;
    /** `count` of each code. */
    levels: { values: GPUBuffer; count: number; uniform: GPUBuffer }[];
}

/** Lists of the levels, coarse before fine, of the corners found, and of the corners followed from them. */
export interface SearchLists {
    levels: MemberList[];
    corners: MemberList;
    followed: MemberList;
}

export function allocateLists(workspace: BufferSource, plan: SurfacePlan<TargetCapacity>): SearchLists {
    const { grid, levels, cornerCapacity } = plan;
    const size = cornerCounts(grid);
    const corners = (name: string, capacity: number) =>
        allocateList(workspace, plan, { name, level: null, size, next: size, capacity, childSide: 0 });
    return {
        levels: levels.map((level, index) => {
            const last = index === levels.length - 1;
            const capacity = index === 0 ? level.cells[0] * level.cells[1] * level.cells[2] : listCapacity(level.cells);
            const next = last ? size : levels[index + 1].cells;
            const childSide = last ? 3 : 2;
            return allocateList(workspace, plan, {
                name: `level ${index}`,
                level,
                size: level.cells,
                next,
                capacity,
                childSide,
            });
        }),
        corners: corners("corners", cornerCapacity),
        followed: corners("followed", plan.followedCapacity),
    };
}

interface ListShape {
    name: string;
    /** null for corners. */
    level: GridLevel | null;
    size: readonly [number, number, number];
    next: readonly [number, number, number];
    capacity: number;
    childSide: number;
}

function allocateList(workspace: BufferSource, plan: SurfacePlan<TargetCapacity>, shape: ListShape): MemberList {
    const { name, level, size, capacity } = shape;
    const { codeCount } = plan;
    const isFull = level !== null && level === plan.levels[0] && !plan.memory;
    const wordCount = Math.ceil((size[0] * size[1] * size[2]) / 32);
    const ofEach = (part: string, bytes: number) => workspace.storage(`${name} ${part}`, bytes * codeCount);
    const ranks = ofEach("ranks", 8 * wordCount);
    const scan = allocateScan(workspace, plan, name, ranks, wordCount, [capacity, 0]);
    return {
        stage: workspace.uniform(`${name} stage`, packStage(plan, shape, isFull ? 0 : wordCount)),
        codeCount,
        wordCount,
        capacity,
        mask: ofEach("mask", 4 * wordCount),
        ranks,
        members: ofEach("members", 4 * capacity),
        points: ofEach("points", 12 * capacity),
        distances: ofEach("distances", 4 * capacity),
        counts: scan.counts,
        groups: scan.groups,
        ranges: allocateRanges(workspace, plan, name, capacity),
        scan,
    };
}

/** Buffers for the triangles of all of a plan's codes. */
export function allocateTarget(
    workspace: BufferSource,
    { vertexCapacity, triangleCapacity }: TargetCapacity,
    codeCount = 1,
): SurfaceTarget {
    return {
        positions: workspace.storage("positions", 12 * vertexCapacity * codeCount),
        normals: workspace.storage("normals", 12 * vertexCapacity * codeCount),
        indices: workspace.storage("indices", 12 * triangleCapacity * codeCount),
        vertexCapacity,
        triangleCapacity,
    };
}

/** Where a field finds the points of each code in a list. */
function allocateRanges(
    workspace: BufferSource,
    { codeCount }: SurfacePlan<TargetCapacity>,
    name: string,
    capacity: number,
): GPUBuffer {
    return workspace.uniform(`${name} ranges`, packPointRanges(codeCount, capacity, COUNT_BYTES / 4));
}

export function allocateMeshing(
    workspace: BufferSource,
    plan: SurfacePlan<TargetCapacity>,
    lists: SearchLists,
): Meshing {
    const { codeCount } = plan;
    const { vertexCapacity, triangleCapacity } = plan.target;
    const { corners, followed } = lists;
    const offsets = workspace.storage("offsets", 8 * corners.capacity * codeCount);
    const capacities: [number, number] = [vertexCapacity, triangleCapacity];
    const scan = allocateScan(workspace, plan, "mesh", offsets, corners.capacity, capacities);
    return {
        corners,
        followed,
        classes: workspace.storage("classes", 4 * corners.capacity * codeCount),
        offsets,
        vertexDistances: workspace.storage("vertex distances", 4 * vertexCapacity * codeCount),
        counts: scan.counts,
        groups: scan.groups,
        ranges: allocateRanges(workspace, plan, "mesh", vertexCapacity),
        tally: workspace.storage("tally", TALLY_BYTES * codeCount),
        scan,
    };
}

function allocateScan(
    workspace: BufferSource,
    { codeCount }: SurfacePlan<TargetCapacity>,
    name: string,
    values: GPUBuffer,
    count: number,
    capacity: [number, number],
): Scan {
    const counts = workspace.storage(`${name} counts`, COUNT_BYTES * codeCount);
    const groups = workspace.storage(`${name} groups`, GROUP_BYTES, GPUBufferUsage.INDIRECT);
    const levels: Scan["levels"] = [];
    for (let level = 0, left = count; ; level++, left = Math.ceil(left / SCAN_BLOCK)) {
        levels.push({
            values: level === 0 ? values : workspace.storage(`${name} sums ${level}`, 8 * left * codeCount),
            count: left,
            uniform: workspace.uniform(`${name} scan ${level}`, Uint32Array.of(left, 0, ...capacity).buffer),
        });
        if (left <= SCAN_BLOCK) {
            return { codeCount, counts, groups, levels };
        }
    }
}

/** `Stage` of stage.wgsl. */
function packStage(plan: SurfacePlan<TargetCapacity>, shape: ListShape, wordCount: number): ArrayBuffer {
    const { grid, target, winding } = plan;
    const { level, size, next, capacity, childSide } = shape;
    const { vertexCapacity, triangleCapacity } = target;
    const { bounds } = grid;
    const spacing = (level?.size ?? 1) * grid.cellSize;
    const view = new DataView(new ArrayBuffer(112));
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
    put(80, "Uint32", [capacity, vertexCapacity, triangleCapacity, winding === "clockwise" ? 1 : 0]);
    put(96, "Uint32", [plan.followedCapacity]);
    return view.buffer;
}

import { cornerCounts } from "../cpu/refine.js";
import { boundsSkin, type Grid, type GridLevel } from "../grid.js";
import type { NormalSource, Winding } from "../mesh.js";
import { COUNT_BYTES, SCAN_BLOCK } from "./surfaceKernels.js";
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
    normals: NormalSource;
    /** Corners that the lists hold, and corners followed from open edges among them. */
    cornerCapacity: number;
    followedCapacity: number;
    target: SurfaceTarget;
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

/** The members of one level, or the corners, and what is known at them. */
export interface MemberList {
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

export interface Meshing {
    corners: MemberList;
    followed: MemberList;
    classes: GPUBuffer;
    offsets: GPUBuffer;
    vertexDistances: GPUBuffer;
    counts: GPUBuffer;
    tally: GPUBuffer;
    scan: Scan;
}

/** Levels of sums over `values`, each a `SCAN_BLOCK`-th of the one before. */
export interface Scan {
    counts: GPUBuffer;
    levels: { values: GPUBuffer; count: number; uniform: GPUBuffer }[];
}

/** Lists of the levels, coarse before fine, of the corners found, and of the corners followed from them. */
export interface SearchLists {
    levels: MemberList[];
    corners: MemberList;
    followed: MemberList;
}

export function allocateLists(workspace: Workspace, plan: SurfacePlan): SearchLists {
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

function allocateList(workspace: Workspace, plan: SurfacePlan, shape: ListShape): MemberList {
    const { name, level, size, capacity } = shape;
    const isFull = level !== null && level === plan.levels[0];
    const wordCount = Math.ceil((size[0] * size[1] * size[2]) / 32);
    const ranks = workspace.storage(`${name} ranks`, 8 * wordCount);
    const counts = workspace.storage(`${name} counts`, COUNT_BYTES, GPUBufferUsage.INDIRECT);
    return {
        stage: workspace.uniform(`${name} stage`, packStage(plan, shape, isFull ? 0 : wordCount)),
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
}

export function allocateMeshing(workspace: Workspace, plan: SurfacePlan, lists: SearchLists): Meshing {
    const { vertexCapacity, triangleCapacity } = plan.target;
    const { corners, followed } = lists;
    const offsets = workspace.storage("offsets", 8 * corners.capacity);
    const counts = workspace.storage("mesh counts", COUNT_BYTES, GPUBufferUsage.INDIRECT);
    return {
        corners,
        followed,
        classes: workspace.storage("classes", 4 * corners.capacity),
        offsets,
        vertexDistances: workspace.storage("vertex distances", 4 * vertexCapacity),
        counts,
        tally: workspace.storage("tally", 8),
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
function packStage(plan: SurfacePlan, shape: ListShape, wordCount: number): ArrayBuffer {
    const { grid, target, winding } = plan;
    const { level, size, next, capacity, childSide } = shape;
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

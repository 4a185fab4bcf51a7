import type { Field } from "../../field/field.js";
import { RangeEvaluator } from "../../field/ranges/rangeEvaluator.js";
import type { Bounds } from "../../model/decoder.js";
import {
    boundsSkin,
    createGrid,
    DEFAULT_SLOPE,
    FOLLOW_ROUNDS,
    type Grid,
    type GridLevel,
    refinementLevels,
} from "../grid.js";
import { emptyStatistics, type SurfaceMesh, type SurfaceOptions, type SurfaceStatistics } from "../mesh.js";
import { type BitMask, createMask, listMembers, markAll, rankMask } from "./bitMask.js";
import type { CornerValues } from "./corners.js";
import { findCornersExactly, RANGE_PRICE } from "./exactSearch.js";
import { markOpenCells } from "./follow.js";
import { type CornerClasses, classifyCorners, emitTriangles, emitVertices } from "./marchingCubes.js";
import { finishNormals, gridNormals } from "./normals.js";
import { clipDistances, cornerCounts, markChildren, memberPoints } from "./refine.js";
import { noteCells, noteParents, type SearchMemory, unclearCells } from "./searchMemory.js";

/** Where a field is meaningful, and how far its distances can be trusted. */
export interface FieldDomain {
    readonly bounds: Bounds;
    /** Model units. */
    readonly clampDistance: number;
    /** How large |field| gets well away from the surface, model units; the clamp distance unless given. */
    readonly reach?: number;
}

export interface CpuSurfaceOptions extends SurfaceOptions {
    /**
     * What earlier searches for the same surface left, for this one to begin from; `advance` it before by how far the
     * code has moved since. None unless given.
     */
    memory?: SearchMemory | null;
}

export interface Surface {
    readonly mesh: SurfaceMesh;
    readonly statistics: SurfaceStatistics;
}

/**
 * The surface of a shape, meshed on the CPU; the field may be computed anywhere.
 *
 * Where the field turns out steeper than `slope` and the sparse search left a hole, it is repeated for twice the slope.
 *
 * @param latent [field.latentSize]
 * @throws if `exact` is asked of a decoder that is no perceptron, the resolution is out of range or the signal is aborted
 */
export async function extractSurfaceAsync(
    field: Field,
    latent: Float32Array,
    domain: FieldDomain,
    options: CpuSurfaceOptions = {},
): Promise<Surface> {
    const { resolution = 64, winding = "counterClockwise", normals: source = "field", signal } = options;
    const grid = createGrid(domain.bounds, resolution);
    const statistics = emptyStatistics();
    const started = performance.now();
    const { corners, classes } = await findSurface(field, latent, domain, grid, options, statistics);

    const positions = emitVertices(corners, classes);
    const indices = emitTriangles(corners, classes, winding);
    let normals: Float32Array;
    if (source === "grid") {
        normals = gridNormals(corners, classes);
    } else {
        const { distances, pointGradients } = await field.evaluateGradientAsync(latent, positions, { signal });
        normals = finishNormals(positions, distances, pointGradients, domain.bounds);
        statistics.awaits++;
    }

    statistics.surfaceCells = classes.surfaceCells;
    statistics.vertices = classes.vertexCount;
    statistics.triangles = classes.triangleCount;
    statistics.milliseconds = performance.now() - started;
    return { mesh: { positions, normals, indices }, statistics };
}

async function findSurface(
    field: Field,
    latent: Float32Array,
    domain: FieldDomain,
    grid: Grid,
    { sparse = true, exact = false, slope = DEFAULT_SLOPE, signal, memory = null }: CpuSurfaceOptions,
    statistics: SurfaceStatistics,
): Promise<{ corners: CornerValues; classes: CornerClasses }> {
    const ranges = exact ? rangesOf(field, latent) : null;
    const evaluate = async (points: Float32Array) => {
        signal?.throwIfAborted();
        const distances = await field.evaluateAsync(latent, points, { signal });
        statistics.evaluations += distances.length;
        statistics.awaits++;
        clipDistances(points, distances, domain.bounds, boundsSkin(grid));
        return distances;
    };
    if (ranges && sparse) {
        const price = field.maker === "reference" ? 1 : RANGE_PRICE;
        const mask = await findCornersExactly(grid, ranges, price, signal);
        const corners = await listCorners(grid, mask, evaluate);
        const classes = classifyCorners(corners);
        statistics.boundEvaluations = Math.round(ranges.evaluationsWorth);
        statistics.attempts++;
        // Open only where the field is not what its network says; then every corner is evaluated below.
        if (classes.openEdges === 0) {
            return { corners, classes };
        }
    }
    for (let steepness = Math.max(1, slope); ; ) {
        const levels = sparse && !exact ? refinementLevels(grid, domain.reach ?? domain.clampDistance, steepness) : [];
        const continues = memory?.fit(grid, levels) ?? false;
        const corners = await evaluateCorners(grid, levels, evaluate, memory);
        const classes = classifyCorners(corners);
        statistics.attempts++;
        if (classes.openEdges === 0 || levels.length === 0) {
            return { corners, classes };
        }
        if (continues) {
            memory?.forget();
        } else {
            steepness *= 2;
        }
    }
}

/** The corners of all cells that the surface may cross, with their distances. */
async function evaluateCorners(
    grid: Grid,
    levels: readonly GridLevel[],
    evaluate: Evaluate,
    memory: SearchMemory | null,
): Promise<CornerValues> {
    const origin = grid.bounds.min;
    const size = cornerCounts(grid);
    let mask = createMask(levels[0]?.cells ?? size);
    markAll(mask);
    const lists: Uint32Array[] = [];
    for (const [index, level] of levels.entries()) {
        const known = memory?.at(index) ?? null;
        if (known && index === 0) {
            mask = unclearCells(level.cells, known);
        }
        const ranked = rankMask(mask);
        const members = listMembers(ranked);
        lists.push(members);
        const points = memberPoints(members, level.cells, origin, level.size * grid.cellSize, 0.5);
        const distances = await evaluate(points);
        mask = createMask(levels[index + 1]?.cells ?? size);
        markChildren(level, ranked, members, distances, mask, index === levels.length - 1, known);
    }
    const searched = await listCorners(grid, mask, evaluate);
    if (levels.length === 0) {
        return searched;
    }
    const corners = await followSurface(searched, (members) => evaluateMembers(grid, members, evaluate));
    if (memory) {
        noteClearances(memory, levels, lists, corners);
    }
    return corners;
}

/** Fine before coarse, for the coarse ones follow from the fine. */
function noteClearances(
    memory: SearchMemory,
    levels: readonly GridLevel[],
    lists: readonly Uint32Array[],
    corners: CornerValues,
): void {
    noteCells(memory.at(levels.length), corners);
    for (let index = levels.length - 1; index >= 0; index--) {
        const next = levels[index + 1]?.cells;
        noteParents(memory.at(index), levels[index], lists[index], next ?? corners.mask.size, next ? 0 : 1);
    }
}

type Evaluate = (points: Float32Array) => Promise<Float32Array>;

async function evaluateMembers(grid: Grid, members: Uint32Array, evaluate: Evaluate) {
    const points = memberPoints(members, cornerCounts(grid), grid.bounds.min, grid.cellSize, 0);
    return { members, points, distances: await evaluate(points) };
}

/** The corners of a mask, with nothing followed from them. */
async function listCorners(grid: Grid, mask: BitMask, evaluate: Evaluate): Promise<CornerValues> {
    const found = rankMask(mask);
    const followed = rankMask(createMask(mask.size));
    return { mask: found, followed, ...(await evaluateMembers(grid, listMembers(found), evaluate)) };
}

/** @throws if the field has no network to bound */
function rangesOf({ maker, network }: Field, latent: Float32Array): RangeEvaluator {
    if (!network) {
        throw new Error(
            `extractSurfaceAsync: got exact: true for a ${maker} field without a perceptron; expected a decoder that is a multilayer perceptron, whose bounds can be proved; leave exact out, or evaluate every corner by sparse: false`,
        );
    }
    return new RangeEvaluator(network, latent);
}

/** The corners with those beside open edges, as far as the rounds reach. */
async function followSurface(
    searched: CornerValues,
    list: (members: Uint32Array) => Promise<Pick<CornerValues, "members" | "points" | "distances">>,
): Promise<CornerValues> {
    const missing = createMask(searched.mask.size);
    let corners = searched;
    for (let round = 0; round < FOLLOW_ROUNDS; round++) {
        const before = corners.followed.count;
        markOpenCells(corners, missing);
        // A copy: what the next round marks is not known to it yet.
        const followed = rankMask({ ...missing, words: missing.words.slice() });
        if (followed.count === before) {
            break;
        }
        const more = await list(listMembers(followed));
        corners = {
            mask: searched.mask,
            followed,
            members: joined(Uint32Array, searched.members, more.members),
            points: joined(Float32Array, searched.points, more.points),
            distances: joined(Float32Array, searched.distances, more.distances),
        };
    }
    return corners;
}

function joined<List extends Uint32Array | Float32Array>(make: new (length: number) => List, a: List, b: List): List {
    const both = new make(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
}

import { HALF_EXTENT } from "../families/family.js";
import { Random } from "../random.js";
import type { TriangleMesh } from "../samples/mesh.js";
import { capLoops } from "./caps.js";
import { dropDoubled } from "./doubled.js";
import { Edges } from "./edges.js";
import type { AssetNotes, Axis } from "./manifest.js";
import { type OuterSurface, outerSurface } from "./outerSurface.js";
import { areaOf, orientShells, turn, volumeOf } from "./shells.js";
import { weld } from "./weld.js";
import { WindingNumber } from "./winding.js";

/** Vertices nearer than this are one; model units, where shapes are 2 · `HALF_EXTENT` long. */
const WELD_TOLERANCE = 1e-4;
/** Points at which inside and outside are asked for. */
const PROBE_COUNT = 4000;
/** Winding numbers this far from a whole number are of neither side. */
const UNDECIDED = 0.2;
/** An asset is rejected if more of its box than this is of neither side, */
const MOST_UNDECIDED = 0.03;
/** or if lids are more of its surface than this, */
const MOST_CAPPED = 0.4;
/** or if its parts are thinner than this on average, model units: a decoder's clamp is 0.1. */
const LEAST_THICKNESS = 0.012;
/** A shell is a hollow of another if this share of its corners lies inside it. */
const MOSTLY = 0.95;

export type Verdict = "accepted" | "repaired" | "rejected";

/** What was found and done. */
export interface Inspection {
    readonly verdict: Verdict;
    /** What was repaired, or why it was rejected; notes on accepted ones. */
    readonly reasons: readonly string[];
    readonly triangles: number;
    readonly shells: number;
    /** Edges with one triangle, as read and welded. */
    readonly borderEdges: number;
    /** Share of the box that is of neither side. */
    readonly undecided: number;
    /** Mean thickness, model units: twice the volume by the area. */
    readonly thickness: number;
}

/** A mesh made ready, whatever the verdict. */
export interface Repaired {
    readonly inspection: Inspection;
    /** Normalised, welded, turned and capped: its winding number tells the sides. */
    readonly solid: TriangleMesh;
    /** What of it is seen from outside. */
    readonly outer: OuterSurface;
    readonly winding: WindingNumber;
}

/**
 * Brings a mesh into the decoder's frame (+Y up, facing +Z, box centred, longest side 2 · `HALF_EXTENT`) and repairs what
 * is simple: welds, drops doubled triangles, turns flipped ones, caps border loops, turns shells that face inwards, and
 * judges whether what results has an inside that can be learned.
 */
export function repairMesh(raw: TriangleMesh, notes: AssetNotes = {}): Repaired {
    // 1. Frame
    const placed = normalise(orient(raw, notes.up ?? "+Y", notes.front ?? "+Z"));
    // 2. One vertex a corner, one triangle a face, neighbours facing alike
    const welded = weld(placed, WELD_TOLERANCE);
    const { mesh: single, dropped } = dropDoubled(welded.mesh);
    const shells = orientShells(single);
    const { border: borderEdges, crowded } = new Edges(single.indices, single.positions.length / 3).count();
    // 3. Lids, then outsides out
    const capped = capLoops(shells.mesh);
    const shellOf = capped.lidOf.map((t) => shells.shellOf[t]);
    const inward = inwardShells(capped.mesh, shellOf, shells.shellCount);
    const solid: TriangleMesh = {
        positions: capped.mesh.positions,
        indices: turn(capped.mesh.indices, (t) => inward.has(shellOf[t])),
    };
    // 4. Inside and outside
    const winding = new WindingNumber(solid);
    const { inside, undecided } = probe(solid, winding);
    const outer = outerSurface(solid, winding);
    const area = totalArea(outer);
    const thickness = area > 0 ? (2 * inside * boxVolume(solid)) / area : 0;

    const capShare = capped.capArea / (totalArea(solid) || 1);
    const repairs = [
        ...told(welded.degenerate, "triangle without area left out", "triangles without area left out"),
        ...told(dropped, "doubled triangle left out", "doubled triangles left out"),
        ...told(shells.turned, "flipped triangle turned", "flipped triangles turned"),
        ...told(capped.caps, "hole capped", "holes capped").map(
            (text) => `${text} (${share(capShare, 1)} of the surface)`,
        ),
        ...told(inward.size, "part turned inside out", "parts turned inside out"),
        ...(outer.hiddenArea > 1e-3 * area
            ? [`${share(outer.hiddenArea, outer.hiddenArea + area)} of the surface lay inside other parts`]
            : []),
    ];
    const faults = faultsOf({ indices: solid.indices, undecided, crowded, capShare, thickness, inside });
    const rest = told(shells.conflicts, "edge has no consistent sides", "edges have no consistent sides");
    return {
        inspection: {
            verdict: faults.length > 0 ? "rejected" : repairs.length > 0 ? "repaired" : "accepted",
            reasons: [...faults, ...repairs, ...rest],
            triangles: raw.indices.length / 3,
            shells: shells.shellCount,
            borderEdges,
            undecided,
            thickness,
        },
        solid,
        outer,
        winding,
    };
}

/** Why a mesh is of no use, none if it is. */
function faultsOf(found: {
    indices: Uint32Array;
    undecided: number;
    crowded: number;
    capShare: number;
    thickness: number;
    inside: number;
}): string[] {
    if (found.indices.length === 0) return ["no triangle has an area"];
    if (found.undecided > MOST_UNDECIDED) {
        const edges = `${found.crowded} edges of more than two triangles`;
        return [`unclear: ${share(found.undecided, 1)} of its box is neither inside nor outside (${edges})`];
    }
    if (found.capShare > MOST_CAPPED)
        return [`open: lids over its holes are ${share(found.capShare, 1)} of its surface`];
    if (found.inside === 0) return ["no inside: a sheet, or parts that cancel out"];
    if (found.thickness < LEAST_THICKNESS) {
        return [`too thin: ${found.thickness.toFixed(3)} on average where the longest side is ${2 * HALF_EXTENT}`];
    }
    return [];
}

/** Turns the file's up and front to +Y and +Z. */
function orient({ positions, indices }: TriangleMesh, up: Axis, front: Axis): TriangleMesh {
    const [y, z] = [up, front].map(unit);
    const x = [y[1] * z[2] - y[2] * z[1], y[2] * z[0] - y[0] * z[2], y[0] * z[1] - y[1] * z[0]];
    const turned = new Float32Array(positions.length);
    for (let i = 0; i < positions.length; i += 3) {
        for (const [row, axis] of [x, y, z].entries()) {
            turned[i + row] = axis[0] * positions[i] + axis[1] * positions[i + 1] + axis[2] * positions[i + 2];
        }
    }
    return { positions: turned, indices };
}

function unit(axis: Axis): number[] {
    return ["X", "Y", "Z"].map((name) => (axis[1] === name ? (axis[0] === "-" ? -1 : 1) : 0));
}

/** Only vertices that triangles use count; a mesh without extent stays at the origin. */
function normalise({ positions, indices }: TriangleMesh): TriangleMesh {
    const { min, max } = boundsOf(positions, indices);
    const longest = Math.max(...max.map((value, axis) => value - min[axis]));
    const scale = longest > 0 ? (2 * HALF_EXTENT) / longest : 1;
    return {
        positions: positions.map((value, i) => (value - (min[i % 3] + max[i % 3]) / 2) * scale),
        indices,
    };
}

export function boundsOf(positions: Float32Array, indices: Uint32Array): { min: number[]; max: number[] } {
    const min = [0, 1, 2].map(() => Number.POSITIVE_INFINITY);
    const max = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
    for (const vertex of indices) {
        for (let axis = 0; axis < 3; axis++) {
            min[axis] = Math.min(min[axis], positions[3 * vertex + axis]);
            max[axis] = Math.max(max[axis], positions[3 * vertex + axis]);
        }
    }
    return { min, max };
}

/** Shells of negative volume that are no hollows of others. */
function inwardShells({ positions, indices }: TriangleMesh, shellOf: Uint32Array, count: number): Set<number> {
    const inward = new Set<number>();
    for (let shell = 0; shell < count; shell++) {
        if (volumeOf(positions, indices, (t) => shellOf[t] === shell) >= 0) continue;
        // A part that others close, or that closes others, keeps its sides: turned alone it would tear open.
        const mine = indices.filter((_, i) => shellOf[Math.floor(i / 3)] === shell);
        if (new Edges(mine, positions.length / 3).unpaired().length > 0) continue;
        const others = indices.filter((_, i) => shellOf[Math.floor(i / 3)] !== shell);
        const own = new Set(mine);
        const winding = new WindingNumber({ positions, indices: others });
        let within = 0;
        for (const v of own) {
            within += winding.at(positions[3 * v], positions[3 * v + 1], positions[3 * v + 2]) > 0.5 ? 1 : 0;
        }
        if (within < MOSTLY * own.size) inward.add(shell);
    }
    return inward;
}

function probe({ positions, indices }: TriangleMesh, winding: WindingNumber): { inside: number; undecided: number } {
    if (indices.length === 0) return { inside: 0, undecided: 0 };
    const { min, max } = boundsOf(positions, indices);
    const random = new Random(7);
    let [inside, undecided] = [0, 0];
    for (let n = 0; n < PROBE_COUNT; n++) {
        const [x, y, z] = [0, 1, 2].map((axis) => random.between(min[axis], max[axis]));
        const value = winding.at(x, y, z);
        inside += value > 0.5 ? 1 : 0;
        undecided += Math.abs(value - Math.round(value)) > UNDECIDED ? 1 : 0;
    }
    return { inside: inside / PROBE_COUNT, undecided: undecided / PROBE_COUNT };
}

function boxVolume({ positions, indices }: TriangleMesh): number {
    const { min, max } = boundsOf(positions, indices);
    return max.reduce((product, value, axis) => product * (value - min[axis]), 1);
}

function totalArea({ positions, indices }: TriangleMesh): number {
    let area = 0;
    for (let t = 0; t < indices.length / 3; t++) area += areaOf(positions, indices, t);
    return area;
}

function told(count: number, one: string, many: string): string[] {
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

function share(part: number, whole: number): string {
    return `${Number(((100 * part) / (whole || 1)).toPrecision(2))} %`;
}

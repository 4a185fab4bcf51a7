import type { TriangleMesh } from "../samples/mesh.js";
import type { WindingNumber } from "./winding.js";

/** Triangles are looked at in pieces no longer than this, model units. */
const LOOK = 0.15;
/** Where a piece is partly inside another solid it is cut down to this, which is how far off the seam can be. */
const CUT = 0.02;
/** How far off the surface its two sides are tried. */
const STEP = 1e-3;

/** What a mesh looks like from outside. */
export interface OuterSurface extends TriangleMesh {
    /** Area left out because it lies inside another part, model units squared. */
    readonly hiddenArea: number;
}

/**
 * The part of a mesh that bounds its solid: where the winding number passes one half from one side of it to the other.
 * What lies inside another part, as the leg's end in a seat, is cut away along a line exact to `CUT`.
 */
export function outerSurface({ positions, indices }: TriangleMesh, winding: WindingNumber): OuterSurface {
    const points = Array.from(positions);
    const triangles: number[] = [];
    let hiddenArea = 0;
    const corner = (v: number): Point => [points[3 * v], points[3 * v + 1], points[3 * v + 2]];
    const between = new Map<string, number>();
    const middleOf = (a: number, b: number): number => {
        const key = a < b ? `${a},${b}` : `${b},${a}`;
        let middle = between.get(key);
        if (middle === undefined) {
            middle = points.length / 3;
            const [p, q] = [corner(a), corner(b)];
            points.push((p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2);
            between.set(key, middle);
        }
        return middle;
    };

    // Returns true, having added nothing, if the whole triangle is outside; the caller then adds it in one piece.
    const visit = (a: number, b: number, c: number): boolean => {
        const [p, q, r] = [corner(a), corner(b), corner(c)];
        const normal = normalOf(p, q, r);
        const size = Math.max(length(p, q), length(q, r), length(r, p));
        if (!normal) return false;
        if (size <= LOOK) {
            const first = isOuter(CENTRE, p, q, r, normal, winding);
            const mixed =
                size >= CUT && NEAR_CORNERS.some((weights) => isOuter(weights, p, q, r, normal, winding) !== first);
            if (!mixed) {
                if (!first) hiddenArea += areaOf(p, q, r);
                return first;
            }
        }
        const parts = splitLongest(a, b, c, length(p, q), length(q, r), length(r, p), middleOf);
        const whole = parts.map((part) => visit(...part));
        if (whole.every((outer) => outer)) return true;
        for (const [i, part] of parts.entries()) if (whole[i]) triangles.push(...part);
        return false;
    };
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [indices[t], indices[t + 1], indices[t + 2]];
        if (visit(a, b, c)) triangles.push(a, b, c);
    }
    return { ...compact(points, triangles), hiddenArea };
}

type Point = [number, number, number];
type Weights = readonly [number, number, number];

const CENTRE: Weights = [1 / 3, 1 / 3, 1 / 3];
const NEAR_CORNERS: readonly Weights[] = [
    [0.9, 0.05, 0.05],
    [0.05, 0.9, 0.05],
    [0.05, 0.05, 0.9],
];

function isOuter(weights: Weights, p: Point, q: Point, r: Point, normal: Point, winding: WindingNumber): boolean {
    const [x, y, z] = [0, 1, 2].map((axis) => weights[0] * p[axis] + weights[1] * q[axis] + weights[2] * r[axis]);
    const front = winding.at(x + STEP * normal[0], y + STEP * normal[1], z + STEP * normal[2]);
    // Triangles face outwards, so what has the inside in front of it lies inside.
    if (front > 0.5) return false;
    return winding.at(x - STEP * normal[0], y - STEP * normal[1], z - STEP * normal[2]) > 0.5;
}

/** Two halves over the longest side. */
function splitLongest(
    a: number,
    b: number,
    c: number,
    ab: number,
    bc: number,
    ca: number,
    middleOf: (a: number, b: number) => number,
): [number, number, number][] {
    if (ab >= bc && ab >= ca) {
        const m = middleOf(a, b);
        return [
            [a, m, c],
            [m, b, c],
        ];
    }
    if (bc >= ca) {
        const m = middleOf(b, c);
        return [
            [a, b, m],
            [a, m, c],
        ];
    }
    const m = middleOf(c, a);
    return [
        [a, b, m],
        [m, b, c],
    ];
}

function length(p: Point, q: Point): number {
    return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

function crossOf(p: Point, q: Point, r: Point): Point {
    const [u, v] = [q, r].map((end) => end.map((value, axis) => value - p[axis]));
    return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
}

function areaOf(p: Point, q: Point, r: Point): number {
    return Math.hypot(...crossOf(p, q, r)) / 2;
}

/** Null of a triangle without area. */
function normalOf(p: Point, q: Point, r: Point): Point | null {
    const cross = crossOf(p, q, r);
    const size = Math.hypot(...cross);
    return size > 1e-14 ? (cross.map((value) => value / size) as Point) : null;
}

/** Without the vertices that nothing uses. */
function compact(points: readonly number[], triangles: readonly number[]): TriangleMesh {
    const target = new Map<number, number>();
    const positions: number[] = [];
    const indices = triangles.map((v) => {
        let to = target.get(v);
        if (to === undefined) {
            to = target.size;
            target.set(v, to);
            positions.push(points[3 * v], points[3 * v + 1], points[3 * v + 2]);
        }
        return to;
    });
    return { positions: Float32Array.from(positions), indices: Uint32Array.from(indices) };
}

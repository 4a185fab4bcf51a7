import type { Bounds } from "../model/decoder.js";
import { type Reach, reachOf } from "./extent.js";
import type { Vector } from "./pose.js";

/**
 * Corners along a side of the cube on which a first look evaluates a code: 0.125 apart, about what a decoder's field
 * reaches to on both sides of its surface, so that the way to the surface is still told.
 */
export const CORNERS = 17;

/** Distance from a surface at which even parts thinner than a cell show on the grid. */
const SHELL = 0.06;

/** A code's field on a coarse grid, interpolated between: a look at a million poses takes milliseconds. */
export class CoarseField {
    /** Distance and gradient of the last `sample`. */
    distance = 0;
    readonly gradient = new Float64Array(3);
    private readonly cell = [0, 0, 0];
    private readonly min: readonly number[];
    private readonly max: readonly number[];
    private shell: Float32Array | null = null;
    /** Of the last `find`: the cell's least corner, shares of the way across it, how far outside the bounds and whither. */
    private corner = 0;
    private alongX = 0;
    private alongY = 0;
    private alongZ = 0;
    private excess = 0;
    private readonly outward = new Float64Array(3);

    /** @param values [CORNERS³], x fastest */
    constructor(
        readonly values: Float32Array,
        bounds: Bounds,
    ) {
        this.min = bounds.min;
        this.max = bounds.max;
        for (let axis = 0; axis < 3; axis++) this.cell[axis] = (bounds.max[axis] - bounds.min[axis]) / (CORNERS - 1);
    }

    /** How far the shape reaches along a direction of unit length, both ways; 0 where there is no shape. */
    reach(direction: Vector): Reach {
        const points = this.nearSurface;
        if (points.length === 0) return { low: 0, high: 0 };
        const { low, high } = reachOf(points, direction);
        return { low: low + SHELL, high: high - SHELL };
    }

    /** Where the grid's edges cross the distance `SHELL`. [n, 3] */
    private get nearSurface(): Float32Array {
        if (this.shell) return this.shell;
        const { values, min, cell } = this;
        const found: number[] = [];
        for (let n = 0; n < values.length; n++) {
            const place = cornerAt(n);
            for (let axis = 0, step = 1; axis < 3; axis++, step *= CORNERS) {
                if (place[axis] === CORNERS - 1) continue;
                const [a, b] = [values[n] - SHELL, values[n + step] - SHELL];
                if (a < 0 === b < 0) continue;
                const share = a / (a - b);
                for (let k = 0; k < 3; k++) found.push(min[k] + cell[k] * (place[k] + (k === axis ? share : 0)));
            }
        }
        this.shell = Float32Array.from(found);
        return this.shell;
    }

    /** Distance at a point; outside the bounds the distance to them is added. As `sample` finds it, in less time. */
    distanceAt(x: number, y: number, z: number): number {
        this.find(x, y, z);
        const { values, corner: at, alongX: a, alongY: b, alongZ: c, excess } = this;
        const up = at + CORNERS * CORNERS;
        const v00 = values[at] + a * (values[at + 1] - values[at]);
        const v10 = values[at + CORNERS] + a * (values[at + CORNERS + 1] - values[at + CORNERS]);
        const v01 = values[up] + a * (values[up + 1] - values[up]);
        const v11 = values[up + CORNERS] + a * (values[up + CORNERS + 1] - values[up + CORNERS]);
        const v0 = v00 + b * (v10 - v00);
        const v1 = v01 + b * (v11 - v01);
        const distance = v0 + c * (v1 - v0);
        return excess > 0 ? distance + excess : distance;
    }

    /** Sets `distance` and `gradient` at a point; outside the bounds the distance to them is added. */
    sample(x: number, y: number, z: number): void {
        this.find(x, y, z);
        const { values, cell, gradient, corner: at, alongX: a, alongY: b, alongZ: c, excess } = this;
        const up = CORNERS * CORNERS;
        const v000 = values[at];
        const v100 = values[at + 1];
        const v010 = values[at + CORNERS];
        const v110 = values[at + CORNERS + 1];
        const v001 = values[at + up];
        const v101 = values[at + up + 1];
        const v011 = values[at + up + CORNERS];
        const v111 = values[at + up + CORNERS + 1];
        const v00 = v000 + a * (v100 - v000);
        const v10 = v010 + a * (v110 - v010);
        const v01 = v001 + a * (v101 - v001);
        const v11 = v011 + a * (v111 - v011);
        const v0 = v00 + b * (v10 - v00);
        const v1 = v01 + b * (v11 - v01);
        this.distance = v0 + c * (v1 - v0);
        const d0 = (v100 - v000) * (1 - b) + (v110 - v010) * b;
        const d1 = (v101 - v001) * (1 - b) + (v111 - v011) * b;
        gradient[0] = (d0 * (1 - c) + d1 * c) / cell[0];
        gradient[1] = ((v10 - v00) * (1 - c) + (v11 - v01) * c) / cell[1];
        gradient[2] = (v1 - v0) / cell[2];
        if (excess > 0) {
            this.distance += excess;
            gradient.set(this.outward);
        }
    }

    /** The cell that a point lies in, or would were it moved into the bounds, and where in it. */
    private find(x: number, y: number, z: number): void {
        const { cell, min, max } = this;
        const cx = Math.min(max[0], Math.max(min[0], x));
        const cy = Math.min(max[1], Math.max(min[1], y));
        const cz = Math.min(max[2], Math.max(min[2], z));
        const u = (cx - min[0]) / cell[0];
        const v = (cy - min[1]) / cell[1];
        const w = (cz - min[2]) / cell[2];
        const i = Math.min(CORNERS - 2, Math.floor(u));
        const j = Math.min(CORNERS - 2, Math.floor(v));
        const k = Math.min(CORNERS - 2, Math.floor(w));
        this.corner = i + CORNERS * (j + CORNERS * k);
        this.alongX = u - i;
        this.alongY = v - j;
        this.alongZ = w - k;
        this.excess = Math.hypot(x - cx, y - cy, z - cz);
        if (this.excess > 0) {
            this.outward[0] = (x - cx) / this.excess;
            this.outward[1] = (y - cy) / this.excess;
            this.outward[2] = (z - cz) / this.excess;
        }
    }
}

/** Places along the axes of a corner, by its number. */
export function cornerAt(n: number): [number, number, number] {
    return [n % CORNERS, Math.floor(n / CORNERS) % CORNERS, Math.floor(n / CORNERS ** 2)];
}

/** Where the corners of a coarse field lie, x fastest. [CORNERS³, 3] */
export function coarsePoints(bounds: Bounds): Float32Array {
    return cornersOf(bounds, CORNERS);
}

/** Corners of a grid over the bounds, as many along each side, x fastest. [count³, 3] */
export function cornersOf({ min, max }: Bounds, count: number): Float32Array {
    const points = new Float32Array(3 * count ** 3);
    for (let at = 0; at < points.length; at++) {
        const [n, axis] = [Math.floor(at / 3), at % 3];
        const place = Math.floor(n / count ** axis) % count;
        points[at] = min[axis] + ((max[axis] - min[axis]) * place) / (count - 1);
    }
    return points;
}

import type { PointTree } from "./pointTree.js";

/** How far along its normal a point looks, unit frame: from thin walls to as far as a shape reaches. */
const FIRST_STEP = 0.03;
const FARTHEST = 2;
/** Each step's part of the way so far; none is longer than `WIDE`, so that no wall is stepped over. */
const GROWTH = 0.25;
/** A look is blocked by points this near to it, as a part of how far it has come, and at most by so much. */
const NARROW = 0.6;
const WIDE = 0.06;
/** Least first step in deviations of points from their tangent planes: a layer's own noise is no wall. */
const CLEAR_OF_NOISE = 3;
/** Points that this deviation is told by, and neighbours of each. */
const NOISE_POINTS = 100;
const NEIGHBOURS = 12;

/**
 * Which sides of scanned points are outward, where the scan itself tells without a sensor: on one side of a point nothing
 * is in sight, on the other a wall is, the back of the same part or of the object.
 */
export class Sides {
    private readonly known = new Map<number, -1 | 0 | 1>();
    private readonly firstStep: number;

    /** @param normals [n, 3] of the tree's points, unit length or zero */
    constructor(
        private readonly tree: PointTree,
        private readonly normals: Float32Array,
    ) {
        this.firstStep = Math.max(FIRST_STEP, CLEAR_OF_NOISE * noiseOf(tree, normals));
    }

    /** 1 where a point's normal looks outward, −1 where it looks inward, 0 where nobody can tell. */
    of(index: number): -1 | 0 | 1 {
        let side = this.known.get(index);
        if (side === undefined) {
            const [ahead, behind] = [1, -1].map((sign) => this.isBlocked(index, sign));
            side = ahead === behind ? 0 : ahead ? -1 : 1;
            this.known.set(index, side);
        }
        return side;
    }

    private isBlocked(index: number, sign: number): boolean {
        const { points } = this.tree;
        for (let along = this.firstStep; along < FARTHEST; along += Math.min(GROWTH * along, WIDE)) {
            const [x, y, z] = [0, 1, 2].map(
                (axis) => points[3 * index + axis] + sign * along * this.normals[3 * index + axis],
            );
            if (this.tree.nearest(x, y, z, Math.min(WIDE, NARROW * along)).index >= 0) return true;
        }
        return false;
    }
}

/**
 * How far neighbours lie off a point's tangent plane, root of the mean square, median over some points: what a layer's own
 * noise is, or more than it where points are few and the surface is bent.
 *
 * @param normals [n, 3] of the tree's points, unit length or zero
 */
export function noiseOf(tree: PointTree, normals: Float32Array): number {
    const { points } = tree;
    const count = points.length / 3;
    const step = Math.max(1, Math.floor(count / NOISE_POINTS));
    const deviations: number[] = [];
    for (let n = 0; n < count; n += step) {
        const at = 3 * n;
        const found = tree.nearestMany(points[at], points[at + 1], points[at + 2], NEIGHBOURS);
        let sum = 0;
        for (let k = 0; k < found.count; k++) {
            const to = 3 * found.indices[k];
            let height = 0;
            for (let axis = 0; axis < 3; axis++) height += (points[to + axis] - points[at + axis]) * normals[at + axis];
            sum += height ** 2;
        }
        deviations.push(Math.sqrt(sum / Math.max(1, found.count)));
    }
    deviations.sort((a, b) => a - b);
    return deviations[deviations.length >> 1];
}

/** Points below this many are searched one by one. */
const LEAF_POINTS = 8;

/**
 * Nearest neighbours among points: a balanced k-d tree kept as one permutation, halved by Hoare's selection, so that
 * all duplicates are no worse than other points.
 */
export class PointTree {
    private readonly order: Uint32Array;
    private readonly axes: Uint8Array;

    /** @param points [n, 3], finite; kept, not copied */
    constructor(readonly points: Float32Array) {
        const count = points.length / 3;
        this.order = Uint32Array.from({ length: count }, (_, i) => i);
        this.axes = new Uint8Array(count);
        this.split(0, count - 1);
    }

    /** Index and distance of the point nearest to x, y, z; index −1 if none is within `atMost`. */
    nearest(x: number, y: number, z: number, atMost = Number.POSITIVE_INFINITY): { index: number; distance: number } {
        const found = this.nearestMany(x, y, z, 1, atMost);
        return found.count > 0
            ? { index: found.indices[0], distance: Math.sqrt(found.squares[0]) }
            : { index: -1, distance: Number.POSITIVE_INFINITY };
    }

    /** Up to `count` nearest points, nearest first. The arrays are reused by the next call of the same `count`. */
    nearestMany(x: number, y: number, z: number, count: number, atMost = Number.POSITIVE_INFINITY): Neighbours {
        const result = this.scratch(count);
        result.count = 0;
        this.visit(0, this.order.length - 1, [x, y, z], count, atMost * atMost, result);
        return result;
    }

    private readonly results = new Map<number, Neighbours>();

    private scratch(count: number): Neighbours {
        let result = this.results.get(count);
        if (!result) {
            result = { count: 0, indices: new Int32Array(count), squares: new Float64Array(count) };
            this.results.set(count, result);
        }
        return result;
    }

    private visit(
        left: number,
        right: number,
        query: readonly number[],
        wanted: number,
        limit: number,
        result: Neighbours,
    ): void {
        const { points, order, axes } = this;
        if (right - left < LEAF_POINTS) {
            for (let slot = left; slot <= right; slot++) {
                offer(result, wanted, limit, order[slot], this.squaredDistance(order[slot], query));
            }
            return;
        }
        const middle = (left + right) >> 1;
        const axis = axes[middle];
        const gap = query[axis] - points[3 * order[middle] + axis];
        const [nearLeft, nearRight, farLeft, farRight] =
            gap <= 0 ? [left, middle - 1, middle + 1, right] : [middle + 1, right, left, middle - 1];
        this.visit(nearLeft, nearRight, query, wanted, limit, result);
        offer(result, wanted, limit, order[middle], this.squaredDistance(order[middle], query));
        const worst = result.count === wanted ? result.squares[wanted - 1] : limit;
        if (gap * gap <= worst) {
            this.visit(farLeft, farRight, query, wanted, limit, result);
        }
    }

    private squaredDistance(index: number, query: readonly number[]): number {
        const { points } = this;
        const dx = points[3 * index] - query[0];
        const dy = points[3 * index + 1] - query[1];
        const dz = points[3 * index + 2] - query[2];
        return dx * dx + dy * dy + dz * dz;
    }

    private split(left: number, right: number): void {
        if (right - left < LEAF_POINTS) {
            return;
        }
        const middle = (left + right) >> 1;
        const axis = this.widestAxis(left, right);
        this.axes[middle] = axis;
        this.select(left, right, middle, axis);
        this.split(left, middle - 1);
        this.split(middle + 1, right);
    }

    private widestAxis(left: number, right: number): number {
        const { points, order } = this;
        let [axis, widest] = [0, -1];
        for (let a = 0; a < 3; a++) {
            let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
            for (let slot = left; slot <= right; slot++) {
                const value = points[3 * order[slot] + a];
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
            if (max - min > widest) {
                [axis, widest] = [a, max - min];
            }
        }
        return axis;
    }

    /** Puts the point of rank `k` in its place, smaller ones before it, larger ones after it. */
    private select(left: number, right: number, k: number, axis: number): void {
        const { points, order } = this;
        const value = (slot: number) => points[3 * order[slot] + axis];
        while (right > left) {
            // The middle of three guards against sorted input, Hoare's scheme against equal values.
            const pivot = medianOfThree(value(left), value((left + right) >> 1), value(right));
            let [i, j] = [left, right];
            while (i <= j) {
                while (value(i) < pivot) i++;
                while (value(j) > pivot) j--;
                if (i <= j) {
                    [order[i], order[j]] = [order[j], order[i]];
                    i++;
                    j--;
                }
            }
            if (k <= j) right = j;
            else if (k >= i) left = i;
            else return;
        }
    }
}

export interface Neighbours {
    count: number;
    /** Ascending by distance. */
    readonly indices: Int32Array;
    /** Squared distances. */
    readonly squares: Float64Array;
}

/** Keeps the `wanted` nearest in order. */
function offer(result: Neighbours, wanted: number, limit: number, index: number, square: number): void {
    const { indices, squares } = result;
    if (square > limit || (result.count === wanted && square >= squares[wanted - 1])) {
        return;
    }
    let slot = result.count < wanted ? result.count++ : wanted - 1;
    for (; slot > 0 && squares[slot - 1] > square; slot--) {
        squares[slot] = squares[slot - 1];
        indices[slot] = indices[slot - 1];
    }
    squares[slot] = square;
    indices[slot] = index;
}

function medianOfThree(a: number, b: number, c: number): number {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

const trees = new WeakMap<Float32Array, PointTree>();

/** The tree of points, built once: a search asks the same scan many times. */
export function treeOf(points: Float32Array): PointTree {
    const tree = trees.get(points) ?? new PointTree(points);
    trees.set(points, tree);
    return tree;
}

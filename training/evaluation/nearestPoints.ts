const LEAF_SIZE = 8;

/** Nearest neighbours among fixed points: a k-d tree, halved by count along the longest side (Bentley 1975). */
export class NearestPoints {
    private readonly order: Uint32Array;
    /** Of each node: split axis (3: a leaf), split value, second child; the first child follows its parent. */
    private readonly axis: number[] = [];
    private readonly split: number[] = [];
    private readonly second: number[] = [];
    private readonly first: number[] = [];
    private readonly end: number[] = [];
    private bestSquared = 0;
    private best = -1;

    /** @param points [n, 3], n > 0 */
    constructor(private readonly points: ArrayLike<number>) {
        if (points.length === 0) throw new Error("NearestPoints: no points; expected at least one");
        this.order = Uint32Array.from({ length: points.length / 3 }, (_, i) => i);
        this.build(0, this.order.length);
    }

    /** The index of the point nearest to x, y, z; `squaredDistance` is how far it is. */
    find(x: number, y: number, z: number): number {
        this.bestSquared = Number.POSITIVE_INFINITY;
        this.search(0, x, y, z);
        return this.best;
    }

    /** Of the last `find`. */
    get squaredDistance(): number {
        return this.bestSquared;
    }

    private build(from: number, to: number): number {
        const node = this.axis.length;
        this.axis.push(3);
        this.split.push(0);
        this.second.push(0);
        this.first.push(from);
        this.end.push(to);
        if (to - from <= LEAF_SIZE) return node;
        const { points, order } = this;
        let [axis, side] = [0, -1];
        for (let a = 0; a < 3; a++) {
            let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
            for (let i = from; i < to; i++) {
                const value = points[3 * order[i] + a];
                if (value < low) low = value;
                if (value > high) high = value;
            }
            if (high - low > side) [axis, side] = [a, high - low];
        }
        order.subarray(from, to).sort((p, q) => points[3 * p + axis] - points[3 * q + axis]);
        const middle = (from + to) >> 1;
        this.axis[node] = axis;
        this.split[node] = points[3 * order[middle] + axis];
        this.build(from, middle);
        this.second[node] = this.build(middle, to);
        return node;
    }

    private search(node: number, x: number, y: number, z: number): void {
        const axis = this.axis[node];
        if (axis === 3) {
            for (let i = this.first[node]; i < this.end[node]; i++) {
                const at = 3 * this.order[i];
                const [dx, dy, dz] = [this.points[at] - x, this.points[at + 1] - y, this.points[at + 2] - z];
                const squared = dx * dx + dy * dy + dz * dz;
                if (squared < this.bestSquared) {
                    this.bestSquared = squared;
                    this.best = this.order[i];
                }
            }
            return;
        }
        const offset = (axis === 0 ? x : axis === 1 ? y : z) - this.split[node];
        const [near, far] = offset < 0 ? [node + 1, this.second[node]] : [this.second[node], node + 1];
        this.search(near, x, y, z);
        if (offset * offset < this.bestSquared) this.search(far, x, y, z);
    }
}

import type { Similarity, Vector } from "./pose.js";

/** Directions, and as many opposite ones, in which a scan's farthest points are remembered. */
const DIRECTIONS = 64;

/** Deviation of a size's logarithm below that of the scan's box: only noise makes a shape smaller than what was seen. */
const SMALLER = 0.02;

/**
 * Scale of the Cauchy distribution of that logarithm above the box, and deviation where it ends: a view shows the longest
 * side of most shapes, whole (85 % of virtual scans within 0.034), and codes that do not fit would rather grow than change.
 */
const LARGER = 0.02;
const LARGEST = 0.05;

/** Least and greatest coordinate along a direction. */
export interface Reach {
    readonly low: number;
    readonly high: number;
}

/** A side of a scan's box, and the way from its one end to the other in the model's axes. */
interface Side extends Reach {
    readonly axis: number;
    readonly span: readonly number[];
}

/** How far points [n, 3] reach along a direction of unit length. */
export function reachOf(points: Float32Array, [x, y, z]: Vector): Reach {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = 0; at < points.length; at += 3) {
        const along = x * points[at] + y * points[at + 1] + z * points[at + 2];
        if (along < low) low = along;
        if (along > high) high = along;
    }
    return { low, high };
}

/** How far a scan reaches in the axes of a pose: shapes are at least as large as what was seen of them. */
export class Extent {
    /** [m, 3], the farthest points in many directions. */
    private readonly points: Float32Array;
    private readonly sides = new WeakMap<Float64Array, Side>();

    /**
     * @param positions [n, 3], unit frame
     * @param side longest side of the shapes that the decoder was trained on, model units
     */
    constructor(
        positions: Float32Array,
        private readonly side: number,
    ) {
        const chosen = new Set<number>();
        for (let d = 0; d < DIRECTIONS; d++) {
            // Points on a half sphere, evenly by the golden angle.
            const z = (d + 0.5) / DIRECTIONS;
            const [r, angle] = [Math.sqrt(1 - z * z), 2.399963229728653 * d];
            const [x, y] = [r * Math.cos(angle), r * Math.sin(angle)];
            let [low, high, lowAt, highAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
            for (let at = 0; at < positions.length; at += 3) {
                const along = x * positions[at] + y * positions[at + 1] + z * positions[at + 2];
                if (along < low) [low, lowAt] = [along, at];
                if (along > high) [high, highAt] = [along, at];
            }
            chosen.add(lowAt).add(highAt);
        }
        this.points = Float32Array.from([...chosen].flatMap((at) => [...positions.subarray(at, at + 3)]));
    }

    /** Least and greatest coordinate along a direction of unit length. */
    reach(direction: Vector): Reach {
        return reachOf(this.points, direction);
    }

    /** The scale at which the longest side of the box in a rotation's axes is a shape's. */
    scaleIn(rotation: Float64Array): number {
        const { high, low } = this.longestSide(rotation);
        return (high - low) / this.side;
    }

    /**
     * Natural logarithm of a shape's longest side at a pose ÷ that of the scan's box there, twice the negative logarithm of
     * how likely that is, the weight of its square near there, and its derivative by a turn about the model's x, y and z.
     */
    roomIn({ rotation, scale }: Similarity): { room: number; cost: number; weight: number; byTurn: Vector } {
        const longest = this.longestSide(rotation);
        const length = longest.high - longest.low;
        const [x, y, z] = longest.span;
        // Model points move by −turn × p; a box that grows leaves less room.
        const byTurn: readonly Vector[] = [
            [0, z, -y],
            [-z, 0, x],
            [y, -x, 0],
        ];
        const [a, b, c] = byTurn[longest.axis];
        const room = Math.log((scale * this.side) / length);
        const squared = room ** 2;
        const [cost, weight] =
            room < 0
                ? [squared / SMALLER ** 2, 1 / SMALLER ** 2]
                : [
                      2 * Math.log1p(squared / LARGER ** 2) + squared / LARGEST ** 2,
                      2 / (LARGER ** 2 + squared) + 1 / LARGEST ** 2,
                  ];
        return { room, cost, weight, byTurn: [a / length, b / length, c / length] };
    }

    /** Of the box in a rotation's axes. Poses that share a rotation's array share what was found. */
    private longestSide(rotation: Float64Array): Side {
        const known = this.sides.get(rotation);
        if (known) return known;
        let longest = this.along(rotation, 0);
        for (const axis of [1, 2]) {
            const found = this.along(rotation, axis);
            if (found.high - found.low > longest.high - longest.low) longest = found;
        }
        const { points } = this;
        const way = [0, 1, 2].map((k) => points[longest.highAt + k] - points[longest.lowAt + k]);
        const r = rotation;
        const span = [0, 1, 2].map((k) => r[k] * way[0] + r[3 + k] * way[1] + r[6 + k] * way[2]);
        const side = { ...longest, span };
        this.sides.set(rotation, side);
        return side;
    }

    /** Least and greatest coordinate along a model axis, and at which points. */
    private along(r: Float64Array, axis: number) {
        const { points } = this;
        let [low, high, lowAt, highAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
        for (let at = 0; at < points.length; at += 3) {
            const value = r[axis] * points[at] + r[3 + axis] * points[at + 1] + r[6 + axis] * points[at + 2];
            if (value < low) [low, lowAt] = [value, at];
            if (value > high) [high, highAt] = [value, at];
        }
        return { axis, low, high, lowAt, highAt };
    }
}

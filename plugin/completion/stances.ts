import type { CoarseField } from "./coarseField.js";
import type { Extent, Reach } from "./extent.js";
import { cross, multiply, rotationBetween, rotationOf, type Similarity, type Vector } from "./pose.js";

/** How a shape may stand in a scan. */
export interface StanceOptions {
    /** Turns about the up axis, evenly spread. */
    readonly turnCount: number;
    /** The scan's up direction, unit length. */
    readonly up: Vector;
    /** The model's up axis, 0 to 2. */
    readonly upAxis: number;
    /** Horizontal direction from the scan towards its sensor, unit length, or null. */
    readonly towardsSensor: Vector | null;
    /** How far the scan reaches. */
    readonly extent: Extent;
}

const AXES: readonly Vector[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
];

/** What stances of any shape have in common. */
export interface Turns {
    /** Up, aside and towards the sensor, the scan's space. */
    readonly axes: readonly Vector[];
    /** How far the scan reaches along each. */
    readonly seen: readonly Reach[];
    /** One a turn; the scale is that of the scan's box. */
    readonly turns: readonly {
        readonly rotation: Float64Array;
        readonly scale: number;
        /** The axes in the shape's space. */
        readonly own: readonly Vector[];
    }[];
    readonly isSensorKnown: boolean;
}

/** The turns in which shapes are tried. */
export function turnsOf({ turnCount, up, upAxis, towardsSensor, extent }: StanceOptions): Turns {
    const upright = rotationBetween(AXES[upAxis], up);
    const depth = towardsSensor ?? horizontal(up);
    const axes = [up, cross(up, depth), depth];
    const turns = Array.from({ length: turnCount }, (_, k) => {
        const angle = (2 * Math.PI * k) / turnCount;
        const rotation = multiply(rotationOf([angle * up[0], angle * up[1], angle * up[2]]), upright);
        const own = axes.map(([x, y, z]): Vector => {
            const [a, b, c] = [0, 1, 2].map((i) => rotation[i] * x + rotation[3 + i] * y + rotation[6 + i] * z);
            return [a, b, c];
        });
        return { rotation, scale: extent.scaleIn(rotation), own };
    });
    return { axes, seen: axes.map((axis) => extent.reach(axis)), turns, isSensorKnown: towardsSensor !== null };
}

/**
 * Poses in which a shape may stand in a scan, one in each turn: as large as the scan's box, and at its near side, which is
 * the one that a sensor sees. No size is taken from the shape's own proportions: a shape of wrong ones would stand there
 * in a wrong size, and codes change sooner than sizes.
 *
 * @param field of the shape
 * @returns one a turn
 */
export function stancesOf(field: CoarseField, { axes, seen, turns, isSensorKnown }: Turns): Similarity[] {
    const height = field.reach(turns[0].own[0]);
    const sides = turns.map(({ own }) => field.reach(own[2]));
    const quarter = turns.length / 4;
    return turns.map(({ rotation, scale, own }, k) => {
        // A quarter turn before, what is aside now was in the sensor's direction.
        const isKnown = Number.isInteger(quarter);
        const aside = isKnown ? sides[(k + 3 * quarter) % turns.length] : field.reach(own[1]);
        const shifts = [height, aside, sides[k]].map(({ low, high }, i) =>
            i === 2 && isSensorKnown
                ? seen[i].high - scale * high
                : (seen[i].low + seen[i].high - scale * (low + high)) / 2,
        );
        const at = (n: number) => axes.reduce((sum, axis, i) => sum + shifts[i] * axis[n], 0);
        return { rotation, scale, translation: [at(0), at(1), at(2)] as const };
    });
}

/** Some horizontal direction. */
function horizontal(up: Vector): Vector {
    const [x, y, z] = cross(up, Math.abs(up[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]);
    const length = Math.hypot(x, y, z);
    return [x / length, y / length, z / length];
}

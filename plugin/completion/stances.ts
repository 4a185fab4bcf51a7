import type { CoarseField } from "./coarseField.js";
import type { Extent } from "./extent.js";
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

/**
 * Poses in which a shape may stand in a scan, one in each turn: as large as the scan's box, and at its near side, which is
 * the one that a sensor sees. No size is taken from the shape's own proportions: a shape of wrong ones would stand there
 * in a wrong size, and codes change sooner than sizes.
 *
 * @param field of the shape
 * @returns [turnCount]
 */
export function stancesOf(
    field: CoarseField,
    { turnCount, up, upAxis, towardsSensor, extent }: StanceOptions,
): Similarity[] {
    const upright = rotationBetween(AXES[upAxis], up);
    const depth = towardsSensor ?? horizontal(up);
    const aside = cross(up, depth);
    const axes = [up, aside, depth];
    const seen = axes.map((axis) => extent.reach(axis));
    return Array.from({ length: turnCount }, (_, k) => {
        const angle = (2 * Math.PI * k) / turnCount;
        const rotation = multiply(rotationOf([angle * up[0], angle * up[1], angle * up[2]]), upright);
        const own = axes.map(([x, y, z]) => {
            const [a, b, c] = [0, 1, 2].map((i) => rotation[i] * x + rotation[3 + i] * y + rotation[6 + i] * z);
            return field.reach([a, b, c]);
        });
        const scale = extent.scaleIn(rotation);
        const shifts = seen.map(({ low, high }, i) =>
            i === 2 && towardsSensor
                ? high - scale * own[i].high
                : (low + high - scale * (own[i].low + own[i].high)) / 2,
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

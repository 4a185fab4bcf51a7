/** How a prop's own box is put where it belongs. */
export interface Placement {
    /** Metres in one unit of the prop's space. */
    readonly scale: number;
    /** Of the prop's origin, metres. */
    readonly x: number;
    readonly y: number;
    readonly z: number;
}

/**
 * Scales a box to its size and sets the middle of its foot on a place.
 *
 * @param min corner of the box in the prop's space, @param max the other
 * @param sink how far it goes into what it stands on, as a part of its height
 */
export function placeBox(
    min: readonly [number, number, number],
    max: readonly [number, number, number],
    { x, y, z, yaw, size }: { x: number; y: number; z: number; yaw: number; size: number },
    sink = 0,
): Placement {
    const longest = Math.max(max[0] - min[0], max[1] - min[1], max[2] - min[2], 1e-3);
    const scale = size / longest;
    const [middleX, middleZ] = [(scale * (min[0] + max[0])) / 2, (scale * (min[2] + max[2])) / 2];
    const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
    return {
        scale,
        x: x - (cos * middleX + sin * middleZ),
        y: y - scale * (min[1] + sink * (max[1] - min[1])),
        z: z - (cos * middleZ - sin * middleX),
    };
}

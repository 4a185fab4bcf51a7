import type { BitMask } from "./bitMask.js";
import { type CornerValues, cellsAround, gridPosition, isClosedAround, slotOf } from "./corners.js";

/**
 * Marks the corners that are missing from cells beside crossed edges: the surface goes on there, and the search passed
 * it over. CPU twin of `markOpenCells` in `follow.wgsl`.
 *
 * @param target gets the missing corners, none that the search found; those followed before stay in it
 */
export function markOpenCells(corners: CornerValues, target: BitMask): void {
    const { mask, members, distances } = corners;
    const { size } = mask;
    const strides = [1, size[0], size[0] * size[1]];
    for (let slot = 0; slot < members.length; slot++) {
        const position = gridPosition(mask, members[slot]);
        for (let axis = 0; axis < 3; axis++) {
            const neighbour = position[axis] + 1 < size[axis] ? slotOf(corners, members[slot] + strides[axis]) : -1;
            const crossed = neighbour >= 0 && distances[neighbour] < 0 !== distances[slot] < 0;
            if (crossed && !isClosedAround(corners, position, axis)) {
                for (const origin of cellsAround(position, axis)) {
                    markMissing(mask, target, origin);
                }
            }
        }
    }
}

function markMissing(known: BitMask, target: BitMask, [x, y, z]: readonly [number, number, number]): void {
    const { size } = known;
    for (let corner = 0; corner < 8; corner++) {
        const [i, j, k] = [x + (corner & 1), y + ((corner >> 1) & 1), z + (corner >> 2)];
        if (i >= 0 && j >= 0 && k >= 0 && i < size[0] && j < size[1] && k < size[2]) {
            const index = i + size[0] * (j + size[1] * k);
            target.words[index >>> 5] |= ~known.words[index >>> 5] & (1 << (index & 31));
        }
    }
}

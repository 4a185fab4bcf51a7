/** Directions spread evenly over the sphere: a Fibonacci lattice. [count, 3] */
export function spreadDirections(count: number): Float32Array {
    const directions = new Float32Array(3 * count);
    for (let n = 0; n < count; n++) {
        const y = 1 - (2 * n + 1) / count;
        const radius = Math.sqrt(1 - y * y);
        const angle = n * Math.PI * (3 - Math.sqrt(5));
        directions.set([radius * Math.cos(angle), y, radius * Math.sin(angle)], 3 * n);
    }
    return directions;
}

const AXES = Float32Array.of(1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1);
const SPREAD = spreadDirections(48);

/**
 * The points of a mesh that lie farthest in many directions: corners of its convex hull, without those that hardly
 * show, and exact along the axes.
 *
 * @param positions [n, 3]
 * @returns [m, 3], m ≤ 54
 */
export function hullPoints(positions: ArrayLike<number>): Float32Array {
    const chosen = new Set<number>();
    for (const directions of [AXES, SPREAD]) {
        for (let d = 0; d < directions.length; d += 3) {
            const [dx, dy, dz] = [directions[d], directions[d + 1], directions[d + 2]];
            let [best, farthest] = [-1, Number.NEGATIVE_INFINITY];
            for (let at = 0; at < positions.length; at += 3) {
                const reach = dx * positions[at] + dy * positions[at + 1] + dz * positions[at + 2];
                if (reach > farthest) [best, farthest] = [at, reach];
            }
            if (best >= 0) chosen.add(best);
        }
    }
    const points = new Float32Array(3 * chosen.size);
    [...chosen].forEach((at, n) => {
        points.set([positions[at], positions[at + 1], positions[at + 2]], 3 * n);
    });
    return points;
}

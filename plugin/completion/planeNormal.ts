/**
 * An eigenvector of the least eigenvalue of the neighbours' covariance; zeros if they lie on a line or a point.
 *
 * Where several directions are as flat as each other, as with the corners of a cube, it is one of them.
 */
export function planeNormal(positions: Float32Array, indices: Int32Array, count: number): [number, number, number] {
    const mean = [0, 0, 0];
    for (let k = 0; k < count; k++) {
        for (let axis = 0; axis < 3; axis++) mean[axis] += positions[3 * indices[k] + axis] / count;
    }
    let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0];
    for (let k = 0; k < count; k++) {
        const at = 3 * indices[k];
        const [x, y, z] = [positions[at] - mean[0], positions[at + 1] - mean[1], positions[at + 2] - mean[2]];
        xx += x * x;
        xy += x * y;
        xz += x * z;
        yy += y * y;
        yz += y * z;
        zz += z * z;
    }
    const trace = xx + yy + zz;
    if (!(trace > 0)) {
        return [0, 0, 0];
    }
    // Eigenvalues in closed form (Smith 1961); the eigenvector as the largest cross product of two rows of A − λ.
    const mid = trace / 3;
    const spread = Math.sqrt(
        ((xx - mid) ** 2 + (yy - mid) ** 2 + (zz - mid) ** 2 + 2 * (xy * xy + xz * xz + yz * yz)) / 6,
    );
    if (!(spread > 1e-9 * trace)) {
        return [0, 1, 0];
    }
    const [a, d, f] = [(xx - mid) / spread, (yy - mid) / spread, (zz - mid) / spread];
    const [b, c, e] = [xy / spread, xz / spread, yz / spread];
    const half = (a * (d * f - e * e) - b * (b * f - e * c) + c * (b * e - d * c)) / 2;
    const least = mid + 2 * spread * Math.cos(Math.acos(Math.min(1, Math.max(-1, half))) / 3 + (2 * Math.PI) / 3);
    const rows = [
        [xx - least, xy, xz],
        [xy, yy - least, yz],
        [xz, yz, zz - least],
    ];
    let best = [0, 0, 0];
    let length = 0;
    for (const [u, v] of [
        [rows[0], rows[1]],
        [rows[0], rows[2]],
        [rows[1], rows[2]],
    ]) {
        const product = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        const size = Math.hypot(...product);
        if (size > length) {
            [best, length] = [product, size];
        }
    }
    if (length > 1e-6 * trace * trace) {
        return [best[0] / length, best[1] / length, best[2] / length];
    }
    // Every row is parallel to the one long direction: a line, or a body as thick one way across as the other.
    return least > 1e-6 * trace ? acrossOf(rows) : [0, 0, 0];
}

/** A unit vector at right angles to the longest of some rows. */
function acrossOf(rows: readonly number[][]): [number, number, number] {
    const [[x, y, z]] = [...rows].sort((a, b) => Math.hypot(...b) - Math.hypot(...a));
    const across = Math.abs(x) < Math.abs(z) ? [0, z, -y] : [y, -x, 0];
    const size = Math.hypot(...across);
    return [across[0] / size, across[1] / size, across[2] / size];
}

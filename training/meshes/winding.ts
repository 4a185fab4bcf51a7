import type { TriangleMesh } from "../samples/mesh.js";

const LEAF_SIZE = 4;
/** A cluster is far when the point is this many times its radius away from it. */
const FAR = 2;
const FOUR_PI = 4 * Math.PI;

/**
 * Generalised winding numbers of a set of triangles: 1 inside and 0 outside where these are closed, in between where
 * they are not, 2 where two solids overlap.
 *
 * Far clusters of triangles count as a dipole and its first moment, near triangles as their exact solid angle (Barill,
 * Dickson, Schmidt, Levin and Jacobson, "Fast winding numbers for soups and clouds", 2018; Van Oosterom and Strackee,
 * 1983). Agrees with the exact sum within 0.05, mostly within 0.01: enough, as sides are a whole number apart.
 */
export class WindingNumber {
    /** [triangleCount], in the order of the tree, and their corners, [triangleCount, 9], in the same. */
    private readonly order: Uint32Array;
    private readonly corners: Float64Array;
    /** Of each cluster: first and end of its triangles in `order`, and its second child (the first follows it; 0: a leaf). */
    private readonly first: number[] = [];
    private readonly end: number[] = [];
    private readonly second: number[] = [];
    /** Of each cluster: centre (3), radius, summed area normal (3), moments about the centre (9). */
    private readonly data: Float64Array;
    private readonly stack = new Int32Array(128);

    constructor(private readonly mesh: TriangleMesh) {
        const count = mesh.indices.length / 3;
        this.order = Uint32Array.from({ length: count }, (_, t) => t);
        const centroids = new Float64Array(3 * count);
        for (let t = 0; t < count; t++) {
            for (let k = 0; k < 3; k++) {
                for (let axis = 0; axis < 3; axis++) {
                    centroids[3 * t + axis] += mesh.positions[3 * mesh.indices[3 * t + k] + axis] / 3;
                }
            }
        }
        const summaries: number[][] = [];
        if (count > 0) this.build(0, count, centroids, summaries);
        this.data = Float64Array.from(summaries.flat());
        this.corners = new Float64Array(9 * count);
        for (let i = 0; i < count; i++) {
            for (let k = 0; k < 3; k++) {
                const from = 3 * mesh.indices[3 * this.order[i] + k];
                this.corners.set(mesh.positions.subarray(from, from + 3), 9 * i + 3 * k);
            }
        }
    }

    /** The winding number at a point. */
    at(x: number, y: number, z: number): number {
        const { data, first, end, second, stack } = this;
        let sum = 0;
        let depth = 0;
        if (first.length > 0) stack[depth++] = 0;
        while (depth > 0) {
            const node = stack[--depth];
            const d = 16 * node;
            const [rx, ry, rz] = [data[d] - x, data[d + 1] - y, data[d + 2] - z];
            const squared = rx * rx + ry * ry + rz * rz;
            const reach = FAR * data[d + 3];
            if (squared > reach * reach) {
                const inverse = 1 / Math.sqrt(squared);
                const cube = inverse * inverse * inverse;
                const dipole = rx * data[d + 4] + ry * data[d + 5] + rz * data[d + 6];
                const trace = data[d + 7] + data[d + 11] + data[d + 15];
                const along =
                    rx * (rx * data[d + 7] + ry * data[d + 8] + rz * data[d + 9]) +
                    ry * (rx * data[d + 10] + ry * data[d + 11] + rz * data[d + 12]) +
                    rz * (rx * data[d + 13] + ry * data[d + 14] + rz * data[d + 15]);
                sum += cube * (dipole + trace - 3 * along * inverse * inverse);
            } else if (second[node] > 0) {
                stack[depth++] = second[node];
                stack[depth++] = node + 1;
            } else {
                for (let i = first[node]; i < end[node]; i++) sum += this.solidAngle(9 * i, x, y, z);
            }
        }
        return sum / FOUR_PI;
    }

    private build(from: number, to: number, centroids: Float64Array, summaries: number[][]): number {
        const node = this.first.length;
        this.first.push(from);
        this.end.push(to);
        this.second.push(0);
        summaries.push(this.summary(from, to, centroids));
        if (to - from <= LEAF_SIZE) return node;
        // Halves by count along the longest side of the centroids' box.
        const low = [0, 1, 2].map(() => Number.POSITIVE_INFINITY);
        const high = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
        for (let i = from; i < to; i++) {
            for (let axis = 0; axis < 3; axis++) {
                const value = centroids[3 * this.order[i] + axis];
                low[axis] = Math.min(low[axis], value);
                high[axis] = Math.max(high[axis], value);
            }
        }
        const sides = high.map((value, axis) => value - low[axis]);
        const axis = sides.indexOf(Math.max(...sides));
        this.order.subarray(from, to).sort((a, b) => centroids[3 * a + axis] - centroids[3 * b + axis]);
        const middle = (from + to) >> 1;
        this.build(from, middle, centroids, summaries);
        this.second[node] = this.build(middle, to, centroids, summaries);
        return node;
    }

    private summary(from: number, to: number, centroids: Float64Array): number[] {
        const normals = new Float64Array(3 * (to - from));
        const centre = [0, 0, 0];
        const total = [0, 0, 0];
        let area = 0;
        for (let i = from; i < to; i++) {
            const t = this.order[i];
            const normal = this.areaNormal(t);
            const weight = Math.hypot(...normal);
            area += weight;
            for (let axis = 0; axis < 3; axis++) {
                normals[3 * (i - from) + axis] = normal[axis];
                total[axis] += normal[axis];
                centre[axis] += weight * centroids[3 * t + axis];
            }
        }
        for (let axis = 0; axis < 3; axis++) {
            centre[axis] = area > 0 ? centre[axis] / area : centroids[3 * this.order[from] + axis];
        }
        let radius = 0;
        const moments = new Array<number>(9).fill(0);
        for (let i = from; i < to; i++) {
            const t = this.order[i];
            for (let row = 0; row < 3; row++) {
                const offset = centroids[3 * t + row] - centre[row];
                for (let column = 0; column < 3; column++) {
                    moments[3 * row + column] += offset * normals[3 * (i - from) + column];
                }
            }
            for (let k = 0; k < 3; k++) {
                const v = 3 * this.mesh.indices[3 * t + k];
                const p = this.mesh.positions;
                radius = Math.max(radius, Math.hypot(p[v] - centre[0], p[v + 1] - centre[1], p[v + 2] - centre[2]));
            }
        }
        return [...centre, radius, ...total, ...moments];
    }

    private areaNormal(triangle: number): [number, number, number] {
        const { positions: p, indices } = this.mesh;
        const [a, b, c] = [3 * indices[3 * triangle], 3 * indices[3 * triangle + 1], 3 * indices[3 * triangle + 2]];
        const [ux, uy, uz] = [p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]];
        const [vx, vy, vz] = [p[c] - p[a], p[c + 1] - p[a + 1], p[c + 2] - p[a + 2]];
        return [(uy * vz - uz * vy) / 2, (uz * vx - ux * vz) / 2, (ux * vy - uy * vx) / 2];
    }

    /** Of the triangle whose corners start at `at`. */
    private solidAngle(at: number, x: number, y: number, z: number): number {
        const p = this.corners;
        const [ax, ay, az] = [p[at] - x, p[at + 1] - y, p[at + 2] - z];
        const [bx, by, bz] = [p[at + 3] - x, p[at + 4] - y, p[at + 5] - z];
        const [cx, cy, cz] = [p[at + 6] - x, p[at + 7] - y, p[at + 8] - z];
        const la = Math.sqrt(ax * ax + ay * ay + az * az);
        const lb = Math.sqrt(bx * bx + by * by + bz * bz);
        const lc = Math.sqrt(cx * cx + cy * cy + cz * cz);
        const volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
        const rest =
            la * lb * lc +
            (ax * bx + ay * by + az * bz) * lc +
            (bx * cx + by * cy + bz * cz) * la +
            (cx * ax + cy * ay + cz * az) * lb;
        return 2 * Math.atan2(volume, rest);
    }
}

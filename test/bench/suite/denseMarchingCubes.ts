import { CASE_TRIANGLES, EDGE_CORNERS, edgeAxis } from "../../../plugin/surface/caseTable.js";
import type { SurfaceMesh } from "../../../plugin/surface/mesh.js";

/** Triangles of each case as edges, one after another, and where a case begins. */
const EDGES: number[] = [];
const STARTS = new Int32Array(257);
for (const [pattern, triangles] of CASE_TRIANGLES.entries()) {
    EDGES.push(...triangles.flat());
    STARTS[pattern + 1] = EDGES.length;
}
const TRIANGLE_EDGES = Uint8Array.from(EDGES);

/**
 * Marching Cubes on the CPU over a whole grid of values, as a program without sparse search does it: one pass, flat arrays,
 * a vertex for each crossed edge, normals from differences in the grid. The baseline that speed is compared with.
 *
 * @param values [side³], x fastest, negative inside
 * @param side corners along each axis
 * @param origin position of the first corner, and `cell` the distance between two
 */
export function denseMarchingCubes(
    values: Float32Array,
    side: number,
    origin: readonly [number, number, number],
    cell: number,
): SurfaceMesh {
    const strides = [1, side, side * side];
    const positions = new FloatList();
    const normals = new FloatList();
    const indices = new IndexList();
    // Vertex of the edge from a corner along an axis, for two layers of corners at a time.
    const layer = side * side;
    const vertices = new Int32Array(2 * 3 * layer).fill(-1);
    const slopeAt = (place: number, index: number, stride: number): number => {
        const low = place > 0 ? index - stride : index;
        const high = place + 1 < side ? index + stride : index;
        return values[high] - values[low];
    };
    const vertexOn = (x: number, y: number, z: number, edge: number): number => {
        const corner = EDGE_CORNERS[edge];
        const axis = edgeAxis(edge);
        const [i, j, k] = [x + (corner & 1), y + ((corner >> 1) & 1), z + (corner >> 2)];
        const at = ((k & 1) * 3 + axis) * layer + i + side * j;
        if (vertices[at] >= 0) {
            return vertices[at];
        }
        const from = i + side * (j + side * k);
        const to = from + strides[axis];
        const t = values[from] / (values[from] - values[to]);
        const place = [i, j, k];
        const end = [i, j, k];
        end[axis]++;
        positions.push(
            origin[0] + cell * (i + (axis === 0 ? t : 0)),
            origin[1] + cell * (j + (axis === 1 ? t : 0)),
            origin[2] + cell * (k + (axis === 2 ? t : 0)),
        );
        const mixed = (a: number): number =>
            (1 - t) * slopeAt(place[a], from, strides[a]) + t * slopeAt(end[a], to, strides[a]);
        const [nx, ny, nz] = [mixed(0), mixed(1), mixed(2)];
        const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
        normals.push(nx / length, ny / length, nz / length);
        vertices[at] = positions.length / 3 - 1;
        return vertices[at];
    };
    for (let z = 0; z + 1 < side; z++) {
        // The layer below the last is used up; its place is the upper one's now.
        const upper = ((z + 1) & 1) * 3 * layer;
        vertices.fill(-1, upper, upper + 3 * layer);
        for (let y = 0; y + 1 < side; y++) {
            for (let x = 0, at = side * (y + side * z); x + 1 < side; x++, at++) {
                const pattern =
                    (values[at] < 0 ? 1 : 0) |
                    (values[at + 1] < 0 ? 2 : 0) |
                    (values[at + side] < 0 ? 4 : 0) |
                    (values[at + side + 1] < 0 ? 8 : 0) |
                    (values[at + layer] < 0 ? 16 : 0) |
                    (values[at + layer + 1] < 0 ? 32 : 0) |
                    (values[at + layer + side] < 0 ? 64 : 0) |
                    (values[at + layer + side + 1] < 0 ? 128 : 0);
                for (let e = STARTS[pattern]; e < STARTS[pattern + 1]; e += 3) {
                    indices.push(
                        vertexOn(x, y, z, TRIANGLE_EDGES[e]),
                        vertexOn(x, y, z, TRIANGLE_EDGES[e + 1]),
                        vertexOn(x, y, z, TRIANGLE_EDGES[e + 2]),
                    );
                }
            }
        }
    }
    return { positions: positions.done(), normals: normals.done(), indices: indices.done() };
}

/** Floats appended by threes. */
class FloatList {
    private data = new Float32Array(3 << 12);
    length = 0;

    push(a: number, b: number, c: number): void {
        if (this.length === this.data.length) {
            const larger = new Float32Array(2 * this.length);
            larger.set(this.data);
            this.data = larger;
        }
        this.data[this.length++] = a;
        this.data[this.length++] = b;
        this.data[this.length++] = c;
    }

    done(): Float32Array {
        return this.data.slice(0, this.length);
    }
}

/** Indices appended by threes. */
class IndexList {
    private data = new Uint32Array(3 << 12);
    private length = 0;

    push(a: number, b: number, c: number): void {
        if (this.length === this.data.length) {
            const larger = new Uint32Array(2 * this.length);
            larger.set(this.data);
            this.data = larger;
        }
        this.data[this.length++] = a;
        this.data[this.length++] = b;
        this.data[this.length++] = c;
    }

    done(): Uint32Array {
        return this.data.slice(0, this.length);
    }
}

import * as THREE from "three";
import { type HitPointInfo, MeshBVH, SAH } from "three-mesh-bvh";
import type { TriangleMesh } from "./mesh.js";

/** Signed distances to a solid, negative inside. */
export interface DistanceField {
    /**
     * Signed distance of one point.
     *
     * @param atMost a bound on the distance that is known to hold; a tight one makes the search several times faster
     * @throws if the bound does not hold
     */
    at(x: number, y: number, z: number, atMost?: number): number;
}

/**
 * Signed distances to a closed mesh, negative inside.
 *
 * The closest point comes from three-mesh-bvh; the sign from the angle-weighted pseudonormal of the face, edge or
 * vertex it lies on, which is exact for a closed manifold (Bærentzen and Aanæs, Signed distance computation using the
 * angle weighted pseudonormal, 2005).
 */
export class SignedDistance implements DistanceField {
    private readonly bvh: MeshBVH;
    private readonly faceNormals: Float64Array;
    /** [triangleCount, 3 edges, 3]: edge k runs from corner k to corner k + 1. */
    private readonly edgeNormals: Float64Array;
    /** [vertexCount, 3] */
    private readonly vertexNormals: Float64Array;
    private readonly point = new THREE.Vector3();
    private readonly hit = { point: new THREE.Vector3(), distance: 0, faceIndex: 0 } as HitPointInfo;

    /** @throws if the mesh has an edge that two triangles do not share in opposite directions */
    constructor(private readonly mesh: TriangleMesh) {
        const geometry = new THREE.BufferGeometry();
        geometry.setAttribute("position", new THREE.BufferAttribute(mesh.positions, 3));
        geometry.setIndex(new THREE.BufferAttribute(mesh.indices, 1));
        // Indirect: the tree keeps an order of its own and leaves the mesh's triangles as they are.
        this.bvh = new MeshBVH(geometry, { strategy: SAH, targetLeafSize: 4, indirect: true });
        const triangleCount = mesh.indices.length / 3;
        this.faceNormals = new Float64Array(triangleCount * 3);
        this.edgeNormals = new Float64Array(triangleCount * 9);
        this.vertexNormals = new Float64Array(mesh.positions.length);
        this.findNormals();
    }

    at(x: number, y: number, z: number, atMost = Number.POSITIVE_INFINITY): number {
        const { hit } = this;
        this.point.set(x, y, z);
        if (!this.bvh.closestPointToPoint(this.point, hit, 0, atMost)) {
            throw new Error(`SignedDistance: nothing within ${atMost} of ${x}, ${y}, ${z}; the bound must hold`);
        }
        const [nx, ny, nz] = this.normalAt(hit.faceIndex, hit.point);
        const side = (x - hit.point.x) * nx + (y - hit.point.y) * ny + (z - hit.point.z) * nz;
        return side < 0 ? -hit.distance : hit.distance;
    }

    /** The pseudonormal of whatever part of the triangle the closest point lies on; not of unit length. */
    private normalAt(triangle: number, closest: THREE.Vector3): [number, number, number] {
        const { positions, indices } = this.mesh;
        const [a, b, c] = [3 * indices[3 * triangle], 3 * indices[3 * triangle + 1], 3 * indices[3 * triangle + 2]];
        const weights = barycentric(positions, a, b, c, closest);
        // Taking a nearby edge for a point inside the face is harmless: their normals agree in sign there.
        const tolerance = 1e-5;
        const zero = weights.map((weight) => weight < tolerance);
        const count = Number(zero[0]) + Number(zero[1]) + Number(zero[2]);
        if (count >= 2) {
            const vertex = !zero[0] ? a : !zero[1] ? b : c;
            return [this.vertexNormals[vertex], this.vertexNormals[vertex + 1], this.vertexNormals[vertex + 2]];
        }
        if (count === 1) {
            // Opposite corner 0 lies edge 1 (from corner 1 to 2), and so on.
            const edge = zero[0] ? 1 : zero[1] ? 2 : 0;
            const at = 9 * triangle + 3 * edge;
            return [this.edgeNormals[at], this.edgeNormals[at + 1], this.edgeNormals[at + 2]];
        }
        const at = 3 * triangle;
        return [this.faceNormals[at], this.faceNormals[at + 1], this.faceNormals[at + 2]];
    }

    private findNormals(): void {
        const { positions, indices } = this.mesh;
        const { faceNormals, edgeNormals, vertexNormals } = this;
        const vertexCount = positions.length / 3;
        const edges = new Map<number, number>();
        for (let t = 0; t < indices.length; t += 3) {
            const corner = [3 * indices[t], 3 * indices[t + 1], 3 * indices[t + 2]];
            const side = (from: number, to: number): [number, number, number] => [
                positions[corner[to]] - positions[corner[from]],
                positions[corner[to] + 1] - positions[corner[from] + 1],
                positions[corner[to] + 2] - positions[corner[from] + 2],
            ];
            const [ux, uy, uz] = side(0, 1);
            const [vx, vy, vz] = side(0, 2);
            const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
            const length = Math.hypot(...normal) || 1;
            for (let axis = 0; axis < 3; axis++) faceNormals[t + axis] = normal[axis] / length;
            for (let k = 0; k < 3; k++) {
                const angle = angleBetween(side(k, (k + 1) % 3), side(k, (k + 2) % 3));
                for (let axis = 0; axis < 3; axis++) vertexNormals[corner[k] + axis] += angle * faceNormals[t + axis];
                const key = indices[t + k] * vertexCount + indices[t + ((k + 1) % 3)];
                if (edges.has(key)) throw new Error(edgeError(indices[t + k], indices[t + ((k + 1) % 3)], "twice"));
                edges.set(key, t + k);
            }
        }
        for (const [key, edge] of edges) {
            const from = Math.floor(key / vertexCount);
            const to = key % vertexCount;
            const twin = edges.get(to * vertexCount + from);
            if (twin === undefined) throw new Error(edgeError(from, to, "on one side only"));
            for (let axis = 0; axis < 3; axis++) {
                edgeNormals[3 * edge + axis] =
                    faceNormals[edge - (edge % 3) + axis] + faceNormals[twin - (twin % 3) + axis];
            }
        }
    }
}

function edgeError(from: number, to: number, how: string): string {
    return `SignedDistance: the edge between vertices ${from} and ${to} has a triangle ${how}; a closed mesh has one on each side; repair the mesh or weld its vertices`;
}

function angleBetween(u: readonly number[], v: readonly number[]): number {
    const lengths = Math.hypot(...u) * Math.hypot(...v);
    if (lengths === 0) return 0;
    return Math.acos(Math.min(1, Math.max(-1, (u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / lengths)));
}

/** Weights of the corners a, b, c (offsets into `positions`) at a point of the triangle. */
function barycentric(
    positions: Float32Array,
    a: number,
    b: number,
    c: number,
    p: THREE.Vector3,
): [number, number, number] {
    const ux = positions[b] - positions[a];
    const uy = positions[b + 1] - positions[a + 1];
    const uz = positions[b + 2] - positions[a + 2];
    const vx = positions[c] - positions[a];
    const vy = positions[c + 1] - positions[a + 1];
    const vz = positions[c + 2] - positions[a + 2];
    const wx = p.x - positions[a];
    const wy = p.y - positions[a + 1];
    const wz = p.z - positions[a + 2];
    const uu = ux * ux + uy * uy + uz * uz;
    const uv = ux * vx + uy * vy + uz * vz;
    const vv = vx * vx + vy * vy + vz * vz;
    const wu = wx * ux + wy * uy + wz * uz;
    const wv = wx * vx + wy * vy + wz * vz;
    const denominator = uu * vv - uv * uv;
    if (denominator <= 0) return [1, 0, 0];
    const s = (vv * wu - uv * wv) / denominator;
    const t = (uu * wv - uv * wu) / denominator;
    return [1 - s - t, s, t];
}

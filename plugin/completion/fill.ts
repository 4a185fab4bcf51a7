import type { SurfaceMesh } from "../surface/mesh.js";
import { pieceOfVertices } from "../surface/pieces.js";
import { medianSpacing } from "./observed.js";
import { PointTree } from "./pointTree.js";
import type { Scan } from "./scan.js";

/** Vertices of the whole surface nearer to the scan than this many cells are the scan's own part. */
const REACH = 0.5;

/** Pieces that stay nearer to the scan's inside than this many cells are the same surface twice. */
const ISLAND_REACH = 3;

/** Cells that the rim keeps from a cloud's points at most: less than one by more than coordinates are rounded. */
const CLOUD_RIM = 0.999;

/** Where a scan is nearest to a point. */
interface Nearest {
    readonly distance: number;
    readonly point: readonly [number, number, number];
    /** Whether the nearest place is on the scan's rim; always for clouds, which have no inside. */
    readonly isRim: boolean;
}

/**
 * The part of a whole surface that a scan lacks. Its rim meets the scan: where the scan is a mesh the rim's vertices lie
 * on it, where it is a cloud within a cell of its points.
 *
 * @param whole closed surface through the scan, in the scan's space
 * @param cellSize of the grid that `whole` was meshed on
 */
export async function missingPart(whole: SurfaceMesh, scan: Scan, cellSize: number): Promise<SurfaceMesh> {
    const nearest = scan.indices?.length ? await nearestOnMesh(scan) : nearestPoint(scan.positions);
    const isMesh = Boolean(scan.indices?.length);
    // A cloud covers the surface between its points.
    const reach = isMesh
        ? REACH * cellSize
        : Math.max(REACH * cellSize, Math.min(2 * medianSpacing(new PointTree(scan.positions)), cellSize));
    const count = whole.positions.length / 3;
    const values = new Float32Array(count);
    const isIsland = new Uint8Array(count);
    for (let n = 0; n < count; n++) {
        const { distance, isRim } = nearest(
            whole.positions[3 * n],
            whole.positions[3 * n + 1],
            whole.positions[3 * n + 2],
        );
        values[n] = distance - reach;
        isIsland[n] = isRim && isMesh ? 0 : distance < ISLAND_REACH * cellSize ? 1 : 0;
    }
    dropIslands(whole.indices, values, isIsland);
    const cut = clip(whole, values);
    return pullRim(cut.mesh, cut.rim, nearest, isMesh, cellSize);
}

function nearestPoint(positions: Float32Array): (x: number, y: number, z: number) => Nearest {
    const tree = new PointTree(positions);
    return (x, y, z) => {
        const { index, distance } = tree.nearest(x, y, z);
        const point = [positions[3 * index], positions[3 * index + 1], positions[3 * index + 2]] as const;
        return { distance, point, isRim: true };
    };
}

/** Closest points on triangles, through three-mesh-bvh. */
async function nearestOnMesh(scan: Scan): Promise<(x: number, y: number, z: number) => Nearest> {
    const [{ BufferAttribute, BufferGeometry, Vector3 }, { MeshBVH }] = await Promise.all([
        import("three"),
        import("three-mesh-bvh"),
    ]);
    const { positions } = scan;
    const indices = finiteTriangles(positions, scan.indices!);
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setIndex(new BufferAttribute(indices, 1));
    // Indirect: the scan's triangles stay as they are.
    const bvh = new MeshBVH(geometry, { indirect: true });
    const isRimEdge = rimEdges(positions, indices);
    const query = new Vector3();
    const hit = { point: new Vector3(), distance: 0, faceIndex: 0 };
    return (x, y, z) => {
        bvh.closestPointToPoint(query.set(x, y, z), hit);
        const { point } = hit;
        let isRim = false;
        for (let k = 0; k < 3 && !isRim; k++) {
            if (!isRimEdge[3 * hit.faceIndex + k]) continue;
            const [a, b] = [3 * indices[3 * hit.faceIndex + k], 3 * indices[3 * hit.faceIndex + ((k + 1) % 3)]];
            isRim = isOnEdge(positions, a, b, point.x, point.y, point.z);
        }
        return { distance: hit.distance, point: [point.x, point.y, point.z], isRim };
    };
}

/** Triangles all of whose corners are somewhere; the same array if all are. */
function finiteTriangles(positions: Float32Array, indices: Uint32Array): Uint32Array {
    const isSomewhere = (n: number) => [0, 1, 2].every((axis) => Number.isFinite(positions[3 * n + axis]));
    if (indices.every(isSomewhere)) return indices;
    const triangleOf = (at: number) => indices.subarray(at - (at % 3), at - (at % 3) + 3);
    return indices.filter((_, at) => triangleOf(at).every(isSomewhere));
}

/** Which edges have a triangle on one side only, vertices at the same place taken as one. [triangleCount, 3] */
function rimEdges(positions: Float32Array, indices: Uint32Array): Uint8Array {
    const places = new Map<string, number>();
    const placeOf = Uint32Array.from({ length: positions.length / 3 }, (_, n) => {
        const key = `${positions[3 * n]},${positions[3 * n + 1]},${positions[3 * n + 2]}`;
        const known = places.get(key) ?? places.size;
        places.set(key, known);
        return known;
    });
    const uses = new Map<number, number>();
    const keyOf = (at: number) => {
        const triangle = at - (at % 3);
        const [a, b] = [placeOf[indices[at]], placeOf[indices[triangle + ((at + 1) % 3)]]];
        return Math.min(a, b) * places.size + Math.max(a, b);
    };
    for (let at = 0; at < indices.length; at++) uses.set(keyOf(at), (uses.get(keyOf(at)) ?? 0) + 1);
    return Uint8Array.from(indices, (_, at) => (uses.get(keyOf(at)) === 1 ? 1 : 0));
}

function isOnEdge(positions: Float32Array, a: number, b: number, x: number, y: number, z: number): boolean {
    const edge = [0, 1, 2].map((axis) => positions[b + axis] - positions[a + axis]);
    const to = [x, y, z].map((value, axis) => value - positions[a + axis]);
    const square = edge.reduce((sum, value) => sum + value * value, 0);
    if (square === 0) return false;
    const along = edge.reduce((sum, value, axis) => sum + value * to[axis], 0) / square;
    const off = Math.hypot(...to.map((value, axis) => value - along * edge[axis]));
    return off * off <= 1e-6 * square;
}

/** Makes kept pieces whose vertices all are the same surface twice the scan's part. */
function dropIslands(indices: Uint32Array, values: Float32Array, isIsland: Uint8Array): void {
    const roots = pieceOfVertices(values.length, indices, (a, b) => values[a] > 0 && values[b] > 0);
    const isWhole = new Uint8Array(values.length).fill(1);
    for (let n = 0; n < values.length; n++) {
        if (values[n] > 0 && !isIsland[n]) isWhole[roots[n]] = 0;
    }
    for (let n = 0; n < values.length; n++) {
        if (values[n] > 0 && isWhole[roots[n]]) values[n] = -Number.EPSILON;
    }
}

/** The part of a mesh where `values`, linear over each triangle, is above 0; which of its vertices were cut. */
function clip({ positions, normals, indices }: SurfaceMesh, values: Float32Array) {
    const kept: number[] = [];
    const newPositions: number[] = [];
    const newNormals: number[] = [];
    const rim: number[] = [];
    const known = new Map<number, number>();
    const count = values.length;
    const push = (a: number, b: number, t: number): number => {
        const vertex = newPositions.length / 3;
        for (let axis = 0; axis < 3; axis++) {
            newPositions.push(positions[3 * a + axis] + t * (positions[3 * b + axis] - positions[3 * a + axis]));
            newNormals.push(normals[3 * a + axis] + t * (normals[3 * b + axis] - normals[3 * a + axis]));
        }
        return vertex;
    };
    const inside = (vertex: number): number => {
        const found = known.get(vertex) ?? push(vertex, vertex, 0);
        known.set(vertex, found);
        return found;
    };
    const crossing = (a: number, b: number): number => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const key = count + from * count + to;
        let found = known.get(key);
        if (found === undefined) {
            found = push(from, to, values[from] / (values[from] - values[to]));
            known.set(key, found);
            rim.push(found);
        }
        return found;
    };
    for (let t = 0; t < indices.length; t += 3) {
        const corners = [indices[t], indices[t + 1], indices[t + 2]];
        const polygon: number[] = [];
        for (let k = 0; k < 3; k++) {
            const [a, b] = [corners[k], corners[(k + 1) % 3]];
            if (values[a] > 0) polygon.push(inside(a));
            if (values[a] > 0 !== values[b] > 0) polygon.push(crossing(a, b));
        }
        for (let k = 2; k < polygon.length; k++) kept.push(polygon[0], polygon[k - 1], polygon[k]);
    }
    const mesh = {
        positions: Float32Array.from(newPositions),
        normals: unitLength(Float32Array.from(newNormals)),
        indices: Uint32Array.from(kept),
    };
    return { mesh, rim };
}

/** Moves the cut vertices onto a mesh where it is within a cell, and to within a cell of a cloud's points. */
function pullRim(
    mesh: SurfaceMesh,
    rim: readonly number[],
    nearest: (x: number, y: number, z: number) => Nearest,
    isMesh: boolean,
    cellSize: number,
): SurfaceMesh {
    const { positions } = mesh;
    for (const vertex of rim) {
        const { distance, point } = nearest(
            positions[3 * vertex],
            positions[3 * vertex + 1],
            positions[3 * vertex + 2],
        );
        if (isMesh && distance <= cellSize) positions.set(point, 3 * vertex);
        if (isMesh || distance <= CLOUD_RIM * cellSize) continue;
        for (const [axis, value] of point.entries()) {
            const off = positions[3 * vertex + axis] - value;
            positions[3 * vertex + axis] = value + (CLOUD_RIM * cellSize * off) / distance;
        }
    }
    return mesh;
}

function unitLength(normals: Float32Array): Float32Array {
    for (let i = 0; i < normals.length; i += 3) {
        const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]) || 1;
        for (let axis = 0; axis < 3; axis++) normals[i + axis] /= length;
    }
    return normals;
}

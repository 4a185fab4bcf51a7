import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.js";
import { readScanAsync } from "../completion/readers/readScan.js";
import type { Scan } from "../completion/scan.js";

/**
 * What can be completed: arrays, a mesh or several of any loader (world space, holes and all, clouds without triangles
 * too), or a file's bytes (PLY, PCD, XYZ, GLB; its own coordinates).
 */
export type ScanSource = Scan | AbstractMesh | readonly AbstractMesh[] | Blob | ArrayBuffer | Uint8Array;

/** @throws if the source is none of these or holds no points */
export async function toScanAsync(source: ScanSource): Promise<Scan> {
    if (source instanceof ArrayBuffer) {
        return readScanAsync(new Uint8Array(source));
    }
    if (source instanceof Uint8Array) {
        return readScanAsync(source);
    }
    if (typeof Blob !== "undefined" && source instanceof Blob) {
        const name = "name" in source && typeof source.name === "string" ? source.name : "the blob";
        return readScanAsync(new Uint8Array(await source.arrayBuffer()), name);
    }
    if (source instanceof AbstractMesh) {
        return scanFromMeshes([source, ...source.getChildMeshes()]);
    }
    if (Array.isArray(source) && source.every((item) => item instanceof AbstractMesh)) {
        return scanFromMeshes(source);
    }
    if (source && typeof source === "object" && "positions" in source) {
        return source;
    }
    throw new Error(
        `completeScanAsync: got ${source === null ? "null" : typeof source} as scan; expected { positions, … }, a mesh or meshes, or a file's bytes; pass one of those`,
    );
}

/**
 * The vertices and triangles of meshes, in world space.
 *
 * @throws if a mesh's vertices are only on the GPU, or there are none
 */
export function scanFromMeshes(meshes: readonly AbstractMesh[]): Scan {
    const positions: number[] = [];
    const normals: number[] = [];
    const indices: number[] = [];
    let hasNormals = true;
    for (const mesh of meshes) {
        const local = mesh.getVerticesData(VertexBuffer.PositionKind);
        if (!local?.length) {
            if (mesh.getTotalVertices() > 0) {
                throw new Error(
                    `completeScanAsync: the mesh "${mesh.name}" keeps its ${mesh.getTotalVertices()} vertices on the GPU alone; expected a copy on the CPU; create it with keepData`,
                );
            }
            continue;
        }
        const world = mesh.computeWorldMatrix(true);
        const first = positions.length / 3;
        const localNormals = mesh.getVerticesData(VertexBuffer.NormalKind);
        const turn = world.clone().invert().transpose();
        for (let i = 0; i < local.length; i += 3) {
            const point = Vector3.TransformCoordinatesFromFloatsToRef(
                local[i],
                local[i + 1],
                local[i + 2],
                world,
                scratch,
            );
            positions.push(point.x, point.y, point.z);
            if (localNormals) {
                Vector3.TransformNormalFromFloatsToRef(
                    localNormals[i],
                    localNormals[i + 1],
                    localNormals[i + 2],
                    turn,
                    scratch,
                );
                normals.push(scratch.x, scratch.y, scratch.z);
            }
        }
        hasNormals &&= localNormals?.length === local.length;
        for (const index of mesh.getIndices() ?? []) indices.push(first + index);
    }
    if (positions.length === 0) {
        throw new Error(
            `completeScanAsync: got ${meshes.length} meshes without vertices; expected points or triangles; pass the meshes that hold the scan`,
        );
    }
    return {
        positions: Float32Array.from(positions),
        normals: hasNormals ? Float32Array.from(normals) : null,
        indices: indices.length > 0 && indices.length % 3 === 0 ? Uint32Array.from(indices) : null,
    };
}

const scratch = new Vector3();

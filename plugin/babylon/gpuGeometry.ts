import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Geometry } from "@babylonjs/core/Meshes/geometry.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { WebGPUDataBuffer } from "@babylonjs/core/Meshes/WebGPU/webgpuDataBuffer.js";
import type { Bounds } from "../model/decoder.js";
import type { SurfaceMesh } from "../surface/mesh.js";

/** Buffers that a mesh is drawn from. */
export interface GpuGeometryBuffers {
    /** [vertexCount, 3] */
    readonly positions: GPUBuffer;
    /** [vertexCount, 3] */
    readonly normals: GPUBuffer;
    /** [triangleCount, 3] */
    readonly indices: GPUBuffer;
}

/**
 * Lets a mesh draw from GPU buffers, which from now on belong to it; those it drew from before are released.
 *
 * The CPU does not know the vertices, so the bounds are given.
 */
export function setGpuGeometry(
    mesh: Mesh,
    { positions, normals, indices }: GpuGeometryBuffers,
    vertexCount: number,
    triangleCount: number,
    bounds: Bounds,
): void {
    const scene = mesh.getScene();
    const engine = scene.getEngine();
    const geometry = mesh.geometry ?? new Geometry(Geometry.RandomId(), scene, undefined, false, mesh);
    const formerIndices = geometry.getIndexBuffer();
    geometry.setVerticesBuffer(vertexBuffer(engine, positions, VertexBuffer.PositionKind), vertexCount);
    geometry.setVerticesBuffer(vertexBuffer(engine, normals, VertexBuffer.NormalKind));
    geometry.setIndexBuffer(dataBuffer(indices), vertexCount, 3 * triangleCount, true);
    if (formerIndices) {
        engine._releaseBuffer(formerIndices);
    }
    setBounds(mesh, bounds);
}

/**
 * Gives a mesh vertex data from the CPU. One that drew from GPU buffers gets a fresh geometry, because Babylon keeps the
 * index count of those.
 */
export function setCpuGeometry(mesh: Mesh, { positions, normals, indices }: SurfaceMesh): void {
    const { geometry } = mesh;
    if (geometry && geometry.getTotalIndices() > 0 && (geometry.getIndices()?.length ?? 0) === 0) {
        geometry.releaseForMesh(mesh);
    }
    const vertexData = new VertexData();
    vertexData.positions = positions;
    vertexData.normals = normals;
    vertexData.indices = indices;
    vertexData.applyToMesh(mesh);
}

/** How many triangles of a mesh are drawn; the index buffer may hold more. */
export function setDrawnTriangles(mesh: Mesh, triangleCount: number): void {
    for (const subMesh of mesh.subMeshes ?? []) {
        subMesh.indexCount = 3 * triangleCount;
    }
}

export function setBounds(mesh: Mesh, { min, max }: Bounds): void {
    const [minimum, maximum] = [Vector3.FromArray(min), Vector3.FromArray(max)];
    mesh.buildBoundingInfo(minimum, maximum, mesh.computeWorldMatrix(true));
    for (const subMesh of mesh.subMeshes ?? []) {
        subMesh.setBoundingInfo(mesh.getBoundingInfo());
    }
}

function vertexBuffer(engine: AbstractEngine, buffer: GPUBuffer, kind: string): VertexBuffer {
    return new VertexBuffer(engine, dataBuffer(buffer), kind, {
        updatable: false,
        postponeInternalCreation: true,
        stride: 3,
        size: 3,
        type: VertexBuffer.FLOAT,
    });
}

/** Owned once, by the geometry. */
function dataBuffer(buffer: GPUBuffer): WebGPUDataBuffer {
    const data = new WebGPUDataBuffer(buffer, buffer.size);
    data.references = 1;
    return data;
}

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

/** Whether a geometry's triangles are on the GPU and nowhere else. */
export function isOnGpuAlone(geometry: Geometry): boolean {
    return geometry.getTotalIndices() > 0 && geometry.getIndices()?.length === 0;
}

/** Lets a geometry draw a triangle without area. */
export function clearGpuGeometry(geometry: Geometry): void {
    const engine = geometry.getScene().getEngine();
    const formerIndices = geometry.getIndexBuffer();
    for (const kind of [VertexBuffer.PositionKind, VertexBuffer.NormalKind]) {
        const corner = new VertexBuffer(engine, new Float32Array(3), kind, { updatable: false, stride: 3, size: 3 });
        geometry.setVerticesBuffer(corner, 1);
    }
    geometry.setIndexBuffer(engine.createIndexBuffer([0, 0, 0]), 1, 3, false);
    if (formerIndices) {
        engine._releaseBuffer(formerIndices);
    }
}

/**
 * Gives a mesh vertex data from the CPU. One that drew from GPU buffers gets a fresh geometry, because Babylon keeps the
 * index count of those.
 */
export function setCpuGeometry(mesh: Mesh, surface: SurfaceMesh): void {
    const { geometry } = mesh;
    if (geometry && isOnGpuAlone(geometry)) {
        geometry.releaseForMesh(mesh);
    }
    toVertexData(surface).applyToMesh(mesh);
}

/** Copies what a mesh draws into other buffers, as far as it has positions, normals and 32-bit indices that fit. */
export function copyGeometry(mesh: Mesh, device: GPUDevice, target: GpuGeometryBuffers): void {
    const sources = [
        bufferOf(mesh, VertexBuffer.PositionKind),
        bufferOf(mesh, VertexBuffer.NormalKind),
        indexBufferOf(mesh),
    ];
    const targets = [target.positions, target.normals, target.indices];
    if (sources.every((source, i) => source && source.size <= targets[i].size)) {
        const encoder = device.createCommandEncoder({ label: "shape copy" });
        for (const [i, source] of (sources as GPUBuffer[]).entries()) {
            encoder.copyBufferToBuffer(source, 0, targets[i], 0, source.size);
        }
        device.queue.submit([encoder.finish()]);
        return;
    }
    const arrays = [
        mesh.getVerticesData(VertexBuffer.PositionKind),
        mesh.getVerticesData(VertexBuffer.NormalKind),
        mesh.getIndices(),
    ];
    if (arrays.every((array, i) => array && 4 * array.length <= targets[i].size)) {
        const [positions, normals, indices] = arrays as ArrayLike<number>[];
        device.queue.writeBuffer(target.positions, 0, Float32Array.from(positions));
        device.queue.writeBuffer(target.normals, 0, Float32Array.from(normals));
        device.queue.writeBuffer(target.indices, 0, Uint32Array.from(indices));
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

/** The mesh's own buffer of a kind, if it was made by `setGpuGeometry`. */
function bufferOf(mesh: Mesh, kind: string): GPUBuffer | null {
    const data = mesh.geometry?.getVertexBuffer(kind)?.effectiveBuffer?.underlyingResource as GPUBuffer | undefined;
    return data && data.usage & GPUBufferUsage.COPY_SRC ? data : null;
}

function indexBufferOf(mesh: Mesh): GPUBuffer | null {
    const data = mesh.geometry?.getIndexBuffer()?.underlyingResource as GPUBuffer | undefined;
    return data && data.usage & GPUBufferUsage.COPY_SRC ? data : null;
}

export function toVertexData({ positions, normals, indices }: SurfaceMesh): VertexData {
    const vertexData = new VertexData();
    vertexData.positions = positions;
    vertexData.normals = normals;
    vertexData.indices = indices;
    return vertexData;
}

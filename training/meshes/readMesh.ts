import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { type Document, NodeIO, type Primitive } from "@gltf-transform/core";
import { ALL_EXTENSIONS } from "@gltf-transform/extensions";
import * as THREE from "three";
import { OBJLoader } from "three/examples/jsm/loaders/OBJLoader.js";
import { PLYLoader } from "three/examples/jsm/loaders/PLYLoader.js";
import { STLLoader } from "three/examples/jsm/loaders/STLLoader.js";
import type { TriangleMesh } from "../samples/mesh.js";

/** What `readMesh` takes. */
export const MESH_EXTENSIONS = [".glb", ".gltf", ".obj", ".stl", ".ply"];

/**
 * All triangles of a file in one frame, as it has them: nothing welded, nothing turned.
 *
 * Skinned meshes come in their bind pose, morph targets at rest; points and lines are left out.
 *
 * @throws if the file cannot be read or has no triangles
 */
export async function readMesh(path: string): Promise<TriangleMesh> {
    const extension = extname(path).toLowerCase();
    const parts =
        extension === ".glb" || extension === ".gltf"
            ? partsOfDocument(await new NodeIO().registerExtensions(ALL_EXTENSIONS).read(path))
            : partsOfObject(path, extension);
    const mesh = join(parts);
    if (mesh.indices.length === 0)
        throw new Error(`readMesh: ${basename(path)} has no triangles; expected at least one`);
    if (!mesh.positions.every(Number.isFinite)) {
        throw new Error(`readMesh: ${basename(path)} has positions that are no numbers; export it again`);
    }
    return mesh;
}

function partsOfDocument(document: Document): TriangleMesh[] {
    const scene = document.getRoot().getDefaultScene() ?? document.getRoot().listScenes()[0];
    const parts: TriangleMesh[] = [];
    scene?.traverse((node) => {
        for (const primitive of node.getMesh()?.listPrimitives() ?? []) {
            const part = partOfPrimitive(primitive);
            if (part) parts.push(transformed(part, new THREE.Matrix4().fromArray(node.getWorldMatrix())));
        }
    });
    return parts;
}

/** Null for points and lines. */
function partOfPrimitive(primitive: Primitive): TriangleMesh | null {
    const position = primitive.getAttribute("POSITION");
    const mode = primitive.getMode();
    if (!position || mode < 4) return null;
    const positions = new Float32Array(3 * position.getCount());
    const element: number[] = [];
    for (let i = 0; i < position.getCount(); i++) positions.set(position.getElement(i, element).slice(0, 3), 3 * i);
    const order = primitive.getIndices()?.getArray() ?? Uint32Array.from({ length: position.getCount() }, (_, i) => i);
    if (mode === 4) return { positions, indices: Uint32Array.from(order) };
    // Strips turn every other triangle round; fans share their first corner.
    const indices: number[] = [];
    for (let i = 2; i < order.length; i++) {
        if (mode === 6) indices.push(order[0], order[i - 1], order[i]);
        else indices.push(order[i - 2 + (i % 2)], order[i - 1 - (i % 2)], order[i]);
    }
    return { positions, indices: Uint32Array.from(indices) };
}

function partsOfObject(path: string, extension: string): TriangleMesh[] {
    const bytes = readFileSync(path);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    if (extension === ".stl") return [partOfGeometry(new STLLoader().parse(buffer))];
    if (extension === ".ply") return [partOfGeometry(new PLYLoader().parse(buffer))];
    if (extension === ".obj") {
        const parts: TriangleMesh[] = [];
        new OBJLoader().parse(bytes.toString("utf8")).traverse((object) => {
            if (object instanceof THREE.Mesh) parts.push(partOfGeometry(object.geometry));
        });
        return parts;
    }
    throw new Error(
        `readMesh: ${basename(path)} ends in "${extension}"; expected one of ${MESH_EXTENSIONS.join(", ")}`,
    );
}

function partOfGeometry(geometry: THREE.BufferGeometry): TriangleMesh {
    const position = geometry.getAttribute("position");
    const count = position?.count ?? 0;
    const positions = new Float32Array(3 * count);
    for (let i = 0; i < count; i++) positions.set([position.getX(i), position.getY(i), position.getZ(i)], 3 * i);
    // Without an index, three's readers give triangles corner by corner; a point cloud is that too, but of no faces.
    const index = geometry.getIndex();
    return {
        positions,
        indices: index ? Uint32Array.from(index.array) : Uint32Array.from({ length: count }, (_, i) => i),
    };
}

/** A mirrored part keeps its outside out. */
function transformed({ positions, indices }: TriangleMesh, matrix: THREE.Matrix4): TriangleMesh {
    const moved = new Float32Array(positions.length);
    const point = new THREE.Vector3();
    for (let i = 0; i < positions.length; i += 3) point.fromArray(positions, i).applyMatrix4(matrix).toArray(moved, i);
    const turned = indices.slice();
    if (matrix.determinant() < 0) {
        for (let t = 0; t < turned.length; t += 3) [turned[t + 1], turned[t + 2]] = [turned[t + 2], turned[t + 1]];
    }
    return { positions: moved, indices: turned };
}

function join(parts: readonly TriangleMesh[]): TriangleMesh {
    const positions = new Float32Array(parts.reduce((sum, part) => sum + part.positions.length, 0));
    const indices = new Uint32Array(parts.reduce((sum, part) => sum + part.indices.length, 0));
    let [vertex, corner] = [0, 0];
    for (const part of parts) {
        positions.set(part.positions, 3 * vertex);
        for (const index of part.indices) indices[corner++] = index + vertex;
        vertex += part.positions.length / 3;
    }
    return { positions, indices };
}

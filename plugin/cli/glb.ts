import { Document, WebIO } from "@gltf-transform/core";
import type { SurfaceMesh } from "../surface/mesh.js";

/**
 * A mesh as binary glTF, in its own units; counter-clockwise triangles, right-handed, as glTF wants.
 *
 * @param extras rides on the node
 */
export function writeGlb(name: string, mesh: SurfaceMesh, extras: Record<string, unknown>): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const accessor = (type: "VEC3" | "SCALAR", array: Float32Array | Uint32Array) =>
        document
            .createAccessor()
            .setType(type)
            .setArray(array as Float32Array<ArrayBuffer>)
            .setBuffer(buffer);
    const material = document.createMaterial(name).setRoughnessFactor(0.7).setMetallicFactor(0);
    const node = document.createNode(name).setExtras(extras);
    if (mesh.indices.length > 0) {
        const primitive = document
            .createPrimitive()
            .setAttribute("POSITION", accessor("VEC3", mesh.positions))
            .setAttribute("NORMAL", accessor("VEC3", mesh.normals))
            .setIndices(accessor("SCALAR", mesh.indices))
            .setMaterial(material);
        node.setMesh(document.createMesh(name).addPrimitive(primitive));
    }
    document.getRoot().setDefaultScene(document.createScene().addChild(node));
    document.getRoot().getAsset().generator = "babylon-deepsdf";
    return new WebIO().writeBinary(document);
}

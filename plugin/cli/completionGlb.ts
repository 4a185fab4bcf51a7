import { type Accessor, Document, WebIO } from "@gltf-transform/core";
import type { Scan } from "../completion/scan.js";
import type { CompletionSurface } from "../completion/surfaceOfCompletion.js";

/** Vertex colours of what the sensor saw and of what is guessed, linear RGB. */
const SEEN = [0.1, 0.45, 0.8];
const GUESSED = [0.9, 0.45, 0.1];

/**
 * A completion as binary glTF: the node "completion" with the vertex attribute `_OBSERVED` (1 seen, 0 guessed) and
 * colours, and on request the node "scan" with the scan's own points or triangles, bit for bit.
 *
 * @param extras rides on the completion's node
 */
export function writeCompletionGlb(
    surface: CompletionSurface,
    scan: Scan | null,
    extras: Record<string, unknown>,
): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const accessor = (type: "VEC3" | "SCALAR", array: Float32Array | Uint32Array): Accessor =>
        document
            .createAccessor()
            .setType(type)
            .setArray(array as Float32Array<ArrayBuffer>)
            .setBuffer(buffer);
    const scene = document.createScene();
    const node = document.createNode("completion").setExtras(extras);
    if (surface.indices.length > 0) {
        const colors = new Float32Array(3 * surface.observed.length);
        surface.observed.forEach((share, n) => {
            for (let k = 0; k < 3; k++) colors[3 * n + k] = GUESSED[k] + share * (SEEN[k] - GUESSED[k]);
        });
        const primitive = document
            .createPrimitive()
            .setAttribute("POSITION", accessor("VEC3", surface.positions))
            .setAttribute("NORMAL", accessor("VEC3", surface.normals))
            .setAttribute("COLOR_0", accessor("VEC3", colors))
            .setAttribute("_OBSERVED", accessor("SCALAR", surface.observed))
            .setIndices(accessor("SCALAR", surface.indices))
            .setMaterial(document.createMaterial("completion").setRoughnessFactor(0.7).setMetallicFactor(0));
        node.setMesh(document.createMesh("completion").addPrimitive(primitive));
    }
    scene.addChild(node);
    if (scan) {
        const primitive = document.createPrimitive().setAttribute("POSITION", accessor("VEC3", scan.positions));
        if (scan.normals) primitive.setAttribute("NORMAL", accessor("VEC3", scan.normals));
        if (scan.indices) primitive.setIndices(accessor("SCALAR", scan.indices));
        else primitive.setMode(0);
        scene.addChild(document.createNode("scan").setMesh(document.createMesh("scan").addPrimitive(primitive)));
    }
    document.getRoot().setDefaultScene(scene);
    document.getRoot().getAsset().generator = "babylon-deepsdf";
    return new WebIO().writeBinary(document);
}

import type { Material } from "@babylonjs/core/Materials/material.js";
import type { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { GeometryOutputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryOutputBlock.js";
import { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { DecodeShapeBlock, decodeLatent, LatentCodeBlock, type ShapeModel } from "babylon-deepsdf";
import { simplified } from "./simplified.js";
import type { EditorState } from "./state.js";

/** Name under which exported graphs look for their decoder. */
const GRAPH_MODEL = "props";

/** The prop as a GLB file, with its triangle budget. */
export async function toGlb(shapes: ShapeModel, state: EditorState): Promise<Blob> {
    const { code, resolution, triangleBudget, material } = state;
    const full = await shapes.createVertexDataAsync({ latent: decodeLatent(code), resolution });
    const data: VertexData = (triangleBudget > 0 && (await simplified(full, triangleBudget))) || full;
    const { GLTF2Export } = await import("@babylonjs/serializers/glTF/2.0/glTFSerializer.js");
    const mesh = new Mesh(`${state.category || "prop"} ${state.seed}`, shapes.scene);
    try {
        data.applyToMesh(mesh);
        mesh.material = await portable(shapes.scene.getMaterialByName(material) as StandardMaterial);
        const exported = await GLTF2Export.GLBAsync(shapes.scene, "prop", {
            shouldExportNode: (node) => node === mesh,
        });
        return exported.files["prop.glb"] as Blob;
    } finally {
        mesh.dispose(false, true);
    }
}

/** A material as glTF has it. The exporter takes half the colour of a standard one, and refuses wireframes. */
async function portable(material: StandardMaterial): Promise<Material> {
    const { PBRMetallicRoughnessMaterial } = await import(
        "@babylonjs/core/Materials/PBR/pbrMetallicRoughnessMaterial.js"
    );
    const made = new PBRMetallicRoughnessMaterial(material.name, material.getScene());
    made.baseColor = material.diffuseColor.toLinearSpace(true);
    made.metallic = 0;
    // A highlight as wide as that of Blinn and Phong's power.
    made.roughness = (2 / (material.specularPower + 2)) ** 0.25;
    return made;
}

/** The prop as a Node Geometry graph: its code, decoded. */
export function toGraph(state: EditorState): Blob {
    const graph = new NodeGeometry("prop");
    const code = new LatentCodeBlock("code");
    code.code = state.code;
    code.decoder = GRAPH_MODEL;
    const shape = new DecodeShapeBlock("shape");
    shape.decoder = GRAPH_MODEL;
    shape.resolution.value = state.resolution;
    const output = new GeometryOutputBlock("geometry");
    code.latent.connectTo(shape.latent);
    shape.geometry.connectTo(output.geometry);
    graph.outputBlock = output;
    graph.attachedBlocks.push(code, shape, output);
    const json = JSON.stringify(graph.serialize(), null, 2);
    graph.dispose();
    return new Blob([json], { type: "application/json" });
}

/** Lets the browser save a file. */
export function save(content: Blob, name: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A file of the user's choice, or null. */
export function choose(accept: string): Promise<File | null> {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    return new Promise((resolve) => {
        input.addEventListener("change", () => resolve(input.files?.[0] ?? null));
        input.addEventListener("cancel", () => resolve(null));
        input.click();
    });
}

/** Calls back with each file that is dropped on the page. */
export function onDrop(target: HTMLElement, open: (file: File) => void): void {
    const mark = (over: boolean) => target.classList.toggle("is-target", over);
    target.addEventListener("dragover", (event) => {
        event.preventDefault();
        mark(true);
    });
    target.addEventListener("dragleave", () => mark(false));
    target.addEventListener("drop", (event) => {
        event.preventDefault();
        mark(false);
        const file = event.dataTransfer?.files[0];
        if (file) open(file);
    });
}

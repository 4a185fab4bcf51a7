import type { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { NodeGeometryEditor } from "@babylonjs/node-geometry-editor";
import { listShapeBlocks } from "./nodeEditorList.js";

/** Opens Babylon's Node Geometry Editor on a graph, with the shape blocks in its list. Large: import it lazily. */
export function openEditor(nodeGeometry: NodeGeometry, hostElement: HTMLElement): void {
    // The editor is built against its own copy of the types.
    NodeGeometryEditor.Show({ nodeGeometry: nodeGeometry as never, hostElement });
    listShapeBlocks(hostElement);
}

import type { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { NodeGeometryEditor } from "@babylonjs/node-geometry-editor";
import { listShapeBlocks } from "./nodeEditorList.js";

/** Opens Babylon's Node Geometry Editor on a graph, with the shape blocks in its list. Large: import it lazily. */
export function openEditor(nodeGeometry: NodeGeometry, hostElement: HTMLElement): void {
    // The editor is built against its own copy of the types.
    NodeGeometryEditor.Show({ nodeGeometry: nodeGeometry as never, hostElement });
    listShapeBlocks(hostElement);
    showWholeGraph(hostElement);
}

/**
 * The editor lays a graph out by itself, and leaves it where it may be out of sight: its own button brings it in, pressed
 * until someone else takes over, for nodes have their sizes a while after they are drawn.
 */
function showWholeGraph(host: HTMLElement): void {
    const press = () => {
        const labels = [...host.querySelectorAll<HTMLElement>("#propertyTab button, #propertyTab .button")];
        labels.find(({ textContent }) => textContent?.trim() === "Zoom to fit")?.click();
    };
    const timers = [500, 1500, 3000].map((delay) => setTimeout(press, delay));
    host.addEventListener("pointerdown", () => timers.forEach(clearTimeout), { once: true, capture: true });
}

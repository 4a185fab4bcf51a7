import { GeometryInputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryInputBlock.pure.js";
import { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";

/** Connects a free port to a new input block that holds the port's value; the engine's blocks do so when placed. */
export function configureInput(port: NodeGeometryConnectionPoint, name: string): void {
    if (port.isConnected) {
        return;
    }
    const input = new GeometryInputBlock(name, NodeGeometryBlockConnectionPointTypes.Int);
    input.value = port.value;
    input.min = port.valueMin ?? 0;
    input.max = port.valueMax ?? 0;
    input.output.connectTo(port);
}

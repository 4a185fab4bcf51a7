import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import { portsAfter } from "./graphWalk.js";

/** Ports through which the engine's blocks carry a geometry on without asking what is in it. */
const CARRIERS: Readonly<Record<string, readonly string[]>> = {
    ConditionBlock: ["ifTrue", "ifFalse"],
    DebugBlock: ["input"],
    GeometryElbowBlock: ["input"],
    GeometryOutputBlock: ["geometry"],
    GeometryTransformBlock: ["value"],
    InstantiateBlock: ["instance"],
    InstantiateLinearBlock: ["instance"],
    InstantiateOnFacesBlock: ["instance"],
    InstantiateOnVerticesBlock: ["instance"],
    InstantiateOnVolumeBlock: ["instance"],
    InstantiateRadialBlock: ["instance"],
    MergeGeometryBlock: ["geometry0", "geometry1", "geometry2", "geometry3", "geometry4"],
    SetMaterialIDBlock: ["geometry"],
    TeleportInBlock: ["input"],
};

/**
 * Whether what an output gives reaches the end of its graph unread, so that no code and no count can depend on it. A
 * rehearsal takes a box for it then, be the shape there or not.
 */
export function isOnlyCarried(output: NodeGeometryConnectionPoint): boolean {
    const seen = new Set<NodeGeometryBlock>();
    const ports = [...output.endpoints];
    // Grows while it is walked.
    for (const { ownerBlock, name } of ports) {
        if (!CARRIERS[ownerBlock.getClassName()]?.includes(name)) {
            return false;
        }
        if (!seen.has(ownerBlock)) {
            seen.add(ownerBlock);
            ports.push(...portsAfter(ownerBlock));
        }
    }
    return true;
}

import type { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import {
    NodeGeometryConnectionPoint,
    NodeGeometryConnectionPointCompatibilityStates,
    NodeGeometryConnectionPointDirection,
} from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";

/** Type of the ports that carry latent codes: a bit that no type of the engine has, so that it refuses all others. */
export const LATENT_CONNECTION = 256 as number as NodeGeometryBlockConnectionPointTypes;

/** Blocks of the engine that hand on what they get, with the ports that may get a code. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
    GeometryElbowBlock: ["input"],
    DebugBlock: ["input"],
    TeleportInBlock: ["input"],
    ConditionBlock: ["ifTrue", "ifFalse"],
};

/** An output that carries a code: it connects to code ports and to blocks that hand codes on, never to arithmetic. */
export class LatentOutput extends NodeGeometryConnectionPoint {
    constructor(name: string, block: NodeGeometryBlock) {
        super(name, block, NodeGeometryConnectionPointDirection.Output);
    }

    override checkCompatibilityState(
        other: NodeGeometryConnectionPoint,
    ): NodeGeometryConnectionPointCompatibilityStates {
        const { ownerBlock } = other;
        const carries =
            other.type === LATENT_CONNECTION || ROUTES[ownerBlock.getClassName()]?.includes(other.name) === true;
        return carries
            ? super.checkCompatibilityState(other)
            : NodeGeometryConnectionPointCompatibilityStates.TypeIncompatible;
    }
}

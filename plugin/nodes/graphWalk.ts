import { GeometryOutputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryOutputBlock.pure.js";
import type { TeleportInBlock } from "@babylonjs/core/Meshes/Node/Blocks/Teleport/teleportInBlock.pure.js";
import type { TeleportOutBlock } from "@babylonjs/core/Meshes/Node/Blocks/Teleport/teleportOutBlock.pure.js";
import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";

/** Blocks that a block takes values from. */
export function blocksBefore(block: NodeGeometryBlock): NodeGeometryBlock[] {
    const before = block.inputs.flatMap((input) => (input.connectedPoint ? [input.connectedPoint.ownerBlock] : []));
    const entry = block.isTeleportOut ? (block as TeleportOutBlock).entryPoint : null;
    return entry ? [...before, entry] : before;
}

/** Ports that a block's values go to, through teleports. */
export function portsAfter(block: NodeGeometryBlock): NodeGeometryConnectionPoint[] {
    const outputs = block.isTeleportIn
        ? (block as TeleportInBlock).endpoints.flatMap((endpoint) => endpoint.outputs)
        : block.outputs;
    return outputs.flatMap((output) => output.endpoints);
}

/** The output that a block's values reach, or null. */
export function outputOf(block: NodeGeometryBlock): GeometryOutputBlock | null {
    const seen = new Set<NodeGeometryBlock>([block]);
    // Grows while it is walked.
    for (const current of seen) {
        if (current instanceof GeometryOutputBlock) {
            return current;
        }
        for (const { ownerBlock } of portsAfter(current)) {
            seen.add(ownerBlock);
        }
    }
    return null;
}

/**
 * The blocks that an output is made of, each after those it takes values from.
 *
 * @throws if blocks take values from each other in a circle
 */
export function blocksInOrder(output: NodeGeometryBlock): NodeGeometryBlock[] {
    const done = new Set<NodeGeometryBlock>();
    const open = new Set<NodeGeometryBlock>([output]);
    // A stack of our own: a graph from a file may be deeper than the engine's.
    const stack = [{ block: output, before: blocksBefore(output) }];
    while (stack.length > 0) {
        const { block, before } = stack[stack.length - 1];
        const next = before.pop();
        if (!next) {
            open.delete(block);
            done.add(block);
            stack.pop();
        } else if (open.has(next)) {
            const circle = stack.map((entry) => entry.block.name);
            throw new Error(
                `node geometry: the blocks ${circle.slice(circle.indexOf(next.name)).join(", ")} take values from each other; expected no circle; cut one of the connections`,
            );
        } else if (!done.has(next)) {
            open.add(next);
            stack.push({ block: next, before: blocksBefore(next) });
        }
    }
    return [...done];
}

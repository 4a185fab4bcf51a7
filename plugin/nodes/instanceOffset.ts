import type { INodeGeometryInstancingContext } from "@babylonjs/core/Meshes/Node/Interfaces/nodeGeometryInstancingContext.js";
import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { portsAfter } from "./graphWalk.js";

/** Instances of a loop that an enclosing loop steps over; more would meet the next one's. */
const STEP = 65_536;

/** Ports that a loop reads before it starts, while it still has the number of its last instance. */
const READ_BEFORE = ["geometry", "count", "gridSize"];

/** Loops that read a block's values before they start: no instance is being made then. */
export function loopsBefore(block: NodeGeometryBlock): ReadonlySet<unknown> {
    const loops = new Set<unknown>();
    const seen = new Set<NodeGeometryBlock>([block]);
    // Grows while it is walked.
    for (const current of seen) {
        for (const { ownerBlock, name } of portsAfter(current)) {
            if ("getInstanceIndex" in ownerBlock && READ_BEFORE.includes(name)) {
                loops.add(ownerBlock);
            }
            seen.add(ownerBlock);
        }
    }
    return loops;
}

/**
 * What tells an instance from all others: its number in the innermost loop, plus 65 536 for each step of the loop
 * around that, and so on. 0 outside of loops.
 *
 * @param before loops that do not count
 */
export function instanceOffset(state: NodeGeometryBuildState, before: ReadonlySet<unknown>): number {
    // The engine keeps the enclosing loops to itself; without them, the innermost has to do.
    const stack = (state as unknown as { _instancingContextStack?: INodeGeometryInstancingContext[] })
        ._instancingContextStack;
    const loops = stack ?? (state.instancingContext ? [state.instancingContext] : []);
    return loops
        .filter((loop) => !before.has(loop))
        .reduce((offset, loop) => (offset * STEP + (loop.getInstanceIndex() || 0)) % Number.MAX_SAFE_INTEGER, 0);
}

import type { INodeGeometryInstancingContext } from "@babylonjs/core/Meshes/Node/Interfaces/nodeGeometryInstancingContext.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";

/** Instances of a loop that an enclosing loop steps over; more would meet the next one's. */
const STEP = 65_536;

/**
 * What tells an instance from all others: its number in the innermost loop, plus 65 536 for each step of the loop
 * around that, and so on. 0 outside of loops.
 */
export function instanceOffset(state: NodeGeometryBuildState): number {
    // The engine keeps the enclosing loops to itself; without them, the innermost has to do.
    const stack = (state as unknown as { _instancingContextStack?: INodeGeometryInstancingContext[] })
        ._instancingContextStack;
    const loops = stack ?? (state.instancingContext ? [state.instancingContext] : []);
    return loops.reduce((offset, loop) => (offset * STEP + loop.getInstanceIndex()) % Number.MAX_SAFE_INTEGER, 0);
}

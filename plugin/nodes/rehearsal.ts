import type { GeometryOutputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryOutputBlock.pure.js";
import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { BuildBudget } from "./buildBudget.js";
import { blocksInOrder } from "./graphWalk.js";
import { PENDING } from "./pending.js";
import type { ValueRequest } from "./valueRequest.js";

/**
 * A build for its own sake: it finds out which values the graph asks for, and whether it can be built at all. Shapes
 * that are not there yet are stood in for by boxes.
 */
export class RehearsalState extends NodeGeometryBuildState {
    private static count = 0;

    /** All that was asked for, in order, each key once. */
    readonly requests = new Map<string, ValueRequest>();
    /** What each block asked for, in order. */
    readonly keys = new Map<NodeGeometryBlock, string[]>();
    readonly budget = new BuildBudget();

    constructor(private readonly values: ReadonlyMap<string, unknown>) {
        super();
        // Below all ids of real builds, so that each block takes part in each rehearsal once.
        this.buildId = -++RehearsalState.count;
    }

    request(request: ValueRequest): unknown {
        const { block, key } = request;
        const keys = this.keys.get(block) ?? [];
        this.keys.set(block, keys);
        keys.push(key);
        this.requests.set(key, this.requests.get(key) ?? request);
        const value = this.values.get(key);
        return value === undefined ? PENDING : value;
    }

    override _instantiate(...args: Parameters<NodeGeometryBuildState["_instantiate"]>): void {
        this.budget.instantiate(args[0]);
        super._instantiate(...args);
    }

    override _instantiateWithMatrix(...args: Parameters<NodeGeometryBuildState["_instantiateWithMatrix"]>): void {
        this.budget.instantiate(args[0]);
        super._instantiateWithMatrix(...args);
    }

    override _instantiateWithPositionAndMatrix(
        ...args: Parameters<NodeGeometryBuildState["_instantiateWithPositionAndMatrix"]>
    ): void {
        this.budget.instantiate(args[0]);
        super._instantiateWithPositionAndMatrix(...args);
    }
}

/**
 * Runs the graph once without its engine noticing.
 *
 * @param values those that are there already
 * @throws what the build would throw, and if the graph is a circle or asks for more than can be built
 */
export function rehearse(output: GeometryOutputBlock, values: ReadonlyMap<string, unknown>): RehearsalState {
    const state = new RehearsalState(values);
    try {
        for (const block of blocksInOrder(output)) {
            state.budget.checkInputs(block, state);
            block.build(state);
            state.budget.watchOutputs(block);
        }
    } finally {
        state.budget.stopWatching();
    }
    state.emitErrors();
    return state;
}

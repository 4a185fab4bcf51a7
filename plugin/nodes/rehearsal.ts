import type { GeometryOutputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryOutputBlock.pure.js";
import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { BuildBudget } from "./buildBudget.js";
import { isOnlyCarried } from "./carriers.js";
import { blocksInOrder } from "./graphWalk.js";
import { PENDING } from "./pending.js";
import { CarriedStandIn } from "./standIn.js";
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
    /** Keys whose values are not there. */
    private readonly absent = new Set<string>();
    /** Keys that were only asked for after a box had stood in for a shape that is read. */
    private readonly doubtful = new Set<string>();
    private standsInFor: NodeGeometryBlock | null = null;
    private readonly carried = new Map<NodeGeometryConnectionPoint, boolean>();

    constructor(private readonly lookUp: (request: ValueRequest) => unknown) {
        super();
        // Below all ids of real builds, so that each block takes part in each rehearsal once.
        this.buildId = -++RehearsalState.count;
    }

    /** What is to be made next: not there yet, and asked for whatever the shapes turn out to be. */
    get missing(): ValueRequest[] {
        return [...this.requests.values()].filter(({ key }) => this.absent.has(key) && !this.doubtful.has(key));
    }

    get hasDoubts(): boolean {
        return this.doubtful.size > 0;
    }

    /** The value, if it is there. */
    request(request: ValueRequest): unknown {
        const { block, key } = request;
        const keys = this.keys.get(block) ?? [];
        this.keys.set(block, keys);
        keys.push(key);
        if (this.standsInFor && this.standsInFor !== block) {
            if (!this.requests.has(key)) {
                this.doubtful.add(key);
            }
        } else {
            this.doubtful.delete(key);
        }
        this.requests.set(key, this.requests.get(key) ?? request);
        const value = this.lookUp(request);
        if (value === undefined) {
            this.absent.add(key);
            return PENDING;
        }
        return value;
    }

    /** Whether nothing reads what an output gives. */
    isOnlyCarried(output: NodeGeometryConnectionPoint): boolean {
        const known = this.carried.get(output) ?? isOnlyCarried(output);
        this.carried.set(output, known);
        return known;
    }

    /** A block gave something that is not its value to blocks that read it. */
    noteStandIn(block: NodeGeometryBlock): void {
        this.standsInFor ??= block;
    }

    override _instantiate(...args: Parameters<NodeGeometryBuildState["_instantiate"]>): void {
        this.budget.instantiate(args[0]);
        if (args[0] instanceof CarriedStandIn) {
            args[4].push(args[0]);
        } else {
            super._instantiate(...args);
        }
    }

    override _instantiateWithMatrix(...args: Parameters<NodeGeometryBuildState["_instantiateWithMatrix"]>): void {
        this.budget.instantiate(args[0]);
        if (args[0] instanceof CarriedStandIn) {
            args[2].push(args[0]);
        } else {
            super._instantiateWithMatrix(...args);
        }
    }

    override _instantiateWithPositionAndMatrix(
        ...args: Parameters<NodeGeometryBuildState["_instantiateWithPositionAndMatrix"]>
    ): void {
        this.budget.instantiate(args[0]);
        if (args[0] instanceof CarriedStandIn) {
            args[3].push(args[0]);
        } else {
            super._instantiateWithPositionAndMatrix(...args);
        }
    }
}

/**
 * Runs the graph once without its engine noticing.
 *
 * @param lookUp gives a value that is there already, or undefined
 * @throws what the build would throw, and if the graph is a circle or asks for more than can be built
 */
export function rehearse(output: GeometryOutputBlock, lookUp: (request: ValueRequest) => unknown): RehearsalState {
    const state = new RehearsalState(lookUp);
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

import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { outputOf } from "./graphWalk.js";
import type { Pending } from "./pending.js";
import { GraphPreparation } from "./preparation.js";
import { RehearsalState } from "./rehearsal.js";
import { ShapeBlock } from "./shapeBlock.js";
import { identityOf, type PreparedBlock, type ValueRequest } from "./valueRequest.js";

/** A block whose values are made before the graph is built, as building itself can't wait. */
export abstract class AsyncShapeBlock extends ShapeBlock implements PreparedBlock {
    /** @internal */
    preparedValues: ReadonlyMap<string, unknown> = new Map();
    /** @internal */
    rehearsedKeys: readonly string[] = [];
    /** @internal */
    replayedCount = 0;

    override initialize(): void {
        super.initialize();
        const output = outputOf(this);
        if (output) {
            GraphPreparation.Of(output).noteBuild();
        }
    }

    /**
     * The engine asks this of every block before it builds, and builds again when the promises resolve.
     *
     * @internal
     */
    override get _isReadyState(): Promise<void> | null {
        const output = outputOf(this);
        return output ? GraphPreparation.Of(output).answerPoll() : null;
    }

    /** The value asked for; while a graph is rehearsed, possibly not there yet. */
    protected take<Value>(
        state: NodeGeometryBuildState,
        request: Omit<ValueRequest<Value>, "block" | "model">,
    ): Value | Pending {
        const { model } = this;
        const key = `${identityOf(model)} ${request.key}`;
        if (state instanceof RehearsalState) {
            return state.request({ ...request, key, block: this, model } as ValueRequest) as Value | Pending;
        }
        // Codes out of an unseeded random block differ between rehearsal and build; one draw is as good as another.
        const { preparedValues, rehearsedKeys } = this;
        const value = preparedValues.get(key) ?? preparedValues.get(rehearsedKeys[this.replayedCount]);
        if (!preparedValues.has(key)) {
            this.replayedCount = (this.replayedCount + 1) % Math.max(1, rehearsedKeys.length);
        }
        if (value === undefined) {
            throw new Error(
                "is built before its shapes are made; expected a graph that the engine asked first; build it with buildAsync",
            );
        }
        return value as Value;
    }
}

import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { GraphModel } from "./shapeModels.js";

/** Something a block needs that takes time to make. */
export interface ValueRequest<Value = unknown> {
    readonly block: NodeGeometryBlock;
    readonly model: GraphModel;
    /** The same for the same value, whichever block or graph asks. */
    readonly key: string;
    readonly make: () => Promise<Value>;
    readonly bytesOf: (value: Value) => number;
}

/** A block that gets values made before the build. */
export interface PreparedBlock extends NodeGeometryBlock {
    /** What was made for its graph, by key. */
    preparedValues: ReadonlyMap<string, unknown>;
    /** Keys it asked for in the last rehearsal, in that order. */
    rehearsedKeys: readonly string[];
    /** How many of them stood in for a key that nobody had rehearsed. */
    replayedCount: number;
}

export function isPrepared(block: NodeGeometryBlock): block is PreparedBlock {
    return "preparedValues" in block;
}

const identities = new WeakMap<GraphModel, number>();
let identityCount = 0;

/** A number of its own for each model. */
export function identityOf(model: GraphModel): number {
    const identity = identities.get(model) ?? ++identityCount;
    identities.set(model, identity);
    return identity;
}

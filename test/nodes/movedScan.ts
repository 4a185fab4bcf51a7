import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { GeometryInputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryInputBlock.js";
import { GeometryTransformBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryTransformBlock.js";
import { NodeGeometryBlockConnectionPointTypes as Types } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import { LatentCodeBlock, ScanCompletionBlock } from "../../plugin/nodes/index.js";
import { decodeOf } from "./graphs.js";

/** A shape that stands elsewhere, and a block that completes it there as one of `category`. */
export function movedScan(latent: Float32Array, place: readonly [number, number, number], category: string) {
    const stored = new LatentCodeBlock("stored");
    stored.value = latent;
    const moved = new GeometryTransformBlock("moved");
    decodeOf(stored.latent, 12).geometry.connectTo(moved.value);
    const by = new GeometryInputBlock("by", Types.Vector3);
    by.value = new Vector3(...place);
    by.output.connectTo(moved.translation);
    const complete = new ScanCompletionBlock("complete");
    moved.output.connectTo(complete.scan);
    complete.resolution.value = 12;
    complete.category = category;
    return complete;
}

/** Centre of the box around positions [n, 3]. */
export function middleOf(positions: ArrayLike<number>): number[] {
    return [0, 1, 2].map((axis) => {
        const values = Array.from(positions).filter((_, i) => i % 3 === axis);
        return (Math.min(...values) + Math.max(...values)) / 2;
    });
}

import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import { RegisterClass } from "@babylonjs/core/Misc/typeStore.js";
import { DecodeShapeBlock } from "./decodeShapeBlock.js";
import { LatentAxisBlock } from "./latentAxisBlock.js";
import { LatentCodeBlock } from "./latentCodeBlock.js";
import { LatentInterpolateBlock } from "./latentInterpolateBlock.js";
import { LatentSampleBlock } from "./latentSampleBlock.js";
import { ScanCompletionBlock } from "./scanCompletionBlock.js";

/** All blocks, by class name. */
export const shapeBlocks: Readonly<Record<string, new (name: string) => NodeGeometryBlock>> = {
    DecodeShapeBlock,
    LatentAxisBlock,
    LatentCodeBlock,
    LatentInterpolateBlock,
    LatentSampleBlock,
    ScanCompletionBlock,
};

let registered = false;

/** Makes the blocks known to graphs that are loaded; calling it again does nothing. */
export function RegisterShapeBlocks(): void {
    if (registered) {
        return;
    }
    registered = true;
    for (const [name, block] of Object.entries(shapeBlocks)) {
        // The prefix is the one that the engine writes.
        RegisterClass(`BABYLON.${name}`, block);
    }
}

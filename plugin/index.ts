/** Everything, registered with Babylon.js. */
import { RegisterShapeBlocks } from "./nodes/registerShapeBlocks.js";

export * from "./pure.js";

RegisterShapeBlocks();

/** Everything, registered with Babylon.js. */
import { RegisterFlowGraphShapeBlock } from "./nodes/registerFlowGraphShapeBlock.js";
import { RegisterShapeBlocks } from "./nodes/registerShapeBlocks.js";

export * from "./babylon/sceneLoader.js";
export * from "./pure.js";

RegisterShapeBlocks();
RegisterFlowGraphShapeBlock();

import { addToBlockFactory } from "@babylonjs/core/FlowGraph/Blocks/flowGraphBlockFactory.js";
import { RegisterClass } from "@babylonjs/core/Misc/typeStore.js";
import { FLOW_GRAPH_SHAPE_BLOCK, FlowGraphShapeBlock } from "./flowGraphShapeBlock.js";

let registered = false;

/** Makes the block known to flow graphs that are loaded; calling it again does nothing. */
export function RegisterFlowGraphShapeBlock(): void {
    if (registered) {
        return;
    }
    registered = true;
    RegisterClass(FLOW_GRAPH_SHAPE_BLOCK, FlowGraphShapeBlock);
    addToBlockFactory("babylon-deepsdf", FLOW_GRAPH_SHAPE_BLOCK, async () => FlowGraphShapeBlock);
}

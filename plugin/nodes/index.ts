/** Latent shapes as Node Geometry blocks. */
export { buildAsync } from "./buildAsync.js";
export { graphLimits } from "./buildBudget.js";
export { DecodeShapeBlock } from "./decodeShapeBlock.js";
export { FlowGraphShapeBlock } from "./flowGraphShapeBlock.js";
export { LatentAxisBlock } from "./latentAxisBlock.js";
export { LatentCodeBlock } from "./latentCodeBlock.js";
export { LATENT_CONNECTION } from "./latentConnection.js";
export { LatentInterpolateBlock } from "./latentInterpolateBlock.js";
export { LatentSampleBlock } from "./latentSampleBlock.js";
export { parseNodeGeometry } from "./parseNodeGeometry.js";
export { onGraphErrorObservable } from "./preparation.js";
export { RegisterFlowGraphShapeBlock } from "./registerFlowGraphShapeBlock.js";
export { RegisterShapeBlocks, shapeBlocks } from "./registerShapeBlocks.js";
export { ScanCompletionBlock } from "./scanCompletionBlock.js";
export { ShapeBlockError } from "./shapeBlock.js";
export {
    type CompletedScan,
    type GraphModel,
    registeredShapeModels,
    registerShapeModel,
    unregisterShapeModel,
} from "./shapeModels.js";

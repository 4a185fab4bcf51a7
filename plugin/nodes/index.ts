/** Latent shapes as Node Geometry blocks. */
export { buildAsync } from "./buildAsync.js";
export { DecodeShapeBlock } from "./decodeShapeBlock.js";
export { LatentAxisBlock } from "./latentAxisBlock.js";
export { LatentCodeBlock } from "./latentCodeBlock.js";
export { LATENT_CONNECTION } from "./latentConnection.js";
export { LatentInterpolateBlock } from "./latentInterpolateBlock.js";
export { LatentSampleBlock } from "./latentSampleBlock.js";
export { RegisterShapeBlocks, shapeBlocks } from "./registerShapeBlocks.js";
export { ShapeBlockError } from "./shapeBlock.js";
export { type GraphModel, registeredShapeModels, registerShapeModel, unregisterShapeModel } from "./shapeModels.js";

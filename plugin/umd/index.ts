/** Everything for the UMD build but the Flow Graph block, whose base class Babylon's own script does not give out. */
import { RegisterShapeBlocks } from "../nodes/registerShapeBlocks.js";

export * from "../babylon/sceneLoader.js";
export { ShapeModel } from "../babylon/shapeModel.js";
export * from "../completion/index.js";
export * from "../latent/index.js";
export * from "../model/index.js";
export { buildAsync } from "../nodes/buildAsync.js";
export { parseNodeGeometry } from "../nodes/parseNodeGeometry.js";
export { shapeBlocks } from "../nodes/registerShapeBlocks.js";
export { registerShapeModel, unregisterShapeModel } from "../nodes/shapeModels.js";

RegisterShapeBlocks();

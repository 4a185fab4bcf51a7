/** The loader for `.onnx` decoders, registered. */
import { RegisterShapeFileLoader } from "./sceneLoader.pure.js";

export * from "./sceneLoader.pure.js";
export type * from "./sceneLoader.types.js";

RegisterShapeFileLoader();

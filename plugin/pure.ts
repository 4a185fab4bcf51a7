/** Everything, with nothing registered: importing it has no side effect. */
export type { Backend } from "./babylon/backend.js";
export type { Evaluator } from "./babylon/createField.js";
export type { DecoderProgress, DecoderSource } from "./babylon/readSource.js";
export type { CompleteScanOptions, CompletionMeshOptions, ScanCompletion } from "./babylon/scanCompletion.js";
export type { ScanSource } from "./babylon/scanSource.js";
export { RegisterShapeFileLoader, ShapeFileLoader, type ShapeLoadingOptions } from "./babylon/sceneLoader.pure.js";
export { ShapeModel } from "./babylon/shapeModel.js";
export type {
    ShapeEvent,
    ShapeMeshOptions,
    ShapeModelOptions,
    ShapeOptions,
    ShapePopulationOptions,
} from "./babylon/shapeOptions.js";
export type { ShapePopulation } from "./babylon/shapePopulation.js";
export * from "./completion/index.js";
export * from "./latent/index.js";
export * from "./model/index.js";
export * from "./nodes/index.js";
export type { SurfaceStatistics } from "./surface/mesh.js";

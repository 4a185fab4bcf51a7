/** A decoder file: ONNX bytes ↔ layers and metadata. */
export * from "./decoder.js";
export type { WeightPrecision } from "./graphBuilder.js";
export { decodeMetadata, encodeMetadata } from "./metadata.js";
export { LATENT, POINTS, SDF } from "./perceptronGraph.js";
export { type ReadDecoderOptions, readDecoder } from "./readDecoder.js";
export type { SineKind } from "./waves.js";
export { METADATA_KEY, type WriteOptions, writeDecoder } from "./writeDecoder.js";
export { LATENT_GRADIENTS, POINT_GRADIENTS, writeGradientGraph } from "./writeGradientGraph.js";

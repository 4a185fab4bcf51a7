/** What a scan is and how a file becomes one; the search itself is reached through `ShapeModel.completeScanAsync`. */
export type { CompletionOptions, PrepareCompletionOptions } from "./completeScan.js";
export type { Confidence } from "./confidence.js";
export { type DepthImage, scanFromDepthImage } from "./depthImage.js";
export { type OccupancyGrid, scanFromOccupancy } from "./occupancyGrid.js";
export { MAX_SCAN_BYTES, readScanAsync } from "./readers/readScan.js";
export { MAX_SCAN_POINTS, MAX_SCAN_TRIANGLES, MIN_SCAN_POINTS, type Scan } from "./scan.js";
export type { CompletionMode, CompletionSurface } from "./surfaceOfCompletion.js";

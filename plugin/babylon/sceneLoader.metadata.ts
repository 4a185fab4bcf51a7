import type { ISceneLoaderPluginMetadata } from "@babylonjs/core/Loading/sceneLoader.js";

/** What the loader is called in `pluginOptions`, and what it takes. */
export const ShapeFileLoaderMetadata = {
    name: "deepsdf",
    extensions: { ".onnx": { isBinary: true } },
} as const satisfies ISceneLoaderPluginMetadata;

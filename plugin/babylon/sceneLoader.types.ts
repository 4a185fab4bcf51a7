import type { ShapeFileLoaderMetadata } from "./sceneLoader.metadata.js";
import type { ShapeLoadingOptions } from "./sceneLoader.pure.js";

declare module "@babylonjs/core/Loading/sceneLoader.js" {
    interface SceneLoaderPluginOptions {
        /** Which shapes of a decoder to make. */
        [ShapeFileLoaderMetadata.name]: Partial<ShapeLoadingOptions>;
    }
}

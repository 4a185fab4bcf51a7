import { AssetContainer } from "@babylonjs/core/assetContainer.js";
import {
    type ISceneLoaderAsyncResult,
    type ISceneLoaderPluginAsync,
    type ISceneLoaderPluginFactory,
    type ISceneLoaderProgressEvent,
    RegisterSceneLoaderPlugin,
    type SceneLoaderPluginOptions,
} from "@babylonjs/core/Loading/sceneLoader.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { IFileRequest } from "@babylonjs/core/Misc/fileRequest.js";
import type { LoadFileError } from "@babylonjs/core/Misc/fileTools.js";
import { Observable } from "@babylonjs/core/Misc/observable.js";
import type { WebRequest } from "@babylonjs/core/Misc/webRequest.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { decodeLatent } from "../latent/index.js";
import { readSource } from "./readSource.js";
import { ShapeFileLoaderMetadata } from "./sceneLoader.metadata.js";
import { ShapeModel } from "./shapeModel.js";
import type { ShapeModelOptions } from "./shapeOptions.js";

/** `pluginOptions.deepsdf`: which shapes to make, beside what `ShapeModel.LoadAsync` takes. */
export interface ShapeLoadingOptions extends Omit<ShapeModelOptions, "onProgress"> {
    /** Seed of the first shape; 0 unless given. */
    seed: number;
    /** One of the decoder's categories; all of them by their shares unless given. */
    category: string;
    /** As for `sampleLatent`. */
    temperature: number;
    /** Shapes to make, each further one of the next seed; 1 unless given. */
    count: number;
    /** Codes instead of seeds, as Float32Array or as text of `encodeLatent`: a mesh each. */
    latents: readonly (Float32Array | string)[];
    /** Whole number of cells along the longest side of the decoder's bounds; 64 unless given. */
    resolution: number;
    /** Miss nothing, at several times the work; see `ShapeOptions`. */
    exact: boolean;
    /** Keep a copy on the CPU, for picking, physics and export. */
    keepData: boolean;
    /** Gets the decoder, to keep and to dispose; without, it is disposed when the meshes are made. */
    onModelLoaded: (model: ShapeModel) => void;
}

const GREATEST_COUNT = 10_000;

/** Makes meshes of a decoder's shapes through Babylon's scene loader. */
export class ShapeFileLoader implements ISceneLoaderPluginAsync, ISceneLoaderPluginFactory {
    readonly name = ShapeFileLoaderMetadata.name;
    readonly extensions = ShapeFileLoaderMetadata.extensions;
    readonly onDisposeObservable = new Observable<void>();

    constructor(private readonly options: Partial<ShapeLoadingOptions> = {}) {}

    createPlugin(options: SceneLoaderPluginOptions): ISceneLoaderPluginAsync {
        return new ShapeFileLoader((options as { deepsdf?: Partial<ShapeLoadingOptions> })[this.name]);
    }

    /** The engine hands bytes in memory and files only to plugins that read them by themselves. */
    loadFile(
        scene: Scene,
        source: File | string | ArrayBufferView,
        _rootUrl: string,
        onSuccess: (data: unknown, responseURL?: string) => void,
        onProgress?: (event: ISceneLoaderProgressEvent) => void,
        useArrayBuffer?: boolean,
        onError?: (request?: WebRequest, exception?: LoadFileError) => void,
    ): IFileRequest | null {
        if (typeof source === "string") {
            return scene._loadFile(source, onSuccess, onProgress, true, useArrayBuffer, onError);
        }
        if (ArrayBuffer.isView(source)) {
            onSuccess(source);
            return null;
        }
        const work = new AbortController();
        const onCompleteObservable = new Observable<IFileRequest>();
        const request: IFileRequest = { onCompleteObservable, abort: () => work.abort() };
        readSource(source, work.signal)
            .then(({ bytes }) => onSuccess(bytes))
            .catch((error) => onError?.(undefined, error))
            .finally(() => onCompleteObservable.notifyObservers(request));
        return request;
    }

    async importMeshAsync(
        names: string | readonly string[] | null | undefined,
        scene: Scene,
        data: unknown,
    ): Promise<ISceneLoaderAsyncResult> {
        const meshes = await this.makeAsync(names, scene, data);
        return {
            meshes,
            particleSystems: [],
            skeletons: [],
            animationGroups: [],
            transformNodes: [],
            geometries: [],
            lights: [],
            spriteManagers: [],
        };
    }

    async loadAsync(scene: Scene, data: unknown): Promise<void> {
        await this.makeAsync(null, scene, data);
    }

    async loadAssetContainerAsync(scene: Scene, data: unknown): Promise<AssetContainer> {
        const container = new AssetContainer(scene);
        container.meshes.push(...(await this.makeAsync(null, scene, data)));
        container.removeAllFromScene();
        return container;
    }

    private async makeAsync(
        names: string | readonly string[] | null | undefined,
        scene: Scene,
        data: unknown,
    ): Promise<Mesh[]> {
        const { onModelLoaded, resolution, exact, keepData, signal } = this.options;
        const model = await ShapeModel.LoadAsync(data as ArrayBufferView, scene, this.options);
        const meshes: Mesh[] = [];
        try {
            const wanted = names ? new Set(typeof names === "string" ? [names] : names) : null;
            for (const { name, latent } of this.shapesOf(model)) {
                if (!wanted?.size || wanted.has(name)) {
                    meshes.push(await model.createMeshAsync(name, { latent, resolution, exact, keepData, signal }));
                }
            }
            onModelLoaded?.(model);
        } catch (error) {
            for (const mesh of meshes) {
                mesh.dispose();
            }
            model.dispose();
            throw error;
        }
        if (!onModelLoaded) {
            model.dispose();
        }
        return meshes;
    }

    private shapesOf(model: ShapeModel): { name: string; latent: Float32Array }[] {
        const { latents, seed = 0, count = 1, category, temperature } = this.options;
        if (latents) {
            return latents.map((code, n) => ({
                name: `shape ${n}`,
                latent: typeof code === "string" ? decodeLatent(code, model.latentSize) : code,
            }));
        }
        if (!Number.isInteger(count) || count < 1 || count > GREATEST_COUNT) {
            throw new Error(
                `pluginOptions.deepsdf: got count ${String(count)}; expected a whole number from 1 to ${GREATEST_COUNT}; correct the option`,
            );
        }
        return Array.from({ length: count }, (_, n) => ({
            name: `${category ?? "shape"} ${seed + n}`,
            latent: model.sampleLatent({
                seed: seed + n,
                ...(category === undefined ? {} : { category }),
                ...(temperature === undefined ? {} : { temperature }),
            }),
        }));
    }
}

let registered = false;

/** Makes `.onnx` known to Babylon's scene loader; calling it again does nothing. */
export function RegisterShapeFileLoader(): void {
    if (registered) {
        return;
    }
    registered = true;
    RegisterSceneLoaderPlugin(new ShapeFileLoader());
}

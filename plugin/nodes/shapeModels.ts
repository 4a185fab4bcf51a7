import type { CompletionMeshOptions, ScanCompletion } from "../babylon/scanCompletion.js";
import type { ShapeModel } from "../babylon/shapeModel.js";
import type { SurfaceMesh } from "../surface/mesh.js";

/** What graphs need of a completed scan. */
export type CompletedScan = Pick<ScanCompletion, "latent" | "transform" | "confidence"> & {
    createSurfaceAsync(
        options: Pick<CompletionMeshOptions, "mode" | "resolution">,
    ): Promise<Pick<SurfaceMesh, "positions" | "normals" | "indices">>;
};

/** Completing scans, for decoders that can. */
interface ScanCompleter {
    completeScanAsync?(
        scan: { positions: Float32Array; normals: Float32Array | null; indices: Uint32Array | null },
        options: { category?: string; count?: number },
    ): Promise<readonly CompletedScan[]>;
}

/** Making meshes, for flow graphs. */
type MeshMaker = Partial<
    Pick<ShapeModel, "createMeshAsync" | "updateMesh" | "onSurfaceObservable" | "onErrorObservable">
>;

/** What graphs need of a ShapeModel. */
export type GraphModel = ScanCompleter &
    MeshMaker &
    Pick<
        ShapeModel,
        | "latentSize"
        | "categories"
        | "axes"
        | "bounds"
        | "metadata"
        | "isDisposed"
        | "onDisposeObservable"
        | "sampleLatent"
        | "interpolateLatents"
        | "moveAlongAxis"
        | "createVertexDataAsync"
    >;

const models = new Map<string, GraphModel>();
const listeners = new Set<() => void>();

/**
 * Makes a decoder known to graphs. A name that is taken goes to the new model; a model that is disposed leaves by
 * itself.
 *
 * @param name what blocks find it by
 * @throws if the name is empty or the model is disposed
 */
export function registerShapeModel(name: string, model: GraphModel): void {
    if (typeof name !== "string" || name === "") {
        throw new Error(
            `registerShapeModel: got ${JSON.stringify(name)} as name; expected a text that is not empty; give the name that the graph's blocks have as decoder`,
        );
    }
    if (model.isDisposed) {
        throw new Error(
            `registerShapeModel: got a disposed model as "${name}"; expected a live one; load it again with ShapeModel.LoadAsync`,
        );
    }
    models.set(name, model);
    model.onDisposeObservable.addOnce(() => {
        if (models.get(name) === model) {
            unregisterShapeModel(name);
        }
    });
    notify();
}

/** Takes a decoder from graphs; the model itself lives on. */
export function unregisterShapeModel(name: string): void {
    models.delete(name);
    notify();
}

/** Names that graphs can find decoders by. */
export function registeredShapeModels(): string[] {
    return [...models.keys()];
}

/** All registered decoders with their names. */
export function knownShapeModels(): [string, GraphModel][] {
    return [...models];
}

/**
 * The decoder of a name; of none, the only one there is.
 *
 * @throws if there is none, or no name and several
 */
export function findShapeModel(name: string): GraphModel {
    const found = name === "" && models.size === 1 ? [...models.values()][0] : models.get(name);
    if (!found) {
        const names = registeredShapeModels().map((known) => `"${known}"`);
        const received = name === "" ? "no decoder is named" : `no decoder is registered as "${name}"`;
        const expected = names.length > 0 ? `one of ${names.join(", ")}` : "a registered one, and there is none";
        throw new Error(
            `${received}; expected ${expected}; call registerShapeModel(${JSON.stringify(name || "props")}, model) before the build`,
        );
    }
    return found;
}

/** Calls back whenever the registered decoders change. */
export function onShapeModelsChanged(listener: () => void): void {
    listeners.add(listener);
}

function notify(): void {
    for (const listener of listeners) {
        listener();
    }
}

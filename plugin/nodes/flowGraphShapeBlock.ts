import { FlowGraphAsyncExecutionBlock } from "@babylonjs/core/FlowGraph/flowGraphAsyncExecutionBlock.js";
import type { IFlowGraphBlockConfiguration } from "@babylonjs/core/FlowGraph/flowGraphBlock.js";
import type { FlowGraphContext } from "@babylonjs/core/FlowGraph/flowGraphContext.js";
import type { FlowGraphDataConnection } from "@babylonjs/core/FlowGraph/flowGraphDataConnection.pure.js";
import { RichTypeAny, RichTypeNumber, RichTypeString } from "@babylonjs/core/FlowGraph/flowGraphRichTypes.pure.js";
import type { FlowGraphSignalConnection } from "@babylonjs/core/FlowGraph/flowGraphSignalConnection.pure.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { decodeLatent } from "../latent/index.js";
import { findShapeModel, type GraphModel } from "./shapeModels.js";

export const FLOW_GRAPH_SHAPE_BLOCK = "FlowGraphShapeBlock";

/**
 * Makes a mesh of a shape at run time, or gives a mesh another shape.
 *
 * `out` fires at once, `done` when the shape is there, `error` with what went wrong. Started anew while it works, it
 * drops the earlier piece of work; `cancel` drops it without a successor.
 */
export class FlowGraphShapeBlock extends FlowGraphAsyncExecutionBlock {
    readonly cancel: FlowGraphSignalConnection;
    /** Name given to `registerShapeModel`; empty takes the only one. */
    readonly decoder: FlowGraphDataConnection<string>;
    /** Empty draws from all categories. */
    readonly category: FlowGraphDataConnection<string>;
    readonly seed: FlowGraphDataConnection<number>;
    readonly temperature: FlowGraphDataConnection<number>;
    /** A code as Float32Array or as text of `encodeLatent`; where there is one, nothing is drawn. */
    readonly latent: FlowGraphDataConnection<Float32Array | string | null>;
    /** Cells along the longest side of the decoder's bounds. */
    readonly resolution: FlowGraphDataConnection<number>;
    /** The mesh that gets the shape; without one, a new one is made. */
    readonly target: FlowGraphDataConnection<Mesh | null>;
    readonly mesh: FlowGraphDataConnection<Mesh | null>;
    /** The code that was used. */
    readonly usedLatent: FlowGraphDataConnection<Float32Array | null>;

    constructor(config?: IFlowGraphBlockConfiguration) {
        super(config);
        this.cancel = this._registerSignalInput("cancel");
        this.decoder = this.registerDataInput("decoder", RichTypeString, "");
        this.category = this.registerDataInput("category", RichTypeString, "");
        this.seed = this.registerDataInput("seed", RichTypeNumber, 0);
        this.temperature = this.registerDataInput("temperature", RichTypeNumber, 1);
        this.latent = this.registerDataInput<Float32Array | string | null>("latent", RichTypeAny, null);
        this.resolution = this.registerDataInput("resolution", RichTypeNumber, 64);
        this.target = this.registerDataInput<Mesh | null>("target", RichTypeAny, null);
        this.mesh = this.registerDataOutput<Mesh | null>("mesh", RichTypeAny, null);
        this.usedLatent = this.registerDataOutput<Float32Array | null>("usedLatent", RichTypeAny, null);
    }

    override getClassName(): string {
        return FLOW_GRAPH_SHAPE_BLOCK;
    }

    /** @internal */
    override _execute(context: FlowGraphContext, callingSignal: FlowGraphSignalConnection): void {
        if (callingSignal === this.cancel) {
            this._cancelPendingTasks(context);
            this._resetAfterCanceled(context);
        } else {
            this._startPendingTasks(context);
        }
    }

    /** @internal */
    override _preparePendingTasks(context: FlowGraphContext): void {
        const work = new AbortController();
        context._setExecutionVariable(this, "work", work);
        this.makeAsync(context, work.signal)
            .then((mesh) => {
                if (!work.signal.aborted) {
                    this.mesh.setValue(mesh, context);
                    this.finish(context);
                    this.done._activateSignal(context);
                } else if (mesh !== this.target.getValue(context)) {
                    // Made for nobody.
                    mesh.dispose();
                }
            })
            .catch((cause: unknown) => {
                if (!work.signal.aborted) {
                    this.finish(context);
                    const message = cause instanceof Error ? cause.message : String(cause);
                    this._reportError(
                        context,
                        new Error(`${FLOW_GRAPH_SHAPE_BLOCK} "${this.name}": ${message}`, { cause }),
                    );
                }
            });
    }

    /** @internal */
    override _cancelPendingTasks(context: FlowGraphContext): void {
        context
            ._getExecutionVariable<AbortController | null>(this, "work", null)
            ?.abort(new Error(`${FLOW_GRAPH_SHAPE_BLOCK}: cancelled`));
        context._deleteExecutionVariable(this, "work");
    }

    private finish(context: FlowGraphContext): void {
        context._deleteExecutionVariable(this, "work");
        this._resetAfterCanceled(context);
    }

    private async makeAsync(context: FlowGraphContext, signal: AbortSignal): Promise<Mesh> {
        const model = findShapeModel(this.decoder.getValue(context));
        const latent = this.codeFor(model, context);
        const resolution = Math.round(this.resolution.getValue(context));
        const target = this.target.getValue(context);
        this.usedLatent.setValue(latent, context);
        if (!model.createMeshAsync || !model.updateMesh) {
            throw new Error("got a decoder that makes no meshes; expected a ShapeModel; register one of LoadAsync");
        }
        if (!target) {
            return model.createMeshAsync(this.name || "shape", { latent, resolution, signal });
        }
        const updated = surfaceOfAsync(model, target, signal);
        try {
            model.updateMesh(target, { latent, resolution });
        } catch (error) {
            updated.stop();
            throw error;
        }
        await updated.done;
        return target;
    }

    private codeFor(model: GraphModel, context: FlowGraphContext): Float32Array {
        const given = this.latent.getValue(context);
        if (given) {
            return typeof given === "string" ? decodeLatent(given, model.latentSize) : given;
        }
        const category = this.category.getValue(context);
        return model.sampleLatent({
            seed: Number(this.seed.getValue(context)),
            temperature: Number(this.temperature.getValue(context)),
            ...(category ? { category } : {}),
        });
    }
}

/** Settles with the mesh's next surface; `updateMesh` itself tells nobody. */
function surfaceOfAsync(
    model: GraphModel,
    target: Mesh,
    signal: AbortSignal,
): { readonly done: Promise<void>; stop(): void } {
    let stop = () => {};
    const done = new Promise<void>((resolve, reject) => {
        const surfaces = model.onSurfaceObservable?.add(({ mesh }) => {
            if (mesh === target) {
                stop();
                resolve();
            }
        });
        const errors = model.onErrorObservable?.add(({ mesh, error }) => {
            if (mesh === target) {
                stop();
                reject(error);
            }
        });
        const abort = () => {
            stop();
            reject(signal.reason);
        };
        const gone = () => {
            stop();
            reject(new Error("the mesh or the decoder was disposed meanwhile; expected both to live; start again"));
        };
        const meshGone = target.onDisposeObservable.add(gone);
        const modelGone = model.onDisposeObservable.add(gone);
        signal.addEventListener("abort", abort);
        stop = () => {
            for (const observer of [surfaces, errors, meshGone, modelGone]) {
                observer?.remove();
            }
            signal.removeEventListener("abort", abort);
        };
    });
    return { done, stop: () => stop() };
}

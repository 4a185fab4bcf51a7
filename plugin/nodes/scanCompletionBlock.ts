import { Matrix } from "@babylonjs/core/Maths/math.vector.pure.js";
import type { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import type { CompletionMode } from "../completion/surfaceOfCompletion.js";
import { checkResolution } from "../surface/grid.js";
import { AsyncShapeBlock } from "./asyncShapeBlock.js";
import { knownCategories, makeEditable } from "./editable.js";
import { geometryHash } from "./geometryHash.js";
import { PENDING, type Pending } from "./pending.js";
import { RehearsalState } from "./rehearsal.js";
import type { CompletedScan } from "./shapeModels.js";
import { boxUvs, type TexturedSurface, toVertexData } from "./texturedSurface.js";

/** Listed here too: the completion's own module is only loaded when a scan is completed. */
const MODES: readonly CompletionMode[] = ["replace", "fuse", "fill"];

const DEFAULT_RESOLUTION = 64;

/** Completes a scan: the code, pose and shape of the whole of which the geometry shows a part. */
export class ScanCompletionBlock extends AsyncShapeBlock {
    static {
        makeEditable(ScanCompletionBlock, [
            { name: "category", label: "Category", kind: "choice", choices: knownCategories },
            { name: "mode", label: "Mode", kind: "choice", choices: () => MODES },
        ]);
    }

    /** One of the decoder's categories; empty tries all. */
    category = "";
    /** What the geometry is: the shape instead of the scan, both as one ("fuse"), or the missing part alone ("fill"). */
    mode: string = "replace";

    constructor(name: string) {
        super(name);
        const { Float, Geometry, Int, Matrix: MatrixType } = NodeGeometryBlockConnectionPointTypes;
        this.registerInput("scan", Geometry);
        this.registerInput("resolution", Int, true, DEFAULT_RESOLUTION, 2, 512);
        this.registerLatentOutput("latent");
        this.registerOutput("geometry", Geometry);
        this.registerOutput("confidence", Float);
        this.registerOutput("matrix", MatrixType);
    }

    override getClassName(): string {
        return "ScanCompletionBlock";
    }

    /** Geometry with positions; normals and triangles help. */
    get scan(): NodeGeometryConnectionPoint {
        return this._inputs[0];
    }

    /** Int, cells along the longest side of the decoder's bounds. */
    get resolution(): NodeGeometryConnectionPoint {
        return this._inputs[1];
    }

    get latent(): NodeGeometryConnectionPoint {
        return this._outputs[0];
    }

    /** The completed shape where the scan lies. */
    get geometry(): NodeGeometryConnectionPoint {
        return this._outputs[1];
    }

    /** Float from 0 to 1. */
    get confidence(): NodeGeometryConnectionPoint {
        return this._outputs[2];
    }

    /** Matrix from the decoder's model space into the scan's space. */
    get matrix(): NodeGeometryConnectionPoint {
        return this._outputs[3];
    }

    protected override get storedProperties(): readonly string[] {
        return [...super.storedProperties, "category", "mode"];
    }

    protected override _buildBlock(state: NodeGeometryBuildState): void {
        this.provide(this.latent, state, (context) => {
            const { best } = this.completionFor(context);
            return best === PENDING ? PENDING : best.latent;
        });
        this.provide(this.geometry, state, (context) => this.geometryFor(context));
        this.provide(this.confidence, state, (context) => {
            const { best } = this.completionFor(context);
            return best === PENDING ? this.standIn(context, 0) : best.confidence;
        });
        this.provide(this.matrix, state, (context) => {
            const { best } = this.completionFor(context);
            return best === PENDING ? this.standIn(context, Matrix.Identity()) : best.transform;
        });
    }

    private completionFor(state: NodeGeometryBuildState): {
        scan: VertexData;
        key: string;
        best: CompletedScan | Pending;
    } {
        const { model, category, mode } = this;
        if (!model.completeScanAsync) {
            throw new Error("got a decoder that completes no scans; expected a ShapeModel; register one of LoadAsync");
        }
        if (!MODES.some((known) => known === mode)) {
            throw new Error(`got mode "${mode}"; expected one of ${MODES.join(", ")}; set the block's mode`);
        }
        const scan = this.scan.getConnectedValue(state) as VertexData | null | undefined;
        if (!scan?.positions?.length) {
            throw new Error(
                `nothing comes in at "${this.scan.name}"; expected a geometry with positions; connect a scan, for example by a MeshBlock`,
            );
        }
        const { positions, normals, indices } = scan;
        const key = `scan ${geometryHash([positions, normals, indices])} ${category}`;
        const best = this.take<CompletedScan>(state, {
            key,
            make: async () => {
                const [first] =
                    (await model.completeScanAsync?.(
                        {
                            positions: Float32Array.from(positions),
                            normals: normals ? Float32Array.from(normals) : null,
                            indices: indices ? Uint32Array.from(indices) : null,
                        },
                        { ...(category === "" ? {} : { category }), count: 1 },
                    )) ?? [];
                if (!first) {
                    throw new Error(
                        "no shape agrees with the scan; expected one; check the scan's up direction and the category",
                    );
                }
                return first;
            },
            bytesOf: ({ latent }) => latent.byteLength + 40 * positions.length,
        });
        return { scan, key, best };
    }

    private geometryFor(state: NodeGeometryBuildState): VertexData {
        const resolution = Math.round(this.numberAt(this.resolution, state));
        checkResolution(`port "${this.resolution.name}"`, resolution);
        const { scan, key, best } = this.completionFor(state);
        const { mode } = this;
        const surface =
            best === PENDING
                ? PENDING
                : this.take<TexturedSurface>(state, {
                      key: `completed ${mode} ${resolution} ${key}`,
                      make: async () => {
                          const { positions, normals, indices } = await best.createSurfaceAsync({
                              mode: mode as CompletionMode,
                              resolution,
                          });
                          return boxUvs(positions, normals, indices);
                      },
                      bytesOf: ({ positions, uvs, indices }) =>
                          2 * positions.byteLength + uvs.byteLength + indices.byteLength,
                  });
        if (surface === PENDING) {
            // The scan itself lies where its completion will.
            return this.standIn(state, scan);
        }
        if (state instanceof RehearsalState) {
            state.budget.addVertices(surface.positions.length / 3);
        }
        return toVertexData(surface, 1);
    }

    private standIn<Value>(state: NodeGeometryBuildState, value: Value): Value {
        if (!(state instanceof RehearsalState)) {
            throw new Error("is built before its scan is completed; build the graph with buildAsync");
        }
        state.noteStandIn(this);
        return value;
    }
}

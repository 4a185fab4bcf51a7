import type { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { encodeLatent } from "../latent/index.js";
import { checkResolution } from "../surface/grid.js";
import { AsyncShapeBlock } from "./asyncShapeBlock.js";
import { configureInput } from "./configureInput.js";
import { makeEditable } from "./editable.js";
import { PENDING, type Pending } from "./pending.js";
import { RehearsalState } from "./rehearsal.js";
import { boundsStandIn, CarriedStandIn } from "./standIn.js";
import { boxUvs, type TexturedSurface, toVertexData } from "./texturedSurface.js";

const DEFAULT_RESOLUTION = 64;
/** Levels of detail stop here: nothing is left of a prop below. */
const LEAST_RESOLUTION = 8;
const GREATEST_LOD = 16;

/** Turns codes into geometry with normals and texture coordinates. */
export class DecodeShapeBlock extends AsyncShapeBlock {
    static {
        makeEditable(DecodeShapeBlock, [
            { name: "uvScale", label: "Texture repeats per unit", kind: "float", min: 0, max: 10 },
            { name: "exact", label: "Miss nothing, at several times the work", kind: "switch" },
        ]);
    }

    /** Repeats of a texture per model unit. */
    uvScale = 1;

    /** See `ShapeOptions`. */
    exact = false;

    constructor(name: string) {
        super(name);
        const { Int } = NodeGeometryBlockConnectionPointTypes;
        this.registerLatentInput("latent");
        this.registerInput("resolution", Int, true, DEFAULT_RESOLUTION, 2, 512);
        this.registerInput("lod", Int, true, 0, 0, GREATEST_LOD);
        this.registerOutput("geometry", NodeGeometryBlockConnectionPointTypes.Geometry);
    }

    override getClassName(): string {
        return "DecodeShapeBlock";
    }

    get latent(): NodeGeometryConnectionPoint {
        return this._inputs[0];
    }

    /** Int, cells along the longest side of the decoder's bounds. */
    get resolution(): NodeGeometryConnectionPoint {
        return this._inputs[1];
    }

    /** Int from 0 on, level of detail: each one halves the resolution, down to 8. */
    get lod(): NodeGeometryConnectionPoint {
        return this._inputs[2];
    }

    get geometry(): NodeGeometryConnectionPoint {
        return this._outputs[0];
    }

    /** Gives the block a resolution to turn, where it has none. */
    override autoConfigure(): void {
        configureInput(this.resolution, "Resolution");
    }

    protected override get storedProperties(): readonly string[] {
        return [...super.storedProperties, "uvScale", "exact"];
    }

    protected override _buildBlock(state: NodeGeometryBuildState): void {
        this.provide(this.geometry, state, (context) => this.geometryFor(context));
    }

    private geometryFor(state: NodeGeometryBuildState): VertexData {
        const { model, exact } = this;
        const latent = this.latentAt(this.latent, state, model.latentSize);
        const resolution = this.resolutionFor(state);
        const surface =
            latent === PENDING
                ? PENDING
                : this.take<TexturedSurface>(state, {
                      key: `shape ${resolution} ${exact} ${encodeLatent(latent)}`,
                      make: async () => textured(await model.createVertexDataAsync({ latent, resolution, exact })),
                      bytesOf: ({ positions, uvs, indices }) =>
                          2 * positions.byteLength + uvs.byteLength + indices.byteLength,
                  });
        if (state instanceof RehearsalState) {
            return this.rehearsed(state, surface);
        }
        if (surface === PENDING) {
            throw new Error(
                "got a code that is not there yet; expected a finished one; build the graph with buildAsync",
            );
        }
        return toVertexData(surface, this.uvScale);
    }

    /** The shape where something reads it, else a stand-in. */
    private rehearsed(state: RehearsalState, surface: TexturedSurface | Pending): VertexData {
        const vertexCount = surface === PENDING ? 0 : surface.positions.length / 3;
        state.budget.addVertices(vertexCount);
        const isCarried = state.isOnlyCarried(this.geometry);
        // Loops leave out what is empty, so nothing may stand in for that.
        if (surface !== PENDING && (!isCarried || vertexCount === 0)) {
            return toVertexData(surface, this.uvScale);
        }
        if (isCarried) {
            return new CarriedStandIn();
        }
        state.noteStandIn(this);
        return boundsStandIn(this.model);
    }

    private resolutionFor(state: NodeGeometryBuildState): number {
        const resolution = Math.round(this.numberAt(this.resolution, state));
        const lod = Math.min(Math.max(0, Math.round(this.numberAt(this.lod, state))), GREATEST_LOD);
        checkResolution(`port "${this.resolution.name}"`, resolution);
        return lod === 0
            ? resolution
            : Math.max(Math.min(resolution, LEAST_RESOLUTION), Math.round(resolution / 2 ** lod));
    }
}

function textured({ positions, normals, indices }: VertexData): TexturedSurface {
    return boxUvs(
        positions as Float32Array,
        normals as Float32Array,
        indices instanceof Uint32Array ? indices : Uint32Array.from(indices ?? []),
    );
}

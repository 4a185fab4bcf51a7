import { CreateBoxVertexData } from "@babylonjs/core/Meshes/Builders/boxBuilder.pure.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { encodeLatent } from "../latent/index.js";
import { checkResolution } from "../surface/grid.js";
import { AsyncShapeBlock } from "./asyncShapeBlock.js";
import { boxUvs, type TexturedSurface } from "./boxUvs.js";
import { PENDING } from "./pending.js";
import { RehearsalState } from "./rehearsal.js";
import type { GraphModel } from "./shapeModels.js";

const DEFAULT_RESOLUTION = 64;
/** Levels of detail stop here: nothing is left of a prop below. */
const LEAST_RESOLUTION = 8;
const GREATEST_LOD = 16;

/** Turns codes into geometry with normals and texture coordinates. */
export class DecodeShapeBlock extends AsyncShapeBlock {
    /** Repeats of a texture per model unit. */
    uvScale = 1;

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

    protected override get storedProperties(): readonly string[] {
        return [...super.storedProperties, "uvScale"];
    }

    protected override _buildBlock(state: NodeGeometryBuildState): void {
        this.provide(this.geometry, state, (context) => this.geometryFor(context));
    }

    private geometryFor(state: NodeGeometryBuildState): VertexData {
        const { model } = this;
        const latent = this.latentAt(this.latent, state, model.latentSize);
        const resolution = this.resolutionFor(state);
        const surface =
            latent === PENDING
                ? PENDING
                : this.take<TexturedSurface>(state, {
                      key: `shape ${resolution} ${encodeLatent(latent)}`,
                      make: async () => textured(await model.createVertexDataAsync({ latent, resolution })),
                      bytesOf: ({ positions, uvs, indices }) =>
                          2 * positions.byteLength + uvs.byteLength + indices.byteLength,
                  });
        if (surface === PENDING) {
            return standIn(model);
        }
        if (state instanceof RehearsalState) {
            state.budget.addVertices(surface.positions.length / 3);
        }
        return toVertexData(surface, this.uvScale);
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

/** A copy, for several of the engine's blocks write into what they get. */
function toVertexData({ positions, normals, uvs, indices }: TexturedSurface, uvScale: number): VertexData {
    const vertexData = new VertexData();
    vertexData.positions = positions.slice();
    vertexData.normals = normals.slice();
    vertexData.uvs = uvScale === 1 ? uvs.slice() : uvs.map((value) => uvScale * value);
    vertexData.indices = indices.slice();
    return vertexData;
}

/** The decoder's bounds as a box, for a shape that is not there yet. */
function standIn({ bounds: { min, max } }: GraphModel): VertexData {
    const box = CreateBoxVertexData({ width: max[0] - min[0], height: max[1] - min[1], depth: max[2] - min[2] });
    const positions = box.positions as number[];
    for (let i = 0; i < positions.length; i++) {
        positions[i] += (min[i % 3] + max[i % 3]) / 2;
    }
    return box;
}

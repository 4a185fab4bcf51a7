import { CreateBoxVertexData } from "@babylonjs/core/Meshes/Builders/boxBuilder.pure.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import type { GraphModel } from "./shapeModels.js";

/**
 * Stands in for a shape that nothing reads while a graph is rehearsed: one triangle, which is its own copy however it
 * is moved or merged, so that a rehearsal costs next to nothing beside the build.
 */
export class CarriedStandIn extends VertexData {
    constructor() {
        super();
        this.positions = new Float32Array(9);
        this.normals = Float32Array.of(0, 1, 0, 0, 1, 0, 0, 1, 0);
        this.uvs = new Float32Array(6);
        this.indices = Uint32Array.of(0, 1, 2);
    }

    override clone(): VertexData {
        return this;
    }

    override merge(): VertexData {
        return this;
    }

    override transform(): VertexData {
        return this;
    }
}

/** The decoder's bounds as a box, for a shape that is read before it is there. */
export function boundsStandIn({ bounds: { min, max } }: GraphModel): VertexData {
    const box = CreateBoxVertexData({ width: max[0] - min[0], height: max[1] - min[1], depth: max[2] - min[2] });
    const positions = box.positions as number[];
    for (let i = 0; i < positions.length; i++) {
        positions[i] += (min[i % 3] + max[i % 3]) / 2;
    }
    return box;
}

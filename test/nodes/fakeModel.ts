import { Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { CreatePolyhedronVertexData } from "@babylonjs/core/Meshes/Builders/polyhedronBuilder.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { Observable } from "@babylonjs/core/Misc/observable.js";
import type { CompletedScan, GraphModel } from "../../plugin/index.js";
import { interpolateLatents, moveAlongAxis, sampleLatent } from "../../plugin/latent/index.js";
import { octahedronMetadata } from "../support/decoders.js";

/** A model without a decoder behind it: octahedra at once, or when the test says so. */
export class FakeModel implements GraphModel {
    readonly metadata = octahedronMetadata();
    readonly latentSize = 2;
    readonly categories = this.metadata.categories;
    readonly axes = this.metadata.axes;
    readonly bounds = this.metadata.bounds;
    readonly onDisposeObservable: GraphModel["onDisposeObservable"] = new Observable();
    isDisposed = false;
    /** Codes that were decoded. */
    readonly decoded: Float32Array[] = [];
    /** What a decode waits for. */
    gate: (latent: Float32Array) => Promise<void> = async () => {};
    /** Scans that were completed. */
    readonly completed: { positions: Float32Array; category?: string }[] = [];

    sampleLatent(options: Parameters<GraphModel["sampleLatent"]>[0]): Float32Array {
        return sampleLatent(this.metadata, options);
    }

    interpolateLatents = interpolateLatents;

    moveAlongAxis(latent: Float32Array, axis: number | string, amount: number): Float32Array {
        const found = typeof axis === "number" ? this.axes[axis] : this.axes.find(({ name }) => name === axis);
        if (!found) {
            throw new Error(`moveAlongAxis: got axis ${axis}; expected one of the axes; see shapes.axes`);
        }
        return moveAlongAxis(latent, found, amount);
    }

    async createVertexDataAsync({ latent }: { latent: Float32Array }): Promise<VertexData> {
        this.decoded.push(latent);
        await this.gate(latent);
        return octahedron(0.6 + latent[0]);
    }

    async completeScanAsync(
        scan: { positions: Float32Array },
        { category }: { category?: string } = {},
    ): Promise<CompletedScan[]> {
        this.completed.push({ positions: scan.positions, category });
        await this.gate(Float32Array.of(0, 0));
        return [
            {
                latent: Float32Array.of(0.1, 0),
                transform: Matrix.Translation(0, 2, 0),
                confidence: 0.75,
                createSurfaceAsync: async () => {
                    const { positions, normals, indices } = octahedron(0.7);
                    return {
                        positions: Float32Array.from(positions!),
                        normals: Float32Array.from(normals!),
                        indices: Uint32Array.from(indices!),
                    };
                },
            },
        ];
    }

    dispose(): void {
        this.isDisposed = true;
        this.onDisposeObservable.notifyObservers(this as never);
    }
}

function octahedron(radius: number): VertexData {
    const source = CreatePolyhedronVertexData({ type: 1, size: radius });
    const vertexData = new VertexData();
    vertexData.positions = Float32Array.from(source.positions!);
    vertexData.normals = Float32Array.from(source.normals!);
    vertexData.indices = Uint32Array.from(source.indices!);
    return vertexData;
}

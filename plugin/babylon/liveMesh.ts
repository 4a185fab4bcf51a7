import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { EncodableField, GpuCode } from "../field/field.js";
import type { FieldDomain } from "../surface/cpu/extractSurface.js";
import { createMeshBuffers, defaultCapacity, type GpuSurfaceMaker } from "../surface/gpu/gpuSurface.js";
import type { SurfaceTarget } from "../surface/gpu/surfaceStages.js";
import { emptyStatistics, type SurfaceStatistics } from "../surface/mesh.js";
import { setDrawnTriangles, setGpuGeometry } from "./gpuGeometry.js";

/** What a live mesh is to look like. */
export interface LiveRequest {
    readonly latent: Float32Array;
    readonly resolution: number;
}

/**
 * A mesh that follows its code on the GPU without waiting: each update is submitted at once into the buffers the mesh
 * draws from. The counts arrive some frames later, to stop drawing the empty rest of the index buffer and, if a shape
 * did not fit or the search has left a hole, to do the latest update again with more room or a wider search.
 */
export class LiveMesh {
    private readonly code: GpuCode;
    private target: SurfaceTarget | null = null;
    private slope: number;
    private latest = 0;
    private disposed = false;

    constructor(
        private readonly mesh: Mesh,
        private readonly field: EncodableField,
        private readonly maker: GpuSurfaceMaker,
        private readonly domain: FieldDomain,
        slope: number,
        private readonly report: (statistics: SurfaceStatistics) => void,
        private readonly fail: (error: unknown) => void,
    ) {
        this.slope = slope;
        this.code = field.createCode(new Float32Array(field.latentSize));
    }

    /** @throws if the resolution is out of range or beyond the adapter */
    update(request: LiveRequest): void {
        const started = performance.now();
        const number = ++this.latest;
        const { latent, resolution } = request;
        const target = this.reserve(defaultCapacity(resolution));
        this.code.update(latent);
        const options = { resolution, slope: this.slope, winding: "clockwise" } as const;
        const submitted = this.maker.remesh(this.field, this.code, this.domain, target, options);
        setDrawnTriangles(this.mesh, target.triangleCapacity);
        const milliseconds = performance.now() - started;

        this.maker.readCountsAsync(submitted).then(
            (counts) => {
                this.report({
                    ...emptyStatistics(),
                    evaluations: counts.members.reduce((sum, count) => sum + count, 0),
                    surfaceCells: counts.surfaceCells,
                    vertices: counts.vertices,
                    triangles: counts.triangles,
                    dispatches: submitted.dispatches,
                    attempts: 1,
                    milliseconds,
                });
                if (this.disposed || number !== this.latest) {
                    return;
                }
                const fits = counts.vertices <= target.vertexCapacity && counts.triangles <= target.triangleCapacity;
                if (!fits) {
                    // Room for a quarter more, so that a growing shape does not ask again in the next frame.
                    this.reserve({
                        vertices: Math.ceil(1.25 * counts.vertices),
                        triangles: Math.ceil(1.25 * counts.triangles),
                    });
                    this.update(request);
                } else if (counts.openEdges > 0 && submitted.levelCount > 0) {
                    this.slope *= 2;
                    this.update(request);
                } else {
                    setDrawnTriangles(this.mesh, counts.triangles);
                }
            },
            (error) => {
                if (!this.disposed) {
                    this.fail(error);
                }
            },
        );
    }

    /** Buffers stay the mesh's. */
    dispose(): void {
        this.disposed = true;
        this.code.dispose();
    }

    /** Buffers with at least this much room, given to the mesh if they are new. */
    private reserve({ vertices, triangles }: { vertices: number; triangles: number }): SurfaceTarget {
        if (this.target && this.target.vertexCapacity >= vertices && this.target.triangleCapacity >= triangles) {
            return this.target;
        }
        const buffers = createMeshBuffers(this.maker.device, vertices, triangles);
        this.target = { ...buffers, vertexCapacity: vertices, triangleCapacity: triangles };
        setGpuGeometry(this.mesh, buffers, vertices, triangles, this.domain.bounds);
        return this.target;
    }
}

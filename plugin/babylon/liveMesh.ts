import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { EncodableField } from "../field/field.js";
import type { FieldDomain } from "../surface/cpu/extractSurface.js";
import type { GpuSurfaceMaker } from "../surface/gpu/gpuSurface.js";
import { type LiveFront, type LiveRequest, LiveSurface } from "../surface/gpu/liveSurface.js";
import type { SurfaceStatistics } from "../surface/mesh.js";
import type { FieldMotion } from "../surface/motion.js";
import { copyGeometry, setGpuGeometry } from "./gpuGeometry.js";
import { IndirectDraw } from "./indirectDraw.js";

/** A mesh that shows a live surface: its buffers are the surface's front, its draws take their count from the GPU. */
export class LiveMesh {
    private readonly surface: LiveSurface;
    private readonly draws: IndirectDraw;
    private readonly unsubscribe: () => void;

    constructor(
        private readonly mesh: Mesh,
        field: EncodableField,
        private readonly maker: GpuSurfaceMaker,
        private readonly domain: FieldDomain,
        slope: number,
        report: (statistics: SurfaceStatistics) => void,
        fail: (error: unknown) => void,
    ) {
        let isFirst = true;
        this.surface = new LiveSurface(field, maker, domain, slope, "clockwise", {
            onFront: (front) => {
                this.show(front, isFirst);
                isFirst = false;
            },
            onEncode: (encoder) => this.draws.encode(encoder),
            onStatistics: report,
            onError: fail,
        });
        this.draws = new IndirectDraw(mesh, maker.device, this.surface.drawArguments);
        const scene = mesh.getScene();
        // Not before all of the user's own code of the frame has run, and before shadows are drawn.
        const before = scene.onBeforeRenderTargetsRenderObservable.add(() => this.surface.beginFrame());
        const after = scene.onAfterRenderObservable.add(() => this.draws.adoptContexts());
        this.unsubscribe = () => {
            before.remove();
            after.remove();
        };
    }

    /** See `LiveSurface.followAsync`. */
    followAsync(motion: FieldMotion | null): Promise<void> {
        return this.surface.followAsync(motion);
    }

    /** @throws if the resolution is out of range or beyond the adapter */
    update(request: LiveRequest): void {
        this.surface.update(request);
    }

    /** Buffers stay the mesh's. */
    dispose(): void {
        this.unsubscribe();
        this.draws.release();
        this.surface.dispose();
    }

    private show(front: LiveFront, isFirst: boolean): void {
        const { mesh, maker } = this;
        const { vertexCapacity, triangleCapacity } = front;
        if (isFirst) {
            // What the mesh shows stays until there is more.
            copyGeometry(mesh, maker.device, front);
        }
        setGpuGeometry(mesh, front, vertexCapacity, triangleCapacity, this.domain.bounds);
    }
}

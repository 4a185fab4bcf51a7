import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { isEncodable } from "../field/field.js";
import type { SurfaceStatistics } from "../surface/mesh.js";
import type { DeviceSurfaces } from "./deviceSurfaces.js";
import { setCpuGeometry } from "./gpuGeometry.js";
import type { GpuShapes } from "./gpuShapes.js";
import { LatestWins } from "./latestWins.js";
import { LiveMesh } from "./liveMesh.js";
import type { ShapeSurfaces } from "./shapeSurfaces.js";

/** A shape that a live mesh is to show. */
export interface LiveShape {
    readonly latent: Float32Array;
    readonly resolution: number;
}

/** Meshes that `updateMesh` was called for. */
export class LiveMeshes {
    /** Remeshed in the frame, by plain commands. */
    private readonly inFrame = new Map<Mesh, { live: LiveMesh; latest: LiveShape }>();
    /** Those of them that know, or will, how distances follow their code. */
    private readonly following = new WeakSet<LiveMesh>();
    /** Extracted beside the frames. */
    private readonly beside = new Map<Mesh, LatestWins<LiveShape>>();
    /** Asked for while there was no device. */
    private readonly waiting = new Map<Mesh, LiveShape>();
    /** Meshes whose disposal is watched. */
    private readonly watched = new WeakSet<Mesh>();
    private readonly disposal = new AbortController();

    constructor(
        private readonly surfaces: DeviceSurfaces,
        private readonly shapes: GpuShapes,
        private readonly report: (mesh: Mesh, statistics: SurfaceStatistics) => void,
        private readonly fail: (mesh: Mesh, error: unknown) => void,
    ) {}

    /** @throws if the resolution is beyond the adapter */
    update(mesh: Mesh, shape: LiveShape): void {
        if (!this.watched.has(mesh)) {
            this.watched.add(mesh);
            mesh.onDisposeObservable.addOnce(() => this.forget(mesh));
        }
        const { present } = this.surfaces;
        if (!present) {
            this.waiting.set(mesh, shape);
        } else if (present.maker && isEncodable(present.field)) {
            this.updateInFrame(mesh, shape, present);
        } else {
            this.updateBeside(mesh, shape);
        }
    }

    /** Whether a mesh is remeshed in the frame. */
    has(mesh: Mesh): boolean {
        return this.inFrame.has(mesh);
    }

    /** The device is gone; what was asked for last waits for the next. */
    lose(): void {
        for (const [mesh, { live, latest }] of this.inFrame) {
            live.dispose();
            this.waiting.set(mesh, latest);
        }
        this.inFrame.clear();
    }

    /** The next device is there. */
    restore(): void {
        const asked = [...this.waiting];
        this.waiting.clear();
        for (const [mesh, shape] of asked) {
            try {
                this.update(mesh, shape);
            } catch (error) {
                this.fail(mesh, error);
            }
        }
    }

    /** Meshes stay as they are. */
    dispose(): void {
        this.disposal.abort();
        for (const { live } of this.inFrame.values()) {
            live.dispose();
        }
        for (const live of this.beside.values()) {
            live.dispose();
        }
        this.inFrame.clear();
        this.beside.clear();
        this.waiting.clear();
    }

    private updateInFrame(mesh: Mesh, shape: LiveShape, surfaces: ShapeSurfaces): void {
        const known = this.inFrame.get(mesh);
        const live = known?.live ?? this.startInFrame(mesh, surfaces);
        // A shape that changes once pays for no measurement.
        if (known && !this.following.has(live)) this.follow(mesh, live, surfaces);
        this.inFrame.set(mesh, { live, latest: shape });
        live.update(shape);
        this.shapes.note(mesh, shape);
    }

    private startInFrame(mesh: Mesh, surfaces: ShapeSurfaces): LiveMesh {
        const { maker, field, domain, slope } = surfaces;
        if (!maker || !isEncodable(field)) {
            throw new Error("updateMesh: the field is not on the GPU; load the model again");
        }
        const report = (statistics: SurfaceStatistics) => this.report(mesh, statistics);
        return new LiveMesh(mesh, field, maker, domain, slope, report, (error) => this.failOn(mesh, surfaces, error));
    }

    private follow(mesh: Mesh, live: LiveMesh, surfaces: ShapeSurfaces): void {
        this.following.add(live);
        surfaces
            .motionAsync()
            .then((motion) => live.followAsync(motion))
            .catch((error) => this.failOn(mesh, surfaces, error));
    }

    /** What fails because the device is lost is done again with the next. */
    private async failOn(mesh: Mesh, surfaces: ShapeSurfaces, error: unknown): Promise<void> {
        if (!(await this.surfaces.isLostSoonAsync(surfaces))) {
            this.fail(mesh, error);
        }
    }

    private updateBeside(mesh: Mesh, shape: LiveShape): void {
        let live = this.beside.get(mesh);
        if (!live) {
            live = new LatestWins(
                async ({ latent, resolution }, disposal) => {
                    const signal = AbortSignal.any([disposal, this.disposal.signal]);
                    const { mesh: data, statistics } = await this.surfaces.runAsync(
                        (surfaces) => surfaces.extractAsync(latent, { resolution }, signal),
                        signal,
                    );
                    setCpuGeometry(mesh, data);
                    this.report(mesh, statistics);
                },
                (error) => this.fail(mesh, error),
            );
            this.beside.set(mesh, live);
        }
        live.update(shape);
    }

    private forget(mesh: Mesh): void {
        this.inFrame.get(mesh)?.live.dispose();
        this.beside.get(mesh)?.dispose();
        this.inFrame.delete(mesh);
        this.beside.delete(mesh);
        this.waiting.delete(mesh);
    }
}

/** @throws if the mesh is disposed, or the update is to be exact */
export function checkLiveUpdate(mesh: Mesh, exact: boolean): void {
    if (exact) {
        throw new Error(
            "updateMesh: got exact: true; a live update has one frame and proves nothing; leave it out, or use createMeshAsync",
        );
    }
    if (mesh.isDisposed()) {
        throw new Error(
            `updateMesh: got the mesh "${mesh.name}", which is disposed; expected a live one; create it anew`,
        );
    }
}

import { type EncodableField, type Field, type GpuBatchField, type GpuCode, isEncodable } from "../../field/field.js";
import { createBuffer, readBuffer } from "../../field/gpu/buffers.js";
import { checkBufferSize, storageLimit } from "../../field/gpu/limits.js";
import { PacedField } from "../../field/gpu/pacedField.js";
import type { FieldDomain } from "../cpu/extractSurface.js";
import { checkResolution } from "../grid.js";
import { emptyStatistics, type SurfaceOptions, type SurfaceStatistics } from "../mesh.js";
import { checkSearchFits } from "./searchBytes.js";
import { defaultCapacity, SearchRoom } from "./searchRoom.js";
import { evaluationCount, readSummary, type SurfaceCounts, summaryBytes } from "./summary.js";
import { SurfaceKernels } from "./surfaceKernels.js";
import { allocateTarget, type SurfacePlan, type SurfaceTarget, type TargetCapacity } from "./surfaceLists.js";
import { surfaceStages } from "./surfaceStages.js";
import { Workspace } from "./workspace.js";

/** A mesh in GPU buffers (usage STORAGE, VERTEX or INDEX, COPY_SRC, COPY_DST), which belong to whoever asked for it. */
export interface GpuSurface {
    readonly positions: GPUBuffer;
    readonly normals: GPUBuffer;
    readonly indices: GPUBuffer;
    readonly vertexCount: number;
    readonly triangleCount: number;
    readonly statistics: SurfaceStatistics;
}

/** Makes surfaces on a device: sparse search, Marching Cubes, normals. */
export class GpuSurfaceMaker {
    private readonly idle: Workspace[] = [];
    private live: Workspace | null = null;
    private disposed = false;

    /** @throws if the device refuses a kernel */
    static async CreateAsync(device: GPUDevice): Promise<GpuSurfaceMaker> {
        return new GpuSurfaceMaker(device, await SurfaceKernels.CreateAsync(device));
    }

    private constructor(
        readonly device: GPUDevice,
        readonly kernels: SurfaceKernels,
    ) {}

    /**
     * The surface of a shape, in buffers of its own size.
     *
     * Where a buffer ran full, or the field turns out steeper than `slope` and the search left a hole, it is repeated.
     *
     * @throws if the resolution is out of range or beyond the adapter, the frame budget is not above 0, or the signal is
     *     aborted
     */
    async extractAsync(
        field: EncodableField | GpuBatchField,
        latent: Float32Array,
        domain: FieldDomain,
        options: SurfaceOptions = {},
    ): Promise<GpuSurface> {
        const { frameBudget } = options;
        if (frameBudget === undefined || !isEncodable(field)) {
            return this.extractAtOnceAsync(field, latent, domain, options);
        }
        const paced = new PacedField(field, frameBudget);
        try {
            return await this.extractAtOnceAsync(paced, latent, domain, options);
        } finally {
            paced.dispose();
        }
    }

    private async extractAtOnceAsync(
        field: EncodableField | GpuBatchField,
        latent: Float32Array,
        domain: FieldDomain,
        options: SurfaceOptions,
    ): Promise<GpuSurface> {
        const { resolution = 64, signal } = options;
        signal?.throwIfAborted();
        checkResolution("extractAsync", resolution);
        const statistics = emptyStatistics();
        const started = performance.now();
        const room = new SearchRoom(options.slope);
        const workspace = this.borrow();
        try {
            let capacity = defaultCapacity(resolution);
            for (;;) {
                signal?.throwIfAborted();
                const plan = planSearch(workspace, room, domain, options, capacity);
                const counts = await this.run(field, latent, workspace, plan, statistics, signal);
                statistics.attempts++;
                if (room.grow(plan, counts, storageLimit(this.device))) {
                    continue;
                }
                const { vertices, triangles } = counts;
                if (vertices > capacity.vertexCapacity || triangles > capacity.triangleCapacity) {
                    capacity = { vertexCapacity: vertices, triangleCapacity: triangles };
                    continue;
                }
                statistics.surfaceCells = counts.surfaceCells;
                statistics.vertices = vertices;
                statistics.triangles = triangles;
                const buffers = copySurface(this.device, plan.target, counts);
                statistics.milliseconds = performance.now() - started;
                return { ...buffers, vertexCount: vertices, triangleCount: triangles, statistics };
            }
        } finally {
            this.giveBack(workspace);
        }
    }

    /** A workspace that no other search uses; to be given back. */
    borrow(): Workspace {
        return this.idle.pop() ?? new Workspace(this.device);
    }

    giveBack(workspace: Workspace): void {
        if (this.disposed) {
            workspace.dispose();
        } else {
            this.idle.push(workspace);
        }
    }

    /** What all live surfaces of this device work in; a remesh leaves it when its commands are done. */
    liveWorkspace(): Workspace {
        this.live ??= new Workspace(this.device);
        return this.live;
    }

    dispose(): void {
        this.disposed = true;
        this.kernels.dispose();
        this.live?.dispose();
        for (const workspace of this.idle.splice(0)) {
            workspace.dispose();
        }
    }

    /** One search; fields that are plain commands go into one submit, others are awaited in between. */
    private async run(
        field: EncodableField | GpuBatchField,
        latent: Float32Array,
        workspace: Workspace,
        plan: SurfacePlan,
        statistics: SurfaceStatistics,
        signal: AbortSignal | undefined,
    ): Promise<SurfaceCounts> {
        const { device } = this;
        const bytes = summaryBytes(plan.levels.length);
        const summary = workspace.storage("summary", bytes);
        const code = isEncodable(field) ? field.createCode(latent) : null;
        let encoder = device.createCommandEncoder({ label: "surface" });
        const submit = () => {
            device.queue.submit([encoder.finish()]);
            encoder = device.createCommandEncoder({ label: "surface" });
        };
        try {
            for (const stage of surfaceStages(this.kernels, workspace, plan, summary)) {
                if (stage.kind === "record") {
                    statistics.dispatches += stage.record(encoder);
                } else if (isEncodable(field)) {
                    statistics.dispatches += field.encode(encoder, code as GpuCode, stage.evaluation);
                } else {
                    submit();
                    const [count] = new Uint32Array(await readBuffer(device, stage.evaluation.pointCount, 4));
                    await field.evaluateOnGpuAsync(latent, stage.evaluation, count, { signal });
                    statistics.awaits += 2;
                    statistics.bytesReadBack += 4;
                    signal?.throwIfAborted();
                }
            }
            submit();
        } finally {
            code?.dispose();
        }
        const counts = readSummary(plan.levels.length, await readBuffer(device, summary, bytes));
        statistics.awaits++;
        statistics.bytesReadBack += bytes;
        statistics.evaluations += evaluationCount(counts);
        return counts;
    }
}

/**
 * A surface in buffers of its own size.
 *
 * @param code which of the target's
 */
export function copySurface(
    device: GPUDevice,
    target: SurfaceTarget,
    { vertices, triangles }: SurfaceCounts,
    code = 0,
) {
    const buffers = createMeshBuffers(device, vertices, triangles);
    const encoder = device.createCommandEncoder({ label: "surface copy" });
    const [firstVertex, firstTriangle] = [12 * code * target.vertexCapacity, 12 * code * target.triangleCapacity];
    if (triangles > 0) {
        encoder.copyBufferToBuffer(target.positions, firstVertex, buffers.positions, 0, 12 * vertices);
        encoder.copyBufferToBuffer(target.normals, firstVertex, buffers.normals, 0, 12 * vertices);
        encoder.copyBufferToBuffer(target.indices, firstTriangle, buffers.indices, 0, 12 * triangles);
    }
    device.queue.submit([encoder.finish()]);
    return buffers;
}

/**
 * Buffers that a mesh can be drawn from and a search can write to; at least one triangle's, without area.
 *
 * @throws if the device has no buffers of that size, before it makes any
 */
export function createMeshBuffers(device: GPUDevice, vertexCount: number, triangleCount: number) {
    const [vertices, triangles] = [Math.max(1, vertexCount), Math.max(1, triangleCount)];
    checkBufferSize(device, "shape positions", 12 * vertices, GPUBufferUsage.STORAGE, "use a lower resolution");
    checkBufferSize(device, "shape indices", 12 * triangles, GPUBufferUsage.STORAGE, "use a lower resolution");
    const shared = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    return {
        positions: createBuffer(device, "shape positions", 12 * vertices, shared | GPUBufferUsage.VERTEX),
        normals: createBuffer(device, "shape normals", 12 * vertices, shared | GPUBufferUsage.VERTEX),
        indices: createBuffer(device, "shape indices", 12 * triangles, shared | GPUBufferUsage.INDEX),
    };
}

/** Appends a search and meshing, for all codes of `code` at once, to an encoder; returns the number of dispatches. */
export function encodeSurface(
    encoder: GPUCommandEncoder,
    kernels: SurfaceKernels,
    workspace: Workspace,
    plan: SurfacePlan,
    summary: GPUBuffer,
    field: EncodableField,
    code: GpuCode,
): number {
    let dispatches = 0;
    for (const stage of surfaceStages(kernels, workspace, plan, summary)) {
        dispatches += stage.kind === "record" ? stage.record(encoder) : field.encode(encoder, code, stage.evaluation);
    }
    return dispatches;
}

/**
 * What to search for, with buffers for its triangles; a workspace has them once.
 *
 * @throws if the resolution is out of range, or the search would need a buffer larger than the device's may be
 */
export function planSearch(
    workspace: Workspace,
    room: SearchRoom,
    domain: FieldDomain,
    options: SurfaceOptions,
    capacity: TargetCapacity,
    codeCount = 1,
): SurfacePlan {
    const plan = room.plan(domain, options, capacity, codeCount);
    checkSearchFits(workspace.device, plan);
    return { ...plan, target: allocateTarget(workspace, capacity, codeCount) };
}

/** Whether a field can feed a `GpuSurfaceMaker`. */
export function isOnGpu(field: Field): field is EncodableField | GpuBatchField {
    return isEncodable(field) || "evaluateOnGpuAsync" in field;
}

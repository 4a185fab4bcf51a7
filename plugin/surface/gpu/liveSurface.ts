import type { EncodableField, GpuCode } from "../../field/field.js";
import { createBuffer, createBufferFrom } from "../../field/gpu/buffers.js";
import { storageLimit } from "../../field/gpu/limits.js";
import type { FieldDomain } from "../cpu/extractSurface.js";
import { checkResolution } from "../grid.js";
import { emptyStatistics, type SurfaceOptions, type SurfaceStatistics, type Winding } from "../mesh.js";
import type { FieldMotion } from "../motion.js";
import { createMeshBuffers, encodeSurface, type GpuSurfaceMaker, planSearch } from "./gpuSurface.js";
import { LiveMemory } from "./liveMemory.js";
import { checkSearchFits } from "./searchBytes.js";
import { defaultCapacity, roomyCount, SearchRoom } from "./searchRoom.js";
import { evaluationCount, isWhole, listCount, readSummary, summaryBytes } from "./summary.js";
import type { SurfacePlan } from "./surfaceLists.js";

/** Whether a search passes over what the one before it knew. */
function goesOn({ memory }: SurfacePlan): boolean {
    return memory !== undefined && !memory.isNew;
}

/** What a live surface is to look like. */
export interface LiveRequest {
    readonly latent: Float32Array;
    readonly resolution: number;
}

/** The buffers that are drawn. They show a whole surface at all times, the latest that is done. */
export interface LiveFront {
    readonly positions: GPUBuffer;
    readonly normals: GPUBuffer;
    /** Zeros behind the last triangle. */
    readonly indices: GPUBuffer;
    readonly vertexCapacity: number;
    readonly triangleCapacity: number;
}

export interface LiveSurfaceEvents {
    /** The surface moves to larger buffers, which already hold what those before them held; destroy those. */
    onFront(front: LiveFront): void;
    /** Into the encoder of a remesh, behind it: copies of `drawArguments` to where draws take theirs. */
    onEncode(encoder: GPUCommandEncoder): void;
    /** What a remesh took, once that is known. */
    onStatistics(statistics: SurfaceStatistics): void;
    onError(error: unknown): void;
}

/** Most levels that a search may have, so that the summary's buffers are made once. */
const MAX_LEVELS = 9;
/** Remeshes under way that the host does not know to be done; more only add to what is late. */
const MAX_UNDER_WAY = 2;
/** Without a remesh, after which a code rests. */
const REST_FRAMES = 10;

/**
 * A surface that follows its code on the GPU. A remesh is one submit: search, mesh, and hand-over to the front buffers,
 * the counts staying on the GPU; nothing is awaited and nothing read back. Its normals are the grid's. Beside the frames, one small read at a time
 * tells the host the counts, to grow the buffers and to widen the search, in which case the latest request is done again.
 * What is asked for while two remeshes are under way waits, and the latest wins.
 */
export class LiveSurface {
    /** Five words of an indexed indirect draw; the first is three times the triangles shown. */
    readonly drawArguments: GPUBuffer;
    private readonly code: GpuCode;
    private readonly room: SearchRoom;
    private readonly memory: LiveMemory;
    private motion: FieldMotion | null = null;
    private readonly summary: GPUBuffer;
    private readonly staging: GPUBuffer;
    private readonly verdict: GPUBuffer;
    private readonly limits: GPUBuffer;
    private front: LiveFront | null = null;
    private waiting: LiveRequest | null = null;
    private latest: { request: LiveRequest; plan: SurfacePlan; statistics: SurfaceStatistics } | null = null;
    private underWay = 0;
    private sinceFrame = 0;
    /** What was searched for from the search before, to be searched for as a whole when it rests. */
    private toRest: LiveRequest | null = null;
    private quietFrames = 0;
    private reading = false;
    private disposed = false;

    constructor(
        private readonly field: EncodableField,
        private readonly maker: GpuSurfaceMaker,
        private readonly domain: FieldDomain,
        slope: number,
        private readonly winding: Winding,
        private readonly events: LiveSurfaceEvents,
    ) {
        const { device } = maker;
        this.room = new SearchRoom(slope);
        this.memory = new LiveMemory(device);
        this.code = field.createCode(new Float32Array(field.latentSize));
        const bytes = summaryBytes(MAX_LEVELS);
        this.summary = createBuffer(device, "live summary", bytes);
        this.staging = createBuffer(device, "live counts", bytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ);
        this.verdict = createBuffer(device, "live verdict", 12);
        this.limits = createBuffer(device, "live limits", 16, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
        this.drawArguments = createBufferFrom(device, "live draw", Uint32Array.of(0, 1, 0, 0, 0));
    }

    /**
     * Once it is known how distances follow the code, searches go on from the one before while the code moves.
     *
     * @throws if the device refuses a kernel
     */
    async followAsync(motion: FieldMotion | null): Promise<void> {
        if (motion) {
            await this.maker.kernels.prepareMovingAsync();
        }
        this.motion = motion;
    }

    /**
     * Asks for a shape. The first of a frame is submitted at once.
     *
     * @throws if the resolution is out of range or beyond the adapter
     */
    update(request: LiveRequest): void {
        checkResolution("updateMesh", request.resolution);
        const capacity = defaultCapacity(request.resolution);
        checkSearchFits(this.maker.device, this.room.plan(this.domain, this.optionsOf(request), capacity));
        this.waiting = request;
        if (this.sinceFrame === 0) {
            this.submitWaiting();
        }
    }

    /** To be called before each frame is drawn: what is still asked for is submitted now. */
    beginFrame(): void {
        if (this.toRest && ++this.quietFrames >= REST_FRAMES) {
            this.waiting ??= this.toRest;
        }
        try {
            this.submitWaiting();
        } catch (error) {
            // The frame goes on with what is shown.
            this.events.onError(error);
        }
        this.sinceFrame = 0;
    }

    /** Front buffers stay their user's. */
    dispose(): void {
        this.disposed = true;
        this.waiting = null;
        this.code.dispose();
        this.memory.dispose();
        for (const buffer of [this.summary, this.staging, this.verdict, this.limits, this.drawArguments]) {
            buffer.destroy();
        }
    }

    private optionsOf({ resolution }: LiveRequest): SurfaceOptions {
        return { resolution, winding: this.winding, normals: "grid" };
    }

    private submitWaiting(): void {
        const request = this.waiting;
        if (request && this.underWay < MAX_UNDER_WAY && !this.disposed) {
            this.waiting = null;
            this.submit(request);
        }
    }

    private submit(request: LiveRequest): void {
        const { maker } = this;
        const { device, kernels } = maker;
        const started = performance.now();
        const { vertexCapacity, triangleCapacity } = defaultCapacity(request.resolution);
        const workspace = maker.liveWorkspace();
        const front = this.reserve(vertexCapacity, triangleCapacity);
        const whole = planSearch(workspace, this.room, this.domain, this.optionsOf(request), front);
        const plan = { ...whole, memory: this.memory.next(workspace, whole, request.latent, this.motion) };
        this.code.update(request.latent);

        const encoder = device.createCommandEncoder({ label: "live remesh" });
        let dispatches = encodeSurface(encoder, kernels, workspace, plan, this.summary, this.field, this.code);
        dispatches += this.encodePublish(encoder, plan, front);
        this.events.onEncode(encoder);
        device.queue.submit([encoder.finish()]);

        this.underWay++;
        this.sinceFrame++;
        const milliseconds = performance.now() - started;
        const statistics = { ...emptyStatistics(), dispatches, attempts: 1, milliseconds };
        this.latest = { request, plan, statistics };
        this.toRest = goesOn(plan) ? request : null;
        this.quietFrames = 0;
        if (!this.reading) {
            void this.readLate();
        }
    }

    private encodePublish(encoder: GPUCommandEncoder, { target, levels }: SurfacePlan, front: LiveFront): number {
        const { device, kernels } = this.maker;
        const { vertexCapacity, triangleCapacity } = front;
        const limits = Uint32Array.of(vertexCapacity, triangleCapacity, listCount(levels.length), 0);
        device.queue.writeBuffer(this.limits, 0, limits);
        const pass = encoder.beginComputePass({ label: "live publish" });
        const { limits: uniform, summary, verdict, drawArguments } = this;
        kernels.dispatch(pass, "judge", 1, { 0: uniform, 1: summary, 2: verdict, 3: drawArguments });
        kernels.dispatch(pass, "publishVertices", 3 * vertexCapacity, {
            2: verdict,
            4: target.positions,
            5: target.normals,
            6: front.positions,
            7: front.normals,
        });
        const indices = { 0: uniform, 2: verdict, 8: target.indices, 9: front.indices };
        kernels.dispatch(pass, "publishIndices", 3 * triangleCapacity, indices);
        pass.end();
        return 3;
    }

    /** Learns the counts of the latest remesh; frames go on meanwhile. */
    private async readLate(): Promise<void> {
        const { device } = this.maker;
        this.reading = true;
        try {
            while (this.latest && !this.disposed) {
                const { request, plan, statistics } = this.latest;
                const covered = this.underWay;
                const bytes = summaryBytes(plan.levels.length);
                this.latest = null;
                const encoder = device.createCommandEncoder({ label: "live counts" });
                encoder.copyBufferToBuffer(this.summary, 0, this.staging, 0, bytes);
                device.queue.submit([encoder.finish()]);
                await this.staging.mapAsync(GPUMapMode.READ, 0, bytes);
                const copy = this.staging.getMappedRange(0, bytes).slice(0);
                this.staging.unmap();
                this.underWay -= covered;
                this.learn(request, plan, { ...statistics, lateBytes: bytes }, copy);
            }
        } catch (error) {
            this.underWay = 0;
            if (!this.disposed) {
                this.events.onError(error);
            }
        } finally {
            this.reading = false;
        }
    }

    private learn(request: LiveRequest, plan: SurfacePlan, statistics: SurfaceStatistics, summary: ArrayBuffer): void {
        if (this.disposed) {
            return;
        }
        const counts = readSummary(plan.levels.length, summary);
        const { vertexCapacity, triangleCapacity } = plan.target;
        const isShown = isWhole(counts, plan.target);
        this.events.onStatistics({
            ...statistics,
            evaluations: evaluationCount(counts),
            surfaceCells: counts.surfaceCells,
            vertices: counts.vertices,
            triangles: counts.triangles,
        });
        if (!isShown && goesOn(plan)) {
            // It may be the memory that was wrong, not the slope or the room.
            this.memory.forget();
            this.repeat(request);
        } else if (!isShown) {
            const mostBytes = storageLimit(this.maker.device);
            this.room.grow(plan, counts, mostBytes);
            if (counts.vertices > vertexCapacity || counts.triangles > triangleCapacity) {
                this.reserve(roomyCount(counts.vertices, mostBytes), roomyCount(counts.triangles, mostBytes));
            }
            this.repeat(request);
        }
        this.submitWaiting();
    }

    /** Unless a newer request waits or is under way, which takes its place. */
    private repeat(request: LiveRequest): void {
        if (!this.latest) {
            this.waiting ??= request;
        }
    }

    /** Front buffers with at least this much room; what is shown moves along. */
    private reserve(vertices: number, triangles: number): LiveFront {
        const { front } = this;
        if (front && front.vertexCapacity >= vertices && front.triangleCapacity >= triangles) {
            return front;
        }
        const { device } = this.maker;
        const vertexCapacity = Math.max(vertices, front?.vertexCapacity ?? 0);
        const triangleCapacity = Math.max(triangles, front?.triangleCapacity ?? 0);
        const buffers = createMeshBuffers(device, vertexCapacity, triangleCapacity);
        if (front) {
            const encoder = device.createCommandEncoder({ label: "live growth" });
            for (const name of ["positions", "normals", "indices"] as const) {
                encoder.copyBufferToBuffer(front[name], 0, buffers[name], 0, front[name].size);
            }
            device.queue.submit([encoder.finish()]);
        }
        this.front = { ...buffers, vertexCapacity, triangleCapacity };
        this.events.onFront(this.front);
        return this.front;
    }
}

import type { EncodableField } from "../../field/field.js";
import { readBuffer } from "../../field/gpu/buffers.js";
import { storageLimit } from "../../field/gpu/limits.js";
import type { FieldDomain } from "../cpu/extractSurface.js";
import { checkResolution } from "../grid.js";
import { emptyStatistics, type SurfaceOptions } from "../mesh.js";
import { copySurface, encodeSurface, type GpuSurface, type GpuSurfaceMaker, planSearch } from "./gpuSurface.js";
import { searchBytes } from "./searchBytes.js";
import { defaultCapacity, SearchRoom } from "./searchRoom.js";
import { evaluationCount, isWhole, readSummary, summaryBytes } from "./summary.js";
import { Workspace } from "./workspace.js";

/** Most surfaces that are made together. */
export const BATCH = 16;
/** Room they may work in. Large surfaces take much of it each, and fill a GPU by fewer of them. */
const BATCH_BYTES = 256 * 2 ** 20;

/**
 * The surfaces of many shapes, up to sixteen in the same dispatches and with one wait: the coarse levels of one shape fill
 * few workgroups. The few that ask for more room or a wider search are done again by themselves.
 *
 * @returns in the order of the codes; each surface is what it is when made alone, bit for bit
 * @throws if the resolution is out of range or beyond the adapter, or the signal is aborted
 */
export async function extractBatchAsync(
    maker: GpuSurfaceMaker,
    field: EncodableField,
    latents: readonly Float32Array[],
    domain: FieldDomain,
    options: SurfaceOptions = {},
): Promise<GpuSurface[]> {
    checkResolution("extractBatchAsync", options.resolution ?? 64);
    const surfaces: GpuSurface[] = [];
    // Freed at the end: it is many times what one surface works in.
    const workspace = new Workspace(maker.device);
    const size = batchSize(maker.device, domain, options);
    try {
        for (let start = 0; start < latents.length; start += size) {
            options.signal?.throwIfAborted();
            const batch = latents.slice(start, start + size);
            // Within a frame's budget each is made by itself, slice by slice.
            const found =
                options.frameBudget === undefined && batch.length > 1
                    ? await extractTogetherAsync(maker, workspace, field, batch, domain, options)
                    : batch.map(() => null);
            for (const [index, surface] of found.entries()) {
                surfaces.push(surface ?? (await maker.extractAsync(field, batch[index], domain, options)));
            }
        }
        options.signal?.throwIfAborted();
        return surfaces;
    } catch (error) {
        for (const { positions, normals, indices } of surfaces) {
            for (const buffer of [positions, normals, indices]) {
                buffer.destroy();
            }
        }
        throw error;
    } finally {
        workspace.dispose();
    }
}

/** How many surfaces fit the room for a batch, and the adapter's bindings; at least one. */
export function batchSize(device: GPUDevice, domain: FieldDomain, options: SurfaceOptions): number {
    const capacity = defaultCapacity(options.resolution ?? 64);
    const { all, largest } = searchBytes(new SearchRoom(options.slope).plan(domain, options, capacity));
    const fitting = Math.min(Math.floor(BATCH_BYTES / all), Math.floor(storageLimit(device) / largest));
    return Math.max(1, Math.min(BATCH, fitting));
}

/** One submit and one wait; null for what did not come out whole. */
async function extractTogetherAsync(
    maker: GpuSurfaceMaker,
    workspace: Workspace,
    field: EncodableField,
    latents: readonly Float32Array[],
    domain: FieldDomain,
    options: SurfaceOptions,
): Promise<(GpuSurface | null)[]> {
    const { device, kernels } = maker;
    const started = performance.now();
    const codeCount = latents.length;
    const capacity = defaultCapacity(options.resolution ?? 64);
    const plan = planSearch(workspace, new SearchRoom(options.slope), domain, options, capacity, codeCount);
    const levelCount = plan.levels.length;
    const bytes = summaryBytes(levelCount, codeCount);
    const summary = workspace.storage("summary", bytes);
    const codes = field.createCodes(latents);
    try {
        const encoder = device.createCommandEncoder({ label: "surface batch" });
        const dispatches = encodeSurface(encoder, kernels, workspace, plan, summary, field, codes);
        device.queue.submit([encoder.finish()]);
        const all = await readBuffer(device, summary, bytes);
        return latents.map((_, code) => {
            const counts = readSummary(levelCount, all, code, codeCount);
            if (!isWhole(counts, capacity)) {
                return null;
            }
            const statistics = {
                ...emptyStatistics(),
                evaluations: evaluationCount(counts),
                surfaceCells: counts.surfaceCells,
                vertices: counts.vertices,
                triangles: counts.triangles,
                dispatches: dispatches / codeCount,
                awaits: 1,
                bytesReadBack: bytes / codeCount,
                attempts: 1,
                milliseconds: performance.now() - started,
            };
            const buffers = copySurface(device, plan.target, counts, code);
            return { ...buffers, vertexCount: counts.vertices, triangleCount: counts.triangles, statistics };
        });
    } finally {
        codes.dispose();
    }
}

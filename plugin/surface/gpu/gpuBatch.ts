import type { EncodableField } from "../../field/field.js";
import { readBuffer } from "../../field/gpu/buffers.js";
import type { FieldDomain } from "../cpu/extractSurface.js";
import { checkResolution } from "../grid.js";
import { emptyStatistics, type SurfaceOptions } from "../mesh.js";
import { copySurface, encodeSurface, type GpuSurface, type GpuSurfaceMaker, scratchTarget } from "./gpuSurface.js";
import { defaultCapacity, SearchRoom } from "./searchRoom.js";
import { evaluationCount, isWhole, readSummary, summaryBytes } from "./summary.js";

/** Surfaces of one submit; each needs room of its own until its size is known. */
const BATCH = 16;

/**
 * The surfaces of many shapes, sixteen to a submit and a wait; the few that ask for more room or a wider search are done
 * again by themselves.
 *
 * @returns in the order of the codes
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
    try {
        for (let start = 0; start < latents.length; start += BATCH) {
            options.signal?.throwIfAborted();
            const batch = latents.slice(start, start + BATCH);
            // Within a frame's budget each is made by itself, slice by slice.
            const found =
                options.frameBudget === undefined
                    ? await extractOnceAsync(maker, field, batch, domain, options)
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
    }
}

/** One submit and one wait; null for what did not come out whole. */
async function extractOnceAsync(
    maker: GpuSurfaceMaker,
    field: EncodableField,
    latents: readonly Float32Array[],
    domain: FieldDomain,
    options: SurfaceOptions,
): Promise<(GpuSurface | null)[]> {
    const { device, kernels } = maker;
    const started = performance.now();
    const capacity = defaultCapacity(options.resolution ?? 64);
    const workspace = maker.borrow();
    const codes = latents.map((latent) => field.createCode(latent));
    try {
        const room = new SearchRoom(options.slope);
        // All plans are alike but for their targets, so that the uniforms they share hold for the whole submit.
        const plans = codes.map((_, index) =>
            room.plan(domain, options, scratchTarget(workspace, capacity, `${index} `)),
        );
        const bytes = summaryBytes(plans[0].levels.length);
        const summary = workspace.storage("summary", bytes);
        const summaries = workspace.storage("summaries", bytes * BATCH);
        const encoder = device.createCommandEncoder({ label: "surface batch" });
        const dispatches = codes.map((code, index) => {
            const count = encodeSurface(encoder, kernels, workspace, plans[index], summary, field, code);
            encoder.copyBufferToBuffer(summary, 0, summaries, bytes * index, bytes);
            return count;
        });
        device.queue.submit([encoder.finish()]);
        const all = await readBuffer(device, summaries, bytes * codes.length);
        return plans.map((plan, index) => {
            const counts = readSummary(plan.levels.length, all.slice(bytes * index, bytes * (index + 1)));
            if (!isWhole(counts, plan.target)) {
                return null;
            }
            const statistics = {
                ...emptyStatistics(),
                evaluations: evaluationCount(counts),
                surfaceCells: counts.surfaceCells,
                vertices: counts.vertices,
                triangles: counts.triangles,
                dispatches: dispatches[index],
                awaits: 1,
                bytesReadBack: bytes,
                attempts: 1,
                milliseconds: performance.now() - started,
            };
            const buffers = copySurface(device, plan.target, counts);
            return { ...buffers, vertexCount: counts.vertices, triangleCount: counts.triangles, statistics };
        });
    } finally {
        for (const code of codes) {
            code.dispose();
        }
        maker.giveBack(workspace);
    }
}

import type { FusedField } from "../../../plugin/field/fused/fusedField.js";
import { createBuffer, readBuffer } from "../../../plugin/field/gpu/buffers.js";
import { checkBufferSize } from "../../../plugin/field/gpu/limits.js";
import { type GpuSurfaceMaker, planSearch } from "../../../plugin/surface/gpu/gpuSurface.js";
import { defaultCapacity, SearchRoom } from "../../../plugin/surface/gpu/searchRoom.js";
import { isWhole, readSummary, summaryBytes } from "../../../plugin/surface/gpu/summary.js";
import { surfaceStages } from "../../../plugin/surface/gpu/surfaceStages.js";
import type { Workspace } from "../../../plugin/surface/gpu/workspace.js";
import type { Spread } from "../spread.js";
import { GridPoints } from "./gridPoints.js";
import { type Arm, interleave, repeatsFor } from "./interleave.js";
import type { BenchDecoder, SuiteHost, SuiteOptions, SuiteRow, UsherVolume } from "./types.js";

/** Points of a round of the volume's own making. */
const CHUNK = 1 << 18;

/**
 * Marching Cubes alone: from the distances at every corner of a grid, on the GPU, to indexed triangles there; beside
 * W. Usher's code on the same volume where the user has it.
 */
export async function benchVolume(
    host: SuiteHost,
    { bench, field, maker }: { bench: BenchDecoder; field: FusedField; maker: GpuSurfaceMaker },
    options: SuiteOptions,
): Promise<SuiteRow> {
    const { device, log, usher } = host;
    const { volumeResolution: resolution, runCount } = options;
    const notes: string[] = [];
    const milliseconds: SuiteRow["milliseconds"] = {};
    const row = { what: "Marching Cubes alone", decoder: bench.name, resolution };
    const workspace = maker.borrow();
    const values = await fillVolumeAsync(field, bench, resolution).catch((error: Error) => error);
    if (values instanceof Error) {
        maker.giveBack(workspace);
        return { ...row, milliseconds, figures: {}, notes: [`left out: ${values.message}`] };
    }
    try {
        log(`${bench.name} ${resolution}³: Marching Cubes alone${usher ? ", Usher's beside it" : ""}`);
        const own = await createOwnArm(maker, workspace, bench, values, resolution);
        const repeats = await repeatsFor(options.leastMilliseconds, own.runAsync);
        const arms: Record<string, Arm> = { library: () => own.runAsync(repeats) };
        if (usher) {
            const volume = await toTextureAsync(device, values, resolution + 1);
            const other = await usher.create(volume, device);
            arms.usher = async () => {
                const { buffer } = await other.computeSurface(0);
                buffer.destroy();
            };
        } else {
            notes.push("Usher's code was not at hand: --usher FOLDER names a copy of it");
        }
        const times = await interleave(arms, runCount);
        const library = perRun(times.library, repeats);
        const figures: Record<string, number> = { triangles: own.triangles, repeatsInASubmit: repeats };
        if (times.usher) {
            figures.usherToLibrary = times.usher.median / library.median;
        }
        return { ...row, milliseconds: { ...times, library }, figures, notes };
    } catch (error) {
        return { ...row, milliseconds, figures: {}, notes: [`left out: ${(error as Error).message}`] };
    } finally {
        values.destroy();
        maker.giveBack(workspace);
    }
}

/** The decoder's distances for its first code at every corner. */
async function fillVolumeAsync(
    field: FusedField,
    { decoder, code }: BenchDecoder,
    resolution: number,
): Promise<GPUBuffer> {
    const { device } = field;
    const grid = new GridPoints(decoder.bounds, resolution);
    checkBufferSize(device, "corners of the volume", 12 * grid.count, GPUBufferUsage.STORAGE, "use a smaller volume");
    const values = createBuffer(device, "volume", 4 * grid.count);
    const gpuCode = field.createCode(code(0));
    const job = {
        points: createBuffer(device, "volume points", 12 * CHUNK),
        pointCount: createBuffer(device, "volume count", 4),
        distances: createBuffer(device, "volume distances", 4 * CHUNK),
    };
    for (let start = 0; start < grid.count; start += CHUNK) {
        const count = Math.min(CHUNK, grid.count - start);
        device.queue.writeBuffer(job.points, 0, grid.slice(start, start + count));
        device.queue.writeBuffer(job.pointCount, 0, Uint32Array.of(count));
        const encoder = device.createCommandEncoder({ label: "volume" });
        field.encode(encoder, gpuCode, job);
        encoder.copyBufferToBuffer(job.distances, 0, values, 4 * start, 4 * count);
        device.queue.submit([encoder.finish()]);
    }
    await device.queue.onSubmittedWorkDone();
    gpuCode.dispose();
    for (const buffer of Object.values(job)) {
        buffer.destroy();
    }
    return values;
}

/** The kernels of a live remesh from the distances on, as often as asked in one submit. */
async function createOwnArm(
    maker: GpuSurfaceMaker,
    workspace: Workspace,
    { decoder }: BenchDecoder,
    values: GPUBuffer,
    resolution: number,
) {
    const { device, kernels } = maker;
    const search = { resolution, sparse: false };
    const plan = planSearch(workspace, new SearchRoom(), decoder, search, defaultCapacity(2 * resolution));
    const bytes = summaryBytes(plan.levels.length);
    const summary = workspace.storage("summary", bytes);
    const encoder = device.createCommandEncoder({ label: "volume lists" });
    let triangles: (encoder: GPUCommandEncoder) => number = () => 0;
    for (const stage of surfaceStages(kernels, workspace, plan, summary)) {
        if (stage.kind === "record") {
            stage.record(encoder);
            triangles = stage.name === "triangles" ? stage.record : triangles;
        } else if (stage.name === "corners") {
            encoder.copyBufferToBuffer(values, 0, stage.evaluation.distances, 0, values.size);
        }
    }
    device.queue.submit([encoder.finish()]);
    const counts = readSummary(plan.levels.length, await readBuffer(device, summary, bytes));
    if (!isWhole(counts, plan.target)) {
        throw new Error(
            `bench: the volume gave ${counts.triangles} triangles, ${counts.openEdges} open edges; expected a whole surface`,
        );
    }
    return {
        triangles: counts.triangles,
        runAsync: async (repeats: number) => {
            const encoder = device.createCommandEncoder({ label: "Marching Cubes alone" });
            for (let i = 0; i < repeats; i++) {
                triangles(encoder);
            }
            device.queue.submit([encoder.finish()]);
            await device.queue.onSubmittedWorkDone();
        },
    };
}

/** The volume as a texture of single floats; rows of a copy from a buffer are multiples of 256 bytes. */
async function toTextureAsync(device: GPUDevice, values: GPUBuffer, side: number): Promise<UsherVolume> {
    const host = new Float32Array(await readBuffer(device, values, 4 * side ** 3));
    const dims = [side, side, side];
    const texture = device.createTexture({
        label: "volume",
        size: dims,
        dimension: "3d",
        format: "r32float",
        usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
    });
    device.queue.writeTexture({ texture }, host, { bytesPerRow: 4 * side, rowsPerImage: side }, dims);
    await device.queue.onSubmittedWorkDone();
    const cells = side - 1;
    return { dims, dualGridDims: [cells, cells, cells], dualGridNumVoxels: cells ** 3, texture };
}

function perRun(total: Spread, repeats: number): Spread {
    const { median, quartiles, least, most } = total;
    const share = (value: number) => Number((value / repeats).toPrecision(4));
    return {
        median: share(median),
        quartiles: [share(quartiles[0]), share(quartiles[1])],
        least: share(least),
        most: share(most),
    };
}

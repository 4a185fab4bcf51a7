import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import type { Perceptron } from "../../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { type LiveFront, LiveSurface } from "../../plugin/surface/gpu/liveSurface.js";
import type { SurfaceStatistics } from "../../plugin/surface/mesh.js";
import { type FieldMotion, fieldMotionAsync } from "../../plugin/surface/motion.js";
import { countDevice, type DeviceCounts } from "../support/countingDevice.js";
import { cube } from "../support/fields.js";
import { octahedronPerceptron, randomCode, randomPerceptron } from "../support/perceptrons.js";

export interface LiveCounters {
    awaitsPerRemesh: number | null;
    bytesReadBackPerRemesh: number | null;
    lateBytesPerRemesh: number | null;
    dispatchesPerRemesh: number | null;
    submitsPerRemesh: number | null;
    gpuMemoryGrowthBytes: number | null;
    /** Largest difference to the CPU twin: points evaluated, triangles. */
    twinEvaluationDifference: number | null;
    twinTriangleDifference: number | null;
}

const CODES = 6;
const RESOLUTIONS = [16, 32];
const MEMORY_REMESHES = 1000;
const domain = { bounds: cube, clampDistance: 0.4 };

/** What live remeshes ask of a device; all null where there is none. */
export async function measureLive(adapter: GPUAdapter | null): Promise<LiveCounters> {
    const device = await adapter?.requestDevice();
    if (!device) {
        console.log("No WebGPU adapter: counters of live remeshes are null");
        return {
            awaitsPerRemesh: null,
            bytesReadBackPerRemesh: null,
            lateBytesPerRemesh: null,
            dispatchesPerRemesh: null,
            submitsPerRemesh: null,
            gpuMemoryGrowthBytes: null,
            twinEvaluationDifference: null,
            twinTriangleDifference: null,
        };
    }
    const counts = countDevice(device);
    const maker = await GpuSurfaceMaker.CreateAsync(device);
    const waves = randomPerceptron({
        seed: 11,
        width: 32,
        depth: 4,
        octaves: 2,
        skips: [2],
        activation: { kind: "tanh", alpha: 0 },
    });
    const worst = { awaits: 0, bytes: 0, late: 0, dispatches: 0, submits: 0, evaluations: 0, triangles: 0 };
    const note = ({ statistics, ...seen }: Remesh): SurfaceStatistics => {
        worst.awaits = Math.max(worst.awaits, seen.awaits, statistics.awaits);
        worst.bytes = Math.max(worst.bytes, seen.bytesReadBack, statistics.bytesReadBack);
        worst.submits = Math.max(worst.submits, seen.submits);
        worst.late = Math.max(worst.late, statistics.lateBytes);
        worst.dispatches = Math.max(worst.dispatches, statistics.dispatches);
        return statistics;
    };
    for (const perceptron of [octahedronPerceptron(0.5), waves]) {
        const field = await FusedField.CreateAsync(device, perceptron);
        const remesh = new Remesher(field, maker, counts);
        const codes = Array.from({ length: CODES }, (_, index) => smallCode(perceptron, index));
        for (const resolution of RESOLUTIONS) {
            for (const latent of codes) {
                const statistics = note(await remesh.run(latent, resolution));
                const twin = await twinOf(perceptron, latent, resolution);
                worst.evaluations = Math.max(worst.evaluations, Math.abs(statistics.evaluations - twin.evaluations));
                worst.triangles = Math.max(worst.triangles, Math.abs(statistics.triangles - twin.triangles));
            }
        }
        // Searches that go on from the one before take a few dispatches more.
        await remesh.followAsync(await fieldMotionAsync(field, domain, codes));
        for (const step of [0, 1, 2]) {
            const latent = codes[0].map((value) => value + 0.002 * step);
            note(await remesh.run(latent, RESOLUTIONS[RESOLUTIONS.length - 1]));
        }
        remesh.dispose();
        field.dispose();
    }
    const growth = await measureGrowth(device, maker, counts);
    maker.dispose();
    return {
        awaitsPerRemesh: worst.awaits,
        bytesReadBackPerRemesh: worst.bytes,
        lateBytesPerRemesh: worst.late,
        dispatchesPerRemesh: worst.dispatches,
        submitsPerRemesh: worst.submits,
        gpuMemoryGrowthBytes: growth,
        twinEvaluationDifference: worst.evaluations,
        twinTriangleDifference: worst.triangles,
    };
}

function smallCode({ latentSize }: Perceptron, index: number): Float32Array {
    return randomCode(latentSize, index).map((value) => 0.2 * value);
}

async function twinOf(perceptron: Perceptron, latent: Float32Array, resolution: number): Promise<SurfaceStatistics> {
    const { statistics } = await extractSurfaceAsync(new ReferenceField(perceptron), latent, domain, {
        resolution,
        slope: 2,
    });
    return statistics;
}

async function measureGrowth(device: GPUDevice, maker: GpuSurfaceMaker, counts: DeviceCounts): Promise<number> {
    const field = await FusedField.CreateAsync(device, octahedronPerceptron(0.5));
    const remesh = new Remesher(field, maker, counts);
    const run = (index: number) => remesh.run(Float32Array.of(-0.3 + 0.03 * (index % 13), 0), 4 + (index % 5));
    for (let index = 0; index < 40; index++) {
        await run(index);
    }
    const before = counts.bytes;
    for (let index = 0; index < MEMORY_REMESHES; index++) {
        await run(index);
    }
    const growth = counts.bytes - before;
    remesh.dispose();
    field.dispose();
    return growth;
}

/** What a remesh took, and asked of the device. */
interface Remesh {
    statistics: SurfaceStatistics;
    awaits: number;
    bytesReadBack: number;
    submits: number;
}

/** One live surface, remeshed and watched. */
class Remesher {
    private readonly live: LiveSurface;
    private front: LiveFront | null = null;
    private settle: (statistics: SurfaceStatistics) => void = () => {};
    private fail: (error: unknown) => void = () => {};

    constructor(
        field: FusedField,
        maker: GpuSurfaceMaker,
        private readonly counts: DeviceCounts,
    ) {
        this.live = new LiveSurface(field, maker, domain, 2, "counterClockwise", {
            onFront: (front) => {
                this.free();
                this.front = front;
            },
            onEncode: () => {},
            onStatistics: (statistics) => this.settle(statistics),
            onError: (error) => this.fail(error),
        });
    }

    followAsync(motion: FieldMotion | null): Promise<void> {
        return this.live.followAsync(motion);
    }

    /**
     * @returns what the call that submits the remesh asked of the device, without the copy and the wait for the counts,
     *     which hold up nothing
     */
    async run(latent: Float32Array, resolution: number): Promise<Remesh> {
        const before = { ...this.counts };
        const settled = new Promise<SurfaceStatistics>((resolve, reject) => {
            this.settle = resolve;
            this.fail = reject;
        });
        this.live.update({ latent, resolution });
        const { waits, bytesMapped, submits } = this.counts;
        this.live.beginFrame();
        const statistics = await settled;
        // The late read is one submit, one wait, and the bytes that the statistics tell.
        return {
            statistics,
            awaits: waits - before.waits - 1,
            bytesReadBack: bytesMapped - before.bytesMapped - statistics.lateBytes,
            submits: submits - before.submits - 1,
        };
    }

    dispose(): void {
        this.live.dispose();
        this.free();
    }

    private free(): void {
        for (const buffer of this.front ? [this.front.positions, this.front.normals, this.front.indices] : []) {
            buffer.destroy();
        }
    }
}

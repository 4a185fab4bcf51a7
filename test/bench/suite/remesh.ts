import type { FusedField } from "../../../plugin/field/fused/fusedField.js";
import { moveAlongAxis } from "../../../plugin/latent/moveLatent.js";
import type { FieldDomain } from "../../../plugin/surface/cpu/extractSurface.js";
import { encodeSurface, type GpuSurfaceMaker, planSearch } from "../../../plugin/surface/gpu/gpuSurface.js";
import { type LiveFront, LiveSurface } from "../../../plugin/surface/gpu/liveSurface.js";
import { defaultCapacity, SearchRoom } from "../../../plugin/surface/gpu/searchRoom.js";
import { summaryBytes } from "../../../plugin/surface/gpu/summary.js";
import type { SurfaceStatistics } from "../../../plugin/surface/mesh.js";
import type { FieldMotion } from "../../../plugin/surface/motion.js";
import { createDenseFusedArm, createOnnxRuntimeArmAsync, type DenseArm } from "./denseArms.js";
import { type Arm, interleave, repeatsFor } from "./interleave.js";
import type { BenchDecoder, SuiteHost, SuiteOptions, SuiteRow } from "./types.js";

/** Samples of the floor: the corners of the cells that a prop's surface crosses, a little rounded up. */
const FLOOR_SAMPLES = 4;

/** Of an axis, standard deviations a frame: three in a second and a half at 60 frames a second. */
export const STEP = 1 / 30;

/** What the adapter does in a second, and what a point takes of it. */
export interface Rate {
    /** Measured peak, GFLOP/s. */
    readonly gigaflops: number;
    /** Of one point. */
    readonly flops: number;
}

/** One live surface that is remeshed and waited for. */
class LiveArm {
    private readonly live: LiveSurface;
    private front: LiveFront | null = null;
    private settle: (statistics: SurfaceStatistics) => void = () => {};
    private fail: (error: unknown) => void = () => {};
    /** Milliseconds of the call, on the host. */
    readonly callTimes: number[] = [];

    constructor(
        private readonly device: GPUDevice,
        field: FusedField,
        maker: GpuSurfaceMaker,
        domain: FieldDomain,
        slope: number,
        private readonly resolution: number,
    ) {
        this.live = new LiveSurface(field, maker, domain, slope, "clockwise", {
            onFront: (front) => {
                this.freeFront();
                this.front = front;
            },
            onEncode: () => {},
            onStatistics: (statistics) => this.settle(statistics),
            onError: (error) => this.fail(error),
        });
    }

    followAsync(motion: FieldMotion): Promise<void> {
        return this.live.followAsync(motion);
    }

    /** From the call until the buffers that are drawn hold the surface. */
    async runAsync(latent: Float32Array, lap: () => void): Promise<void> {
        const settled = new Promise<SurfaceStatistics>((resolve, reject) => {
            this.settle = resolve;
            this.fail = reject;
        });
        const started = performance.now();
        this.live.update({ latent, resolution: this.resolution });
        this.callTimes.push(performance.now() - started);
        await this.device.queue.onSubmittedWorkDone();
        lap();
        this.live.beginFrame();
        await settled;
    }

    dispose(): void {
        this.live.dispose();
        this.freeFront();
    }

    private freeFront(): void {
        for (const buffer of this.front ? [this.front.positions, this.front.normals, this.front.indices] : []) {
            buffer.destroy();
        }
    }
}

export interface RemeshSubject {
    readonly bench: BenchDecoder;
    readonly field: FusedField;
    readonly maker: GpuSurfaceMaker;
    readonly domain: FieldDomain;
    readonly slope: number;
    readonly rate: Rate;
    /** How distances follow codes; null where the decoder has no prior. */
    readonly motion: FieldMotion | null;
}

/**
 * A remesh by this library, by dense fused evaluation and by dense onnxruntime-web, each until its mesh is there; and this
 * library's remeshes back to back, set against the time that 4 · resolution² samples take at the adapter's own rate. While
 * a code moves along an axis, remeshes that go on from the one before against whole ones.
 */
export async function benchRemesh(
    host: SuiteHost,
    subject: RemeshSubject,
    resolution: number,
    options: SuiteOptions,
): Promise<SuiteRow> {
    const { device, log } = host;
    const { bench, field, maker, domain, slope, rate, motion } = subject;
    const { decoder, name, code } = bench;
    const notes: string[] = [];
    const createLive = () => new LiveArm(device, field, maker, domain, slope, resolution);
    const [live, moving, movingWhole] = [createLive(), createLive(), createLive()];
    const dense: Record<string, DenseArm> = {};
    try {
        const codeOf = (run: number) => code(run % options.codeCount);
        const arms: Record<string, Arm> = { library: (run, lap) => live.runAsync(codeOf(run), lap) };
        const addDense = async (arm: string, create: () => Promise<DenseArm>) => {
            try {
                dense[arm] = await create();
                arms[arm] = async (run) => void (await dense[arm].remeshAsync(codeOf(run)));
            } catch (error) {
                notes.push(`${arm} left out: ${error instanceof Error ? error.message : String(error)}`);
            }
        };
        await addDense("denseFused", async () => createDenseFusedArm(field, decoder, resolution));
        await addDense("denseOnnxRuntime", () => createOnnxRuntimeArmAsync(device, decoder, resolution));
        const axis = decoder.metadata?.axes[0];
        if (motion && axis) {
            await moving.followAsync(motion);
            const along = (run: number) => moveAlongAxis(code(0), axis, STEP * (run % options.codeCount));
            arms.moving = (run, lap) => moving.runAsync(along(run), lap);
            arms.movingWhole = (run, lap) => movingWhole.runAsync(along(run), lap);
        }
        log(`${name} ${resolution}³: remeshes by ${Object.keys(arms).join(", ")}`);
        const milliseconds = await interleave(arms, options.runCount);
        const backToBack = await measureBackToBack(subject, device, resolution, options);
        const floor = floorMilliseconds(resolution, rate);
        const figures: Record<string, number> = {
            backToBackMilliseconds: backToBack,
            callMilliseconds: median(live.callTimes.slice(1)),
            floorMilliseconds: floor,
            floorToBackToBack: floor / backToBack,
        };
        if (milliseconds.moving) {
            figures.movingWholeToMoving = milliseconds.movingWhole.median / milliseconds.moving.median;
        }
        for (const arm of Object.keys(dense)) {
            figures[`${arm}ToLibrary`] = milliseconds[arm].median / milliseconds.library.median;
        }
        return { what: "remesh", decoder: name, resolution, milliseconds, figures, notes };
    } finally {
        for (const arm of [live, moving, movingWhole]) {
            arm.dispose();
        }
        for (const arm of Object.values(dense)) {
            arm.dispose();
        }
    }
}

/** Milliseconds of a remesh when many follow each other in a submit. */
async function measureBackToBack(
    { bench, field, maker, domain, slope }: RemeshSubject,
    device: GPUDevice,
    resolution: number,
    options: SuiteOptions,
): Promise<number> {
    const workspace = maker.borrow();
    const codes = Array.from({ length: Math.min(8, options.codeCount) }, (_, i) => field.createCode(bench.code(i)));
    try {
        const search = { resolution, normals: "grid" } as const;
        const plan = planSearch(workspace, new SearchRoom(slope), domain, search, defaultCapacity(resolution));
        const summary = workspace.storage("summary", summaryBytes(plan.levels.length));
        const run = async (repeats: number) => {
            const encoder = device.createCommandEncoder({ label: "remeshes back to back" });
            for (let i = 0; i < repeats; i++) {
                encodeSurface(encoder, maker.kernels, workspace, plan, summary, field, codes[i % codes.length]);
            }
            device.queue.submit([encoder.finish()]);
            await device.queue.onSubmittedWorkDone();
        };
        const repeats = await repeatsFor(options.leastMilliseconds, run);
        const times: number[] = [];
        for (let i = 0; i < options.runCount; i++) {
            const started = performance.now();
            await run(repeats);
            times.push((performance.now() - started) / repeats);
        }
        return median(times);
    } finally {
        for (const code of codes) {
            code.dispose();
        }
        maker.giveBack(workspace);
    }
}

/** Milliseconds that the samples of a surface take at a rate, by the folded network. */
function floorMilliseconds(resolution: number, { gigaflops, flops }: Rate): number {
    return (FLOOR_SAMPLES * resolution ** 2 * flops) / gigaflops / 1e6;
}

function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

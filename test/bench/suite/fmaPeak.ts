import { bind, createBuffer } from "../../../plugin/field/gpu/buffers.js";
import { computePipelineAsync } from "../../../plugin/field/gpu/pipelines.js";
import { type Spread, spread } from "../spread.js";
import source from "./fmaPeak.wgsl?raw";
import { repeatsFor } from "./interleave.js";

const WORKGROUP_SIZE = 256;
/** Multiply-adds of an invocation in a round: two lines of eight chains of four. */
const FMAS_A_ROUND = 2 * 8 * 4;
const FLOPS_A_FMA = 2;

export interface FmaPeakOptions {
    readonly runCount: number;
    readonly leastMilliseconds: number;
    readonly invocations: number;
    readonly rounds: number;
}

/** Milliseconds of a dispatch, and the rate of its fastest run in GFLOP/s, a multiply-add being two. */
export async function measureFmaPeakAsync(
    device: GPUDevice,
    { runCount, leastMilliseconds, invocations, rounds }: FmaPeakOptions,
): Promise<{ milliseconds: Spread; gigaflops: number }> {
    const pipeline = await computePipelineAsync(device, "fma peak", source, "multiplyAdd", { rounds });
    const results = createBuffer(device, "fma peak results", 16 * invocations);
    const group = bind(device, pipeline, { 0: results });
    const run = async (repeats: number) => {
        const encoder = device.createCommandEncoder({ label: "fma peak" });
        const pass = encoder.beginComputePass({ label: "fma peak" });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        for (let i = 0; i < repeats; i++) {
            pass.dispatchWorkgroups(Math.ceil(invocations / WORKGROUP_SIZE));
        }
        pass.end();
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
    };
    try {
        const repeats = await repeatsFor(leastMilliseconds, run);
        const times: number[] = [];
        for (let i = 0; i < runCount; i++) {
            const started = performance.now();
            await run(repeats);
            times.push((performance.now() - started) / repeats);
        }
        const flops = invocations * rounds * FMAS_A_ROUND * FLOPS_A_FMA;
        return { milliseconds: spread(times), gigaflops: flops / Math.min(...times) / 1e6 };
    } finally {
        results.destroy();
    }
}

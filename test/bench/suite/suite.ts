import { FusedField } from "../../../plugin/field/fused/fusedField.js";
import { isSoftware } from "../../../plugin/field/fused/variants.js";
import { typicalLatents } from "../../../plugin/latent/typicalLatents.js";
import { GpuSurfaceMaker } from "../../../plugin/surface/gpu/gpuSurface.js";
import { fieldMotionAsync } from "../../../plugin/surface/motion.js";
import { fieldReachAsync, fieldSlopeAsync } from "../../../plugin/surface/slope.js";
import { flopsPerPoint } from "./flops.js";
import { measureFmaPeakAsync } from "./fmaPeak.js";
import { benchKernels } from "./kernels.js";
import { benchRemesh } from "./remesh.js";
import type { BenchDecoder, SuiteHost, SuiteOptions, SuiteReport, SuiteRow } from "./types.js";
import { benchVolume } from "./volume.js";

/** What a GPU is measured with; `softwareOptions` are for showing that the suite runs. */
export const defaultOptions: SuiteOptions = {
    resolutions: [64, 128, 256],
    volumeResolution: 256,
    runCount: 20,
    codeCount: 20,
    points: 1 << 18,
    leastMilliseconds: 20,
};

export const softwareOptions: SuiteOptions = {
    resolutions: [8, 16],
    volumeResolution: 16,
    runCount: 3,
    codeCount: 3,
    points: 1 << 10,
    leastMilliseconds: 1,
};

/** Invocations and rounds of the peak: about a millisecond at 30 TFLOP/s; a software adapter gets a small part. */
const PEAK = { invocations: 1 << 20, rounds: 256 };
const SOFTWARE_PEAK = { invocations: 1 << 10, rounds: 16 };

/** Codes by which motion is measured, as for a model in a scene. */
export const MOTION_CODES = 32;

/** Features that some kernels need. */
const FEATURES = ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix"] as GPUFeatureName[];

/** Asks the adapter for all that the suite can use. */
export async function requestSuiteDevice(adapter: GPUAdapter): Promise<GPUDevice> {
    const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = adapter.limits;
    const device = await adapter.requestDevice({
        label: "bench",
        requiredFeatures: FEATURES.filter((name) => adapter.features.has(name)),
        requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize },
    });
    // In Node, Dawn tells the matrices of subgroups of an adapter and not of a device.
    return Object.defineProperty(device, "adapterInfo", { value: adapter.info });
}

/** Every row, one after another. */
export async function runSuite(host: SuiteHost, options: SuiteOptions): Promise<SuiteReport> {
    const { device } = host;
    const maker = await GpuSurfaceMaker.CreateAsync(device);
    const rows: SuiteRow[] = [];
    const peakOptions = isSoftware(device) ? SOFTWARE_PEAK : PEAK;
    host.log("Multiply-adds at their peak");
    const peak = await measureFmaPeakAsync(device, { ...options, ...peakOptions });
    rows.push({
        what: "multiply-add peak",
        milliseconds: { multiplyAdd: peak.milliseconds },
        figures: { gigaflops: peak.gigaflops },
        notes: [],
    });
    for (const bench of host.decoders) {
        rows.push(...(await benchDecoder(host, maker, bench, peak.gigaflops, options)));
    }
    maker.dispose();
    const { adapter, versions } = host;
    return { adapter, date: new Date().toISOString().slice(0, 10), options, rows, versions };
}

async function benchDecoder(
    host: SuiteHost,
    maker: GpuSurfaceMaker,
    bench: BenchDecoder,
    gigaflops: number,
    options: SuiteOptions,
): Promise<SuiteRow[]> {
    const { decoder, name } = bench;
    const { perceptron, bounds, clampDistance } = decoder;
    if (!perceptron) {
        throw new Error(
            `bench: ${name} is no perceptron: ${decoder.notPerceptronReason}; expected one; name another decoder`,
        );
    }
    const field = await FusedField.CreateAsync(host.device, perceptron);
    const latents = typicalLatents(decoder.metadata);
    const slope = await fieldSlopeAsync(field, decoder, latents);
    const domain = { bounds, clampDistance, reach: await fieldReachAsync(field, decoder, latents) };
    const rate = { gigaflops, flops: flopsPerPoint(perceptron) };
    // Where the device has them, halves are timed beside the kernels that are used unless asked otherwise.
    const withHalves = await FusedField.CreateAsync(host.device, perceptron, undefined, true);
    const rows = [await benchKernels(host, bench, withHalves, rate, options)];
    withHalves.dispose();
    const drawn = Array.from({ length: MOTION_CODES }, (_, i) => bench.code(1000 + i));
    const motion = decoder.metadata?.prior.length ? await fieldMotionAsync(field, decoder, drawn) : null;
    for (const resolution of options.resolutions) {
        rows.push(await benchRemesh(host, { bench, field, maker, domain, slope, rate, motion }, resolution, options));
    }
    rows.push(await benchVolume(host, { bench, field, maker }, options));
    field.dispose();
    return rows;
}

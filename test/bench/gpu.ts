import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { type FusedVariant, isSoftware } from "../../plugin/field/fused/variants.js";
import { createBuffer, createBufferFrom } from "../../plugin/field/gpu/buffers.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { requestDawnAdapter } from "../support/dawn.js";
import { type BenchDecoder, openDecoders } from "./decoders.js";
import type { BenchOptions } from "./options.js";
import { spread } from "./spread.js";
import { adapterName, versions } from "./versions.js";

const RESOLUTIONS = [64, 128];
/** Points of one evaluation; few on adapters that compute on the CPU. */
const POINTS = 1 << 18;
const SOFTWARE_POINTS = 1 << 10;

/**
 * Milliseconds on the adapter, arms interleaved, codes in turn: surfaces by sparse search and with every corner
 * evaluated, both by the fused evaluator, and points by each of its kernels.
 *
 * @throws if there is no adapter, or no decoder that the fused evaluator takes
 */
export async function benchGpu(options: BenchOptions) {
    const adapter = await requestDawnAdapter();
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter?.limits ?? {};
    const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize } as Record<string, number>;
    const device = await adapter?.requestDevice({ requiredLimits });
    if (!device) {
        throw new Error(
            "bench: there is no WebGPU adapter here; expected one; use --counters or --cpu, or a machine with a GPU",
        );
    }
    const maker = await GpuSurfaceMaker.CreateAsync(device);
    const rows: Record<string, unknown>[] = [];
    for (const decoder of openDecoders(options.decoders)) {
        rows.push(...(await benchDecoder(device, maker, decoder, options)));
    }
    maker.dispose();
    return { adapter: adapterName(adapter), rows, versions: versions() };
}

async function benchDecoder(device: GPUDevice, maker: GpuSurfaceMaker, bench: BenchDecoder, options: BenchOptions) {
    const { name, decoder, code } = bench;
    if (!decoder.perceptron) {
        throw new Error(
            `bench: ${name} is no perceptron: ${decoder.notPerceptronReason}; expected one; name another decoder`,
        );
    }
    const field = await FusedField.CreateAsync(device, decoder.perceptron);
    const rows: Record<string, unknown>[] = [];
    for (const resolution of options.resolutions ?? RESOLUTIONS) {
        const surface = (sparse: boolean) => async (run: number) => {
            const latent = code(run % options.codeCount);
            const made = await maker.extractAsync(field, latent, decoder, { resolution, sparse });
            for (const buffer of [made.positions, made.normals, made.indices]) {
                buffer.destroy();
            }
        };
        const arms = { sparse: surface(true), dense: surface(false) };
        const times = await interleave(arms, options.runCount);
        const ratio = times.dense.median / times.sparse.median;
        rows.push({
            what: "surface",
            decoder: name,
            resolution,
            milliseconds: times,
            denseToSparse: Number(ratio.toPrecision(3)),
        });
    }
    const chosen = field.variant;
    const variants: FusedVariant[] = chosen === "tiled" ? ["tiled", "barrierFree"] : ["barrierFree"];
    const points = isSoftware(device) ? SOFTWARE_POINTS : POINTS;
    const evaluate = evaluator(device, field, code(0), points);
    const arms = Object.fromEntries(
        variants.map((variant) => [
            variant,
            async () => {
                field.variant = variant;
                await evaluate.run();
            },
        ]),
    );
    const milliseconds = await interleave(arms, options.runCount);
    evaluate.dispose();
    field.dispose();
    return [...rows, { what: "points", decoder: name, points, chosen, milliseconds }];
}

/** Evaluations of points to the end of the queue's work. */
function evaluator(device: GPUDevice, field: FusedField, latent: Float32Array, points: number) {
    const code = field.createCode(latent);
    const job = {
        points: createBuffer(device, "bench points", 12 * points),
        pointCount: createBufferFrom(device, "bench count", Uint32Array.of(points)),
        distances: createBuffer(device, "bench distances", 4 * points),
    };
    return {
        run: async () => {
            const encoder = device.createCommandEncoder({ label: "bench" });
            field.encode(encoder, code, job);
            device.queue.submit([encoder.finish()]);
            await device.queue.onSubmittedWorkDone();
        },
        dispose: () => {
            code.dispose();
            for (const buffer of Object.values(job)) {
                buffer.destroy();
            }
        },
    };
}

/** Times of each arm, in turn; a first round warms up. */
async function interleave<Name extends string>(arms: Record<Name, (run: number) => Promise<void>>, runCount: number) {
    const names = Object.keys(arms) as Name[];
    const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
    for (let run = 0; run <= runCount; run++) {
        for (const name of names) {
            const started = performance.now();
            await arms[name](run);
            if (run > 0) {
                times[name].push(performance.now() - started);
            }
        }
    }
    return Object.fromEntries(names.map((name) => [name, spread(times[name])])) as Record<
        Name,
        ReturnType<typeof spread>
    >;
}

import type { Field } from "../../plugin/field/field.js";
import { OnnxRuntimeField } from "../../plugin/field/onnxRuntime/onnxRuntimeField.js";
import { WasmField } from "../../plugin/field/wasm/wasmField.js";
import { typicalLatents } from "../../plugin/latent/typicalLatents.js";
import type { Decoder, Perceptron } from "../../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { fieldReachAsync, fieldSlopeAsync } from "../../plugin/surface/slope.js";
import { openDecoders } from "./decoders.js";
import type { BenchOptions } from "./options.js";
import { spread } from "./spread.js";
import { versions } from "./versions.js";

const CODES = 50;
const RUNS = 20;

const ARMS: Record<string, (decoder: Decoder) => Promise<Field>> = {
    ours: ({ perceptron }) => WasmField.CreateAsync(perceptron as Perceptron),
    "ours, one thread": ({ perceptron }) => WasmField.CreateAsync(perceptron as Perceptron, { threads: 1 }),
    onnxruntime: (decoder) => OnnxRuntimeField.CreateAsync(decoder),
};

/** Milliseconds for a prop without a GPU, by our kernels and by onnxruntime, in turns. */
export async function benchCpu({ decoders, codeCount, runCount, resolutions }: BenchOptions) {
    const [codes, runs] = [codeCount ?? CODES, runCount ?? RUNS];
    const rows: Record<string, unknown>[] = [];
    for (const { name, decoder, code } of openDecoders(decoders)) {
        const arms: { arm: string; field: Field; times: number[] }[] = [];
        for (const [arm, create] of Object.entries(ARMS)) {
            if (decoder.perceptron || arm === "onnxruntime") {
                arms.push({ arm, field: await create(decoder), times: [] });
            }
        }
        const [{ field: first }] = arms;
        const latents = typicalLatents(decoder.metadata);
        const slope = await fieldSlopeAsync(first, decoder, latents);
        const { bounds, clampDistance } = decoder;
        const domain = { bounds, clampDistance, reach: await fieldReachAsync(first, decoder, latents) };
        for (const resolution of resolutions ?? [64]) {
            for (let run = -1; run < runs; run++) {
                for (const { arm, field, times } of arms) {
                    const latent = code(Math.max(run, 0) % codes);
                    const { statistics } = await extractSurfaceAsync(field, latent, domain, { resolution, slope });
                    if (run >= 0) {
                        times.push(statistics.milliseconds);
                        console.log(`${name} ${resolution}³, ${arm}: ${statistics.milliseconds.toFixed(0)} ms`);
                    }
                }
            }
            for (const { arm, times } of arms) {
                rows.push({ decoder: name, resolution, arm, runs, milliseconds: spread(times.splice(0)) });
            }
        }
        for (const { field } of arms) {
            field.dispose();
        }
    }
    return { rows, versions: versions() };
}

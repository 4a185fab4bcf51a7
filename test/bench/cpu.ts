import { OnnxRuntimeField } from "../../plugin/field/onnxRuntime/onnxRuntimeField.js";
import { typicalLatents } from "../../plugin/latent/typicalLatents.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { fieldReachAsync, fieldSlopeAsync } from "../../plugin/surface/slope.js";
import { openDecoders } from "./decoders.js";
import type { BenchOptions } from "./options.js";
import { spread } from "./spread.js";
import { versions } from "./versions.js";

const CODES = 50;
const RUNS = 20;

/** Milliseconds for a prop without a GPU, by onnxruntime on WASM. */
export async function benchCpu({ decoders, codeCount, runCount, resolutions }: BenchOptions) {
    const [codes, runs] = [codeCount ?? CODES, runCount ?? RUNS];
    const rows: Record<string, unknown>[] = [];
    for (const { name, decoder, code } of openDecoders(decoders)) {
        const field = await OnnxRuntimeField.CreateAsync(decoder);
        const latents = typicalLatents(decoder.metadata);
        const slope = await fieldSlopeAsync(field, decoder, latents);
        const { bounds, clampDistance } = decoder;
        const domain = { bounds, clampDistance, reach: await fieldReachAsync(field, decoder, latents) };
        for (const resolution of resolutions ?? [64]) {
            const make = (index: number) =>
                extractSurfaceAsync(field, code(index % codes), domain, { resolution, slope });
            await make(0);
            const times: number[] = [];
            for (let run = 0; run < runs; run++) {
                const { statistics } = await make(run);
                times.push(statistics.milliseconds);
                console.log(`${name} ${resolution}³: ${statistics.milliseconds.toFixed(0)} ms`);
            }
            rows.push({ decoder: name, resolution, runs, milliseconds: spread(times) });
        }
        field.dispose();
    }
    return { rows, versions: versions() };
}

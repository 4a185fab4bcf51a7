import type { FusedField } from "../../../plugin/field/fused/fusedField.js";
import { createBuffer, createBufferFrom } from "../../../plugin/field/gpu/buffers.js";
import { type Arm, interleave } from "./interleave.js";
import type { Rate } from "./remesh.js";
import type { BenchDecoder, SuiteHost, SuiteOptions, SuiteRow } from "./types.js";

/** Points by each kernel that the device and the network have, and each one's share of the measured peak. */
export async function benchKernels(
    { device, log }: SuiteHost,
    { name, code }: BenchDecoder,
    field: FusedField,
    { gigaflops, flops }: Rate,
    options: SuiteOptions,
): Promise<SuiteRow> {
    const { points, runCount } = options;
    const chosen = field.variant;
    const gpuCode = field.createCode(code(0));
    const job = {
        points: createBufferFrom(device, "bench points", spreadPoints(points)),
        pointCount: createBufferFrom(device, "bench count", Uint32Array.of(points)),
        distances: createBuffer(device, "bench distances", 4 * points),
    };
    try {
        const arms: Record<string, Arm> = {};
        for (const variant of field.variants) {
            arms[variant] = async () => {
                field.variant = variant;
                const encoder = device.createCommandEncoder({ label: "bench kernel" });
                field.encode(encoder, gpuCode, job);
                device.queue.submit([encoder.finish()]);
                await device.queue.onSubmittedWorkDone();
            };
        }
        log(`${name}: ${points} points by ${Object.keys(arms).join(", ")}; chosen: ${chosen}`);
        const milliseconds = await interleave(arms, runCount);
        const figures: Record<string, number> = {};
        for (const [variant, { median }] of Object.entries(milliseconds)) {
            const rate = (points * flops) / median / 1e6;
            figures[`${variant}Gigaflops`] = rate;
            figures[`${variant}ShareOfPeak`] = rate / gigaflops;
        }
        return { what: "kernels", decoder: name, milliseconds, figures, notes: [`chosen by calibration: ${chosen}`] };
    } finally {
        field.variant = chosen;
        gpuCode.dispose();
        for (const buffer of Object.values(job)) {
            buffer.destroy();
        }
    }
}

/** Points all over the cube; where they lie does not matter to a dense network, equal ones would be no test. */
function spreadPoints(count: number): Float32Array {
    return Float32Array.from({ length: 3 * count }, (_, i) => ((i * 0.618034) % 2) - 1);
}

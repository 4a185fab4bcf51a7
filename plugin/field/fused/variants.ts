import type { EncodableField } from "../field.js";
import { createBuffer, createBufferFrom, readBuffer } from "../gpu/buffers.js";

/**
 * How distances are computed: with activations in workgroup memory, in single precision or with hidden layers in halves
 * or as products of the adapter's matrices, layer by layer over chunks where layers are wide, or without barriers, which
 * software adapters are many times faster at.
 */
export type FusedVariant = "tiledHalf" | "tiled" | "matrix" | "chunked" | "barrierFree";

/** Widest layer that the tiled kernel takes: 64 invocations with eight outputs each. */
export const MAX_TILED_WIDTH = 512;
const OUTPUTS_EACH = 8;

/** Adapters that compute on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp|software/i;

/** Points of a timing run: enough to fill a large GPU. */
const TIMING_POINTS = 1 << 16;
const TIMING_ROUNDS = 3;

/** Points at which kernels are compared, and how far one may be off, as a part of the largest distance. */
const COMPARED_POINTS = 1 << 10;
const TOLERANCE = 0.02;

/** Choices by device, then by the shape of the network; a second model of the same shape is not timed again. */
const choices = new WeakMap<GPUDevice, Map<string, Promise<FusedVariant>>>();

/**
 * Invocations that a layer of the tiled kernel spreads over its outputs, or null if it is too wide.
 *
 * @param widthQuads quads of the widest layer
 */
export function tiledGroups(widthQuads: number): number | null {
    const groups = Math.ceil((4 * widthQuads) / OUTPUTS_EACH);
    return 4 * widthQuads > MAX_TILED_WIDTH ? null : 2 ** Math.ceil(Math.log2(groups));
}

/** What a field must let be tried. */
interface Tried extends EncodableField {
    variant: FusedVariant;
    readonly variants: readonly FusedVariant[];
    readonly shape: string;
}

/**
 * The fastest kernel on this device for this network, timed once for each shape of network (some ms). One whose distances
 * are not those of the last, the barrier-free one, is not taken: a driver may have matrices that nobody tried.
 */
export function chooseVariantAsync(device: GPUDevice, field: Tried): Promise<FusedVariant> {
    const known = choices.get(device) ?? new Map<string, Promise<FusedVariant>>();
    choices.set(device, known);
    const key = `${field.shape} ${field.variants.join()}`;
    let choice = known.get(key);
    if (!choice) {
        choice = timeVariants(device, field);
        known.set(key, choice);
    }
    return choice;
}

/** Whether a device computes on the CPU, as far as it tells. */
export function isSoftware(device: GPUDevice): boolean {
    const info = (device as { adapterInfo?: GPUAdapterInfo }).adapterInfo;
    const words = info ? `${info.vendor} ${info.architecture} ${info.device} ${info.description}` : "";
    return info?.isFallbackAdapter === true || SOFTWARE.test(words);
}

/** The kernel whose best of a few interleaved runs is shortest, of those that agree with the last. */
async function timeVariants(device: GPUDevice, field: Tried): Promise<FusedVariant> {
    const code = field.createCode(new Float32Array(field.latentSize));
    const points = Float32Array.from({ length: 3 * TIMING_POINTS }, (_, i) => ((i * 0.618034) % 2) - 1);
    const job = {
        points: createBufferFrom(device, "timing points", points),
        pointCount: createBufferFrom(device, "timing count", Uint32Array.of(TIMING_POINTS)),
        distances: createBuffer(device, "timing distances", 4 * TIMING_POINTS),
    };
    const best = new Map<FusedVariant, number>();
    const found = new Map<FusedVariant, Float32Array>();
    const before = field.variant;
    try {
        // The first round warms up and compares.
        for (let round = 0; round <= TIMING_ROUNDS; round++) {
            for (const variant of field.variants) {
                field.variant = variant;
                const encoder = device.createCommandEncoder({ label: `timing ${variant}` });
                encoder.clearBuffer(job.distances);
                field.encode(encoder, code, job);
                const started = performance.now();
                device.queue.submit([encoder.finish()]);
                await device.queue.onSubmittedWorkDone();
                const took = performance.now() - started;
                if (round > 0) {
                    best.set(variant, Math.min(best.get(variant) ?? took, took));
                } else {
                    found.set(variant, new Float32Array(await readBuffer(device, job.distances, 4 * COMPARED_POINTS)));
                }
            }
        }
    } finally {
        field.variant = before;
        code.dispose();
        for (const buffer of Object.values(job)) {
            buffer.destroy();
        }
    }
    const last = field.variants[field.variants.length - 1];
    const expected = found.get(last) as Float32Array;
    const right = [...best].filter(([variant]) => agrees(found.get(variant) as Float32Array, expected));
    return right.reduce((fastest, other) => (other[1] < fastest[1] ? other : fastest), [last, Infinity])[0];
}

/** False for anything that is not a number, too, unless it is what is expected. */
function agrees(found: Float32Array, expected: Float32Array): boolean {
    const limit = TOLERANCE * expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return found.every((value, n) => Math.abs(value - expected[n]) <= limit || Object.is(value, expected[n]));
}

/** Small helpers for plain WebGPU, shared by the rooms that run kernels. */
import { checkBufferSize } from "./limits.js";

/** Length of data rounded up to what a copy or a binding may have; empty data still gets a valid buffer. */
const paddedBytes = (bytes: number): number => Math.max(4, Math.ceil(bytes / 4) * 4);

/** @throws if the device has no buffer of that size */
export function createBuffer(
    device: GPUDevice,
    label: string,
    bytes: number,
    usage: GPUBufferUsageFlags = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
): GPUBuffer {
    const size = paddedBytes(bytes);
    checkBufferSize(device, label, size, usage);
    return device.createBuffer({ label, size, usage });
}

/** A buffer that begins with `data`. */
export function createBufferFrom(
    device: GPUDevice,
    label: string,
    data: ArrayBuffer | ArrayBufferView,
    usage?: GPUBufferUsageFlags,
): GPUBuffer {
    const bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data);
    const buffer = createBuffer(device, label, bytes.byteLength, usage);
    const padded = new Uint8Array(paddedBytes(bytes.byteLength));
    padded.set(bytes);
    device.queue.writeBuffer(buffer, 0, padded);
    return buffer;
}

/** Copies the first `bytes` of a buffer to the host; waits for what was submitted before. */
export async function readBuffer(device: GPUDevice, source: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) {
        return new ArrayBuffer(0);
    }
    const staging = device.createBuffer({
        label: `read-back of ${source.label}`,
        size: paddedBytes(bytes),
        usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    try {
        const encoder = device.createCommandEncoder({ label: "read-back" });
        encoder.copyBufferToBuffer(source, 0, staging, 0, paddedBytes(bytes));
        device.queue.submit([encoder.finish()]);
        await staging.mapAsync(GPUMapMode.READ);
        return staging.getMappedRange().slice(0, bytes);
    } finally {
        staging.destroy();
    }
}

/** Bind groups by pipeline, then by buffers: making them is most of what a remesh costs the caller's thread. */
const groups = new WeakMap<GPUComputePipeline, Map<string, GPUBindGroup>>();
const names = new WeakMap<GPUBuffer, number>();
let named = 0;
/** Of one pipeline; beyond, the oldest is forgotten, so that buffers that are gone do not pile up. */
const MOST_GROUPS = 256;

function nameOf(buffer: GPUBuffer): number {
    let name = names.get(buffer);
    if (name === undefined) {
        name = ++named;
        names.set(buffer, name);
    }
    return name;
}

/** The bind group for an automatic layout; entries by binding number. The same buffers get the same group again. */
export function bind(
    device: GPUDevice,
    pipeline: GPUComputePipeline,
    buffers: Readonly<Record<number, GPUBuffer>>,
): GPUBindGroup {
    let known = groups.get(pipeline);
    if (!known) {
        known = new Map();
        groups.set(pipeline, known);
    }
    const bindings = Object.entries(buffers);
    const key = bindings.map(([binding, buffer]) => `${binding}:${nameOf(buffer)}`).join();
    let group = known.get(key);
    if (!group) {
        group = device.createBindGroup({
            label: pipeline.label,
            layout: pipeline.getBindGroupLayout(0),
            entries: bindings.map(([binding, buffer]) => ({ binding: Number(binding), resource: { buffer } })),
        });
        if (known.size >= MOST_GROUPS) {
            known.delete(known.keys().next().value as string);
        }
        known.set(key, group);
    }
    return group;
}

/** Small helpers for plain WebGPU, shared by the rooms that run kernels. */

/** Length of data rounded up to what a copy or a binding may have; empty data still gets a valid buffer. */
const paddedBytes = (bytes: number): number => Math.max(4, Math.ceil(bytes / 4) * 4);

export function createBuffer(
    device: GPUDevice,
    label: string,
    bytes: number,
    usage: GPUBufferUsageFlags = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
): GPUBuffer {
    return device.createBuffer({ label, size: paddedBytes(bytes), usage });
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

/** A bind group for an automatic layout; entries by binding number. */
export function bind(
    device: GPUDevice,
    pipeline: GPUComputePipeline,
    buffers: Readonly<Record<number, GPUBuffer>>,
): GPUBindGroup {
    return device.createBindGroup({
        label: pipeline.label,
        layout: pipeline.getBindGroupLayout(0),
        entries: Object.entries(buffers).map(([binding, buffer]) => ({
            binding: Number(binding),
            resource: { buffer },
        })),
    });
}

/** What a device was asked to do; see `countDevice`. */
export interface DeviceCounts {
    /** Buffers alive, and their bytes. */
    buffers: number;
    bytes: number;
    /** Waits for the GPU: mappings and `onSubmittedWorkDone`. */
    waits: number;
    bytesMapped: number;
    submits: number;
}

/** Counts on a device from now on, by wrapping its methods and those of the buffers that it makes. */
export function countDevice(device: GPUDevice): DeviceCounts {
    const counts: DeviceCounts = { buffers: 0, bytes: 0, waits: 0, bytesMapped: 0, submits: 0 };
    const createBuffer = device.createBuffer.bind(device);
    const submit = device.queue.submit.bind(device.queue);
    const workDone = device.queue.onSubmittedWorkDone.bind(device.queue);
    device.createBuffer = (descriptor) => {
        const buffer = createBuffer(descriptor);
        const { size } = descriptor;
        const destroy = buffer.destroy.bind(buffer);
        const mapAsync = buffer.mapAsync.bind(buffer);
        let alive = true;
        counts.buffers++;
        counts.bytes += size;
        buffer.destroy = () => {
            counts.buffers -= alive ? 1 : 0;
            counts.bytes -= alive ? size : 0;
            alive = false;
            return destroy();
        };
        buffer.mapAsync = (mode, offset = 0, bytes = size - offset) => {
            counts.waits++;
            counts.bytesMapped += bytes;
            return mapAsync(mode, offset, bytes);
        };
        return buffer;
    };
    device.queue.submit = (commands) => {
        counts.submits++;
        return submit(commands);
    };
    device.queue.onSubmittedWorkDone = () => {
        counts.waits++;
        return workDone();
    };
    return counts;
}

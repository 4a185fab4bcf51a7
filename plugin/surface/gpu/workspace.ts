import { createBuffer, createBufferFrom } from "../../field/gpu/buffers.js";
import { checkBufferSize } from "../../field/gpu/limits.js";

/**
 * Buffers that a search needs on its way, kept from one to the next. A buffer too small for its name is replaced by
 * one that is large enough; take all of a search's buffers before recording it.
 */
export class Workspace {
    private readonly buffers = new Map<string, GPUBuffer>();
    private readonly uniforms = new Map<string, { buffer: GPUBuffer; bytes: Uint8Array }>();

    constructor(readonly device: GPUDevice) {}

    /**
     * A storage buffer of at least `bytes`, also a source and target of copies; what it holds is undefined.
     *
     * @throws if the device has no buffer of that size
     */
    storage(name: string, bytes: number, extraUsage: GPUBufferUsageFlags = 0): GPUBuffer {
        const known = this.buffers.get(name);
        if (known && known.size >= bytes) {
            return known;
        }
        const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | extraUsage;
        checkBufferSize(this.device, `surface ${name}`, bytes, usage);
        known?.destroy();
        const buffer = createBuffer(this.device, `surface ${name}`, bytes, usage);
        this.buffers.set(name, buffer);
        return buffer;
    }

    /** A uniform with the given content; written only when that changes. */
    uniform(name: string, content: ArrayBuffer): GPUBuffer {
        const bytes = new Uint8Array(content);
        const known = this.uniforms.get(name);
        if (known && known.bytes.length === bytes.length) {
            if (known.bytes.some((byte, i) => byte !== bytes[i])) {
                this.device.queue.writeBuffer(known.buffer, 0, bytes);
                known.bytes = bytes;
            }
            return known.buffer;
        }
        const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
        const buffer = createBufferFrom(this.device, `surface ${name}`, bytes, usage);
        this.uniforms.set(name, { buffer, bytes });
        return buffer;
    }

    dispose(): void {
        for (const buffer of this.buffers.values()) {
            buffer.destroy();
        }
        for (const { buffer } of this.uniforms.values()) {
            buffer.destroy();
        }
        this.buffers.clear();
        this.uniforms.clear();
    }
}

import type { WebGPUDrawContext } from "@babylonjs/core/Engines/WebGPU/webgpuDrawContext.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";

/** The index count's bytes in the arguments of an indexed indirect draw. */
const INDEX_COUNT_BYTES = 4;

/**
 * Lets a mesh's draws take their index count from the GPU. Babylon keeps the arguments of an indirect draw in a draw
 * context for each submesh and pass, and rewrites them only when the number of instances changes, so the index count in
 * them can be ours.
 *
 * Until a pass has been drawn once it has no context, and it draws the whole index buffer, whose rest must be zeros.
 */
export class IndirectDraw {
    private readonly known = new Set<WebGPUDrawContext>();

    /** @param drawArguments five words, the first the index count */
    constructor(
        private readonly mesh: Mesh,
        private readonly device: GPUDevice,
        private readonly drawArguments: GPUBuffer,
    ) {}

    /** Behind the commands that change the index count. */
    encode(encoder: GPUCommandEncoder): void {
        for (const context of this.known) {
            this.copyTo(encoder, context);
        }
    }

    /** After a frame: passes that were drawn for the first time take the count from now on. */
    adoptContexts(): void {
        const present = this.contexts();
        for (const context of this.known) {
            if (!present.has(context)) {
                this.known.delete(context);
            }
        }
        let encoder: GPUCommandEncoder | null = null;
        for (const context of present) {
            if (!this.known.has(context)) {
                if (!context.indirectDrawBuffer) {
                    context.enableIndirectDraw = true;
                    // Now, lest Babylon write its own count over ours at the next draw.
                    context.setIndirectData(this.mesh.getTotalIndices(), 1, 0, true);
                    // Recorded without the arguments.
                    context.fastBundle = undefined;
                }
                this.known.add(context);
                encoder ??= this.device.createCommandEncoder({ label: "indirect draw" });
                this.copyTo(encoder, context);
            }
        }
        if (encoder) {
            this.device.queue.submit([encoder.finish()]);
        }
    }

    /** Draws take the count from the host again. */
    release(): void {
        for (const context of this.contexts()) {
            if (this.known.has(context) && !context.useInstancing) {
                context.enableIndirectDraw = false;
                context.fastBundle = undefined;
            }
        }
        this.known.clear();
    }

    private contexts(): Set<WebGPUDrawContext> {
        const found = new Set<WebGPUDrawContext>();
        for (const subMesh of this.mesh.subMeshes ?? []) {
            for (const wrapper of subMesh._drawWrappers) {
                const context = wrapper?.drawContext as WebGPUDrawContext | undefined;
                if (context) {
                    found.add(context);
                }
            }
        }
        return found;
    }

    private copyTo(encoder: GPUCommandEncoder, context: WebGPUDrawContext): void {
        const target = context.indirectDrawBuffer as GPUBuffer | undefined;
        if (target) {
            encoder.copyBufferToBuffer(this.drawArguments, 0, target, 0, INDEX_COUNT_BYTES);
        }
    }
}

import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import type { Engine } from "@babylonjs/core/Engines/engine.js";
import type { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";

/** Tells whether frames are still being drawn; giving out another would hold up the thread until they are. */
export class GpuPace {
    private isDrawing = false;
    private fence: WebGLSync | null = null;

    constructor(private readonly engine: AbstractEngine) {}

    get isBusy(): boolean {
        return this.isDrawing || this.isFenceClosed();
    }

    /** A frame was given out. */
    frameGiven(): void {
        if (this.engine.isWebGPU) {
            this.isDrawing = true;
            const { queue } = (this.engine as WebGPUEngine)._device;
            queue.onSubmittedWorkDone().finally(() => {
                this.isDrawing = false;
            });
        } else {
            const gl = (this.engine as Engine)._gl;
            this.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
        }
    }

    private isFenceClosed(): boolean {
        if (!this.fence) return false;
        const gl = (this.engine as Engine)._gl;
        if (gl.getSyncParameter(this.fence, gl.SYNC_STATUS) !== gl.SIGNALED && !gl.isContextLost()) return true;
        gl.deleteSync(this.fence);
        this.fence = null;
        return false;
    }
}

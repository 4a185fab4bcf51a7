import { createBuffer } from "../../field/gpu/buffers.js";
import { storageLimit } from "../../field/gpu/limits.js";
import { cornerCounts } from "../cpu/refine.js";
import { memoryKey } from "../cpu/searchMemory.js";
import type { FieldMotion } from "../motion.js";
import type { MemoryBuffers, SurfacePlan, TargetCapacity } from "./surfaceLists.js";
import type { Workspace } from "./workspace.js";

/** Of a surface's clearances; finer grids than about 200³ are searched anew each time. */
const MOST_BYTES = 2 ** 25;
/** A code that moves distances farther than this moves more than a little: nothing of the band is left, cells. */
const MOST_CELLS = 2;
/** Sum of motions, model units, from which on float32 would tell small ones poorly. */
const MOST_MOVED = 16;

/** What the searches of one live surface leave for the next while its code moves a little. CPU twin: `SearchMemory`. */
export class LiveMemory {
    private buffer: GPUBuffer | null = null;
    private key = "";
    private latent: Float32Array | null = null;
    /** Whether the buffer holds nothing of the last search. */
    private isBlank = true;
    private moved = 0;

    constructor(private readonly device: GPUDevice) {}

    /**
     * For the next search, which is to be submitted. A code that rests is searched for as a whole.
     *
     * @param motion null as long as it is not known
     * @returns undefined where the search is the first of its kind, or needs more room than it is worth
     */
    next(
        workspace: Workspace,
        plan: SurfacePlan<TargetCapacity>,
        latent: Float32Array,
        motion: FieldMotion | null,
    ): MemoryBuffers | undefined {
        const { first, bytes } = layoutOf(plan);
        const key = memoryKey(plan.grid, plan.levels);
        const last = key === this.key ? this.latent : null;
        this.key = key;
        this.latent = latent.slice();
        if (!last || !motion || bytes > Math.min(MOST_BYTES, storageLimit(this.device))) {
            this.isBlank = true;
            return undefined;
        }
        const step = motion.between(last, latent);
        const isLittle = step > 0 && step <= MOST_CELLS * plan.grid.cellSize;
        const isNew = this.isBlank || !isLittle || this.moved + step > MOST_MOVED;
        this.moved = isNew ? 0 : Math.fround(this.moved + step);
        this.isBlank = false;
        return { clearances: this.reserve(bytes), isNew, levels: this.uniforms(workspace, first) };
    }

    /** The next search begins anew. */
    forget(): void {
        this.key = "";
    }

    dispose(): void {
        this.buffer?.destroy();
        this.buffer = null;
    }

    private reserve(bytes: number): GPUBuffer {
        if (!this.buffer || this.buffer.size < bytes) {
            this.buffer?.destroy();
            this.buffer = createBuffer(this.device, "live clearances", bytes);
        }
        return this.buffer;
    }

    /** `Memory` of clearance.wgsl, of each level and the grid. */
    private uniforms(workspace: Workspace, first: readonly number[]): GPUBuffer[] {
        return first.map((own, level) => {
            const beyond = level === first.length - 2 ? 1 : 0;
            const view = new DataView(new ArrayBuffer(16));
            view.setFloat32(0, this.moved, true);
            view.setUint32(4, own, true);
            view.setUint32(8, first[level + 1] ?? 0, true);
            view.setUint32(12, beyond, true);
            return workspace.uniform(`memory ${level}`, view.buffer);
        });
    }
}

/** Where the clearances of each level and of the grid begin, one behind the other. */
function layoutOf({ grid, levels }: SurfacePlan<TargetCapacity>): { first: number[]; bytes: number } {
    const first: number[] = [];
    let length = 0;
    for (const [x, y, z] of [...levels.map(({ cells }) => cells), cornerCounts(grid)]) {
        first.push(length);
        length += x * y * z;
    }
    return { first, bytes: 4 * length };
}

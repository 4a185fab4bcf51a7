import { checkBufferSize, storageLimit } from "../../field/gpu/limits.js";
import {
    allocateLists,
    allocateMeshing,
    allocateTarget,
    type BufferSource,
    type SurfacePlan,
    type TargetCapacity,
} from "./surfaceLists.js";

/** What the buffers of a search take, in bytes. */
export interface SearchBytes {
    all: number;
    largest: number;
    /** Name of the largest. */
    name: string;
}

/** Counts what is asked of it; there are no buffers. */
class Counter implements BufferSource {
    readonly bytes: SearchBytes = { all: 0, largest: 0, name: "" };

    storage(name: string, bytes: number): GPUBuffer {
        this.bytes.all += bytes;
        if (bytes > this.bytes.largest) {
            Object.assign(this.bytes, { largest: bytes, name });
        }
        return nothing;
    }

    uniform(): GPUBuffer {
        return nothing;
    }
}

/** Stands for a buffer that nobody looks into. */
const nothing = Object.freeze({}) as GPUBuffer;

/** Bytes of the buffers of a search and its triangles, found out by asking for them without a device. */
export function searchBytes(plan: SurfacePlan<TargetCapacity>): SearchBytes {
    const counter = new Counter();
    allocateMeshing(counter, plan, allocateLists(counter, plan));
    allocateTarget(counter, plan.target, plan.codeCount);
    return counter.bytes;
}

/**
 * To be asked before a search allocates anything.
 *
 * @throws if one of its buffers is larger than the device's may be
 */
export function checkSearchFits(device: GPUDevice, plan: SurfacePlan<TargetCapacity>): void {
    const { largest, name } = searchBytes(plan);
    if (largest > storageLimit(device)) {
        const cells = Math.max(...plan.grid.cells);
        const isSparse = plan.levels.length > 0;
        const remedy = isSparse ? "use a lower resolution" : "use a lower resolution, leave exact out";
        const what = `resolution ${cells}${isSparse ? "" : ", every corner"}: surface ${name}`;
        checkBufferSize(device, what, largest, GPUBufferUsage.STORAGE, remedy);
    }
}

import { bind, createBufferFrom } from "../../field/gpu/buffers.js";
import { computePipelineAsync } from "../../field/gpu/pipelines.js";
import { packCaseTable } from "../caseTable.js";
import bitMask from "./bitMask.wgsl?raw";
import marchingCubes from "./marchingCubes.wgsl?raw";
import normals from "./normals.wgsl?raw";
import refine from "./refine.wgsl?raw";
import scan from "./scan.wgsl?raw";
import stage from "./stage.wgsl?raw";

const SOURCES = {
    markAll: ["bitMask", stage + bitMask],
    countMembers: ["bitMask", stage + bitMask],
    listMembers: ["bitMask", stage + bitMask],
    sumBlocks: ["scan", scan],
    scanLast: ["scan", scan],
    scanBlocks: ["scan", scan],
    clipDistances: ["refine", stage + refine],
    markChildren: ["refine", stage + refine],
    classifyCorners: ["marchingCubes", stage + marchingCubes],
    emitVertices: ["marchingCubes", stage + marchingCubes],
    emitTriangles: ["marchingCubes", stage + marchingCubes],
    finishNormals: ["normals", stage + normals],
} as const;

export type KernelName = keyof typeof SOURCES;

/** As in the shaders. */
export const WORKGROUP_SIZE = 64;
export const SCAN_BLOCK = 64;
const MAX_WORKGROUPS = 4096;

/** The compiled kernels of this room on one device. */
export class SurfaceKernels {
    /** The case table as a uniform. */
    readonly caseTable: GPUBuffer;

    /** @throws if the device refuses a kernel */
    static async CreateAsync(device: GPUDevice): Promise<SurfaceKernels> {
        const names = Object.keys(SOURCES) as KernelName[];
        const pipelines = await Promise.all(
            names.map((name) => computePipelineAsync(device, SOURCES[name][0], SOURCES[name][1], name)),
        );
        const byName = Object.fromEntries(names.map((name, i) => [name, pipelines[i]]));
        return new SurfaceKernels(device, byName as Record<KernelName, GPUComputePipeline>);
    }

    private constructor(
        readonly device: GPUDevice,
        private readonly pipelines: Record<KernelName, GPUComputePipeline>,
    ) {
        const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
        this.caseTable = createBufferFrom(device, "marching cubes case table", packCaseTable(), usage);
    }

    /** Appends one dispatch with about an invocation an item; invocations take further items in turn. */
    dispatch(
        pass: GPUComputePassEncoder,
        name: KernelName,
        items: number,
        buffers: Readonly<Record<number, GPUBuffer>>,
    ): void {
        const pipeline = this.pipelines[name];
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bind(this.device, pipeline, buffers));
        pass.dispatchWorkgroups(Math.max(1, Math.min(Math.ceil(items / WORKGROUP_SIZE), MAX_WORKGROUPS)));
    }

    dispose(): void {
        this.caseTable.destroy();
    }
}

import { bind, createBufferFrom } from "../../field/gpu/buffers.js";
import { computePipelineAsync } from "../../field/gpu/pipelines.js";
import { packCaseTable } from "../caseTable.js";
import append from "./append.wgsl?raw";
import bitMask from "./bitMask.wgsl?raw";
import clearance from "./clearance.wgsl?raw";
import corners from "./corners.wgsl?raw";
import follow from "./follow.wgsl?raw";
import gridNormals from "./gridNormals.wgsl?raw";
import marchingCubes from "./marchingCubes.wgsl?raw";
import markChildren from "./markChildren.wgsl?raw";
import markUnclear from "./markUnclear.wgsl?raw";
import markUnclearChildren from "./markUnclearChildren.wgsl?raw";
import normals from "./normals.wgsl?raw";
import noteClearance from "./noteClearance.wgsl?raw";
import publish from "./publish.wgsl?raw";
import refine from "./refine.wgsl?raw";
import scan from "./scan.wgsl?raw";
import stage from "./stage.wgsl?raw";

const SOURCES = {
    listAll: ["bitMask", stage + bitMask],
    markAll: ["bitMask", stage + bitMask],
    countMembers: ["bitMask", stage + bitMask],
    listMembers: ["bitMask", stage + bitMask],
    sumBlocks: ["scan", scan],
    scanLast: ["scan", scan],
    scanBlocks: ["scan", scan],
    clipDistances: ["refine", stage + refine + markChildren],
    markChildren: ["markChildren", stage + refine + markChildren],
    classifyCorners: ["marchingCubes", stage + corners + marchingCubes],
    emitVertices: ["marchingCubes", stage + corners + marchingCubes],
    emitTriangles: ["marchingCubes", stage + corners + marchingCubes],
    markOpenCells: ["follow", stage + corners + follow],
    appendFollowed: ["append", stage + append],
    endRound: ["append", stage + append],
    finishNormals: ["normals", stage + normals],
    gridNormals: ["gridNormals", stage + corners + gridNormals],
    markUnclear: ["markUnclear", stage + bitMask + clearance + markUnclear],
    markUnclearChildren: ["markUnclearChildren", stage + refine + clearance + markUnclearChildren],
    noteCells: ["noteClearance", stage + corners + clearance + noteClearance],
    noteParents: ["noteClearance", stage + corners + clearance + noteClearance],
    judge: ["publish", publish],
    publishVertices: ["publish", publish],
    publishIndices: ["publish", publish],
} as const;

export type KernelName = keyof typeof SOURCES;

/** As in the shaders. */
export const WORKGROUP_SIZE = 64;
export const SCAN_BLOCK = 64;
/** Of a direct dispatch; what is left over, invocations take in turn. */
const MAX_WORKGROUPS = 4096;
/** Along an axis, that every WebGPU device allows; as in the shaders, whose constant it is. */
const GUARANTEED_WORKGROUPS = 65535;
const LIMIT = "mostWorkgroups";
/** Bytes of one code's counts of a list; see `Record` in `scan.wgsl`. */
export const COUNT_BYTES = 24;
/** Bytes of an indirect dispatch. */
export const GROUP_BYTES = 12;

/** The compiled kernels of this room on one device. */
export class SurfaceKernels {
    /** The case table as a uniform. */
    readonly caseTable: GPUBuffer;

    /** @throws if the device refuses a kernel */
    static async CreateAsync(device: GPUDevice): Promise<SurfaceKernels> {
        const names = Object.keys(SOURCES) as KernelName[];
        const pipelines = await Promise.all(
            names.map((name) => {
                const [file, code] = SOURCES[name];
                const constants = code.includes(LIMIT) ? { [LIMIT]: workgroupLimit(device) } : undefined;
                return computePipelineAsync(device, file, code, name, constants);
            }),
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

    /**
     * Appends one dispatch with about an invocation an item for each code; invocations take further items in turn.
     *
     * @param items of each code, or an indirect dispatch over a list, whose length then stays on the GPU
     * @param codeCount without meaning where the dispatch is indirect and says so itself
     */
    dispatch(
        pass: GPUComputePassEncoder,
        name: KernelName,
        items: number | GPUBuffer,
        buffers: Readonly<Record<number, GPUBuffer>>,
        codeCount = 1,
    ): void {
        const pipeline = this.pipelines[name];
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bind(this.device, pipeline, buffers));
        if (typeof items === "number") {
            const most = Math.min(MAX_WORKGROUPS, workgroupLimit(this.device));
            const groups = Math.max(1, Math.min(Math.ceil(items / WORKGROUP_SIZE), most));
            pass.dispatchWorkgroups(groups, codeCount);
        } else {
            pass.dispatchWorkgroupsIndirect(items, 0);
        }
    }

    dispose(): void {
        this.caseTable.destroy();
    }
}

function workgroupLimit({ limits }: GPUDevice): number {
    return Math.min(GUARANTEED_WORKGROUPS, limits.maxComputeWorkgroupsPerDimension);
}

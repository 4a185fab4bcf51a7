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
    judge: ["publish", publish],
    publishVertices: ["publish", publish],
    publishIndices: ["publish", publish],
} as const;

/** Of searches that go on from the one before: compiled when they are first wanted. */
const MOVING_SOURCES = {
    markUnclear: ["markUnclear", stage + bitMask + clearance + markUnclear],
    markUnclearChildren: ["markUnclearChildren", stage + refine + clearance + markUnclearChildren],
    noteCells: ["noteClearance", stage + corners + clearance + noteClearance],
    noteParents: ["noteClearance", stage + corners + clearance + noteClearance],
} as const;

export type KernelName = keyof typeof SOURCES | keyof typeof MOVING_SOURCES;

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
    private moving: Promise<void> | null = null;

    /** @throws if the device refuses a kernel */
    static async CreateAsync(device: GPUDevice): Promise<SurfaceKernels> {
        return new SurfaceKernels(device, await compileAsync(device, SOURCES));
    }

    private constructor(
        readonly device: GPUDevice,
        private readonly pipelines: Map<string, GPUComputePipeline>,
    ) {
        const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
        this.caseTable = createBufferFrom(device, "marching cubes case table", packCaseTable(), usage);
    }

    /**
     * Makes ready what searches need that go on from the one before.
     *
     * @throws if the device refuses a kernel
     */
    prepareMovingAsync(): Promise<void> {
        this.moving ??= compileAsync(this.device, MOVING_SOURCES).then((pipelines) => {
            for (const [name, pipeline] of pipelines) this.pipelines.set(name, pipeline);
        });
        return this.moving;
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
        const pipeline = this.pipelines.get(name);
        if (!pipeline) {
            throw new Error(
                `SurfaceKernels: ${name} is not compiled; expected prepareMovingAsync to have ended before`,
            );
        }
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

async function compileAsync(
    device: GPUDevice,
    sources: Readonly<Record<string, readonly [file: string, code: string]>>,
): Promise<Map<string, GPUComputePipeline>> {
    const pipelines = await Promise.all(
        Object.entries(sources).map(async ([name, [file, code]]) => {
            const constants = code.includes(LIMIT) ? { [LIMIT]: workgroupLimit(device) } : undefined;
            return [name, await computePipelineAsync(device, file, code, name, constants)] as const;
        }),
    );
    return new Map(pipelines);
}

import type { Perceptron } from "../../model/decoder.js";
import { floatToHalf } from "../../model/half.js";
import { createBufferFrom } from "../gpu/buffers.js";
import { computePipelineAsync } from "../gpu/pipelines.js";
import matrixKernel from "./matrixPerceptron.wgsl?raw";
import network from "./network.wgsl?raw";
import subgroupMatrices from "./subgroupMatrices.wgsl?raw";
import { MAX_TILED_WIDTH } from "./variants.js";

/** What a device needs for them. The first is in trial; Chromium has it behind its flag "enable-unsafe-webgpu". */
const FEATURES = ["chromium-experimental-subgroup-matrix", "subgroups", "shader-f16"];

/** Subgroups and points of a workgroup: with more, fewer workgroups share a core of a GPU. */
const MOST_SUBGROUPS = 4;
const MOST_POINTS = 64;

/** Sizes and numbers of one kind of product: [M, K] · [K, N] → [M, N]. */
interface MatrixConfig {
    readonly componentType: string;
    readonly resultComponentType: string;
    readonly M: number;
    readonly N: number;
    readonly K: number;
}

/** What an adapter tells of its matrices, beyond WebGPU's own. */
interface MatrixInfo {
    readonly subgroupMaxSize?: number;
    readonly subgroupMatrixConfigs?: Iterable<MatrixConfig>;
}

type Device = Pick<GPUDevice, "adapterInfo" | "features" | "limits">;

/** Constants of the kernel, and whether its matrices hold halves. */
export interface MatrixSizes {
    halves: boolean;
    /** M, K and N of a product. */
    tileOutputs: number;
    tileInputs: number;
    tilePoints: number;
    /** Widest layer, whole tiles of it. */
    width: number;
    /** Points of a workgroup. */
    points: number;
    subgroups: number;
    subgroupSize: number;
}

/**
 * How the kernel is laid out on a device for layers up to `widthQuads`, or null where the device has no fitting matrices
 * or too little workgroup memory.
 *
 * @param halves take matrices of halves where there are some; single precision elsewhere and otherwise
 */
export function matrixSizes(device: Device, widthQuads: number, halves: boolean): MatrixSizes | null {
    if (4 * widthQuads > MAX_TILED_WIDTH || !FEATURES.every((name) => device.features.has(name))) {
        return null;
    }
    const types = halves ? ["f16", "f32"] : ["f32"];
    const sizes = types.flatMap((type) => productsOf(device, type).map((config) => layOut(device, config, widthQuads)));
    return sizes.find((found) => found !== null) ?? null;
}

/**
 * Products that sum in single precision: sums in halves would err the more, the wider a layer. Rows are taken in quads,
 * and tiles of either kind fill the same width.
 */
function productsOf({ adapterInfo }: Device, type: string): MatrixConfig[] {
    const { subgroupMatrixConfigs = [] }: MatrixInfo = adapterInfo ?? {};
    return [...subgroupMatrixConfigs].filter(
        ({ componentType, resultComponentType, M, N, K }) =>
            componentType === type &&
            resultComponentType === "f32" &&
            M >= 4 &&
            [M, N, K].every((size) => Number.isInteger(Math.log2(size))),
    );
}

/** As many subgroups as have outputs to compute, and as many points as fit; null if not one tile of them does. */
function layOut({ adapterInfo, limits }: Device, config: MatrixConfig, widthQuads: number): MatrixSizes | null {
    const { M: tileOutputs, N: tilePoints, K: tileInputs, componentType } = config;
    const subgroupSize = (adapterInfo as MatrixInfo).subgroupMaxSize ?? Number.POSITIVE_INFINITY;
    const halves = componentType === "f16";
    const tile = Math.max(tileOutputs, tileInputs);
    const width = Math.ceil((4 * widthQuads) / tile) * tile;
    const mostInvocations = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX);
    for (let subgroups = MOST_SUBGROUPS; subgroups >= 1; subgroups /= 2) {
        const invocations = subgroups * subgroupSize;
        const bytesEach = (halves ? 2 : 4) * width + 4 * subgroups * tileOutputs;
        const room = Math.min(MOST_POINTS, invocations, limits.maxComputeWorkgroupStorageSize / bytesEach);
        const isUseful = subgroups === 1 || subgroups * tileOutputs <= width;
        if (isUseful && room >= tilePoints && invocations <= mostInvocations) {
            const points = tilePoints * 2 ** Math.floor(Math.log2(room / tilePoints));
            return { halves, tileOutputs, tileInputs, tilePoints, width, points, subgroups, subgroupSize };
        }
    }
    return null;
}

/** Sizes as WGSL; those of matrices can't be overrides. */
export function matrixConstants({ halves: _, ...sizes }: MatrixSizes): string {
    const constants = Object.entries(sizes).map(
        ([name, value]) => `const ${name.replace(/[A-Z]/g, "_$&").toUpperCase()} = ${value}u;\n`,
    );
    return constants.join("");
}

/**
 * Weights of the hidden layers as the kernel reads them: tiles of outputs × inputs, row by row, padded with zeros.
 *
 * @returns halves or floats
 */
export function packTiles(
    { layers }: Perceptron,
    { halves, tileOutputs, tileInputs }: Pick<MatrixSizes, "halves" | "tileOutputs" | "tileInputs">,
): Uint16Array | Float32Array {
    const tiles: number[] = [];
    layers.forEach(({ hiddenWeights, outputSize }, l) => {
        const inputSize = l > 0 ? layers[l - 1].outputSize : 0;
        for (let firstRow = 0; hiddenWeights && firstRow < outputSize; firstRow += tileOutputs) {
            for (let firstColumn = 0; firstColumn < inputSize; firstColumn += tileInputs) {
                for (let row = firstRow; row < firstRow + tileOutputs; row++) {
                    for (let column = firstColumn; column < firstColumn + tileInputs; column++) {
                        const inside = row < outputSize && column < inputSize;
                        tiles.push(inside ? hiddenWeights[row * inputSize + column] : 0);
                    }
                }
            }
        }
    });
    return halves ? Uint16Array.from(tiles, floatToHalf) : new Float32Array(tiles);
}

/**
 * The kernel, and the weights that it reads.
 *
 * @throws if the device refuses it, as it may where the extension has another form; the error is raised nowhere else
 */
export async function matrixKernelAsync(
    device: GPUDevice,
    perceptron: Perceptron,
    sizes: MatrixSizes,
): Promise<{ pipeline: GPUComputePipeline; hiddenWeights: GPUBuffer }> {
    const name = `matrix perceptron ${Object.values(sizes).join("/")}`;
    device.pushErrorScope("validation");
    const element = `alias Element = ${sizes.halves ? "f16" : "f32"};\n`;
    const code = subgroupMatrices + element + matrixConstants(sizes) + network + matrixKernel;
    const compiling = computePipelineAsync(device, name, code, "evaluateMatrices");
    const [pipeline] = await Promise.all([compiling, device.popErrorScope()]);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const tiles = packTiles(perceptron, sizes);
    return { pipeline, hiddenWeights: createBufferFrom(device, "perceptron weights as tiles", tiles, usage) };
}

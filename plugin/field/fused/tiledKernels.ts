import type { Perceptron } from "../../model/decoder.js";
import { floatToHalf } from "../../model/half.js";
import { createBufferFrom } from "../gpu/buffers.js";
import { computePipelineAsync } from "../gpu/pipelines.js";
import halfTypes from "./halfTypes.wgsl?raw";
import network from "./network.wgsl?raw";
import type { PackedPerceptron } from "./packPerceptron.js";
import singleTypes from "./singleTypes.wgsl?raw";
import tiledKernel from "./tiledPerceptron.wgsl?raw";
import { type FusedVariant, tiledGroups } from "./variants.js";

/** A kernel that carries a tile of points through all layers, and the hidden layers' weights as it reads them. */
export interface TiledKernel {
    pipeline: GPUComputePipeline;
    hiddenWeights: GPUBuffer;
}

/**
 * Compiles the kernels with activations in workgroup memory that a device has for a network; none if it is too wide.
 *
 * @param weights of `packed`, on the device
 * @param halves those with hidden layers in halves as well, where the device can
 * @throws if the device refuses a kernel; that of matrices only if it is the one `wanted`
 */
export async function tiledKernelsAsync(
    device: GPUDevice,
    perceptron: Perceptron,
    packed: PackedPerceptron,
    weights: GPUBuffer,
    halves: boolean,
    wanted?: FusedVariant,
): Promise<Map<FusedVariant, TiledKernel>> {
    const kernels = new Map<FusedVariant, TiledKernel>();
    const outputGroups = tiledGroups(packed.widthQuads);
    if (outputGroups === null) {
        return kernels;
    }
    const compile = (name: string, types: string) =>
        computePipelineAsync(device, name, types + network + tiledKernel, "evaluateTiled", { outputGroups });
    kernels.set("tiled", { pipeline: await compile("tiled perceptron", singleTypes), hiddenWeights: weights });
    if (halves && device.features.has("shader-f16")) {
        kernels.set("tiledHalf", {
            pipeline: await compile("half perceptron", halfTypes),
            hiddenWeights: createBufferFrom(
                device,
                "perceptron weights as halves",
                Uint16Array.from(packed.weights, floatToHalf),
                GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
            ),
        });
    }
    const matrix = await matrixAsync(device, perceptron, packed.widthQuads, halves).catch((refusal: unknown) => {
        // The extension is in trial: a device with another form of it does without.
        if (wanted === "matrix") {
            throw refusal;
        }
        return null;
    });
    if (matrix) {
        kernels.set("matrix", matrix);
    }
    return kernels;
}

/** The kernel of matrices, loaded only where the device has the feature; null where none of its matrices fits. */
async function matrixAsync(
    device: GPUDevice,
    perceptron: Perceptron,
    widthQuads: number,
    halves: boolean,
): Promise<TiledKernel | null> {
    if (!device.features.has("chromium-experimental-subgroup-matrix")) {
        return null;
    }
    const { matrixKernelAsync, matrixSizes } = await import("./matrixKernel.js");
    const sizes = matrixSizes(device, widthQuads, halves);
    return sizes && matrixKernelAsync(device, perceptron, sizes);
}

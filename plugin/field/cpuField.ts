import type { Decoder } from "../model/decoder.js";
import type { Field } from "./field.js";
import { wasmObstacle } from "./wasm/support.js";
import { WasmField, type WasmFieldOptions } from "./wasm/wasmField.js";

/** Why our own kernels can't run a decoder on the CPU here, or null if they can. */
export function cpuObstacle({ perceptron, notPerceptronReason }: Decoder): string | null {
    return perceptron ? wasmObstacle(perceptron) : `the decoder is no perceptron: ${notPerceptronReason}`;
}

export interface CpuFieldOptions extends WasmFieldOptions {
    /** "onnxruntime" for it alone; our own kernels where they can, unless given. */
    evaluator?: "auto" | "onnxruntime";
}

/**
 * The field of a decoder on the CPU: perceptrons by our own kernels, what they can't run by onnxruntime, which is loaded
 * only then and takes the threads it likes.
 *
 * @throws if the runtime can't be loaded or refuses the graph
 */
export async function createCpuFieldAsync(
    decoder: Decoder,
    { evaluator = "auto", ...options }: CpuFieldOptions = {},
): Promise<Field> {
    if (decoder.perceptron && evaluator === "auto" && cpuObstacle(decoder) === null) {
        return WasmField.CreateAsync(decoder.perceptron, options);
    }
    const { OnnxRuntimeField } = await import("./onnxRuntime/onnxRuntimeField.js");
    return OnnxRuntimeField.CreateAsync(decoder);
}

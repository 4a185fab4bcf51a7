import { cpuObstacle, createCpuFieldAsync } from "../field/cpuField.js";
import type { Field } from "../field/field.js";
import { FusedField } from "../field/fused/fusedField.js";
import { fusedLimit } from "../field/fused/packPerceptron.js";
import type { Decoder } from "../model/decoder.js";
import { hasWorkers, WorkerField, WorkerUnavailable } from "../surface/worker/workerField.js";

/** Who evaluates the decoder on the backend: our own kernels ("fused") or onnxruntime. */
export type Evaluator = "fused" | "onnxruntime";

/**
 * The field of a decoder: by our own kernels where it is a perceptron, else by onnxruntime, which is loaded only then.
 * Without a GPU in a worker where there are workers, else on this thread.
 *
 * @param device null for WASM
 * @param halves see `ShapeModelOptions`
 * @throws if what was asked for can't run the decoder here
 */
export async function createFieldAsync(
    decoder: Decoder,
    device: GPUDevice | null,
    requested: Evaluator | "auto",
    halves = false,
): Promise<Field> {
    if (requested !== "auto" && requested !== "fused" && requested !== "onnxruntime") {
        throw new Error(
            `ShapeModel.LoadAsync: got evaluator ${JSON.stringify(requested)}; expected "auto", "fused" or "onnxruntime"; correct the option`,
        );
    }
    const { perceptron } = decoder;
    const obstacle = device && perceptron ? fusedLimit(perceptron) : cpuObstacle(decoder);
    if (requested === "fused" && obstacle) {
        throw new Error(
            `ShapeModel.LoadAsync: got evaluator "fused", but ${obstacle}; expected a multilayer perceptron that its kernels take; use evaluator "auto"`,
        );
    }
    if (device && perceptron && !obstacle && requested !== "onnxruntime") {
        return FusedField.CreateAsync(device, perceptron, undefined, halves);
    }
    if (device) {
        const { OnnxRuntimeGpuField } = await import("../field/onnxRuntime/onnxRuntimeGpuField.js");
        return OnnxRuntimeGpuField.CreateOnDeviceAsync(decoder, device);
    }
    const onCpu = requested === "onnxruntime" ? requested : "auto";
    if (hasWorkers()) {
        try {
            return await WorkerField.CreateAsync(decoder, undefined, onCpu);
        } catch (error) {
            if (!(error instanceof WorkerUnavailable)) {
                throw error;
            }
        }
    }
    return createCpuFieldAsync(decoder, { evaluator: onCpu });
}

import type * as tfc from "@tensorflow/tfjs-core";
import type { TensorFlow } from "./backend.js";

type Relu = (x: tfc.Tensor) => tfc.Tensor;

/** What of a native backend computes one of TensorFlow's own kernels. */
interface NativeBackend {
    readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
    executeSingleOutput(name: string, attributes: object[], inputs: tfc.Tensor[]): tfc.Tensor;
}

/**
 * max(x, 0) with a gradient in one pass. TensorFlow.js takes it from `step`, which on the native backend costs as much as
 * all matrix products of a training step together.
 */
export function createRelu(tf: TensorFlow): Relu {
    const gradient = reluGradient(tf);
    return tf.customGrad((x, save) => {
        const y = tf.relu(x as tfc.Tensor);
        (save as (tensors: tfc.Tensor[]) => void)([y]);
        return { value: y, gradFunc: (dy, saved) => gradient(dy as tfc.Tensor, (saved as tfc.Tensor[])[0]) };
    });
}

/** (∂loss/∂y, y) → ∂loss/∂x. */
function reluGradient(tf: TensorFlow): (dy: tfc.Tensor, y: tfc.Tensor) => tfc.Tensor {
    const backend: Partial<NativeBackend> = Object(tf.backend());
    if (isNative(backend)) {
        const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
        const attributes = [{ name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT }];
        return (dy, y) => backend.executeSingleOutput("ReluGrad", attributes, [dy, y]);
    }
    return (dy, y) => tf.mul(dy, tf.cast(tf.greater(y, 0), "float32"));
}

function isNative(backend: Partial<NativeBackend>): backend is NativeBackend {
    return backend.binding !== undefined && backend.executeSingleOutput !== undefined;
}

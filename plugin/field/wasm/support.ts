import type { Perceptron } from "../../model/decoder.js";
import { type Code, f32x4, type Local, ModuleBuilder } from "./assembler.js";

/** Weights lie in memory twice, and a page may have no more than 4 GiB of it. */
const MAX_WEIGHTS = 2 ** 26;

/** Why `WasmField` can't run a perceptron here, or null if it can. */
export function wasmObstacle({ layers }: Perceptron): string | null {
    const size = (weights: Float32Array | null) => weights?.length ?? 0;
    const weights = layers.reduce((sum, layer) => sum + size(layer.hiddenWeights) + size(layer.featureWeights), 0);
    if (weights > MAX_WEIGHTS) {
        return `the decoder has ${weights} weights; the kernels for the CPU take up to ${MAX_WEIGHTS}`;
    }
    return hasVectors() ? null : "there is no WebAssembly with vectors here";
}

function hasVectors(): boolean {
    return validates((x) => [x.get, x.get, f32x4.add]);
}

/** Whether there is the multiply-add that may be rounded once or twice. */
export function hasRelaxedMultiplyAdd(): boolean {
    return validates((x) => [x.get, x.get, x.get, f32x4.relaxedMultiplyAdd]);
}

/** Whether a function of one vector that computes this would be taken. */
function validates(formula: (x: Local) => readonly Code[]): boolean {
    const module = new ModuleBuilder([]);
    module.function([], (f) => {
        const x = f.local("v128");
        f.emit(...formula(x), x.set);
    });
    return typeof WebAssembly === "object" && WebAssembly.validate(module.build(0));
}

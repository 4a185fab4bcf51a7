import { type Code, f32x4, type Local, ModuleBuilder } from "./assembler.js";

/** Whether this place runs WebAssembly with vectors, which `WasmField` needs. */
export function hasVectors(): boolean {
    return validates((x) => [x.get, x.get, f32x4.add]);
}

/** Whether it also has the multiply-add that may be rounded once or twice. */
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

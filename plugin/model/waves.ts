import type { GraphBuilder } from "./graphBuilder.js";

/**
 * How a graph computes sines: by ONNX's operators, or by basic operations to 1e-6, for runtimes on WebGPU, whose own
 * sine may be off by 5e-4 (WGSL's accuracy table).
 */
export type SineKind = "operator" | "polynomial";

export function addSine(builder: GraphBuilder, x: string, kind: SineKind): string {
    return kind === "operator" ? builder.node("Sin", [x]) : addPolynomialSine(builder, x);
}

export function addCosine(builder: GraphBuilder, x: string, kind: SineKind): string {
    if (kind === "operator") {
        return builder.node("Cos", [x]);
    }
    return addPolynomialSine(builder, builder.node("Add", [x, builder.floats([Math.PI / 2], [1, 1])]));
}

/** π as three numbers, the first two exact under multiplication by small integers (after Cephes). */
const PI_PARTS = [3.140625, 9.6750259399414062e-4, 1.50995799e-7];

/** sin(x) = (−1)ᵏ sin(x − kπ), the last by its series up to the eleventh power. */
function addPolynomialSine(builder: GraphBuilder, x: string): string {
    const constant = (value: number) => builder.floats([value], [1, 1]);
    const times = (a: string, factor: number) => builder.node("Mul", [a, constant(factor)]);
    const plus = (a: string, term: number) => builder.node("Add", [a, constant(term)]);

    const turns = builder.node("Floor", [plus(times(x, 1 / Math.PI), 0.5)]);
    const rest = PI_PARTS.reduce((left, part) => builder.node("Sub", [left, times(turns, part)]), x);
    const square = builder.node("Mul", [rest, rest]);
    let sum = constant(-1 / 39916800);
    for (const coefficient of [1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1]) {
        sum = plus(builder.node("Mul", [sum, square]), coefficient);
    }
    const half = builder.node("Floor", [times(turns, 0.5)]);
    const isOdd = builder.node("Sub", [turns, times(half, 2)]);
    const sign = plus(times(isOdd, -2), 1);
    return builder.node("Mul", [builder.node("Mul", [rest, sum]), sign]);
}

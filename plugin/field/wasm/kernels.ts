import type { Activation, PointFeature } from "../../model/decoder.js";
import { type Code, f32x4, f64, i32, type Local, type ModuleBuilder, memoryFill, select, v128 } from "./assembler.js";

/**
 * The loops that everything is made of. Numbers lie in tiles of eight points: [tiles][rows][8], a row being one neuron.
 */
export const TILE_POINTS = 8;
/** Rows come by fours, the last ones filled up with zeros. */
export const ROWS_AT_ONCE = 4;
export const ROW_BYTES = 4 * TILE_POINTS;
const VECTOR_BYTES = 16;
const VECTORS = ROW_BYTES / VECTOR_BYTES;

/** Names of `Math` that the kernels call. */
export const MATH_NAMES = ["sin", "cos", "tanh", "exp", "expm1", "log1p"] as const;

export const filledRows = (rows: number): number => Math.ceil(rows / ROWS_AT_ONCE) * ROWS_AT_ONCE;

/** Weights as `addProduct` reads them: [rows / 4][columns][4], both filled up with zeros. */
export function packWeights(
    rows: number,
    columns: number,
    weight: (row: number, column: number) => number,
): Float32Array<ArrayBuffer> {
    const width = filledRows(columns);
    const packed = new Float32Array(filledRows(rows) * width);
    for (let row = 0; row < rows; row++) {
        const group = Math.floor(row / ROWS_AT_ONCE) * width * ROWS_AT_ONCE;
        for (let column = 0; column < columns; column++) {
            packed[group + column * ROWS_AT_ONCE + (row % ROWS_AT_ONCE)] = weight(row, column);
        }
    }
    return packed;
}

/**
 * sums += weights · inputs, for some tiles: (sums, inputs, weights, columns, rows / 4, tiles).
 *
 * Four rows of eight points are summed at once: eight registers of sums, two of inputs and one of weights, which is
 * what the fifteen of x86 have room for.
 *
 * @param fused whether to use the relaxed multiply-add
 */
export function addProductKernel(module: ModuleBuilder, fused: boolean): Code {
    return module.function(
        ["i32", "i32", "i32", "i32", "i32", "i32"],
        (f, sums, inputs, weights, columns, groups, tiles) => {
            const [group, column, input, weight] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
            const added = Array.from({ length: ROWS_AT_ONCE * VECTORS }, () => f.local("v128"));
            const values = Array.from({ length: VECTORS }, () => f.local("v128"));
            const factor = f.local("v128");
            const addAll = () => {
                values.forEach((value, v) => {
                    f.emit(input.get, f32x4.load(v * VECTOR_BYTES), value.set);
                });
                for (let row = 0; row < ROWS_AT_ONCE; row++) {
                    f.emit(weight.get, f32x4.loadSplat(4 * row), factor.set);
                    values.forEach((value, v) => {
                        const sum = added[row * VECTORS + v];
                        f.emit(
                            ...(fused
                                ? [factor.get, value.get, sum.get, f32x4.relaxedMultiplyAdd]
                                : [sum.get, factor.get, value.get, f32x4.mul, f32x4.add]),
                            sum.set,
                        );
                    });
                }
                f.advance(input, i32.const(ROW_BYTES));
                f.advance(weight, i32.const(4 * ROWS_AT_ONCE));
            };
            f.countDown(tiles, () => {
                f.emit(weights.get, weight.set, groups.get, group.set);
                f.countDown(group, () => {
                    added.forEach((sum, n) => {
                        f.emit(sums.get, f32x4.load(n * VECTOR_BYTES), sum.set);
                    });
                    f.emit(inputs.get, input.set, columns.get, column.set);
                    f.countDown(column, addAll);
                    added.forEach((sum, n) => {
                        f.emit(sums.get, sum.get, f32x4.store(n * VECTOR_BYTES));
                    });
                    f.advance(sums, i32.const(ROWS_AT_ONCE * ROW_BYTES));
                });
                // After its columns `input` stands at the next tile.
                f.emit(input.get, inputs.set);
            });
        },
    );
}

/** Each row of some tiles set to one number: (out, numbers, rows, tiles). */
export function fillKernel(module: ModuleBuilder): Code {
    return module.function(["i32", "i32", "i32", "i32"], (f, out, numbers, rows, tiles) => {
        const [row, number, value] = [f.local("i32"), f.local("i32"), f.local("v128")];
        f.countDown(tiles, () => {
            f.emit(numbers.get, number.set, rows.get, row.set);
            f.countDown(row, () => {
                f.emit(number.get, f32x4.loadSplat(), value.set);
                for (let v = 0; v < VECTORS; v++) {
                    f.emit(out.get, value.get, f32x4.store(v * VECTOR_BYTES));
                }
                f.advance(out, i32.const(ROW_BYTES));
                f.advance(number, i32.const(4));
            });
        });
    });
}

/** out ·= factors: (out, factors, vectors of four). */
export function multiplyKernel(module: ModuleBuilder): Code {
    return module.function(["i32", "i32", "i32"], (f, out, factors, vectors) => {
        f.countDown(vectors, () => {
            f.emit(out.get, out.get, f32x4.load(), factors.get, f32x4.load(), f32x4.mul, f32x4.store());
            f.advance(out, i32.const(VECTOR_BYTES));
            f.advance(factors, i32.const(VECTOR_BYTES));
        });
    });
}

/** One row of each tile, close together: (rows, bytes from tile to tile, out, tiles). */
export function collectKernel(module: ModuleBuilder): Code {
    return module.function(["i32", "i32", "i32", "i32"], (f, rows, stride, out, tiles) => {
        f.countDown(tiles, () => {
            for (let v = 0; v < VECTORS; v++) {
                f.emit(out.get, rows.get, f32x4.load(v * VECTOR_BYTES), f32x4.store(v * VECTOR_BYTES));
            }
            f.advance(rows, stride.get);
            f.advance(out, i32.const(ROW_BYTES));
        });
    });
}

/** A function of one number as code: its value for `x` is left on the stack. */
type Formula = (x: Local) => readonly Code[];

/** How many numbers an activation takes at once: four where plain arithmetic will do, else one, in double precision. */
interface Stride {
    readonly type: "v128" | "f64";
    readonly load: Code;
    readonly store: Code;
    readonly bytes: number;
}

const FOURS: Stride = { type: "v128", load: f32x4.load(), store: f32x4.store(), bytes: VECTOR_BYTES };
const SINGLES: Stride = { type: "f64", load: f64.loadSingle(), store: f64.storeSingle(), bytes: 4 };

interface Formulas {
    readonly stride: Stride;
    readonly value: Formula;
    readonly derivative: Formula;
}

function formulasOf({ kind, alpha }: Activation, module: ModuleBuilder): Formulas {
    const call = (name: (typeof MATH_NAMES)[number]) => module.callMath(name);
    const [zero, one] = [f32x4.const(0), f32x4.const(1)];
    /** 1 / (1 + exp(−x)) */
    const sigmoid: Formula = (x) => [f64.const(1), f64.const(1), x.get, f64.neg, call("exp"), f64.add, f64.div];
    switch (kind) {
        case "identity":
            return { stride: FOURS, value: (x) => [x.get], derivative: () => [one] };
        case "relu":
            return {
                stride: FOURS,
                value: (x) => [x.get, zero, f32x4.pseudoMax],
                derivative: (x) => [x.get, zero, f32x4.greaterThan, one, v128.and],
            };
        case "leakyRelu": {
            const wherePositive = (x: Local): Code[] => [x.get, zero, f32x4.greaterThan, v128.select];
            const slope = f32x4.const(alpha);
            return {
                stride: FOURS,
                value: (x) => [x.get, x.get, slope, f32x4.mul, ...wherePositive(x)],
                derivative: (x) => [one, slope, ...wherePositive(x)],
            };
        }
        case "elu": {
            const wherePositive = (x: Local): Code[] => [x.get, f64.const(0), f64.greaterThan, select];
            const scaled = (x: Local, name: "exp" | "expm1") => [x.get, call(name), f64.const(alpha), f64.mul];
            return {
                stride: SINGLES,
                value: (x) => [x.get, ...scaled(x, "expm1"), ...wherePositive(x)],
                derivative: (x) => [f64.const(1), ...scaled(x, "exp"), ...wherePositive(x)],
            };
        }
        case "softplus": {
            const tail = (x: Local) => [x.get, f64.abs, f64.neg, call("exp"), call("log1p")];
            return {
                stride: SINGLES,
                value: (x) => [x.get, f64.const(0), f64.max, ...tail(x), f64.add],
                derivative: sigmoid,
            };
        }
        case "tanh": {
            const value: Formula = (x) => [x.get, call("tanh")];
            return {
                stride: SINGLES,
                value,
                derivative: (x) => [f64.const(1), ...value(x), ...value(x), f64.mul, f64.sub],
            };
        }
        case "sigmoid":
            return {
                stride: SINGLES,
                value: sigmoid,
                derivative: (x) => [...sigmoid(x), f64.const(1), ...sigmoid(x), f64.sub, f64.mul],
            };
        case "sin":
            return {
                stride: SINGLES,
                value: (x) => [x.get, call("sin")],
                derivative: (x) => [x.get, call("cos")],
            };
    }
}

/** An activation's loops over (values, derivatives, vectors of four); values are replaced. */
export interface ActivationKernels {
    /** Null where it changes nothing. Leaves the derivatives alone. */
    readonly activate: Code | null;
    /** Notes the derivatives too. */
    readonly differentiate: Code;
}

export function activationKernels(module: ModuleBuilder, activation: Activation): ActivationKernels {
    const { stride, value, derivative } = formulasOf(activation, module);
    const kernel = (differentiates: boolean) =>
        module.function(["i32", "i32", "i32"], (f, values, derivatives, vectors) => {
            const x = f.local(stride.type);
            f.emit(vectors.get, i32.const(VECTOR_BYTES / stride.bytes), i32.mul, vectors.set);
            f.countDown(vectors, () => {
                f.emit(values.get, stride.load, x.set);
                if (differentiates) {
                    f.emit(derivatives.get, ...derivative(x), stride.store);
                    f.advance(derivatives, i32.const(stride.bytes));
                }
                f.emit(values.get, ...value(x), stride.store);
                f.advance(values, i32.const(stride.bytes));
            });
        });
    return { activate: activation.kind === "identity" ? null : kernel(false), differentiate: kernel(true) };
}

/** sin and cos of one row: (arguments, out, factor). */
function waveKernels(module: ModuleBuilder): Record<"sin" | "cos", Code> {
    const wave = (name: "sin" | "cos") =>
        module.function(["i32", "i32", "f64"], (f, from, to, factor) => {
            const point = f.local("i32");
            f.emit(i32.const(TILE_POINTS), point.set);
            f.countDown(point, () => {
                const value = [from.get, f64.loadSingle(), module.callMath(name), factor.get, f64.mul];
                f.emit(to.get, ...value, f64.storeSingle());
                f.advance(from, i32.const(4));
                f.advance(to, i32.const(4));
            });
        });
    return { sin: wave("sin"), cos: wave("cos") };
}

/** Features of points: (points [tiles][3][8], features, their derivatives by their arguments, tiles). */
export interface FeatureKernels {
    /** Leaves the derivatives alone. */
    readonly compute: Code;
    readonly differentiate: Code;
}

export function featureKernels(module: ModuleBuilder, features: readonly PointFeature[]): FeatureKernels {
    const waves = waveKernels(module);
    const rows = i32.const(filledRows(features.length) * ROW_BYTES);
    const kernel = (differentiates: boolean) =>
        module.function(["i32", "i32", "i32", "i32"], (f, points, out, derivatives, tiles) => {
            const argument = f.local("v128");
            f.countDown(tiles, () => {
                for (const [index, { function: kind, direction, phase }] of features.entries()) {
                    const row = index * ROW_BYTES;
                    for (let v = 0; v < VECTORS; v++) {
                        const at = row + v * VECTOR_BYTES;
                        f.emit(f32x4.const(phase), argument.set);
                        for (const [axis, component] of direction.entries()) {
                            if (component !== 0) {
                                const along = [points.get, f32x4.load(axis * ROW_BYTES + v * VECTOR_BYTES)];
                                const product = [...along, f32x4.const(component), f32x4.mul];
                                f.emit(argument.get, ...product, f32x4.add, argument.set);
                            }
                        }
                        f.emit(out.get, argument.get, f32x4.store(at));
                        if (differentiates && kind === "identity") {
                            f.emit(derivatives.get, f32x4.const(1), f32x4.store(at));
                        }
                    }
                    if (kind !== "identity") {
                        const at = (base: Local) => [base.get, i32.const(row), i32.add];
                        if (differentiates) {
                            const [other, sign] = kind === "sin" ? (["cos", 1] as const) : (["sin", -1] as const);
                            f.emit(...at(out), ...at(derivatives), f64.const(sign), waves[other]);
                        }
                        f.emit(...at(out), ...at(out), f64.const(1), waves[kind]);
                    }
                }
                f.advance(points, i32.const(3 * ROW_BYTES));
                f.advance(out, rows);
                f.advance(derivatives, rows);
            });
        });
    return { compute: kernel(false), differentiate: kernel(true) };
}

/**
 * Derivatives by the point from those by the features: (by features, derivatives of features, out [tiles][3][8],
 * tiles).
 */
export function pointGradientKernel(module: ModuleBuilder, features: readonly PointFeature[]): Code {
    return module.function(["i32", "i32", "i32", "i32"], (f, byFeatures, derivatives, out, tiles) => {
        const chained = f.local("v128");
        const sums = [0, 1, 2].map(() => f.local("v128"));
        f.countDown(tiles, () => {
            for (let v = 0; v < VECTORS; v++) {
                for (const sum of sums) {
                    f.emit(f32x4.const(0), sum.set);
                }
                for (const [index, { direction }] of features.entries()) {
                    const at = f32x4.load(index * ROW_BYTES + v * VECTOR_BYTES);
                    f.emit(byFeatures.get, at, derivatives.get, at, f32x4.mul, chained.set);
                    for (const [axis, component] of direction.entries()) {
                        if (component !== 0) {
                            const product = [chained.get, f32x4.const(component), f32x4.mul];
                            f.emit(sums[axis].get, ...product, f32x4.add, sums[axis].set);
                        }
                    }
                }
                for (const [axis, sum] of sums.entries()) {
                    f.emit(out.get, sum.get, f32x4.store(axis * ROW_BYTES + v * VECTOR_BYTES));
                }
            }
            const rows = i32.const(filledRows(features.length) * ROW_BYTES);
            f.advance(byFeatures, rows);
            f.advance(derivatives, rows);
            f.advance(out, i32.const(3 * ROW_BYTES));
        });
    });
}

/** Sets a stretch of memory to zero: address, bytes. */
export function clear(address: Code, bytes: Code): readonly Code[] {
    return [address, i32.const(0), bytes, memoryFill];
}

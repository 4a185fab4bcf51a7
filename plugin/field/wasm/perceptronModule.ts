import type { Perceptron } from "../../model/decoder.js";
import { type Code, i32, type Local, ModuleBuilder, select } from "./assembler.js";
import {
    activationKernels,
    addProductKernel,
    clear,
    collectKernel,
    featureKernels,
    filledRows,
    fillKernel,
    MATH_NAMES,
    multiplyKernel,
    packWeights,
    pointGradientKernel,
    ROW_BYTES,
    ROWS_AT_ONCE,
    TILE_POINTS,
} from "./kernels.js";

/** Tiles that go through the layers together, so that their neurons stay in the cache. */
const BLOCK_TILES = 8;
/** Points of one call; fewer where the code's gradients are wanted, which take most room. */
const CAPACITY = { value: 1 << 14, pointGradient: 1 << 12, latentGradient: 1 << 10 } as const;

/** What is computed: distances alone, with derivatives by the point, and by the code too. */
export type EvaluationKind = keyof typeof CAPACITY;

/**
 * A perceptron as a WebAssembly module: its weights lie in memory from the start, and each kind of evaluation is a
 * function of a number of tiles. Whoever calls it writes biases and points, and reads what is found.
 */
export interface PerceptronModule {
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** Addresses in bytes. */
    readonly layout: ModuleLayout;
}

export interface ModuleLayout {
    readonly latentSize: number;
    /** Biases of all layers, the code folded into them, then the points, [tiles][3][8]. */
    readonly inputs: number;
    /** Where each layer's bias and the points begin among the inputs, in floats. */
    readonly biasOffsets: readonly number[];
    readonly pointOffset: number;
    /** [tiles][8] */
    readonly distances: number;
    /** [tiles][3][8] */
    readonly pointGradients: number;
    /** [tiles][latentRows][8] */
    readonly latentGradients: number;
    /** Latent size, filled up to fours. */
    readonly latentRows: number;
    /** Points of one call. */
    readonly capacity: Readonly<Record<EvaluationKind, number>>;
}

/** Hands out memory, in lines of a cache. */
class MemoryPlan {
    bytes = 64;

    take(bytes: number): number {
        const address = this.bytes;
        this.bytes += Math.ceil(bytes / 64) * 64;
        return address;
    }
}

/** @param fused whether to use the relaxed multiply-add, which is faster where the engine has it */
export function writePerceptronModule(perceptron: Perceptron, fused: boolean): PerceptronModule {
    const module = new ModuleBuilder(MATH_NAMES);
    const plan = new MemoryPlan();
    const { features, latentSize } = perceptron;
    const network = placeNetwork(module, plan, perceptron);
    const { biasOffsets, pointOffset } = network;
    const widest = Math.max(...network.layers.map(({ rows }) => rows));
    const block = (rows: number) => plan.take(BLOCK_TILES * rows * ROW_BYTES);
    const scratch: Scratch = {
        features: block(network.featureRows),
        featureDerivatives: block(network.featureRows),
        byFeatures: block(network.featureRows),
        values: [block(widest), block(widest)],
        gradients: [block(widest), block(widest)],
        derivatives: network.layers.map(({ rows }) => block(rows)),
    };
    const latentRows = filledRows(latentSize);
    const layout: ModuleLayout = {
        latentSize,
        inputs: network.inputs,
        biasOffsets,
        pointOffset,
        distances: plan.take(4 * CAPACITY.value),
        pointGradients: plan.take(12 * CAPACITY.pointGradient),
        latentGradients: plan.take(4 * latentRows * CAPACITY.latentGradient),
        latentRows,
        capacity: CAPACITY,
    };
    const activations = network.layers.map(({ activation }) => activationKernels(module, activation));
    const kernels: Kernels = {
        fill: fillKernel(module),
        addProduct: addProductKernel(module, fused),
        multiply: multiplyKernel(module),
        collect: collectKernel(module),
        features: featureKernels(module, features),
        pointGradient: pointGradientKernel(module, features),
        activations,
    };
    for (const kind of ["value", "pointGradient", "latentGradient"] as const) {
        writeEvaluation(module, kind, network, scratch, layout, kernels);
    }
    return { bytes: module.build(plan.bytes), layout };
}

interface PlacedMatrix {
    readonly address: number;
    /** Filled up to fours. */
    readonly rows: number;
    readonly columns: number;
}

interface PlacedLayer {
    readonly rows: number;
    readonly bias: number;
    readonly activation: Perceptron["layers"][number]["activation"];
    readonly hidden: PlacedMatrix | null;
    readonly feature: PlacedMatrix | null;
    /** Transposed, for the way back. */
    readonly hiddenBack: PlacedMatrix | null;
    readonly featureBack: PlacedMatrix | null;
    readonly latentBack: PlacedMatrix | null;
}

interface PlacedNetwork {
    readonly featureRows: number;
    readonly layers: readonly PlacedLayer[];
    /** See `ModuleLayout`. */
    readonly inputs: number;
    readonly biasOffsets: readonly number[];
    readonly pointOffset: number;
}

function placeNetwork(module: ModuleBuilder, plan: MemoryPlan, perceptron: Perceptron): PlacedNetwork {
    const place = (rows: number, columns: number, weight: (row: number, column: number) => number): PlacedMatrix => {
        const packed = packWeights(rows, columns, weight);
        const address = plan.take(packed.byteLength);
        module.place(address, packed);
        return { address, rows: filledRows(rows), columns: filledRows(columns) };
    };
    const forward = (weights: Float32Array | null, rows: number, columns: number) =>
        weights && place(rows, columns, (row, column) => weights[row * columns + column]);
    const back = (weights: Float32Array | null, rows: number, columns: number) =>
        weights && place(columns, rows, (row, column) => weights[column * columns + row]);
    const { features, latentSize } = perceptron;
    let pointOffset = 0;
    const biasOffsets = perceptron.layers.map(({ outputSize }) => {
        const offset = pointOffset;
        pointOffset += filledRows(outputSize);
        return offset;
    });
    const inputs = plan.take(4 * pointOffset + 12 * CAPACITY.value);
    const layers = perceptron.layers.map((layer, index): PlacedLayer => {
        const { outputSize, hiddenWeights, featureWeights, latentWeights, activation } = layer;
        const inner = index > 0 ? perceptron.layers[index - 1].outputSize : 0;
        const rows = filledRows(outputSize);
        return {
            rows,
            bias: inputs + 4 * biasOffsets[index],
            activation,
            hidden: forward(hiddenWeights, outputSize, inner),
            feature: forward(featureWeights, outputSize, features.length),
            hiddenBack: back(hiddenWeights, outputSize, inner),
            featureBack: back(featureWeights, outputSize, features.length),
            latentBack: back(latentWeights, outputSize, latentSize),
        };
    });
    return { featureRows: filledRows(features.length), layers, inputs, biasOffsets, pointOffset };
}

/** Blocks of tiles between the layers, [tiles][rows][8]. */
interface Scratch {
    readonly features: number;
    readonly featureDerivatives: number;
    readonly byFeatures: number;
    readonly values: readonly [number, number];
    readonly gradients: readonly [number, number];
    /** Of each layer's activation. */
    readonly derivatives: readonly number[];
}

interface Kernels {
    readonly fill: Code;
    readonly addProduct: Code;
    readonly multiply: Code;
    readonly collect: Code;
    readonly features: ReturnType<typeof featureKernels>;
    readonly pointGradient: Code;
    readonly activations: readonly ReturnType<typeof activationKernels>[];
}

/** The exported function of a kind: of a number of tiles, one at least. */
function writeEvaluation(
    module: ModuleBuilder,
    kind: EvaluationKind,
    { layers, featureRows }: PlacedNetwork,
    scratch: Scratch,
    layout: ModuleLayout,
    kernels: Kernels,
): void {
    const differentiates = kind !== "value";
    const wantsLatent = kind === "latentGradient";
    const write = (f: Parameters<Parameters<ModuleBuilder["function"]>[1]>[0], left: Local): void => {
        const [tiles, points, distances] = [f.local("i32"), f.local("i32"), f.local("i32")];
        const [pointGradients, latentGradients] = [f.local("i32"), f.local("i32")];
        const call = (kernel: Code, ...args: (number | Code)[]) =>
            f.emit(...args.map((arg) => (typeof arg === "number" ? i32.const(arg) : arg)), kernel);
        const times = (factor: number): Code => [...tiles.get, ...i32.const(factor), ...i32.mul];
        const vectors = (rows: number): Code => times((rows * TILE_POINTS) / 4);
        const addProduct = (sums: number | Code, inputs: number, matrix: PlacedMatrix | null) => {
            if (matrix) {
                const { address, rows, columns } = matrix;
                call(kernels.addProduct, sums, inputs, address, columns, rows / ROWS_AT_ONCE, tiles.get);
            }
        };
        const forward = () => {
            const { compute, differentiate } = kernels.features;
            const compile = differentiates ? differentiate : compute;
            call(compile, points.get, scratch.features, scratch.featureDerivatives, tiles.get);
            layers.forEach(({ rows, bias, hidden, feature }, index) => {
                const [values, previous] = [scratch.values[index % 2], scratch.values[1 - (index % 2)]];
                call(kernels.fill, values, bias, rows, tiles.get);
                addProduct(values, previous, hidden);
                addProduct(values, scratch.features, feature);
                const activation = kernels.activations[index];
                const kernel = differentiates ? activation.differentiate : activation.activate;
                if (kernel) {
                    call(kernel, values, scratch.derivatives[index], vectors(rows));
                }
            });
            const last = layers.length - 1;
            const stride = layers[last].rows * ROW_BYTES;
            call(kernels.collect, scratch.values[last % 2], stride, distances.get, tiles.get);
        };
        const backward = () => {
            f.emit(...clear(i32.const(scratch.byFeatures), times(featureRows * ROW_BYTES)));
            if (wantsLatent) {
                f.emit(...clear(latentGradients.get, times(layout.latentRows * ROW_BYTES)));
            }
            for (let index = layers.length - 1; index >= 0; index--) {
                const { hiddenBack, featureBack, latentBack } = layers[index];
                // The last layer's are the derivatives of its activation themselves.
                const isLast = index === layers.length - 1;
                const gradients = isLast ? scratch.derivatives[index] : scratch.gradients[index % 2];
                addProduct(scratch.byFeatures, gradients, featureBack);
                if (wantsLatent) {
                    addProduct(latentGradients.get, gradients, latentBack);
                }
                if (index > 0) {
                    const [inner, { rows }] = [scratch.gradients[1 - (index % 2)], layers[index - 1]];
                    f.emit(...clear(i32.const(inner), times(rows * ROW_BYTES)));
                    addProduct(inner, gradients, hiddenBack);
                    call(kernels.multiply, inner, scratch.derivatives[index - 1], vectors(rows));
                }
            }
            const { byFeatures, featureDerivatives } = scratch;
            call(kernels.pointGradient, byFeatures, featureDerivatives, pointGradients.get, tiles.get);
        };

        f.emit(
            i32.const(layout.inputs + 4 * layout.pointOffset),
            points.set,
            i32.const(layout.distances),
            distances.set,
        );
        f.emit(i32.const(layout.pointGradients), pointGradients.set);
        f.emit(i32.const(layout.latentGradients), latentGradients.set);
        const blocks = f.local("i32");
        f.emit(left.get, i32.const(BLOCK_TILES - 1), i32.add, i32.const(BLOCK_TILES), i32.divideUnsigned, blocks.set);
        f.countDown(blocks, () => {
            const isShort = [left.get, i32.const(BLOCK_TILES), i32.lessThan];
            f.emit(left.get, i32.const(BLOCK_TILES), ...isShort, select, tiles.set);
            forward();
            if (differentiates) {
                backward();
            }
            f.emit(left.get, tiles.get, i32.sub, left.set);
            f.advance(points, i32.const(BLOCK_TILES * 3 * ROW_BYTES));
            f.advance(distances, i32.const(BLOCK_TILES * ROW_BYTES));
            f.advance(pointGradients, i32.const(BLOCK_TILES * 3 * ROW_BYTES));
            f.advance(latentGradients, i32.const(BLOCK_TILES * layout.latentRows * ROW_BYTES));
        });
    };
    module.function(["i32"], write, { name: kind });
}

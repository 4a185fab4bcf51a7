import { BatchRuns } from "../batches.js";
import { firstWeights } from "../network.js";
import { ADAM, MUON_SCALE, NEWTON_SCHULZ } from "../optimizer.js";
import type { SampleSet } from "../samples/store.js";
import { checkSet, firstCodes, type Recipe, scheduleAt, type TrainerStart, type TrainerState } from "../trainer.js";
import { Dispatches, type Matrix } from "./dispatches.js";
import { blockOf, type LayerLayout, type Layout, layoutOf, putBlock } from "./layout.js";

/** Terms of a weight's gradient that one workgroup sums up. */
const SPLIT = 512;
/** Steps between two looks at the error: each look waits for the GPU. */
const STEPS_A_LOOK = 32;

/**
 * What `Trainer` does, by kernels of our own on a WebGPU device: a step is one submit of some sixty dispatches, and
 * nothing is read back but the error, now and then. Its twin is `Trainer`, against which it is tested.
 */
export class GpuTrainer {
    step = 0;
    private readonly layout: Layout;
    private readonly runs: BatchRuns;
    private readonly dispatches: Dispatches;
    /** [size] each, as `layout` says. */
    private readonly parameters: GPUBuffer;
    private readonly gradients: GPUBuffer;
    private readonly firstMoments: GPUBuffer;
    private readonly secondMoments: GPUBuffer;
    /** What a batch brings: the shapes' numbers, and x, y, z, distance of its points. */
    private readonly shapes: GPUBuffer;
    private readonly samples: GPUBuffer;
    private readonly stepValues: GPUBuffer;
    private readonly error: GPUBuffer;
    private lastError = Number.NaN;

    constructor(
        private readonly device: GPUDevice,
        set: SampleSet,
        readonly recipe: Recipe,
        start: TrainerStart = {},
    ) {
        checkSet(set, recipe);
        this.runs = new BatchRuns(set, recipe);
        this.layout = layoutOf(recipe, set.shapes.length);
        this.dispatches = new Dispatches(device);
        const { size } = this.layout;
        this.parameters = this.dispatches.buffer(size);
        this.gradients = this.dispatches.buffer(size);
        this.firstMoments = this.dispatches.buffer(size);
        this.secondMoments = this.dispatches.buffer(size);
        this.shapes = this.dispatches.buffer(recipe.shapesPerStep);
        this.samples = this.dispatches.buffer(4 * this.pointCount);
        this.stepValues = this.dispatches.uniform([0, 0, 0]);
        this.error = this.dispatches.buffer(1);
        const first = firstWeights(recipe, recipe.seed).flatMap((layer) => Object.values(layer).filter((one) => one));
        const weights = start.weights ?? first.map(({ values }) => values);
        this.write(this.parameters, [...weights, start.codes ?? firstCodes(recipe, set.shapes.length)]);
        this.prepare();
    }

    /** Samples seen so far. */
    get samplesSeen(): number {
        return this.step * this.pointCount;
    }

    private get pointCount(): number {
        return this.recipe.shapesPerStep * this.recipe.pointsPerShape;
    }

    /** As `Trainer.stepAsync`; the error is that of the last step looked at. */
    async stepAsync(progress: number): Promise<number> {
        const { device, recipe } = this;
        const { queue } = device;
        const { shapes, samples } = this.runs.at(this.step);
        this.step++;
        const { rate, penalty } = scheduleAt(recipe, progress);
        const correction = Math.sqrt(1 - ADAM.beta2 ** this.step) / (1 - ADAM.beta1 ** this.step);
        queue.writeBuffer(this.shapes, 0, shapes);
        queue.writeBuffer(this.samples, 0, samples);
        queue.writeBuffer(this.stepValues, 0, new Float32Array([correction * rate, rate, penalty]));
        const encoder = device.createCommandEncoder();
        this.dispatches.encode(encoder);
        queue.submit([encoder.finish()]);
        if (Number.isNaN(this.lastError) || this.step % STEPS_A_LOOK === 0) {
            [this.lastError] = await this.read(this.error, 1);
        }
        return this.lastError;
    }

    async saveAsync(): Promise<TrainerState> {
        const { size, blocks } = this.layout;
        const [parameters, first, second] = await Promise.all(
            [this.parameters, this.firstMoments, this.secondMoments].map((buffer) => this.read(buffer, size)),
        );
        const values = (packed: Float32Array) => blocks.map((block) => blockOf(packed, block));
        return {
            step: this.step,
            variables: values(parameters),
            firstMoments: values(first),
            // Muon has one moment only.
            secondMoments: values(second).map((moments, i) => (this.byMuon(i) ? new Float32Array(1) : moments)),
        };
    }

    /** @throws if the state belongs to another recipe or another number of shapes */
    restore(state: TrainerState): void {
        this.write(this.parameters, state.variables);
        this.write(this.firstMoments, state.firstMoments);
        const none = (i: number) => new Float32Array(this.layout.blocks[i].rows * this.layout.blocks[i].columns);
        this.write(
            this.secondMoments,
            state.secondMoments.map((moments, i) => (this.byMuon(i) ? none(i) : moments)),
        );
        this.step = state.step;
    }

    dispose(): void {
        this.dispatches.dispose();
    }

    private byMuon(block: number): boolean {
        return this.recipe.optimizer === "muon" && this.layout.isHidden[block];
    }

    private write(buffer: GPUBuffer, values: readonly Float32Array[]): void {
        const packed = new Float32Array(this.layout.size);
        this.layout.blocks.forEach((block, i) => {
            if (values[i]?.length !== block.rows * block.columns) {
                throw new Error(
                    `GpuTrainer: variable ${i} has ${values[i]?.length} values in the checkpoint and ` +
                        `${block.rows * block.columns} here; go on with the options the run was started with`,
                );
            }
            putBlock(packed, block, values[i]);
        });
        this.device.queue.writeBuffer(buffer, 0, packed);
    }

    private async read(buffer: GPUBuffer, count: number): Promise<Float32Array> {
        const target = this.device.createBuffer({
            size: 4 * count,
            usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
        });
        try {
            const encoder = this.device.createCommandEncoder();
            encoder.copyBufferToBuffer(buffer, 0, target, 0, 4 * count);
            this.device.queue.submit([encoder.finish()]);
            await target.mapAsync(GPUMapMode.READ);
            return new Float32Array(target.getMappedRange().slice(0));
        } finally {
            target.destroy();
        }
    }

    /** All of a step. */
    private prepare(): void {
        const { dispatches, layout, recipe, pointCount, parameters } = this;
        const { shapesPerStep, pointsPerShape, latentSize } = recipe;
        const codes = dispatches.uniform([shapesPerStep, latentSize, layout.codesOffset]);
        const codeGroups = [Math.ceil((shapesPerStep * latentSize) / 64)];
        const chosen = dispatches.buffer(shapesPerStep * latentSize);
        dispatches.run("gather", [this.shapes, parameters, chosen, codes], codeGroups);

        // What depends on the code alone, for all layers at once: [shapesPerStep, outputs]
        const perShape = dispatches.buffer(shapesPerStep * layout.outputs);
        const byCode: Matrix = { buffer: perShape, stride: layout.outputs };
        dispatches.product({
            rows: shapesPerStep,
            columns: layout.outputs,
            inner: latentSize,
            a: { buffer: chosen, stride: latentSize },
            b: { buffer: parameters, offset: layout.latentOffset, stride: layout.outputs },
            c: byCode,
            plus: { buffer: parameters, offset: layout.biasOffset, stride: 0, repeat: shapesPerStep },
        });

        // Each layer's inputs [pointCount, inputs], the last one being the predicted distances.
        const inputs = [...layout.layers.map((layer) => layer.inputs), 1].map((stride): Matrix => {
            return { buffer: dispatches.buffer(pointCount * stride), stride };
        });
        this.features(inputs);
        layout.layers.forEach((layer, i) => {
            dispatches.product({
                rows: pointCount,
                columns: layer.outputs,
                inner: layer.inputs,
                a: inputs[i],
                b: { buffer: parameters, offset: layer.offset, stride: layer.outputs },
                c: inputs[i + 1],
                plus: { ...byCode, offset: layer.column, repeat: pointsPerShape },
                rectifies: i < layout.layers.length - 1,
            });
        });

        // Gradients by each layer's outputs before the relu, [pointCount, outputs].
        const slopes = layout.layers.map(({ outputs }): Matrix => {
            return { buffer: dispatches.buffer(pointCount * outputs), stride: outputs };
        });
        this.loss(inputs[layout.layers.length].buffer, slopes[layout.layers.length - 1].buffer);
        dispatches.clear(this.gradients);
        const perShapeSlopes = dispatches.buffer(shapesPerStep * layout.outputs);
        const parts = dispatches.buffer(Math.ceil(pointCount / SPLIT) * Math.max(...layout.layers.map(weightCount)));
        for (let i = layout.layers.length - 1; i >= 0; i--) {
            const layer = layout.layers[i];
            this.weightGradients(layer, inputs[i], slopes[i], parts);
            dispatches.groupSum(slopes[i].buffer, shapesPerStep, pointsPerShape, layer.outputs, {
                buffer: perShapeSlopes,
                offset: layer.column,
                stride: layout.outputs,
            });
            if (i === 0) continue;
            dispatches.product({
                rows: pointCount,
                columns: layer.hiddenInputs,
                inner: layer.outputs,
                a: slopes[i],
                b: { buffer: parameters, offset: layer.offset, stride: layer.outputs, transposed: true },
                c: slopes[i - 1],
                mask: inputs[i],
            });
        }
        this.codeGradients(chosen, perShapeSlopes, codes, codeGroups);
        this.muon();
        this.adam();
    }

    private features(inputs: readonly Matrix[]): void {
        const { dispatches, layout, recipe, pointCount } = this;
        layout.layers.forEach(({ hiddenInputs, featureInputs }, i) => {
            if (featureInputs === 0) return;
            const uniform = dispatches.uniform([pointCount, recipe.octaves, hiddenInputs, inputs[i].stride]);
            const groups = [Math.ceil(pointCount / 128)];
            dispatches.run("features", [this.samples, inputs[i].buffer, uniform], groups);
        });
    }

    private loss(predicted: GPUBuffer, slopes: GPUBuffer): void {
        const { dispatches, recipe, pointCount } = this;
        const { clampDistance, signWeight } = recipe;
        const groups = Math.ceil(pointCount / 256);
        const errors = dispatches.buffer(groups);
        const uniform = dispatches.uniform([pointCount, { f32: clampDistance }, { f32: signWeight }]);
        dispatches.run("loss", [this.samples, predicted, slopes, errors, uniform], [groups]);
        dispatches.groupSum(errors, 1, groups, 1, { buffer: this.error, stride: 1 });
    }

    /** Sums over all points, in parts that are summed after. */
    private weightGradients(layer: LayerLayout, inputs: Matrix, slopes: Matrix, parts: GPUBuffer): void {
        const { dispatches, pointCount } = this;
        const count = weightCount(layer);
        dispatches.product({
            rows: layer.inputs,
            columns: layer.outputs,
            inner: pointCount,
            split: SPLIT,
            a: { ...inputs, batch: SPLIT * inputs.stride, transposed: true },
            b: { ...slopes, batch: SPLIT * slopes.stride },
            c: { buffer: parts, stride: layer.outputs, batch: count },
        });
        const whole = { buffer: this.gradients, offset: layer.offset, stride: count };
        dispatches.groupSum(parts, 1, Math.ceil(pointCount / SPLIT), count, whole);
    }

    /** Of the biases, the code's weights and the codes. */
    private codeGradients(
        chosen: GPUBuffer,
        perShapeSlopes: GPUBuffer,
        codes: GPUBuffer,
        groups: readonly number[],
    ): void {
        const { dispatches, layout, recipe, gradients, parameters } = this;
        const { shapesPerStep, latentSize } = recipe;
        const { outputs } = layout;
        const bias = { buffer: gradients, offset: layout.biasOffset, stride: outputs };
        dispatches.groupSum(perShapeSlopes, 1, shapesPerStep, outputs, bias);
        dispatches.product({
            rows: latentSize,
            columns: outputs,
            inner: shapesPerStep,
            a: { buffer: chosen, stride: latentSize, transposed: true },
            b: { buffer: perShapeSlopes, stride: outputs },
            c: { buffer: gradients, offset: layout.latentOffset, stride: outputs },
        });
        const chosenGradients = dispatches.buffer(shapesPerStep * latentSize);
        dispatches.product({
            rows: shapesPerStep,
            columns: latentSize,
            inner: outputs,
            a: { buffer: perShapeSlopes, stride: outputs },
            b: { buffer: parameters, offset: layout.latentOffset, stride: outputs, transposed: true },
            c: { buffer: chosenGradients, stride: latentSize },
        });
        dispatches.run("scatter", [this.shapes, chosen, chosenGradients, gradients, codes, this.stepValues], groups);
    }

    /** The matrices between hidden layers: momentum, Newton and Schulz's rounds, change. */
    private muon(): void {
        const { dispatches, recipe, layout } = this;
        const hidden = layout.blocks.filter((_, i) => this.byMuon(i));
        if (hidden.length === 0) return;
        const { width } = recipe;
        const size = width * width;
        const count = hidden.length;
        const offsets = dispatches.buffer(count);
        this.device.queue.writeBuffer(
            offsets,
            0,
            Uint32Array.from(hidden, ({ offset }) => offset),
        );
        const matrices = (): Matrix => ({ buffer: dispatches.buffer(count * size), stride: width, batch: size });
        const [square, quintic] = [matrices(), matrices()];
        let [x, next] = [matrices(), matrices()];
        const sizes = dispatches.uniform([size]);
        dispatches.run("momentum", [this.gradients, offsets, this.firstMoments, x.buffer, sizes], [count]);
        const { a, b, c, rounds } = NEWTON_SCHULZ;
        const all = { rows: width, columns: width, inner: width, count };
        for (let round = 0; round < rounds; round++) {
            dispatches.product({ ...all, a: x, b: { ...x, transposed: true }, c: square });
            dispatches.product({ ...all, a: square, b: square, c: quintic, alpha: c, plus: square, beta: b });
            dispatches.product({ ...all, a: quintic, b: x, c: next, plus: x, beta: a });
            [x, next] = [next, x];
        }
        const rate = recipe.learningRate * MUON_SCALE * Math.sqrt(width);
        const change = dispatches.uniform([size, count, { f32: rate }]);
        const buffers = [x.buffer, offsets, this.parameters, change, this.stepValues];
        dispatches.run("muon", buffers, [Math.ceil((size * count) / 256)]);
    }

    private adam(): void {
        const { dispatches, recipe, layout } = this;
        const rates = new Float32Array(layout.size);
        layout.blocks.forEach((block, i) => {
            const isCodes = i === layout.blocks.length - 1;
            const rate = this.byMuon(i) ? 0 : isCodes ? recipe.codeLearningRate : recipe.learningRate;
            putBlock(rates, block, new Float32Array(block.rows * block.columns).fill(rate));
        });
        const buffer = dispatches.buffer(layout.size);
        this.device.queue.writeBuffer(buffer, 0, rates);
        const { gradients, parameters, firstMoments, secondMoments, stepValues } = this;
        const groups = Math.min(65535, Math.ceil(layout.size / 256));
        dispatches.run("adam", [gradients, buffer, parameters, firstMoments, secondMoments, stepValues], [groups]);
    }
}

function weightCount({ inputs, outputs }: LayerLayout): number {
    return inputs * outputs;
}

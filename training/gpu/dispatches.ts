import { readFileSync } from "node:fs";

/** Names of the `.wgsl` files beside this one. */
type Shader = "adam" | "features" | "gather" | "groupSum" | "loss" | "momentum" | "muon" | "product" | "scatter";

/** A matrix in a buffer, all counted in numbers. */
export interface Matrix {
    readonly buffer: GPUBuffer;
    readonly offset?: number;
    /** From row to row. */
    readonly stride: number;
    /** From one matrix of a batch to the next. */
    readonly batch?: number;
}

/** C = α · op(A) · op(B) + β · D; see `product.wgsl`. */
export interface Product {
    readonly rows: number;
    readonly columns: number;
    readonly inner: number;
    readonly a: Matrix & { readonly transposed?: boolean };
    readonly b: Matrix & { readonly transposed?: boolean };
    readonly c: Matrix;
    /** What is added; `repeat` rows of the result share one of its rows. */
    readonly plus?: Matrix & { readonly repeat?: number };
    /** Where this is not positive, the result is 0. */
    readonly mask?: Matrix;
    readonly alpha?: number;
    readonly beta?: number;
    readonly rectifies?: boolean;
    /** Matrices of the batch. */
    readonly count?: number;
    /** Terms that one matrix of the batch takes of a sum of `inner` terms. */
    readonly split?: number;
}

/** A dispatch, or a buffer to be cleared. */
type Work =
    | { readonly clears: GPUBuffer }
    | {
          readonly clears: null;
          readonly pipeline: GPUComputePipeline;
          readonly group: GPUBindGroup;
          readonly workgroups: readonly [number, number, number];
      };

const TILE_ROWS = 128;
const TILE_COLUMNS = 32;

/** A device's pipelines, by shader and constants. */
const compiled = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

/** Work of a training step, prepared once: what is dispatched, on which buffers, in which order. */
export class Dispatches {
    private readonly pipelines: Map<string, GPUComputePipeline>;
    private readonly work: Work[] = [];
    private readonly owned: GPUBuffer[] = [];

    constructor(private readonly device: GPUDevice) {
        this.pipelines = compiled.get(device) ?? new Map();
        compiled.set(device, this.pipelines);
    }

    /** A buffer of numbers that lives as long as this. */
    buffer(count: number, usage = 0): GPUBuffer {
        const buffer = this.device.createBuffer({
            size: 4 * Math.max(1, count),
            usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC | usage,
        });
        this.owned.push(buffer);
        return buffer;
    }

    /** @param values whole numbers, or `f32` for others */
    uniform(values: readonly (number | { readonly f32: number })[]): GPUBuffer {
        const view = new DataView(new ArrayBuffer(Math.max(16, 4 * values.length)));
        values.forEach((value, i) => {
            if (typeof value === "number") view.setUint32(4 * i, value, true);
            else view.setFloat32(4 * i, value.f32, true);
        });
        const buffer = this.device.createBuffer({
            size: view.byteLength,
            usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
        });
        this.device.queue.writeBuffer(buffer, 0, view.buffer);
        this.owned.push(buffer);
        return buffer;
    }

    /** Sets a whole buffer to 0. */
    clear(buffer: GPUBuffer): void {
        this.work.push({ clears: buffer });
    }

    run(
        shader: Shader,
        buffers: readonly GPUBuffer[],
        [x, y = 1, z = 1]: readonly number[],
        constants: Record<string, number> = {},
    ): void {
        const pipeline = this.pipeline(shader, constants);
        const group = this.device.createBindGroup({
            layout: pipeline.getBindGroupLayout(0),
            entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
        });
        this.work.push({ clears: null, pipeline, group, workgroups: [x, y, z] });
    }

    product({ a, b, c, plus, mask, ...product }: Product): void {
        const { rows, columns, inner, alpha = 1, beta = 1 } = product;
        const d: Matrix & { readonly repeat?: number } = plus ?? mask ?? { buffer: a.buffer, stride: 0 };
        const view = ({ offset = 0, stride, batch = 0 }: Matrix, repeat = 1) => [offset, stride, batch, repeat];
        const terms = product.split ?? inner;
        const uniform = this.uniform([
            rows,
            columns,
            terms,
            // Matrices of a batch have all their terms; parts of a sum share them.
            product.split ? inner : 0xffffffff,
            { f32: alpha },
            { f32: beta },
            ...view(a),
            ...view(b),
            ...view(c),
            ...view(d, d.repeat),
        ]);
        const batch = product.split ? Math.ceil(inner / product.split) : (product.count ?? 1);
        this.run(
            "product",
            [a.buffer, b.buffer, c.buffer, d.buffer, uniform],
            [Math.ceil(columns / TILE_COLUMNS), Math.ceil(rows / TILE_ROWS), batch],
            {
                transposesA: Number(a.transposed ?? false),
                transposesB: Number(b.transposed ?? false),
                adds: Number(plus !== undefined),
                masks: Number(mask !== undefined),
                rectifies: Number(product.rectifies ?? false),
            },
        );
    }

    /** result[g, column] = Σ values[g · rows + r, column] */
    groupSum(values: GPUBuffer, groups: number, rows: number, columns: number, result: Matrix): void {
        const { buffer, offset = 0, stride } = result;
        const uniform = this.uniform([groups, rows, columns, offset, stride]);
        this.run("groupSum", [values, buffer, uniform], [Math.ceil(columns / 64), groups]);
    }

    encode(encoder: GPUCommandEncoder): void {
        let pass: GPUComputePassEncoder | null = null;
        for (const work of this.work) {
            if (work.clears) {
                pass?.end();
                pass = null;
                encoder.clearBuffer(work.clears);
                continue;
            }
            pass ??= encoder.beginComputePass();
            pass.setPipeline(work.pipeline);
            pass.setBindGroup(0, work.group);
            pass.dispatchWorkgroups(...work.workgroups);
        }
        pass?.end();
    }

    private pipeline(shader: Shader, constants: Record<string, number>): GPUComputePipeline {
        const key = `${shader} ${JSON.stringify(constants)}`;
        const known = this.pipelines.get(key);
        if (known) return known;
        const code = readFileSync(new URL(`./${shader}.wgsl`, import.meta.url), "utf8");
        const module = this.device.createShaderModule({ label: shader, code });
        const pipeline = this.device.createComputePipeline({
            label: key,
            layout: "auto",
            compute: { module, entryPoint: "main", constants },
        });
        this.pipelines.set(key, pipeline);
        return pipeline;
    }

    dispose(): void {
        for (const buffer of this.owned) buffer.destroy();
    }
}

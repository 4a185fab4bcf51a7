import type { Field, FieldGradient } from "../../plugin/field/field.js";
import type { Bounds } from "../../plugin/model/decoder.js";
import { clipDistances } from "../../plugin/surface/cpu/refine.js";
import { boundsSkin, createGrid } from "../../plugin/surface/grid.js";

/** A decoder's values for one code at the corners of a cubic grid, as a field that looks them up. */
export class CornerTable implements Field {
    readonly maker = "reference";
    /** Where nothing was evaluated, the value of an evaluated corner nearby. */
    readonly values: Float32Array;
    private readonly isKnown: Uint8Array;
    readonly latentSize: number;
    readonly side: number;
    /** Corners evaluated. */
    evaluated = 0;

    private constructor(
        private readonly field: Field,
        private readonly latent: Float32Array,
        private readonly bounds: Bounds,
        readonly resolution: number,
    ) {
        this.latentSize = field.latentSize;
        this.side = resolution + 1;
        this.values = new Float32Array(this.side ** 3);
        this.isKnown = new Uint8Array(this.side ** 3);
    }

    /**
     * Every `stride`-th corner along each axis, then all corners of the blocks between them in which one of those is at
     * most `band` from the surface.
     */
    static async CreateAsync(
        field: Field,
        latent: Float32Array,
        bounds: Bounds,
        resolution: number,
        { stride, band }: { stride: number; band: number },
    ): Promise<CornerTable> {
        const table = new CornerTable(field, latent, bounds, resolution);
        const { side, values } = table;
        const coarse: number[] = [];
        for (let z = 0; z < side; z += stride) {
            for (let y = 0; y < side; y += stride) {
                for (let x = 0; x < side; x += stride) {
                    coarse.push(x + side * (y + side * z));
                }
            }
        }
        await table.fill(coarse);
        if (stride > 1) {
            const wanted = new Uint8Array(values.length);
            for (const index of coarse) {
                if (Math.abs(values[index]) <= band) {
                    const origin = [index % side, Math.floor(index / side) % side, Math.floor(index / side ** 2)];
                    const [from, to] = [
                        origin.map((o) => Math.max(0, o - stride)),
                        origin.map((o) => Math.min(side - 1, o + stride)),
                    ];
                    for (let z = from[2]; z <= to[2]; z++) {
                        for (let y = from[1]; y <= to[1]; y++) {
                            wanted.fill(1, from[0] + side * (y + side * z), to[0] + 1 + side * (y + side * z));
                        }
                    }
                }
            }
            const fine: number[] = [];
            for (let index = 0; index < values.length; index++) {
                if (wanted[index] && !table.isKnown[index]) {
                    fine.push(index);
                }
            }
            await table.fill(fine);
            table.spread(stride);
        }
        return table;
    }

    /** From the table where it can be, else from the decoder. */
    async evaluateAsync(_latent: Float32Array, points: Float32Array): Promise<Float32Array> {
        const { side, resolution, bounds } = this;
        const cell = (bounds.max[0] - bounds.min[0]) / resolution;
        const distances = new Float32Array(points.length / 3);
        const unknown: number[] = [];
        for (let n = 0; n < distances.length; n++) {
            const at = [0, 1, 2].map((axis) => (points[3 * n + axis] - bounds.min[axis]) / cell);
            const place = at.map(Math.round);
            const index = place[0] + side * (place[1] + side * place[2]);
            const isCorner = place.every((round, axis) => Math.abs(round - at[axis]) < 1e-4);
            if (isCorner && this.isKnown[index]) {
                distances[n] = this.values[index];
            } else {
                unknown.push(n);
            }
        }
        if (unknown.length > 0) {
            const rest = Float32Array.from(
                { length: 3 * unknown.length },
                (_, i) => points[3 * unknown[Math.floor(i / 3)] + (i % 3)],
            );
            const values = await this.field.evaluateAsync(this.latent, rest);
            unknown.forEach((n, i) => {
                distances[n] = values[i];
            });
        }
        return distances;
    }

    /** Of no use to counters. */
    async evaluateGradientAsync(latent: Float32Array, points: Float32Array): Promise<FieldGradient> {
        return {
            distances: new Float32Array(points.length / 3),
            pointGradients: new Float32Array(points.length),
            latentGradients: latent.length > 0 ? null : new Float32Array(0),
        };
    }

    dispose(): void {}

    private async fill(indices: readonly number[]): Promise<void> {
        const { field, latent, side, bounds, resolution } = this;
        const cell = (bounds.max[0] - bounds.min[0]) / resolution;
        const points = new Float32Array(3 * indices.length);
        indices.forEach((index, n) => {
            points[3 * n] = bounds.min[0] + cell * (index % side);
            points[3 * n + 1] = bounds.min[1] + cell * (Math.floor(index / side) % side);
            points[3 * n + 2] = bounds.min[2] + cell * Math.floor(index / side ** 2);
        });
        const distances = await field.evaluateAsync(latent, points);
        const grid = createGrid(bounds, resolution);
        clipDistances(points, distances, bounds, boundsSkin(grid));
        indices.forEach((index, n) => {
            this.values[index] = distances[n];
            this.isKnown[index] = 1;
        });
        this.evaluated += indices.length;
    }

    /** Gives corners that were left out the value of the one at the lower end of their block. */
    private spread(stride: number): void {
        const { side, values, isKnown } = this;
        const down = (place: number) => place - (place % stride);
        for (let index = 0; index < values.length; index++) {
            if (!isKnown[index]) {
                const [x, y, z] = [index % side, Math.floor(index / side) % side, Math.floor(index / side ** 2)];
                values[index] = values[down(x) + side * (down(y) + side * down(z))];
            }
        }
    }
}

/** The surface's cells in a table's grid of every `step`-th corner, and how many corners they have. */
export function surfaceCells(table: CornerTable, step: number): { cells: number; corners: number } {
    const { side, values } = table;
    const touched = new Uint8Array(values.length);
    const steps = [0, 1, 2, 3, 4, 5, 6, 7].map(
        (corner) => step * ((corner & 1) + side * ((corner >> 1) & 1) + side * side * (corner >> 2)),
    );
    let cells = 0;
    for (let z = 0; z + step < side; z += step) {
        for (let y = 0; y + step < side; y += step) {
            for (let x = 0; x + step < side; x += step) {
                const origin = x + side * (y + side * z);
                let inside = 0;
                for (const offset of steps) {
                    inside += values[origin + offset] < 0 ? 1 : 0;
                }
                if (inside > 0 && inside < 8) {
                    cells++;
                    for (const offset of steps) {
                        touched[origin + offset] = 1;
                    }
                }
            }
        }
    }
    return { cells, corners: touched.reduce((sum, one) => sum + one, 0) };
}

import type { Field, FieldGradient, FieldGradientOptions, FieldMaker, FieldOptions } from "../field/field.js";

/** Reach of each level's correction, model units, coarse before fine: what one leaves, the next takes. */
const RADII = [0.3, 0.15, 0.075, 0.0375];

/** Centres of a level are this part of its radius apart. */
const SPACING = 0.4;

/** Points farther from the decoder's surface than this are no part of it, model units. */
const MOST = 0.2;

/** Weight of "no correction": lets each level fade out smoothly where the observed part ends. */
const FADE = 0.25;

/**
 * A smooth function that equals the field's distance at observed points and fades to nothing away from them; the field
 * minus it has its surface there. Shepard's weighted means (A two-dimensional interpolation function for irregularly
 * spaced data, 1968) with Wendland's compact kernel, in levels as in Lee, Wolberg and Shin (Scattered data interpolation
 * with multilevel B-splines, 1997).
 */
export class Correction {
    private readonly levels: Level[] = [];
    /** Mean size of what is left at the points, model units. */
    readonly rest: number;

    /**
     * @param points [n, 3], observed, model space
     * @param distances [n], the field there
     */
    constructor(points: Float32Array, distances: Float32Array) {
        const kept = [...distances.keys()].filter((n) => Math.abs(distances[n]) <= MOST);
        const near = Float32Array.from(
            { length: 3 * kept.length },
            (_, i) => points[3 * kept[Math.floor(i / 3)] + (i % 3)],
        );
        const left = Float64Array.from(kept, (n) => distances[n]);
        for (const radius of RADII) {
            const level = new Level(near, left, radius);
            this.levels.push(level);
            for (let n = 0; n < left.length; n++) left[n] -= level.at(near[3 * n], near[3 * n + 1], near[3 * n + 2]);
        }
        this.rest = left.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, left.length);
    }

    at(x: number, y: number, z: number): number {
        let sum = 0;
        for (const level of this.levels) sum += level.at(x, y, z);
        return sum;
    }
}

/** Weighted means of residuals at centres one spacing apart. */
class Level {
    /** x, y, z, value of each centre, in the order of their cells. */
    private readonly centres: Float64Array;
    private readonly firstOf = new Map<number, number>();
    private readonly counts = new Map<number, number>();

    constructor(
        points: Float32Array,
        values: Float64Array,
        private readonly radius: number,
    ) {
        const gathered = gather(points, values, SPACING * radius);
        const keys = Float64Array.from({ length: gathered.length / 4 }, (_, n) =>
            keyOf(...this.cellOf(gathered[4 * n], gathered[4 * n + 1], gathered[4 * n + 2])),
        );
        const order = Uint32Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b]);
        this.centres = new Float64Array(gathered.length);
        order.forEach((from, to) => {
            this.centres.set(gathered.subarray(4 * from, 4 * from + 4), 4 * to);
            const key = keys[from];
            if (!this.firstOf.has(key)) this.firstOf.set(key, to);
            this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
        });
    }

    at(x: number, y: number, z: number): number {
        const { centres, radius } = this;
        const [i, j, k] = this.cellOf(x, y, z);
        const inverse = 1 / (radius * radius);
        let [sum, weights] = [0, FADE];
        for (let dk = -1; dk <= 1; dk++) {
            for (let dj = -1; dj <= 1; dj++) {
                for (let di = -1; di <= 1; di++) {
                    const key = keyOf(i + di, j + dj, k + dk);
                    const first = this.firstOf.get(key);
                    if (first === undefined) continue;
                    const end = 4 * (first + this.counts.get(key)!);
                    for (let at = 4 * first; at < end; at += 4) {
                        const [dx, dy, dz] = [x - centres[at], y - centres[at + 1], z - centres[at + 2]];
                        const square = (dx * dx + dy * dy + dz * dz) * inverse;
                        if (square < 1) {
                            // Wendland's C² function (1 − r)⁴ (4r + 1).
                            const r = Math.sqrt(square);
                            const weight = (1 - r) ** 4 * (4 * r + 1);
                            sum += weight * centres[at + 3];
                            weights += weight;
                        }
                    }
                }
            }
        }
        return sum / weights;
    }

    private cellOf(x: number, y: number, z: number): [number, number, number] {
        const { radius } = this;
        return [Math.floor(x / radius), Math.floor(y / radius), Math.floor(z / radius)];
    }
}

/** Means of the points and values in each cell of a grid: x, y, z, value for each. */
function gather(points: Float32Array, values: Float64Array, cell: number): Float64Array {
    const sums = new Map<number, Float64Array>();
    for (let n = 0; n < values.length; n++) {
        const [x, y, z] = [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
        const key = keyOf(Math.floor(x / cell), Math.floor(y / cell), Math.floor(z / cell));
        let sum = sums.get(key);
        if (!sum) {
            sum = new Float64Array(5);
            sums.set(key, sum);
        }
        sum[0] += x;
        sum[1] += y;
        sum[2] += z;
        sum[3] += values[n];
        sum[4]++;
    }
    const result = new Float64Array(4 * sums.size);
    let at = 0;
    for (const sum of sums.values()) {
        for (let k = 0; k < 4; k++) result[at++] = sum[k] / sum[4];
    }
    return result;
}

/** Cells of a grid whose places fit 17 bits each. */
function keyOf(i: number, j: number, k: number): number {
    return i + 65536 + 131072 * (j + 65536 + 131072 * (k + 65536));
}

/** Step of the differences for the correction's gradient, model units. */
const STEP = 1e-3;

/** A field minus a correction: its surface passes through the points that the correction was made of. */
export class CorrectedField implements Field {
    readonly maker: FieldMaker;
    readonly latentSize: number;

    constructor(
        private readonly inner: Field,
        private readonly correction: Correction,
    ) {
        this.maker = inner.maker;
        this.latentSize = inner.latentSize;
    }

    async evaluateAsync(latent: Float32Array, points: Float32Array, options?: FieldOptions): Promise<Float32Array> {
        const distances = await this.inner.evaluateAsync(latent, points, options);
        return distances.map((d, n) => d - this.correction.at(points[3 * n], points[3 * n + 1], points[3 * n + 2]));
    }

    async evaluateGradientAsync(
        latent: Float32Array,
        points: Float32Array,
        options?: FieldGradientOptions,
    ): Promise<FieldGradient> {
        const { correction } = this;
        const gradient = await this.inner.evaluateGradientAsync(latent, points, options);
        for (let n = 0; n < gradient.distances.length; n++) {
            const [x, y, z] = [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
            gradient.distances[n] -= correction.at(x, y, z);
            const slope = (dx: number, dy: number, dz: number) =>
                (correction.at(x + dx, y + dy, z + dz) - correction.at(x - dx, y - dy, z - dz)) / (2 * STEP);
            gradient.pointGradients[3 * n] -= slope(STEP, 0, 0);
            gradient.pointGradients[3 * n + 1] -= slope(0, STEP, 0);
            gradient.pointGradients[3 * n + 2] -= slope(0, 0, STEP);
        }
        return gradient;
    }

    /** The inner field is its owner's to free. */
    dispose(): void {}
}

import type { Budget } from "./tensor.js";

/**
 * What a column of a value may depend on: the code, the three coordinates, sines and cosines of those, or the output
 * of a layer. `toPerceptron` extends this; here a source is only a number of columns.
 */
export interface Source {
    readonly size: number;
}

/**
 * `size` numbers a row, each an affine function of sources: Σ parts[source] · source + bias.
 *
 * A part is [size, source.size], row-major. In float64, so that composing selections, scalings and products of
 * float32 weights with ones and zeros is exact.
 */
export interface Affine<S extends Source> {
    readonly size: number;
    readonly parts: ReadonlyMap<S, Float64Array>;
    readonly bias: Float64Array;
}

/** The columns of `source` themselves, at `offset` among `size` columns. */
export function identityOf<S extends Source>(source: S, budget: Budget, size = source.size, offset = 0): Affine<S> {
    budget.spend(size * source.size);
    const part = new Float64Array(size * source.size);
    for (let i = 0; i < source.size; i++) part[(offset + i) * source.size + i] = 1;
    return { size, parts: new Map([[source, part]]), bias: new Float64Array(size) };
}

/** Numbers that depend on nothing. */
export function constantOf<S extends Source>(values: Float64Array): Affine<S> {
    return { size: values.length, parts: new Map(), bias: values };
}

/** Columns `picks` of `a`; sources that none of them depends on are left out. */
export function select<S extends Source>(a: Affine<S>, picks: ArrayLike<number>, budget: Budget): Affine<S> {
    const size = picks.length;
    spendOn(a, budget, size);
    const parts = new Map<S, Float64Array>();
    for (const [source, part] of a.parts) {
        const width = source.size;
        budget.spend(size * width);
        const selected = new Float64Array(size * width);
        for (let i = 0; i < size; i++) selected.set(part.subarray(picks[i] * width, (picks[i] + 1) * width), i * width);
        // Keep a part that was all zero before: trained weights may be.
        if (selected.some((weight) => weight !== 0) || part.every((weight) => weight === 0))
            parts.set(source, selected);
    }
    return { size, parts, bias: Float64Array.from(picks, (pick) => a.bias[pick]) };
}

/** a + factor · b, column by column. */
export function sum<S extends Source>(a: Affine<S>, b: Affine<S>, factor: number, budget: Budget): Affine<S> {
    spendOn(a, budget);
    const parts = new Map(a.parts);
    for (const [source, part] of b.parts) {
        budget.spend(part.length);
        const other = parts.get(source);
        const added = other ? other.slice() : new Float64Array(part.length);
        for (let i = 0; i < part.length; i++) added[i] += factor * part[i];
        parts.set(source, added);
    }
    return { size: a.size, parts, bias: a.bias.map((value, i) => value + factor * b.bias[i]) };
}

/** Column i of `a` times factors[i]. */
export function scale<S extends Source>(a: Affine<S>, factors: Float64Array, budget: Budget): Affine<S> {
    spendOn(a, budget);
    const parts = new Map<S, Float64Array>();
    for (const [source, part] of a.parts) {
        budget.spend(part.length);
        const scaled = new Float64Array(part.length);
        for (let row = 0, at = 0; row < a.size; row++)
            for (let i = 0; i < source.size; i++, at++) scaled[at] = part[at] * factors[row];
        parts.set(source, scaled);
    }
    return { size: a.size, parts, bias: a.bias.map((value, i) => value * factors[i]) };
}

/**
 * Groups of `inner` columns of `a`, each times a matrix: column (g, m) becomes Σₖ a(g, k) · matrix(k, m).
 *
 * @param matrix [inner, columns], row-major; inner divides a.size
 */
export function multiply<S extends Source>(
    a: Affine<S>,
    matrix: Float64Array,
    inner: number,
    columns: number,
    budget: Budget,
): Affine<S> {
    const size = (a.size / inner) * columns;
    const product = (part: Float64Array, width: number): Float64Array => {
        budget.spend(size * width + part.length);
        const result = new Float64Array(size * width);
        let work = 0;
        for (let row = 0; row < a.size; row++) {
            const first = Math.floor(row / inner) * columns;
            const k = row % inner;
            for (let s = 0; s < width; s++) {
                // Mostly a part of an identity, so nearly all weights are zero.
                const weight = part[row * width + s];
                if (weight === 0) continue;
                work += columns;
                for (let m = 0; m < columns; m++) result[(first + m) * width + s] += weight * matrix[k * columns + m];
            }
            if (work > 1 << 20) {
                budget.spend(work / 8);
                work = 0;
            }
        }
        return result;
    };
    spendOn(a, budget, size);
    const parts = new Map<S, Float64Array>();
    for (const [source, part] of a.parts) parts.set(source, product(part, source.size));
    return { size, parts, bias: product(a.bias, 1) };
}

/** Pays for what a new affine has beside its parts, so that a graph of empty parts is not free either. */
function spendOn<S extends Source>(a: Affine<S>, budget: Budget, size = a.size): void {
    budget.spend(size + a.parts.size);
}

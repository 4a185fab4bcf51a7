/** Rows that are added to the matrix at once: reading and writing it costs more than their products do. */
const TOGETHER = 4;

/** Sums that Gauss's and Newton's method needs of the rows of a Jacobian, which come one by one. */
export class NormalEquations {
    /** [size, size], Σ weight · row rowᵀ; the lower triangle counts. */
    readonly hessian: Float64Array;
    /** [size], Σ weight · residual · row. */
    readonly gradient: Float64Array;
    /** Each times the root of its weight; zeros from `waiting` on. */
    private readonly rows: readonly Float64Array[];
    private waiting = 0;

    /** @param wantsHessian without it the matrix stays zero */
    constructor(
        readonly size: number,
        private readonly wantsHessian: boolean,
    ) {
        this.hessian = new Float64Array(size * size);
        this.gradient = new Float64Array(size);
        this.rows = Array.from({ length: TOGETHER }, () => new Float64Array(size));
    }

    /** @param row [size], copied */
    add(row: Float64Array, residual: number, weight: number): void {
        const { size, gradient, rows } = this;
        const root = Math.sqrt(weight);
        const kept = rows[this.waiting];
        for (let i = 0; i < size; i++) {
            gradient[i] += weight * residual * row[i];
            kept[i] = root * row[i];
        }
        if (!this.wantsHessian) return;
        this.waiting++;
        if (this.waiting === TOGETHER) this.flush();
    }

    /** Adds the rows that still wait; before it the matrix lacks them. */
    flush(): void {
        const { size, hessian, rows, waiting } = this;
        if (waiting === 0) return;
        for (const row of rows.slice(waiting)) row.fill(0);
        const [a, b, c, d] = rows;
        for (let i = 0, at = 0; i < size; i++, at += size) {
            const [p, q, r, s] = [a[i], b[i], c[i], d[i]];
            for (let j = 0; j <= i; j++) hessian[at + j] += p * a[j] + q * b[j] + r * c[j] + s * d[j];
        }
        this.waiting = 0;
    }
}

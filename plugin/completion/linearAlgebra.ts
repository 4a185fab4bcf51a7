/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's method.
 *
 * @param a [n, n], row-major; its lower triangle is overwritten
 * @returns [n], or null if A is not positive definite
 */
export function solveCholesky(a: Float64Array, b: Float64Array): Float64Array | null {
    const n = b.length;
    if (!factorCholesky(a, n)) {
        return null;
    }
    const x = b.slice();
    for (let row = 0; row < n; row++) {
        let sum = x[row];
        for (let k = 0; k < row; k++) {
            sum -= a[row * n + k] * x[k];
        }
        x[row] = sum / a[row * n + row];
    }
    for (let row = n - 1; row >= 0; row--) {
        let sum = x[row];
        for (let k = row + 1; k < n; k++) {
            sum -= a[k * n + row] * x[k];
        }
        x[row] = sum / a[row * n + row];
    }
    return x;
}

/** Replaces the lower triangle of A by its Cholesky factor; false if A is not positive definite. */
export function factorCholesky(a: Float64Array, n: number): boolean {
    for (let row = 0; row < n; row++) {
        for (let column = 0; column <= row; column++) {
            let sum = a[row * n + column];
            for (let k = 0; k < column; k++) {
                sum -= a[row * n + k] * a[column * n + k];
            }
            if (row !== column) {
                a[row * n + column] = sum / a[column * n + column];
            } else if (sum > 0) {
                a[row * n + row] = Math.sqrt(sum);
            } else {
                return false;
            }
        }
    }
    return true;
}

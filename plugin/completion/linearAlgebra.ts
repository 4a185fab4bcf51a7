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

/** The inverse of a symmetric positive definite matrix [n, n] and the logarithm of its determinant. */
export function invertPositive(matrix: Float64Array, n: number): { inverse: Float64Array; logDeterminant: number } {
    const factor = matrix.slice();
    if (!factorCholesky(factor, n)) {
        throw new Error("invertPositive: the matrix is not positive definite; expected a covariance; raise its floor");
    }
    // Columns of L⁻¹, then L⁻ᵀ L⁻¹.
    const lower = new Float64Array(n * n);
    let logDeterminant = 0;
    for (let column = 0; column < n; column++) {
        logDeterminant += 2 * Math.log(factor[column * n + column]);
        lower[column * n + column] = 1 / factor[column * n + column];
        for (let row = column + 1; row < n; row++) {
            let sum = 0;
            for (let k = column; k < row; k++) {
                sum -= factor[row * n + k] * lower[k * n + column];
            }
            lower[row * n + column] = sum / factor[row * n + row];
        }
    }
    const inverse = new Float64Array(n * n);
    for (let row = 0; row < n; row++) {
        for (let column = 0; column <= row; column++) {
            let sum = 0;
            for (let k = row; k < n; k++) {
                sum += lower[k * n + row] * lower[k * n + column];
            }
            inverse[row * n + column] = sum;
            inverse[column * n + row] = sum;
        }
    }
    return { inverse, logDeterminant };
}

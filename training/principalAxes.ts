import { EigenvalueDecomposition, Matrix } from "ml-matrix";

export function meanOf(codes: readonly ArrayLike<number>[]): Float64Array {
    return Float64Array.from(codes[0], (_, i) => codes.reduce((sum, code) => sum + code[i], 0) / codes.length);
}

/** Σ (z − μ)(z − μ)ᵀ over the codes. */
export function scatterOf(codes: readonly ArrayLike<number>[], mean: Float64Array): Matrix {
    const centred = new Matrix(codes.map((code) => Array.from(code, (value, i) => value - mean[i])));
    return centred.transpose().mmul(centred);
}

/** Directions in which codes with such a covariance vary, most first, and the variances along them. */
export function principalDirections(covariance: Matrix): { variances: number[]; directions: number[][] } {
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
    const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
    return {
        variances: order.map((i) => Math.max(0, realEigenvalues[i])),
        directions: order.map((i) => eigenvectorMatrix.getColumn(i)),
    };
}

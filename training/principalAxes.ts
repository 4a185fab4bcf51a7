import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Mean, covariance, and the directions in which codes vary, most first. */
export function principalAxes(codes: readonly Float32Array[]) {
    const size = codes[0].length;
    const mean = Float64Array.from(
        { length: size },
        (_, i) => codes.reduce((sum, code) => sum + code[i], 0) / codes.length,
    );
    const centred = new Matrix(codes.map((code) => Array.from(code, (value, i) => value - mean[i])));
    const covariance = centred
        .transpose()
        .mmul(centred)
        .div(Math.max(1, codes.length - 1));
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
    const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
    return {
        mean,
        covariance,
        variances: order.map((i) => Math.max(0, realEigenvalues[i])),
        directions: order.map((i) => eigenvectorMatrix.getColumn(i)),
    };
}

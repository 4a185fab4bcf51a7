import type { Field } from "../../plugin/field/field.js";

/** A field from a formula, gradients by central differences. */
export function formulaField(distance: (x: number, y: number, z: number) => number): Field {
    const at = (points: Float32Array, n: number, dx = 0, dy = 0, dz = 0) =>
        distance(points[3 * n] + dx, points[3 * n + 1] + dy, points[3 * n + 2] + dz);
    const step = 1e-4;
    const evaluateAsync = async (_: Float32Array, points: Float32Array) =>
        Float32Array.from({ length: points.length / 3 }, (_, n) => at(points, n));
    return {
        maker: "reference",
        latentSize: 0,
        evaluateAsync,
        evaluateGradientAsync: async (latent, points) => {
            const pointGradients = new Float32Array(points.length);
            for (let n = 0; n < points.length / 3; n++) {
                for (let axis = 0; axis < 3; axis++) {
                    const d = [0, 0, 0];
                    d[axis] = step;
                    pointGradients[3 * n + axis] =
                        (at(points, n, d[0], d[1], d[2]) - at(points, n, -d[0], -d[1], -d[2])) / (2 * step);
                }
            }
            return { distances: await evaluateAsync(latent, points), pointGradients, latentGradients: null };
        },
        dispose: () => {},
    };
}

/** A cube grid of `side`³ values over [-1, 1]³, between them trilinear. */
export function trilinear(side: number, values: ArrayLike<number>): (x: number, y: number, z: number) => number {
    return (x, y, z) => {
        const [u, v, w] = [x, y, z].map((c) => Math.min(Math.max(((c + 1) / 2) * (side - 1), 0), side - 1));
        const [i, j, k] = [u, v, w].map((c) => Math.min(Math.floor(c), side - 2));
        let sum = 0;
        for (let corner = 0; corner < 8; corner++) {
            const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2];
            const weight = (a ? u - i : 1 - u + i) * (b ? v - j : 1 - v + j) * (c ? w - k : 1 - w + k);
            sum += weight * values[i + a + side * (j + b + side * (k + c))];
        }
        return sum;
    };
}

export const sphere = (radius: number) => (x: number, y: number, z: number) => Math.hypot(x, y, z) - radius;

export const cube = { min: [-1, -1, -1], max: [1, 1, 1] } as const;

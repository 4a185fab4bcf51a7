import type { Random } from "../random.js";
import { type DistanceField, SignedDistance } from "./distance.js";
import type { TriangleMesh } from "./mesh.js";

/** Where samples lie. Shares sum to 1. */
export interface SampleMix {
    /** Spread about the surface, standard deviation per axis in model units, and its share of the samples. */
    readonly near: readonly { readonly deviation: number; readonly share: number }[];
    /** Share spread evenly over [-1, 1]³. */
    readonly uniform: number;
}

/** Most samples where the clamped distance is not yet constant. */
export const defaultMix: SampleMix = {
    near: [
        { deviation: 0.01, share: 0.45 },
        { deviation: 0.04, share: 0.42 },
    ],
    uniform: 0.13,
};

/**
 * Signed distance samples of a solid, in random order.
 *
 * @param mesh the solid's surface in model units, inside [-1, 1]³; closed, unless `distance` is given
 * @returns [count, 4]: x, y, z, signed distance (negative inside)
 */
export function sampleDistances(
    mesh: TriangleMesh,
    count: number,
    random: Random,
    mix: SampleMix = defaultMix,
    distance: DistanceField = new SignedDistance(mesh),
): Float32Array {
    const areas = cumulativeAreas(mesh);
    const samples = new Float32Array(count * 4);
    const point = new Float64Array(3);
    for (let i = 0; i < count; i++) {
        let choice = random.uniform();
        const spread = mix.near.find(({ share }) => {
            choice -= share;
            return choice < 0;
        });
        let atMost = Number.POSITIVE_INFINITY;
        if (spread) {
            surfacePoint(mesh, areas, random, point);
            let squared = 0;
            for (let axis = 0; axis < 3; axis++) {
                const offset = spread.deviation * random.normal();
                point[axis] += offset;
                squared += offset * offset;
            }
            // Float32 rounding moves the stored point by less than 1e-6.
            atMost = Math.sqrt(squared) + 1e-5;
        } else {
            for (let axis = 0; axis < 3; axis++) point[axis] = random.between(-1, 1);
        }
        for (let axis = 0; axis < 3; axis++) samples[4 * i + axis] = point[axis];
        // The distance belongs to the point as stored, not as drawn.
        samples[4 * i + 3] = distance.at(samples[4 * i], samples[4 * i + 1], samples[4 * i + 2], atMost);
    }
    return samples;
}

/** Running sums of the triangles' areas. */
export function cumulativeAreas(mesh: TriangleMesh): Float64Array {
    const { positions, indices } = mesh;
    const sums = new Float64Array(indices.length / 3);
    let sum = 0;
    for (let t = 0; t < sums.length; t++) {
        const [a, b, c] = [3 * indices[3 * t], 3 * indices[3 * t + 1], 3 * indices[3 * t + 2]];
        const u = [0, 1, 2].map((axis) => positions[b + axis] - positions[a + axis]);
        const v = [0, 1, 2].map((axis) => positions[c + axis] - positions[a + axis]);
        sum += Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]) / 2;
        sums[t] = sum;
    }
    return sums;
}

/** A point of the surface, every part of it alike likely. Returns its triangle. */
export function surfacePoint(mesh: TriangleMesh, areas: Float64Array, random: Random, point: Float64Array): number {
    const target = random.uniform() * areas[areas.length - 1];
    let low = 0;
    let high = areas.length - 1;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (areas[middle] <= target) low = middle + 1;
        else high = middle;
    }
    const root = Math.sqrt(random.uniform());
    const second = random.uniform();
    const weights = [1 - root, root * (1 - second), root * second];
    point.fill(0);
    for (let k = 0; k < 3; k++) {
        const vertex = 3 * mesh.indices[3 * low + k];
        for (let axis = 0; axis < 3; axis++) point[axis] += weights[k] * mesh.positions[vertex + axis];
    }
    return low;
}

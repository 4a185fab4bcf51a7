import type { CoarseField } from "./coarseField.js";
import type { Extent } from "./extent.js";
import { solveCholesky } from "./linearAlgebra.js";
import type { Observations } from "./observations.js";
import { movePose, type Similarity, toModel } from "./pose.js";

/** Residuals beyond this hardly count in a first look. */
const OUTLIER = 0.12;
const STEPS = 5;
/** Softness of what is known of tilt and scale, against residuals of the size of a cell. */
const NOISE = 0.05;
const TILT = 0.1;
/** Natural logarithm of the scale against the start's: each size is tried by itself. */
const GROWTH = 0.04;

/** What a pose costs by a coarse field. */
export function costOf(field: CoarseField, pose: Similarity, observations: Observations, extent: Extent): number {
    const points = toModel(pose, observations.points);
    const { scale } = pose;
    let cost = 0;
    for (let n = 0; n < observations.targets.length; n++) {
        const signed = field.distanceAt(points[3 * n], points[3 * n + 1], points[3 * n + 2]);
        const distance = observations.isEitherSide[n] ? Math.abs(signed) : signed;
        const residual = scale * distance - observations.targets[n];
        if (observations.isBound[n] && residual > 0) continue;
        cost += (observations.weights[n] * residual * residual) / (1 + (residual / OUTLIER) ** 2);
    }
    return cost / NOISE ** 2 + extent.roomIn(pose).cost;
}

/** A pose after a few damped Gauss-Newton steps on a coarse field. */
export function settle(field: CoarseField, start: Similarity, observations: Observations, extent: Extent): Similarity {
    let pose = start;
    let at = linearise(field, pose, start, observations, extent);
    let damping = 0.03;
    for (let step = 0; step < STEPS; step++) {
        const matrix = at.hessian.slice();
        for (let i = 0; i < 7; i++) matrix[8 * i] += damping * matrix[8 * i] + 1e-6;
        const move = solveCholesky(matrix, at.gradient);
        if (!move) break;
        const moved = movePose(
            pose,
            move.map((value) => -value),
        );
        const next = linearise(field, moved, start, observations, extent);
        if (next.cost < at.cost) {
            const isDone = at.cost - next.cost < 1e-3 * at.cost;
            [pose, at] = [moved, next];
            damping *= 0.3;
            if (isDone) break;
        } else {
            damping *= 8;
        }
    }
    return pose;
}

function linearise(
    field: CoarseField,
    pose: Similarity,
    start: Similarity,
    observations: Observations,
    extent: Extent,
) {
    const hessian = new Float64Array(49);
    const gradient = new Float64Array(7);
    const row = new Float64Array(7);
    const points = toModel(pose, observations.points);
    const { scale } = pose;
    let cost = 0;
    for (let n = 0; n < observations.targets.length; n++) {
        const [x, y, z] = [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
        field.sample(x, y, z);
        const side = observations.isEitherSide[n] && field.distance < 0 ? -1 : 1;
        const distance = side * field.distance;
        const residual = scale * distance - observations.targets[n];
        if (observations.isBound[n] && residual > 0) continue;
        const [gx, gy, gz] = field.gradient.map((value) => side * value);
        const ratio = 1 / (1 + (residual / OUTLIER) ** 2);
        const weight = observations.weights[n] / NOISE ** 2;
        cost += weight * residual * residual * ratio;
        row[0] = -scale * (y * gz - z * gy);
        row[1] = -scale * (z * gx - x * gz);
        row[2] = -scale * (x * gy - y * gx);
        row[3] = scale * (distance - (x * gx + y * gy + z * gz));
        row[4] = -scale * gx;
        row[5] = -scale * gy;
        row[6] = -scale * gz;
        const share = weight * ratio * ratio;
        for (let i = 0; i < 7; i++) {
            gradient[i] += share * residual * row[i];
            for (let j = 0; j <= i; j++) hessian[7 * i + j] += share * row[i] * row[j];
        }
    }
    const { room, cost: roomCost, weight } = extent.roomIn(pose);
    const growth = Math.log(pose.scale / start.scale);
    cost += roomCost + (growth / GROWTH) ** 2;
    gradient[3] += weight * room + growth / GROWTH ** 2;
    hessian[24] += weight + 1 / GROWTH ** 2;
    // Upright stays upright: turns about the model's other axes are held back step by step.
    for (const axis of [0, 1, 2]) hessian[8 * axis] += 1 / TILT ** 2;
    return { cost, hessian, gradient };
}

import type { CoarseField } from "./coarseField.js";
import type { CodeFamily } from "./codePrior.js";
import type { Extent } from "./extent.js";
import type { FitState } from "./fitProblem.js";
import { solveCholesky } from "./linearAlgebra.js";
import type { Observations } from "./observations.js";
import { movePose, multiply, rotationBetween, rotationOf, type Similarity, toModel, type Vector } from "./pose.js";

/** Which poses are tried first. */
export interface StartOptions {
    /** Turns about the up axis, evenly spread; 1 keeps the scan's facing. */
    readonly yawCount: number;
    /** Sizes tried, as parts of the scan's box in the frame of a yaw; what is not seen makes a shape larger than it. */
    readonly scales: readonly number[];
    /** Shifts tried, away from the sensor, unit frame: a sensor sees the near half of a shape. */
    readonly shifts: readonly number[];
    /** The scan's up direction, unit length. */
    readonly up: Vector;
    /** The model's up axis, 0 to 2. */
    readonly upAxis: number;
    /** Horizontal direction from the scan towards its sensor, unit length, or null. */
    readonly towardsSensor: Vector | null;
    /** How far the scan reaches. */
    readonly extent: Extent;
}

const AXES: readonly Vector[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
];

/** Poses to try: every yaw in every size; larger ones grow away from the sensor, whose side is the one that was seen. */
export function startPoses(options: StartOptions): Similarity[] {
    const { yawCount, scales, shifts, up, upAxis, towardsSensor, extent } = options;
    const upright = rotationBetween(AXES[upAxis], up);
    const poses: Similarity[] = [];
    for (let k = 0; k < yawCount; k++) {
        const angle = (2 * Math.PI * k) / yawCount;
        const rotation = multiply(rotationOf([angle * up[0], angle * up[1], angle * up[2]]), upright);
        const { scale, centre } = extent.boxIn(rotation);
        for (const share of scales) {
            for (const shift of towardsSensor ? shifts : [0]) {
                const away = towardsSensor?.map((value) => -value * shift) ?? [0, 0, 0];
                const translation = [centre[0] + away[0], centre[1] + away[1], centre[2] + away[2]] as const;
                poses.push({ rotation, scale: share * scale, translation });
            }
        }
    }
    return poses;
}

/** Codes that a prior's searches begin at, the means of its components, and which family each is of. */
export function startCodes(prior: readonly CodeFamily[]): { codes: Float32Array[]; families: number[] } {
    const means = prior.flatMap(({ components }, family) => components.map(({ mean }) => ({ mean, family })));
    return { codes: means.map(({ mean }) => Float32Array.from(mean)), families: means.map(({ family }) => family) };
}

/** Residuals beyond this hardly count in a first look. */
const OUTLIER = 0.12;
const STEPS = 5;
/** Softness of what is known of tilt and scale, against residuals of the size of a cell. */
const NOISE = 0.05;
const TILT = 0.1;
/** Natural logarithm of the scale against the start's: each size is tried by itself. */
const GROWTH = 0.04;
/** Poses of one code that go on: the rest of the starts are other codes'. */
const POSES_PER_CODE = 2;
/** Starts that each family has at least, of each half. */
const STARTS_PER_FAMILY = 1;
/** Poses of one family in which its other shapes are tried. */
const POSES_PER_FAMILY = 3;
/** Poses of one code that are brought to where they fit best. */
const SETTLED_POSES = 20;

/**
 * The most promising pairs of code and pose, best first. Half of them are poses as they are, in the size of
 * the scan's box: a code that is far from the scan's shape is best judged where it stands. The other half are poses brought to where they fit best by a few
 * Gauss-Newton steps on the code's coarse field.
 *
 * @returns the pairs, and the poses of each family that looked best
 */
export function chooseStarts(
    { codes, families }: ReturnType<typeof startCodes>,
    fields: readonly CoarseField[],
    poses: readonly Similarity[],
    observations: Observations,
    extent: Extent,
    wanted: number,
): { states: FitState[]; posesOf: Similarity[][] } {
    const still: Scored[] = [];
    const settled: Scored[] = [];
    const byCost = (a: Scored, b: Scored) => a.cost - b.cost;
    for (const [c, latent] of codes.entries()) {
        const settleFrom = (start: Similarity, steps: number): Scored => {
            const { pose, cost } = settle(fields[c], start, observations, extent, steps);
            return { state: { latent, pose, start }, cost, family: families[c] };
        };
        const asTheyAre = poses.map((pose) => settleFrom(pose, 0)).sort(byCost);
        still.push(
            ...distinct(
                asTheyAre.filter(({ state }) => extent.roomIn(state.pose).room < 0.01),
                POSES_PER_CODE,
            ),
        );
        const moved = asTheyAre.slice(0, SETTLED_POSES).map(({ state }) => settleFrom(state.pose, STEPS));
        settled.push(...distinct(moved.sort(byCost), POSES_PER_CODE));
    }
    const half = wanted >> 1;
    still.sort(byCost);
    const states = [...withEveryFamily(settled.sort(byCost), wanted - half), ...withEveryFamily(still, half)];
    const posesOf = Array.from({ length: Math.max(...families) + 1 }, (_, family) =>
        distinct(
            still.filter((entry) => entry.family === family),
            POSES_PER_FAMILY,
        ).map(({ state }) => state.pose),
    );
    return { states: states.map(({ state }) => state), posesOf };
}

interface Scored {
    readonly state: FitState;
    readonly cost: number;
    readonly family: number;
}

/** The best, and the best of each family: a mean of many unlike shapes looks like none of them. */
function withEveryFamily(sorted: readonly Scored[], wanted: number): Scored[] {
    const taken = new Map<number, number>();
    const kept = sorted.filter(({ family }) => {
        const count = taken.get(family) ?? 0;
        taken.set(family, count + 1);
        return count < STARTS_PER_FAMILY;
    });
    const others = sorted.filter((entry) => !kept.includes(entry));
    return [...kept, ...others].slice(0, wanted);
}

/**
 * Whole shapes of each family in the poses that suit it, the best first: the mean of a family of many kinds is far from
 * most of them, and its surroundings hold no way there.
 */
export async function chooseShapes(
    prior: readonly CodeFamily[],
    posesOf: readonly (readonly Similarity[])[],
    costsOf: (latent: Float32Array, poses: readonly Similarity[]) => Promise<readonly number[]>,
    wanted: number,
): Promise<FitState[]> {
    const found: Scored[] = [];
    for (const [family, { samples }] of prior.entries()) {
        const poses = posesOf[family];
        if (poses.length === 0) continue;
        for (const latent of samples) {
            const costs = await costsOf(latent, poses);
            const best = costs.indexOf(Math.min(...costs));
            const pose = poses[best];
            found.push({ state: { latent, pose, start: pose }, cost: costs[best], family });
        }
    }
    found.sort((a, b) => a.cost - b.cost);
    return withEveryFamily(found, wanted).map(({ state }) => state);
}

/** Those that no better one is nearly the same as: within 12°, 8 % and 0.1 of place. */
function distinct(sorted: readonly Scored[], wanted: number): Scored[] {
    const kept: Scored[] = [];
    for (const entry of sorted) {
        if (kept.length === wanted) break;
        const { pose } = entry.state;
        const isNew = kept.every(({ state: { pose: other } }) => {
            let trace = 0;
            for (let i = 0; i < 9; i++) trace += pose.rotation[i] * other.rotation[i];
            const shift = Math.hypot(...pose.translation.map((value, axis) => value - other.translation[axis]));
            return trace < 1 + 2 * Math.cos(0.2) || Math.abs(Math.log(pose.scale / other.scale)) > 0.08 || shift > 0.1;
        });
        if (isNew) kept.push(entry);
    }
    return kept;
}

/** A pose after a few damped steps, and its robust cost. */
function settle(
    field: CoarseField,
    start: Similarity,
    observations: Observations,
    extent: Extent,
    steps: number,
): { pose: Similarity; cost: number } {
    let pose = start;
    let at = linearise(field, pose, start, observations, extent);
    let damping = 0.03;
    for (let step = 0; step < steps; step++) {
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
    return { pose, cost: at.cost };
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
    const { room, weight } = extent.roomIn(pose);
    const growth = Math.log(pose.scale / start.scale);
    cost += weight * room * room + (growth / GROWTH) ** 2;
    gradient[3] += weight * room + growth / GROWTH ** 2;
    hessian[24] += weight + 1 / GROWTH ** 2;
    // Upright stays upright: turns about the model's other axes are held back step by step.
    for (const axis of [0, 1, 2]) hessian[8 * axis] += 1 / TILT ** 2;
    return { cost, hessian, gradient };
}

import type { Field } from "../field/field.js";
import type { Bounds } from "../model/decoder.js";
import type { CodeComponent } from "./codePrior.js";
import { clampInto, type FitState } from "./fitProblem.js";
import type { Observations } from "./observations.js";
import { multiply, rotationBetween, rotationOf, type Similarity, toModel, type Vector } from "./pose.js";

/** Where a search begins. */
export interface StartOptions {
    /** Turns about the up axis, evenly spread; 1 keeps the scan's facing. */
    readonly yawCount: number;
    /** Sizes tried, as parts of the size that the scan's box suggests; what is not seen makes a shape larger than it. */
    readonly scales: readonly number[];
    /** The scan's up direction, unit length. */
    readonly up: Vector;
    /** The model's up axis, 0 to 2. */
    readonly upAxis: number;
    /** Horizontal direction from the scan towards its sensor, unit length, or null. */
    readonly towardsSensor: Vector | null;
}

const AXES: readonly Vector[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
];

/** Poses to try: every yaw in every size; larger ones grow away from the sensor, whose side is the one that was seen. */
export function startPoses(options: StartOptions): Similarity[] {
    const { yawCount, scales, up, upAxis, towardsSensor } = options;
    const upright = rotationBetween(AXES[upAxis], up);
    const poses: Similarity[] = [];
    for (const scale of scales) {
        for (let k = 0; k < yawCount; k++) {
            const angle = (2 * Math.PI * k) / yawCount;
            const yaw = rotationOf([angle * up[0], angle * up[1], angle * up[2]]);
            const away = towardsSensor?.map((value) => -value * (scale - 1) * 0.9) ?? [0, 0, 0];
            poses.push({ rotation: multiply(yaw, upright), scale, translation: [away[0], away[1], away[2]] });
        }
    }
    return poses;
}

/** Distances count up to this in a first look: a decoder's field is only trained near its surface. */
const SCORE_CLAMP = 0.1;

/** Best poses of a code that go on. */
const POSES_PER_CODE = 4;

/**
 * The most promising pairs of code and pose, best first: all poses of a code are scored in one evaluation.
 *
 * @param codes means of the prior's components, or codes that are known
 */
export async function scoreStarts(
    field: Field,
    bounds: Bounds,
    codes: readonly Float32Array[],
    poses: readonly Similarity[],
    observations: Observations,
    wanted: number,
    signal?: AbortSignal,
): Promise<FitState[]> {
    const perPose = observations.targets.length;
    const placed = clampInto(bounds, concatenate(poses.map((pose) => toModel(pose, observations.points))));
    const scored: { state: FitState; score: number }[] = [];
    for (const latent of codes) {
        const distances = await field.evaluateAsync(latent, placed.points, { signal });
        const ofCode = poses.map((pose, k) => {
            let score = 0;
            for (let n = 0; n < perPose; n++) {
                const slot = k * perPose + n;
                const residual = pose.scale * (distances[slot] + placed.excess[slot]) - observations.targets[n];
                if (!(observations.isBound[n] && residual > 0)) {
                    score += observations.weights[n] * Math.min(Math.abs(residual), SCORE_CLAMP);
                }
            }
            return { state: { latent, pose, start: pose }, score };
        });
        ofCode.sort((a, b) => a.score - b.score);
        scored.push(...ofCode.slice(0, POSES_PER_CODE));
    }
    scored.sort((a, b) => a.score - b.score);
    return scored.slice(0, wanted).map(({ state }) => state);
}

/** Means of the prior's components. */
export function startCodes(prior: readonly CodeComponent[]): Float32Array[] {
    return prior.map(({ mean }) => Float32Array.from(mean));
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

import type { Field } from "../field/field.js";
import type { Bounds } from "../model/decoder.js";
import { type CodeFamily, nearestComponent, slopeTo } from "./codePrior.js";
import type { Extent } from "./extent.js";
import type { Costs, LeastSquaresProblem, Linearisation } from "./levenbergMarquardt.js";
import { factorCholesky } from "./linearAlgebra.js";
import { NormalEquations } from "./normalEquations.js";
import { joinObservations, type Observations } from "./observations.js";
import { movePose, type Similarity, toModel } from "./pose.js";

/** A guess: a code and where its shape stands in the scan's unit frame. */
export interface FitState {
    /** [latentSize] */
    readonly latent: Float32Array;
    readonly pose: Similarity;
    /** Where this guess began; tilt and scale are held to it. */
    readonly start: Similarity;
}

/** Standard deviations of what is known before looking; all of the unit frame. */
export interface FitWeights {
    /** Of a distance that fits: sensor noise and what a decoder can't show. */
    readonly noise: number;
    /** Residuals beyond this hardly count (Geman and McClure). */
    readonly outlier: number;
    /** Samples that are worth one independent measurement each: neighbours say much the same. */
    readonly effectiveCount: number;
    /** Radians between the shape's up and the scan's. */
    readonly tilt: number;
    /** Natural logarithm of the scale against the start's. */
    readonly growth: number;
}

export const POSE_SIZE = 7;

/** Columns of the pose part: turn x, y, z; growth; shift x, y, z. */
const GROWTH = 3;

/** The least-squares problem of one scan: code and pose that explain the observations and are likely beforehand. */
export class FitProblem implements LeastSquaresProblem<FitState> {
    readonly latentSize: number;
    readonly size: number;
    /** Takes the prior's derivatives where only its cost counts. */
    private readonly unwanted: NormalEquations;

    /** @param sampleCount samples that share `effectiveCount`; those added later count as much each as these */
    constructor(
        private readonly field: Field,
        private readonly bounds: Bounds,
        readonly prior: readonly CodeFamily[],
        private readonly observations: Observations,
        private readonly weights: FitWeights,
        private readonly upAxis: number,
        private readonly extent: Extent,
        private readonly signal: AbortSignal | undefined,
        private readonly sampleCount = observations.targets.length,
    ) {
        this.latentSize = field.latentSize;
        this.size = this.latentSize + POSE_SIZE;
        this.unwanted = new NormalEquations(this.size, false);
    }

    /** The problem with more observations; each counts as much as one of those that there are. */
    with(more: Observations): FitProblem {
        const { field, bounds, prior, observations, weights, upAxis, extent, signal, sampleCount } = this;
        const all = joinObservations(observations, more);
        return new FitProblem(field, bounds, prior, all, weights, upAxis, extent, signal, sampleCount);
    }

    /** What a residual of a sample of some weight costs. */
    costOf(residual: number, weight: number): number {
        return (this.toCost * weight * residual * residual) / (1 + (residual / this.weights.outlier) ** 2);
    }

    /** Cost of a squared residual of weight 1. */
    private get toCost(): number {
        const { effectiveCount, noise } = this.weights;
        return effectiveCount / (this.sampleCount * noise ** 2);
    }

    /** The state a step away: latent part first, then the pose's `POSE_SIZE` numbers. */
    move(state: FitState, step: Float64Array): FitState {
        const { latentSize } = this;
        return {
            latent: state.latent.map((value, i) => value + step[i]),
            pose: movePose(state.pose, step.subarray(latentSize)),
            start: state.start,
        };
    }

    /**
     * Cost, gradient and Gauss-Newton matrix at a state; one evaluation of the field.
     *
     * @param wantsHessian without it the matrix is only the prior's, for methods that need the gradient alone
     */
    async linearise(state: FitState, wantsHessian = true): Promise<Linearisation> {
        const { observations, weights, latentSize, size, signal } = this;
        const { pose, latent } = state;
        const { points, excess, directions } = clampInto(this.bounds, toModel(pose, observations.points));
        const options = { latentGradients: true, signal };
        const { distances, pointGradients, latentGradients } = await this.field.evaluateGradientAsync(
            latent,
            points,
            options,
        );
        const count = distances.length;
        const sums = new NormalEquations(size, wantsHessian);
        const row = new Float64Array(size);
        const { scale } = pose;
        const { toCost } = this;
        let dataCost = 0;
        for (let n = 0; n < count; n++) {
            const signed = distances[n] + excess[n];
            const side = observations.isEitherSide[n] && signed < 0 ? -1 : 1;
            const distance = side * signed;
            const residual = scale * distance - observations.targets[n];
            if (observations.isBound[n] && residual > 0) {
                continue;
            }
            const ratio = 1 / (1 + (residual / weights.outlier) ** 2);
            const weight = toCost * observations.weights[n];
            dataCost += weight * residual * residual * ratio;
            const [px, py, pz] = [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
            const isOutside = excess[n] > 0;
            const from = isOutside ? directions : pointGradients;
            const [gx, gy, gz] = [side * from[3 * n], side * from[3 * n + 1], side * from[3 * n + 2]];
            for (let i = 0; i < latentSize; i++) {
                row[i] = side * scale * latentGradients![n * latentSize + i];
            }
            row[latentSize] = -scale * (py * gz - pz * gy);
            row[latentSize + 1] = -scale * (pz * gx - px * gz);
            row[latentSize + 2] = -scale * (px * gy - py * gx);
            row[latentSize + GROWTH] = scale * (distance - (px * gx + py * gy + pz * gz));
            row[latentSize + 4] = -scale * gx;
            row[latentSize + 5] = -scale * gy;
            row[latentSize + 6] = -scale * gz;
            sums.add(row, residual, weight * ratio * ratio);
        }
        sums.flush();
        const { hessian, gradient } = sums;
        const cost = dataCost + this.addPrior(state, hessian, gradient);
        return { cost, dataCost, hessian, gradient };
    }

    /** What a state costs; the field's distances are enough for it. */
    async costAt(state: FitState): Promise<Costs> {
        const [dataCost] = await this.dataCostsOf(state.latent, [state.pose]);
        const { hessian, gradient } = this.unwanted;
        return { cost: dataCost + this.addPrior(state, hessian, gradient), dataCost };
    }

    /** What the observations alone cost in each of some poses; the field's distances are enough for it. */
    async dataCostsOf(latent: Float32Array, poses: readonly Similarity[]): Promise<number[]> {
        const { observations, signal } = this;
        const count = observations.targets.length;
        const all = new Float32Array(3 * count * poses.length);
        poses.forEach((pose, p) => {
            all.set(toModel(pose, observations.points), 3 * count * p);
        });
        const { points, excess } = clampInto(this.bounds, all);
        const distances = await this.field.evaluateAsync(latent, points, { signal });
        return poses.map(({ scale }, p) => {
            const at = p * count;
            const here = distances.subarray(at, at + count).map((distance, n) => scale * (distance + excess[at + n]));
            return this.dataCost(here);
        });
    }

    private dataCost(distances: Float32Array): number {
        const { observations } = this;
        let sum = 0;
        distances.forEach((distance, n) => {
            const residual = (observations.isEitherSide[n] ? Math.abs(distance) : distance) - observations.targets[n];
            if (observations.isBound[n] && residual > 0) return;
            sum += this.costOf(residual, observations.weights[n]);
        });
        return sum;
    }

    /**
     * Logarithm of how much smaller the room is that the scan leaves for code and pose than what the prior allows: a
     * family that could be anything has to pay for being this.
     */
    narrowness({ latent }: FitState, { hessian }: Linearisation): number {
        const { size, latentSize } = this;
        const factor = hessian.slice();
        for (let i = 0; i < size; i++) factor[i * size + i] += i < latentSize ? 1e-9 : 1;
        if (!factorCholesky(factor, size)) return 0;
        let sum = nearestComponent(this.prior, latent).component.logDeterminant;
        for (let i = 0; i < size; i++) sum += 2 * Math.log(factor[i * size + i]);
        return sum;
    }

    /** Adds what is known beforehand; returns its share of the cost. */
    private addPrior(state: FitState, hessian: Float64Array, gradient: Float64Array): number {
        const { latentSize, size } = this;
        const { component, squared } = nearestComponent(this.prior, state.latent);
        const slope = slopeTo(component, state.latent);
        for (let i = 0; i < latentSize; i++) {
            gradient[i] += slope[i];
            hessian[i * size + i] += component.weights[i];
            for (const factor of component.factors) {
                for (let j = 0; j <= i; j++) hessian[i * size + j] -= factor[i] * factor[j];
            }
        }
        return squared + this.addPosePrior(state, hessian, gradient);
    }

    private addPosePrior({ pose, start }: FitState, hessian: Float64Array, gradient: Float64Array): number {
        const { latentSize, size, weights } = this;
        const add = (column: number, value: number, deviation: number) => {
            gradient[column] += value / deviation ** 2;
            hessian[column * size + column] += 1 / deviation ** 2;
            return (value / deviation) ** 2;
        };
        // The shape's up axis of now against the start's, in the frame of now: a turn by −u × v brings it back.
        const [r, q] = [pose.rotation, start.rotation];
        const between = new Float64Array(9);
        for (let i = 0; i < 3; i++) {
            for (let j = 0; j < 3; j++) {
                for (let k = 0; k < 3; k++) between[3 * i + j] += r[3 * k + i] * q[3 * k + j];
            }
        }
        const { upAxis: up } = this;
        const [a, b] = [(up + 1) % 3, (up + 2) % 3];
        // Up of the start seen from now; its components along a and b are the tilt about b and −a.
        const tiltA = between[3 * a + up];
        const tiltB = between[3 * b + up];
        const cost = add(latentSize + b, -tiltA, weights.tilt) + add(latentSize + a, tiltB, weights.tilt);
        const growth = add(latentSize + GROWTH, Math.log(pose.scale / start.scale), weights.growth);
        return cost + growth + this.addSizePrior(pose, hessian, gradient);
    }

    private addSizePrior(pose: Similarity, hessian: Float64Array, gradient: Float64Array): number {
        const { latentSize, size } = this;
        const { room, cost, weight, byTurn } = this.extent.roomIn(pose);
        const row = [...byTurn, 1];
        for (let i = 0; i < row.length; i++) {
            gradient[latentSize + i] += weight * room * row[i];
            for (let j = 0; j <= i; j++) hessian[(latentSize + i) * size + latentSize + j] += weight * row[i] * row[j];
        }
        return cost;
    }
}

/** Points moved into the box, how far each was outside, and the unit direction it was moved against. */
export function clampInto({ min, max }: Bounds, points: Float32Array) {
    const count = points.length / 3;
    const excess = new Float32Array(count);
    const directions = new Float32Array(points.length);
    for (let n = 0; n < count; n++) {
        const gap = [0, 0, 0];
        for (let axis = 0; axis < 3; axis++) {
            const value = points[3 * n + axis];
            const inside = Math.min(max[axis], Math.max(min[axis], value));
            gap[axis] = value - inside;
            points[3 * n + axis] = inside;
        }
        const length = Math.hypot(gap[0], gap[1], gap[2]);
        if (length > 0) {
            excess[n] = length;
            for (let axis = 0; axis < 3; axis++) directions[3 * n + axis] = gap[axis] / length;
        }
    }
    return { points, excess, directions };
}

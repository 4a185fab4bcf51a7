import { solveCholesky } from "./linearAlgebra.js";

export interface Costs {
    /** What is minimised; in a fit half of it is the negative logarithm of the posterior, up to a constant. */
    readonly cost: number;
    /** The part of the cost that the observations make. */
    readonly dataCost: number;
}

/** A least-squares problem near a state. */
export interface Linearisation extends Costs {
    /** [size, size] Gauss-Newton approximation of half the cost's second derivative; the lower triangle counts. */
    readonly hessian: Float64Array;
    /** [size], half the cost's derivative. */
    readonly gradient: Float64Array;
}

/** Whose cost is to be made small. */
export interface LeastSquaresProblem<State> {
    linearise(state: State): Promise<Linearisation>;
    /** What a state costs, which may be found in less time. */
    costAt(state: State): Promise<Costs>;
    /** The state that a step [size] leads to. */
    move(state: State, step: Float64Array): State;
}

export interface Minimum<State> extends Costs {
    readonly state: State;
    /** The problem near it: there, or a step before. */
    readonly near: Linearisation;
    /** Evaluations, the first one included. */
    readonly iterations: number;
}

const FIRST_DAMPING = 1e-2;
/** Below this damping changes no step: what is known beforehand already holds codes and poses. */
const LEAST_DAMPING = 3e-3;
/** Least damping after a step that led up: less would lead there again. */
const CAREFUL_DAMPING = 3e-2;
const GREATEST_DAMPING = 1e6;

/** A step that lowers the cost by less than this part of it is the last. */
const CONVERGED = 1e-4;

/**
 * Levenberg's and Marquardt's method with Nielsen's damping (Damping parameter in Marquardt's method, 1999). No step is
 * taken from where the last evaluation may lead, so that one asks for the cost alone.
 *
 * @param maxIterations evaluations at most
 */
export async function minimise<State>(
    problem: LeastSquaresProblem<State>,
    start: State,
    maxIterations: number,
): Promise<Minimum<State>> {
    let state = start;
    let near = await problem.linearise(state);
    let { cost, dataCost }: Costs = near;
    let damping = FIRST_DAMPING;
    let growth = 2;
    let iterations = 1;
    while (iterations < maxIterations && damping < GREATEST_DAMPING) {
        const step = solveDamped(near, damping);
        if (!step) {
            damping *= growth;
            growth *= 2;
            continue;
        }
        const moved = problem.move(state, step);
        iterations++;
        const isLast = iterations === maxIterations;
        const next = isLast ? { ...near, ...(await problem.costAt(moved)) } : await problem.linearise(moved);
        const expected = expectedDecrease(near, step);
        const decrease = cost - next.cost;
        if (decrease > 0 && Number.isFinite(next.cost)) {
            const isDone = decrease < CONVERGED * Math.abs(dataCost + 1);
            [state, near, cost, dataCost] = [moved, next, next.cost, next.dataCost];
            damping = Math.max(LEAST_DAMPING, damping * Math.max(1 / 5, 1 - (2 * (decrease / expected) - 1) ** 3));
            growth = 2;
            if (isDone) break;
        } else {
            damping = Math.max(CAREFUL_DAMPING, damping * growth * 2);
            growth *= 2;
        }
    }
    return { state, cost, dataCost, near, iterations };
}

/** −(H + damping · diag H)⁻¹ g. */
function solveDamped({ hessian, gradient }: Linearisation, damping: number): Float64Array | null {
    const n = gradient.length;
    const matrix = hessian.slice();
    for (let i = 0; i < n; i++) {
        matrix[i * n + i] += damping * hessian[i * n + i] + 1e-9;
    }
    const step = solveCholesky(matrix, gradient);
    return step?.every(Number.isFinite) ? step.map((value) => -value) : null;
}

/** What the quadratic model promises: −2 gᵀ s − sᵀ H s. */
function expectedDecrease({ hessian, gradient }: Linearisation, step: Float64Array): number {
    const n = step.length;
    let sum = 0;
    for (let i = 0; i < n; i++) {
        let product = 0.5 * hessian[i * n + i] * step[i];
        for (let j = 0; j < i; j++) {
            product += hessian[i * n + j] * step[j];
        }
        sum -= 2 * step[i] * (gradient[i] + product);
    }
    return Math.max(sum, 1e-12);
}

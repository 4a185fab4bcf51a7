import type { FitProblem, FitState } from "../../../plugin/completion/fitProblem.js";

/** As the paper fits codes (Park et al. 2019, section 6.2): 800 steps, the rate divided by 10 half-way. */
const RATE = 5e-3;

/**
 * The reference arm: Adam (Kingma and Ba 2015) over code and pose, on the same samples and the same cost as the search.
 *
 * @param onStep told the cost before each step
 */
export async function fitByAdam(
    problem: FitProblem,
    start: FitState,
    steps: number,
    onStep: (cost: number) => void = () => {},
): Promise<{ state: FitState; cost: number }> {
    const mean = new Float64Array(problem.size);
    const square = new Float64Array(problem.size);
    let state = start;
    for (let step = 1; step <= steps; step++) {
        const { cost, gradient } = await problem.linearise(state, false);
        onStep(cost);
        const rate = step > steps / 2 ? RATE / 10 : RATE;
        const move = gradient.map((value, i) => {
            mean[i] = 0.9 * mean[i] + 0.1 * value;
            square[i] = 0.999 * square[i] + 0.001 * value * value;
            return (-rate * (mean[i] / (1 - 0.9 ** step))) / (Math.sqrt(square[i] / (1 - 0.999 ** step)) + 1e-8);
        });
        state = problem.move(state, move);
    }
    return { state, cost: (await problem.linearise(state, false)).cost };
}

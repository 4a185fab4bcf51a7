import { describe, expect, it } from "vitest";
import { type Costs, type Linearisation, minimise } from "../../plugin/completion/levenbergMarquardt.js";

type Place = readonly [number, number];

/** Rosenbrock's valley as squares of 1 − x and 10 (y − x²), lowest at (1, 1); what is asked of it is noted. */
function valley() {
    const asked: string[] = [];
    const costs = ([x, y]: Place): Costs => {
        const cost = (1 - x) ** 2 + (10 * (y - x * x)) ** 2;
        return { cost, dataCost: cost };
    };
    return {
        asked,
        costs,
        async costAt(place: Place) {
            asked.push("cost");
            return costs(place);
        },
        async linearise([x, y]: Place): Promise<Linearisation> {
            asked.push("slopes");
            const [a, b] = [1 - x, 10 * (y - x * x)];
            return {
                ...costs([x, y]),
                hessian: Float64Array.of(1 + 400 * x * x, -200 * x, -200 * x, 100),
                gradient: Float64Array.of(-a - 20 * x * b, 10 * b),
            };
        },
        move: ([x, y]: Place, [dx, dy]: Float64Array): Place => [x + dx, y + dy],
    };
}

describe("minimise", () => {
    it("finds the bottom of a bent valley", async () => {
        const { state, cost, iterations } = await minimise(valley(), [-1.2, 1], 60);
        // It ends where steps lower the cost by less than 1e-4.
        expect(cost).toBeLessThan(5e-4);
        expect(Math.abs(state[0] - 1)).toBeLessThan(0.03);
        expect(iterations).toBeLessThan(60);
    });

    it.each([1, 2, 7])("asks %i times at most, and at last for the cost alone", async (most) => {
        const problem = valley();
        const { state, cost, near, iterations } = await minimise<Place>(problem, [-1.2, 1], most);
        expect(iterations).toBe(most);
        expect(problem.asked).toEqual([
            ...new Array(Math.max(1, most - 1)).fill("slopes"),
            ...(most > 1 ? ["cost"] : []),
        ]);
        expect(cost).toBe(problem.costs(state).cost);
        expect(cost).toBeLessThanOrEqual(problem.costs([-1.2, 1]).cost);
        expect(near.hessian[3]).toBe(100);
    });
});

import type { LatentAxis } from "../plugin/model/decoder.js";
import { meanOf, principalDirections, scatterOf } from "./principalAxes.js";
import type { CategoryCodes } from "./prior.js";

const AXIS_COUNT = 6;
/** Axes are safe as far as trained codes reach, and no farther than this. */
const GREATEST_AMOUNT = 2.5;
/** An axis is called by the trait it follows if it follows one this well. */
const NAMING_CORRELATION = 0.45;

/** The directions along which each category's codes vary most, named by the traits they follow. */
export function findAxes(categories: readonly CategoryCodes[]): LatentAxis[] {
    return categories.flatMap(({ category, codes, traits }) => {
        const mean = meanOf(codes);
        const { variances, directions } = principalDirections(
            scatterOf(codes, mean).div(Math.max(1, codes.length - 1)),
        );
        const taken = new Set<string>();
        return directions.slice(0, Math.min(AXIS_COUNT, codes.length - 1)).map((direction, n): LatentAxis => {
            const deviation = Math.sqrt(variances[n]);
            const amounts = codes.map(
                (code) =>
                    dot(
                        Float64Array.from(code, (v, i) => v - mean[i]),
                        direction,
                    ) / deviation,
            );
            const { name, sign } = nameAxis(amounts, traits, taken, `axis ${n + 1}`);
            taken.add(name);
            const reach = (amount: number) => Math.max(-GREATEST_AMOUNT, Math.min(GREATEST_AMOUNT, amount));
            const ends = [reach(sign * Math.min(...amounts)), reach(sign * Math.max(...amounts))].sort((a, b) => a - b);
            return {
                name,
                category,
                direction: Float32Array.from(direction, (value) => sign * value),
                deviation,
                range: [ends[0], ends[1]],
            };
        });
    });
}

/** The trait that follows an axis best, and whether it grows along it. */
function nameAxis(
    amounts: readonly number[],
    traits: readonly Readonly<Record<string, number>>[],
    taken: ReadonlySet<string>,
    fallback: string,
): { name: string; sign: number } {
    let best = { name: fallback, sign: 1, strength: NAMING_CORRELATION };
    for (const trait of Object.keys(traits[0] ?? {})) {
        const r = correlation(
            amounts,
            traits.map((values) => values[trait]),
        );
        if (!taken.has(trait) && Math.abs(r) > best.strength) {
            best = { name: trait, sign: Math.sign(r), strength: Math.abs(r) };
        }
    }
    return best;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
}

function correlation(a: readonly number[], b: readonly number[]): number {
    const centre = (values: readonly number[]) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.map((value) => value - mean);
    };
    const [u, v] = [centre(a), centre(b)];
    const length = Math.sqrt(dot(u, u) * dot(v, v));
    return length > 0 ? dot(u, v) / length : 0;
}

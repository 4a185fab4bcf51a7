import type { LatentAxis } from "../plugin/model/decoder.js";
import { meanOf, principalDirections, scatterOf } from "./principalAxes.js";
import type { CategoryCodes } from "./prior.js";

const AXIS_COUNT = 6;
/** Axes are safe as far as trained codes reach, and no farther than this. */
const GREATEST_AMOUNT = 2.5;
/** An axis is called by the trait it follows if it follows one this well. */
const NAMING_CORRELATION = 0.45;

/**
 * The directions along which each category's codes vary most, named by the traits they follow. One that follows none
 * gives way to the direction, across those that do, along which a trait without an axis changes.
 */
export function findAxes(categories: readonly CategoryCodes[]): LatentAxis[] {
    return categories.flatMap((category) => fillAxes(category, principalAxes(category)));
}

/** The first principal directions of a category's codes that follow a trait. */
function principalAxes({ category, codes, traits }: CategoryCodes): LatentAxis[] {
    const centred = centre(codes);
    const axes: LatentAxis[] = [];
    for (const direction of principal(centred).slice(0, axisCount(codes))) {
        const amounts = centred.map((code) => dot(code, direction));
        const found = bestTrait(traits, axes, (values) => correlation(amounts, values));
        if (found) axes.push(toAxis(found.trait, category, direction, amounts, Math.sign(found.correlation)));
    }
    return axes;
}

/**
 * More axes across those there are, up to six: of the traits that have none, each time the one that codes follow best;
 * where no trait is left that they follow, directions of most variation, by number.
 */
export function fillAxes({ category, codes, traits }: CategoryCodes, axes: readonly LatentAxis[]): LatentAxis[] {
    const filled = [...axes];
    let rest = centre(codes);
    for (const { direction } of axes) rest = across(rest, direction);
    while (filled.length < axisCount(codes)) {
        const found = bestTrait(traits, filled, (values) => followed(rest, values));
        const direction = found ? changeWith(rest, valuesOf(traits, found.trait)) : principal(rest)[0];
        const amounts = rest.map((code) => dot(code, direction));
        filled.push(toAxis(found?.trait ?? `axis ${filled.length + 1}`, category, direction, amounts, 1));
        rest = across(rest, direction);
    }
    return filled;
}

function axisCount(codes: CategoryCodes["codes"]): number {
    return Math.min(AXIS_COUNT, codes.length - 1);
}

function toAxis(
    name: string,
    category: string,
    direction: ArrayLike<number>,
    amounts: readonly number[],
    sign: number,
): LatentAxis {
    const deviation = Math.sqrt(dot(amounts, amounts) / Math.max(1, amounts.length - 1));
    const reach = (amount: number) =>
        Math.max(-GREATEST_AMOUNT, Math.min(GREATEST_AMOUNT, (sign * amount) / deviation || 0));
    const ends = [reach(Math.min(...amounts)), reach(Math.max(...amounts))].sort((a, b) => a - b);
    return {
        name,
        category,
        direction: Float32Array.from(direction, (value) => sign * value),
        deviation,
        range: [ends[0], ends[1]],
    };
}

/** The trait without an axis whose values correlate best, if any does well enough. */
function bestTrait(
    traits: CategoryCodes["traits"],
    taken: readonly LatentAxis[],
    correlate: (values: number[]) => number,
): { trait: string; correlation: number } | null {
    let best: { trait: string; correlation: number } | null = null;
    for (const trait of Object.keys(traits[0] ?? {})) {
        if (taken.some(({ name }) => name === trait)) continue;
        const r = correlate(valuesOf(traits, trait));
        if (Math.abs(r) > Math.abs(best?.correlation ?? NAMING_CORRELATION)) best = { trait, correlation: r };
    }
    return best;
}

function valuesOf(traits: CategoryCodes["traits"], trait: string): number[] {
    return traits.map((values) => values[trait]);
}

/**
 * How well codes follow a trait: the direction found by one half of them, held against the other half. A direction in
 * many entries follows the few codes that it was found by whatever they do.
 */
function followed(codes: readonly Float64Array[], values: readonly number[]): number {
    const half = <Value>(list: readonly Value[], odd: number) => list.filter((_, n) => n % 2 === odd);
    const held = [0, 1].map((odd) => {
        const direction = changeWith(half(codes, odd), half(values, odd));
        const others = half(codes, 1 - odd).map((code) => dot(code, direction));
        return correlation(others, half(values, 1 - odd));
    });
    return (held[0] + held[1]) / 2;
}

/** The direction, of length 1, in which codes change as a trait grows; zeros if they don't. */
function changeWith(codes: readonly Float64Array[], values: readonly number[]): Float64Array {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const sum = new Float64Array(codes[0]?.length ?? 0);
    codes.forEach((code, n) => {
        for (let i = 0; i < sum.length; i++) sum[i] += code[i] * (values[n] - mean);
    });
    const length = Math.hypot(...sum);
    return length > 0 ? sum.map((value) => value / length) : sum;
}

/** Codes without their part along a direction of length 1. */
function across(codes: readonly Float64Array[], direction: ArrayLike<number>): Float64Array[] {
    return codes.map((code) => {
        const along = dot(code, direction);
        return code.map((value, i) => value - along * direction[i]);
    });
}

function centre(codes: readonly ArrayLike<number>[]): Float64Array[] {
    const mean = meanOf(codes);
    return codes.map((code) => Float64Array.from(code, (value, i) => value - mean[i]));
}

/** Directions in which centred codes vary, most first. */
function principal(centred: readonly Float64Array[]): number[][] {
    const zero = new Float64Array(centred[0].length);
    return principalDirections(scatterOf(centred, zero)).directions;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
}

function correlation(a: readonly number[], b: readonly number[]): number {
    const centred = (values: readonly number[]) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.map((value) => value - mean);
    };
    const [u, v] = [centred(a), centred(b)];
    const length = Math.sqrt(dot(u, u) * dot(v, v));
    return length > 0 ? dot(u, v) / length : 0;
}

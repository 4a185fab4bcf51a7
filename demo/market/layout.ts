import { LatentRandom } from "babylon-deepsdf";
import { type Trade, tradesOf, traitsOf } from "./families.js";

/** Length of street after which the pattern of stalls begins anew, metres. */
export const SEGMENT_LENGTH = 10;
/** Half the width that is free for walking, metres. */
export const AISLE = 1.9;
/** Where the house fronts stand, metres from the middle. */
export const FRONT = 4.7;

/** Steps of a counter: metres from the middle of the street, height, depth. */
export const COUNTER_STEPS = [
    { x: 2.52, y: 0.8, depth: 0.42 },
    { x: 2.92, y: 0.96, depth: 0.38 },
    { x: 3.3, y: 1.12, depth: 0.38 },
] as const;
export const COUNTER_LENGTH = 3.1;

/** Where goods lie on the ground: metres from the middle, and the largest that fit. */
const GROUND_ROWS = [
    { x: 2.55, largest: 0.62 },
    { x: 3.7, largest: 2.4 },
] as const;
const GROUND_LENGTH = 4.7;
const GAP = 0.04;

/** A place for one prop. Everything about it follows from the street's seed. */
export interface Slot {
    /** The same for the same place of the same street. */
    readonly id: string;
    readonly family: string;
    /** Of the prop's code. */
    readonly seed: number;
    /** Middle of its foot: metres; x to the right, y up, z along the street. */
    readonly x: number;
    readonly y: number;
    readonly z: number;
    /** Radians, 0 along the street. */
    readonly yaw: number;
    /** Longest side, metres. */
    readonly size: number;
    /** From 0 to 1, which of its family's colours it has. */
    readonly tint: number;
    /** The prop whose top it stands on: `y` counts from there. */
    readonly on?: string;
}

/** A stall: the side it stands on (−1 left, 1 right), its middle along the street, and a number for its looks. */
export interface Stall {
    readonly side: -1 | 1;
    readonly z: number;
    readonly look: number;
}

/** Stalls of one stretch of street; those of the two sides do not face each other. */
export function stallsOf(segment: number, seed: number): Stall[] {
    const random = new LatentRandom(seed, segment, 1);
    const start = segment * SEGMENT_LENGTH;
    return ([-1, 1] as const).map((side) => ({
        side,
        z: start + (side < 0 ? 2.2 : 7),
        look: random.uniform(),
    }));
}

/**
 * The places for props along one stretch of street.
 *
 * @param families of the decoder; without one that can be put up there are none
 */
export function slotsOf(segment: number, seed: number, families: readonly string[]): Slot[] {
    const trades = tradesOf(families);
    if (trades.length === 0) return [];
    return stallsOf(segment, seed).flatMap(({ side, z }) => {
        const random = new LatentRandom(seed, segment, side < 0 ? 2 : 3);
        const trade = trades[Math.floor(random.uniform() * trades.length)];
        const name = `${seed}/${segment}/${side < 0 ? "left" : "right"}`;
        return [...counterSlots(random, trade, side, z, name), ...groundSlots(random, trade, side, z, name)];
    });
}

function counterSlots(random: LatentRandom, trade: Trade, side: number, z: number, name: string): Slot[] {
    return COUNTER_STEPS.flatMap(({ x, y, depth }, step) => {
        const goods = trade.counter.filter((family) => traitsOf(family).onCounter);
        const length = COUNTER_LENGTH - 0.1;
        return fillRow(random, goods, length, (family) => {
            const [least, most] = traitsOf(family).onCounter!;
            return Math.min(least + (most - least) * random.uniform(), depth / traitsOf(family).footprint);
        }).map((item, n) => finish(random, item, side, side * x, y, z - length / 2, `${name}/${step}/${n}`));
    });
}

function groundSlots(random: LatentRandom, trade: Trade, side: number, z: number, name: string): Slot[] {
    return GROUND_ROWS.flatMap(({ x, largest }, row) => {
        const goods = trade.ground.filter((family) => (traitsOf(family).onGround?.[0] ?? Infinity) <= largest);
        const start = z + COUNTER_LENGTH / 2 + 0.35;
        return fillRow(random, goods, GROUND_LENGTH, (family) => {
            const [least, most] = traitsOf(family).onGround!;
            return Math.min(largest, least + (most - least) * random.uniform());
        })
            .map((item, n) => finish(random, item, side, side * x, 0, start, `${name}/ground ${row}/${n}`))
            .flatMap((slot) => [slot, ...topSlots(random, trade, slot)]);
    });
}

/** Small goods on a table that is for sale itself. */
function topSlots(random: LatentRandom, trade: Trade, host: Slot): Slot[] {
    const goods = trade.counter.filter((family) => traitsOf(family).onCounter);
    if (host.family !== "table" || goods.length === 0) return [];
    return [-0.24, 0, 0.24].flatMap((share, n) => {
        const family = goods[Math.floor(random.uniform() * goods.length)];
        const isFree = random.uniform() < 0.25;
        const size = Math.min(traitsOf(family).onCounter![0], (0.22 * host.size) / traitsOf(family).footprint);
        // Along the table's width, which lies across its front.
        const [dx, dz] = [Math.cos(host.yaw), -Math.sin(host.yaw)].map((part) => part * share * host.size);
        const slot = finish(random, { family, size, at: dz }, Math.sign(host.x), host.x + dx, 0, host.z, "");
        return isFree ? [] : [{ ...slot, id: `${host.id}/top ${n}`, on: host.id }];
    });
}

interface Item {
    readonly family: string;
    readonly size: number;
    /** Along the row. */
    readonly at: number;
}

/** Goods side by side until the row is full. */
function fillRow(
    random: LatentRandom,
    goods: readonly string[],
    length: number,
    sizeOf: (family: string) => number,
): Item[] {
    const items: Item[] = [];
    if (goods.length === 0) return items;
    for (let cursor = 0; ; ) {
        const family = goods[Math.floor(random.uniform() * goods.length)];
        const size = sizeOf(family);
        const width = size * traitsOf(family).footprint;
        if (cursor + width > length) return items;
        items.push({ family, size, at: cursor + width / 2 });
        cursor += width + GAP + 0.5 * width * random.uniform();
    }
}

function finish(
    random: LatentRandom,
    { family, size, at }: Item,
    side: number,
    x: number,
    y: number,
    start: number,
    id: string,
): Slot {
    const turn = traitsOf(family).turn * (2 * random.uniform() - 1);
    return {
        id,
        family,
        size,
        seed: random.nextInteger(),
        x,
        y,
        z: start + at,
        yaw: (-side * Math.PI) / 2 + turn,
        tint: random.uniform(),
    };
}

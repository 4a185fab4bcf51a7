/** What a family is in the world: how large, how heavy, what it is made of and where it is put. */
export interface FamilyTraits {
    /** Longest side on a counter, metres from–to; null where it is never put there. */
    readonly onCounter: readonly [number, number] | null;
    /** Longest side on the ground, metres from–to; null where it is never put there. */
    readonly onGround: readonly [number, number] | null;
    /** Width of the room it takes, as a part of its longest side. */
    readonly footprint: number;
    /** Kilograms in a cubic metre of its bounding box. */
    readonly density: number;
    /** How far it sinks into what it lies on, as a part of its height. */
    readonly sink?: number;
    /** Largest turn to either side from facing the street, radians. */
    readonly turn: number;
}

const ANY_TURN = Math.PI;

const TRAITS: Readonly<Record<string, FamilyTraits>> = {
    chair: { onCounter: null, onGround: [0.9, 1.05], footprint: 0.62, density: 60, turn: 0.6 },
    table: { onCounter: null, onGround: [1, 1.35], footprint: 1, density: 50, turn: 0.15 },
    bench: { onCounter: null, onGround: [1.2, 1.6], footprint: 1, density: 90, turn: 0.08 },
    barrel: { onCounter: null, onGround: [0.75, 1], footprint: 0.85, density: 160, turn: ANY_TURN },
    crate: { onCounter: [0.26, 0.36], onGround: [0.5, 0.75], footprint: 1, density: 120, turn: 0.35 },
    vase: { onCounter: [0.28, 0.42], onGround: [0.6, 0.95], footprint: 0.75, density: 250, turn: ANY_TURN },
    bowl: { onCounter: [0.2, 0.34], onGround: null, footprint: 1.05, density: 300, turn: ANY_TURN },
    mug: { onCounter: [0.12, 0.17], onGround: null, footprint: 1.1, density: 350, turn: ANY_TURN },
    bottle: { onCounter: [0.26, 0.36], onGround: null, footprint: 0.5, density: 450, turn: ANY_TURN },
    can: { onCounter: [0.16, 0.3], onGround: [0.36, 0.5], footprint: 0.85, density: 300, turn: ANY_TURN },
    lamp: { onCounter: [0.4, 0.56], onGround: [1.1, 1.5], footprint: 0.62, density: 70, turn: ANY_TURN },
    mushroom: { onCounter: [0.14, 0.26], onGround: [0.3, 0.55], footprint: 0.95, density: 150, turn: ANY_TURN },
    rock: { onCounter: [0.16, 0.28], onGround: [0.4, 0.85], footprint: 1, density: 900, sink: 0.06, turn: ANY_TURN },
    signpost: { onCounter: null, onGround: [1.9, 2.4], footprint: 0.55, density: 60, turn: 0.3 },
};

/** Families of other decoders. */
const UNKNOWN: FamilyTraits = {
    onCounter: [0.22, 0.36],
    onGround: [0.5, 0.9],
    footprint: 1,
    density: 200,
    turn: ANY_TURN,
};

export function traitsOf(family: string): FamilyTraits {
    return TRAITS[family] ?? UNKNOWN;
}

/** What one trader sells: on the counter, and on the ground beside it. */
export interface Trade {
    readonly counter: readonly string[];
    readonly ground: readonly string[];
}

const TRADES: readonly Trade[] = [
    { counter: ["vase", "bowl", "mug"], ground: ["vase", "crate", "barrel"] },
    { counter: ["lamp", "vase"], ground: ["lamp", "table", "signpost"] },
    { counter: ["mushroom", "bowl", "crate"], ground: ["crate", "mushroom", "barrel"] },
    { counter: ["bottle", "mug", "can"], ground: ["barrel", "bench", "chair"] },
    { counter: ["rock", "mushroom", "can"], ground: ["rock", "signpost", "bench"] },
    { counter: ["bottle", "vase", "lamp"], ground: ["chair", "table", "lamp"] },
    { counter: ["bowl", "mug", "bottle"], ground: ["table", "chair", "bench"] },
];

/**
 * The trades that can be stocked with a decoder's families, each with at least one family in both places.
 *
 * @param families the decoder's categories; names that no trade knows make a trade of their own
 */
export function tradesOf(families: readonly string[]): Trade[] {
    const known = (names: readonly string[]) => names.filter((name) => families.includes(name));
    const trades = TRADES.map(({ counter, ground }) => ({ counter: known(counter), ground: known(ground) })).filter(
        ({ counter, ground }) => counter.length > 0 && ground.length > 0,
    );
    const others = families.filter((name) => !(name in TRAITS));
    return others.length > 0 ? [...trades, { counter: others, ground: others }] : trades;
}

import { decodeLatent, encodeLatent, type ShapeModel } from "babylon-deepsdf";

export const MATERIALS = ["clay", "wood", "stone", "metal"] as const;
export type MaterialName = (typeof MATERIALS)[number];

/** Most props on the morph pad, one a corner. */
export const MOST_KEPT = 4;
export const RESOLUTIONS = { least: 16, most: 128, step: 8 };

/** All that undo, presets and links bring back. Plain JSON. */
export interface EditorState {
    /** Empty where the decoder has none. */
    readonly category: string;
    /** The prop's code, as text. */
    readonly code: string;
    readonly seed: number;
    readonly temperature: number;
    /** Names of axes that a roll leaves alone. */
    readonly locked: readonly string[];
    /** Codes on the morph pad, by corner. */
    readonly kept: readonly string[];
    /** Where the pad's knob is, 0 to 1 each way; null while it does not steer the prop. */
    readonly pad: readonly [number, number] | null;
    readonly resolution: number;
    /** Most triangles at rest; 0 for as many as there are. */
    readonly triangleBudget: number;
    readonly material: MaterialName;
    readonly wireframe: boolean;
    readonly hull: boolean;
}

/** The first prop: what the page's address asks for, else a seeded one. */
export function initialState(shapes: ShapeModel, address: URLSearchParams): EditorState {
    const number = (name: string, fallback: number, least: number, most: number) => {
        const value = Number(address.get(name) ?? fallback);
        return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : fallback;
    };
    const wanted = address.get("category") ?? "";
    const category = shapes.categories.includes(wanted) ? wanted : (shapes.categories[0] ?? "");
    const seed = Math.round(number("seed", 7, 0, 999_999));
    const temperature = number("temperature", 0.8, 0, 1.5);
    const base: EditorState = {
        category,
        code: encodeLatent(drawCode(shapes, category, seed, temperature)),
        seed,
        temperature,
        locked: [],
        kept: [],
        pad: null,
        resolution: Math.round(
            number("resolution", shapes.backend === "webgpu" ? 96 : 56, RESOLUTIONS.least, RESOLUTIONS.most),
        ),
        triangleBudget: 0,
        material: "clay",
        wireframe: false,
        hull: false,
    };
    return fromLink(base, location.hash, shapes);
}

/** A code of the prior, of one category where the decoder has any. */
export function drawCode(shapes: ShapeModel, category: string, seed: number, temperature: number): Float32Array {
    return shapes.sampleLatent(category ? { seed, category, temperature } : { seed, temperature });
}

/** A link's part after "#" that brings this state back. */
export function toLink(state: EditorState): string {
    return `#state=${encodeURIComponent(JSON.stringify(state))}`;
}

/** The state in a link, or `base` where the link has none that fits this decoder. */
function fromLink(base: EditorState, hash: string, shapes: ShapeModel): EditorState {
    const text = new URLSearchParams(hash.slice(1)).get("state");
    if (!text) return base;
    try {
        return checkState(JSON.parse(text), base, shapes);
    } catch (error) {
        console.info(`The link's prop was left out: ${(error as Error).message}`);
        return base;
    }
}

/**
 * A state from outside, field by field; what does not fit is taken from `base`.
 *
 * @throws if its code does not fit the decoder
 */
export function checkState(outside: unknown, base: EditorState, shapes: ShapeModel): EditorState {
    const given = Object(outside) as Partial<Record<keyof EditorState, unknown>>;
    const number = (name: "seed" | "temperature" | "resolution" | "triangleBudget", least: number, most: number) => {
        const value = given[name];
        return typeof value === "number" && value >= least && value <= most ? value : base[name];
    };
    const flag = (name: "wireframe" | "hull") =>
        typeof given[name] === "boolean" ? (given[name] as boolean) : base[name];
    const texts = (value: unknown, most: number) =>
        Array.isArray(value) ? value.filter((entry) => typeof entry === "string").slice(0, most) : [];
    const kept = texts(given.kept, MOST_KEPT);
    for (const code of [given.code, ...kept]) {
        decodeLatent(code as string, shapes.latentSize);
    }
    const pad = given.pad;
    const inPad =
        Array.isArray(pad) &&
        pad.length === 2 &&
        pad.every((value) => typeof value === "number" && value >= 0 && value <= 1);
    return {
        category: shapes.categories.includes(given.category as string) ? (given.category as string) : base.category,
        code: given.code as string,
        seed: Math.round(number("seed", 0, 999_999)),
        temperature: number("temperature", 0, 1.5),
        locked: texts(given.locked, 64),
        kept,
        pad: inPad ? [pad[0], pad[1]] : null,
        resolution: Math.round(number("resolution", RESOLUTIONS.least, RESOLUTIONS.most)),
        triangleBudget: Math.round(number("triangleBudget", 0, 1e7)),
        material: MATERIALS.find((name) => name === given.material) ?? base.material,
        wireframe: flag("wireframe"),
        hull: flag("hull"),
    };
}

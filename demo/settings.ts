import type { ShapeModel } from "babylon-deepsdf";

/** What the panel sets. */
export interface Settings {
    category: string;
    seed: number;
    temperature: number;
    /** Seed of the prop to blend with, and how far. */
    otherSeed: number;
    blend: number;
    resolution: number;
    /** Amounts along the category's first axes, in standard deviations. */
    amounts: number[];
}

/** Axes that get a slider. */
export const AXIS_COUNT = 5;

/** Start values, those in the page's address first. */
export function initialSettings(shapes: ShapeModel, address: URLSearchParams): Settings {
    const number = (name: string, fallback: number) => {
        const value = Number(address.get(name) ?? fallback);
        return Number.isFinite(value) ? value : fallback;
    };
    const wanted = address.get("category") ?? "";
    return {
        category: shapes.categories.includes(wanted) ? wanted : shapes.categories[0],
        seed: number("seed", 7),
        temperature: number("temperature", 0.8),
        otherSeed: number("otherSeed", 8),
        blend: number("blend", 0),
        resolution: Math.min(
            128,
            Math.max(16, Math.round(number("resolution", shapes.backend === "webgpu" ? 96 : 48))),
        ),
        amounts: new Array<number>(AXIS_COUNT).fill(0),
    };
}

/** The first axes that move a category's shapes: its own, and those of all categories. */
export function axesOf(shapes: ShapeModel, category: string) {
    return shapes.axes.filter((axis) => axis.category === category || axis.category === null).slice(0, AXIS_COUNT);
}

/** The code that the settings stand for. */
export function latentOf(shapes: ShapeModel, settings: Settings): Float32Array {
    const { category, seed, otherSeed, temperature, blend, amounts } = settings;
    const first = shapes.sampleLatent({ seed, category, temperature });
    const other = shapes.sampleLatent({ seed: otherSeed, category, temperature });
    const mixed = shapes.interpolateLatents([first, other], [1 - blend, blend]);
    return axesOf(shapes, category).reduce(
        (latent, axis, place) => shapes.moveAlongAxis(latent, shapes.axes.indexOf(axis), amounts[place]),
        mixed,
    );
}

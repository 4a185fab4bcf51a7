import { colorOf } from "../blocks.js";
import type { Grain } from "./grain.js";

/** A grain and how it shines. */
export interface Substance extends Grain {
    /** From 0 to 1. */
    readonly shine: number;
    /** Sharpness of the shine. */
    readonly power: number;
}

const WOOD = { stretch: [16, 1.3, 16], strength: 0.32, shine: 0.1, power: 30 } as const;
const CLAY = { stretch: [5, 22, 5], strength: 0.12, shine: 0.28, power: 60 } as const;
const STONE = { stretch: [9, 9, 9], strength: 0.34, shine: 0.04, power: 10 } as const;
const METAL = { stretch: [3, 40, 3], strength: 0.1, shine: 0.75, power: 80 } as const;
const FLESH = { stretch: [12, 2, 12], strength: 0.1, shine: 0.12, power: 24 } as const;
const GLASS = { stretch: [2, 2, 2], strength: 0.06, shine: 0.9, power: 140 } as const;

const wood = (...colors: string[]): Substance[] => colors.map((color) => ({ ...WOOD, color: colorOf(color) }));
const plain = (kind: Omit<Substance, "color">, ...colors: string[]): Substance[] =>
    colors.map((color) => ({ ...kind, color: colorOf(color) }));

/** Clay dipped into glaze from above. */
const glazed = (height: number, ...pairs: [clay: string, glaze: string][]): Substance[] =>
    pairs.map(([clay, glaze]) => ({
        ...CLAY,
        color: colorOf(clay),
        second: { color: colorOf(glaze), height, softness: 0.015, ragged: 0.16, spots: 1 },
    }));

/** The substances of each family; a prop gets one of them. */
const SUBSTANCES: Readonly<Record<string, readonly Substance[]>> = {
    chair: wood("#a8713e", "#7d4f2b", "#c39a63", "#5f7d78", "#9a4a3c"),
    table: wood("#9a6638", "#b98a55", "#6f4a2c", "#c4a274"),
    bench: wood("#8f6a45", "#a98456", "#6d5a49"),
    barrel: wood("#8a5a32", "#a2703f", "#6f4a2f"),
    crate: wood("#b58f5e", "#c8a877", "#94724c"),
    signpost: wood("#9c7a52", "#7c5f42", "#b2936a"),
    vase: [
        ...glazed(-0.1, ["#b9704a", "#2f6f8f"], ["#c08a5e", "#efe6d2"], ["#8f5640", "#3f6b4f"], ["#caa27a", "#7a2f33"]),
        ...plain(CLAY, "#c0764c", "#30495f"),
    ],
    bowl: glazed(0.05, ["#b67a52", "#e9dfc8"], ["#9c6244", "#4f8a8b"], ["#c49468", "#b98a2e"], ["#5f5148", "#cfd8d2"]),
    mug: glazed(-0.35, ["#b0714c", "#e6dcc6"], ["#8a5a44", "#38586f"], ["#c39a74", "#8d3b33"], ["#6b5a4e", "#7f9a6a"]),
    bottle: plain(GLASS, "#2f5d3f", "#5a3a1e", "#33516b", "#8a9a8f", "#6f2f38"),
    can: plain(METAL, "#a9b2b8", "#b8503f", "#3f6f8a", "#c9a23f", "#6d8a4f"),
    lamp: [
        ["#4a3b2e", "#ffdf9e"],
        ["#8a6a3a", "#ffe9bf"],
        ["#2f3b42", "#ffd08a"],
        ["#6d3b30", "#f6e2b0"],
    ].map(([stem, shade]) => ({
        ...METAL,
        shine: 0.35,
        color: colorOf(stem),
        second: { color: colorOf(shade), height: 0.3, softness: 0.05, ragged: 0, spots: 1 },
    })),
    mushroom: [
        ["#e9dfc9", "#b8382c", "0.72"],
        ["#e6d8bd", "#9a6a3a", "1"],
        ["#efe7d6", "#c98a3a", "1"],
        ["#ddd2c2", "#8a5a6a", "0.75"],
    ].map(([stem, cap, spots]) => ({
        ...FLESH,
        color: colorOf(stem),
        second: { color: colorOf(cap), height: 0.2, softness: 0.04, ragged: 0.1, spots: Number(spots) },
    })),
    rock: plain(STONE, "#8d8a84", "#a39a8c", "#6f7276", "#9a8a78"),
};

/** Of families of other decoders. */
const UNKNOWN = plain(CLAY, "#c0764c", "#5f7d78", "#b98a2e", "#7a5a78");

/**
 * @param tint from 0 to 1
 * @returns its place among the family's substances, and itself
 */
export function substanceOf(family: string, tint: number): { index: number; substance: Substance } {
    const choices = SUBSTANCES[family] ?? UNKNOWN;
    const index = Math.min(choices.length - 1, Math.floor(tint * choices.length));
    return { index, substance: choices[index] };
}

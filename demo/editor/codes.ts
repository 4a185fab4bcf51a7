import {
    decodeLatent,
    encodeLatent,
    interpolateAlongPrior,
    type LatentAxis,
    LatentRandom,
    positionOnAxis,
    type ShapeModel,
} from "babylon-deepsdf";
import { drawCode, type EditorState } from "./state.js";

/** Axes that get a slider. */
const MOST_AXES = 6;
/** How far neighbours lie from the present prop, as a part of the way to another sample. */
const NEIGHBOUR_SHARE = 0.35;

/** The axes that move a category's shapes: its own, else those of all. */
export function axesOf(shapes: ShapeModel, category: string): readonly LatentAxis[] {
    return shapes.axes.filter((axis) => axis.category === null || axis.category === category).slice(0, MOST_AXES);
}

/** Mean code of a category under the prior: where its axes' sliders stand at 0. */
export function meanOf(shapes: ShapeModel, category: string): Float32Array {
    const components = (shapes.metadata?.prior ?? []).filter((part) => !category || part.category === category);
    if (components.length === 0) return new Float32Array(shapes.latentSize);
    return shapes.interpolateLatents(
        components.map(({ mean }) => mean),
        components.map(({ weight }) => weight),
    );
}

/** The code moved along one axis until it stands at `position`, in standard deviations from the category's mean. */
export function placeOnAxis(
    shapes: ShapeModel,
    latent: Float32Array,
    axis: LatentAxis,
    position: number,
    mean: Float32Array,
): Float32Array {
    return shapes.moveAlongAxis(latent, shapes.axes.indexOf(axis), position - positionOnAxis(latent, axis, mean));
}

/** A new sample that keeps the present prop's place along the locked axes. */
export function roll(shapes: ShapeModel, state: EditorState, seed: number): EditorState {
    const { category, temperature, locked } = state;
    const mean = meanOf(shapes, category);
    const present = decodeLatent(state.code);
    const fresh = axesOf(shapes, category)
        .filter(({ name }) => locked.includes(name))
        .reduce(
            (latent, axis) => placeOnAxis(shapes, latent, axis, positionOnAxis(present, axis, mean), mean),
            drawCode(shapes, category, seed, temperature),
        );
    return { ...state, seed, code: encodeLatent(fresh), pad: null };
}

/** Codes near the present one, each a step towards a sample of its category. */
export function neighbours(shapes: ShapeModel, state: EditorState, count: number): string[] {
    const present = decodeLatent(state.code);
    const random = new LatentRandom(hashOf(state.code));
    return Array.from({ length: count }, () => {
        const seed = Math.floor(random.uniform() * 1_000_000);
        const other = drawCode(shapes, state.category, seed, state.temperature);
        return encodeLatent(mix(shapes, [present, other], [1 - NEIGHBOUR_SHARE, NEIGHBOUR_SHARE]));
    });
}

/** Shares of up to four corners at a place of the pad, in the corners' order: ↖ ↗ ↙ ↘. */
export function cornerShares(count: number, [x, y]: readonly [number, number]): number[] {
    if (count === 1) return [1];
    if (count === 2) return [1 - x, x];
    const bilinear = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
    // Of three props the last has the whole lower edge.
    return count === 3 ? [bilinear[0], bilinear[1], bilinear[2] + bilinear[3]] : bilinear;
}

/** The blend of the kept props at a place of the pad. */
export function morph(shapes: ShapeModel, kept: readonly string[], place: readonly [number, number]): string {
    const shares = cornerShares(kept.length, place);
    // In a corner it is that prop, bit for bit.
    const corner = shares.indexOf(1);
    if (corner >= 0) return kept[corner];
    const latents = kept.map((code) => decodeLatent(code));
    return encodeLatent(mix(shapes, latents, shares));
}

/** As typical as the codes that are mixed, where the decoder has a prior. */
function mix(shapes: ShapeModel, latents: readonly Float32Array[], weights: readonly number[]): Float32Array {
    const { metadata } = shapes;
    return metadata?.prior.length
        ? interpolateAlongPrior(metadata, latents, weights)
        : shapes.interpolateLatents(latents, weights);
}

/** FNV-1a, 31 bits. */
function hashOf(text: string): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return hash >>> 1;
}

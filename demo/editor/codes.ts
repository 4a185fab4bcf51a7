import {
    decodeLatent,
    encodeLatent,
    interpolateAlongPrior,
    type LatentAxis,
    LatentRandom,
    positionOnAxis,
    type ShapeModel,
    sampleLatent,
} from "babylon-deepsdf";
import { drawnToKind, kindOf, onlyKind } from "./kinds.js";
import { drawCode, type EditorState } from "./state.js";

/** Axes that get a slider. */
const MOST_AXES = 6;
/** How far neighbours lie from the present prop, as a part of the way to another sample. */
const NEIGHBOUR_SHARE = 0.5;
/** Colder samples would all be alike. */
const LEAST_TEMPERATURE = 0.5;
/** Blends and neighbours are at least so typical; less typical shapes are often broken. */
export const LEAST_TYPICALITY = 0.4;
/** A less typical code is no longer of its family as far as anyone can tell. */
const LEAST_OF_FAMILY = 0.12;

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

/** Codes near the present one and of its kind, each a step towards another sample. */
export function neighbours(shapes: ShapeModel, state: EditorState, count: number): string[] {
    const random = new LatentRandom(hashOf(state.code));
    return Array.from({ length: count }, () => {
        const seed = Math.floor(random.uniform() * 1_000_000);
        return encodeLatent(neighbour(shapes, state, seed));
    });
}

function neighbour(shapes: ShapeModel, { code, category, temperature }: EditorState, seed: number): Float32Array {
    const present = decodeLatent(code);
    const warmth = Math.max(temperature, LEAST_TEMPERATURE);
    const shares = [1 - NEIGHBOUR_SHARE, NEIGHBOUR_SHARE];
    const { metadata } = shapes;
    if (!metadata?.prior.length) {
        return shapes.interpolateLatents([present, drawCode(shapes, category, seed, warmth)], shares);
    }
    const kind = kindOf(metadata, present, category);
    const prior = onlyKind(metadata, kind);
    const other = sampleLatent(prior, { seed, temperature: warmth });
    return drawnToKind(metadata, interpolateAlongPrior(prior, [present, other], shares), kind, LEAST_TYPICALITY);
}

/** Shares of up to four corners at a place of the pad, in the corners' order: ↖ ↗ ↙ ↘. */
export function cornerShares(count: number, [x, y]: readonly [number, number]): number[] {
    if (count === 1) return [1];
    if (count === 2) return [1 - x, x];
    const bilinear = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
    // Of three props the last has the whole lower edge.
    return count === 3 ? [bilinear[0], bilinear[1], bilinear[2] + bilinear[3]] : bilinear;
}

/** The blend of the kept props at a place of the pad, whole as long as all of them are of the family. */
export function morph(
    shapes: ShapeModel,
    kept: readonly string[],
    place: readonly [number, number],
    family: string,
): string {
    const shares = cornerShares(kept.length, place);
    // In a corner it is that prop, bit for bit.
    const corner = shares.indexOf(1);
    if (corner >= 0) return kept[corner];
    const latents = kept.map((code) => decodeLatent(code));
    const { metadata } = shapes;
    if (!metadata?.prior.length) return encodeLatent(shapes.interpolateLatents(latents, shares));
    const isOfFamily = latents.every((latent) => shapes.typicality(latent, family || undefined) >= LEAST_OF_FAMILY);
    if (!isOfFamily) return encodeLatent(interpolateAlongPrior(metadata, latents, shares));
    const blend = interpolateAlongPrior(metadata, latents, shares, family || undefined);
    return encodeLatent(drawnToKind(metadata, blend, kindOf(metadata, blend, family), LEAST_TYPICALITY));
}

/** FNV-1a, 31 bits. */
function hashOf(text: string): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return hash >>> 1;
}

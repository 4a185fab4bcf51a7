import {
    type DecoderMetadata,
    decodeLatent,
    encodeLatent,
    interpolateAlongPrior,
    type LatentAxis,
    LatentRandom,
    type PriorComponent,
    positionOnAxis,
    type ShapeModel,
    sampleLatent,
} from "babylon-deepsdf";
import { drawnToKind, kindOf, kindsOf, onlyKind } from "./kinds.js";
import { drawCode, type EditorState } from "./state.js";

/** Axes that get a slider. */
const MOST_AXES = 6;
/** Of the present prop and another sample in a neighbour. */
const NEIGHBOUR_SHARES = [0.4, 0.6];
/** Colder samples are hard to tell from each other. */
const LEAST_TEMPERATURE = 1.2;
/** Blends and neighbours are at least so typical; less typical shapes are often broken. */
export const LEAST_TYPICALITY = 0.45;
/** A less typical code is no longer of its family as far as anyone can tell. */
const LEAST_OF_FAMILY = 0.12;

/** The axes that move a category's shapes: its own, else those of all. */
export function axesOf(shapes: ShapeModel, category: string): readonly LatentAxis[] {
    return shapes.axes.filter((axis) => axis.category === null || axis.category === category).slice(0, MOST_AXES);
}

/** Mean code of a category under the prior: where its axes' sliders stand at 0. */
export function meanOf(shapes: ShapeModel, category: string): Float32Array {
    const components = shapes.metadata ? kindsOf(shapes.metadata, category) : [];
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

/** Codes like the present one, each a step towards a sample: by turns of its own kind and of the family's others. */
export function neighbours(shapes: ShapeModel, state: EditorState, count: number): string[] {
    const present = decodeLatent(state.code);
    const random = new LatentRandom(hashOf(state.code));
    const seeds = Array.from({ length: count }, () => Math.floor(random.uniform() * 1_000_000));
    const temperature = Math.max(state.temperature, LEAST_TEMPERATURE);
    const { metadata } = shapes;
    if (!metadata?.prior.length) {
        return seeds.map((seed) => {
            const sample = drawCode(shapes, state.category, seed, temperature);
            return encodeLatent(shapes.interpolateLatents([present, sample], NEIGHBOUR_SHARES));
        });
    }
    const own = kindOf(metadata, present, state.category);
    const others = kindsOf(metadata, state.category).filter((kind) => kind !== own);
    const first = Math.floor(random.uniform() * others.length);
    return seeds.map((seed, i) => {
        const kind = i % 2 === 1 && others.length > 0 ? others[(first + (i >> 1)) % others.length] : own;
        const moved = present.map((value, k) => value - own.mean[k] + kind.mean[k]);
        return encodeLatent(neighbourOfKind(metadata, moved, kind, seed, temperature));
    });
}

function neighbourOfKind(
    metadata: DecoderMetadata,
    latent: Float32Array,
    kind: PriorComponent,
    seed: number,
    temperature: number,
): Float32Array {
    const prior = onlyKind(metadata, kind);
    const sample = sampleLatent(prior, { seed, temperature });
    const near = interpolateAlongPrior(prior, [latent, sample], NEIGHBOUR_SHARES);
    return drawnToKind(metadata, near, kind, LEAST_TYPICALITY);
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

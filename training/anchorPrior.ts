import type { DecoderMetadata, PriorComponent } from "../plugin/model/decoder.js";
import { countPieces } from "./measure.js";
import type { CategoryCodes } from "./prior.js";
import { progressBar, turn } from "./progress.js";
import type { TensorField } from "./tensorField.js";

const RESOLUTION = 48;
/** Codes about a component's mean that are tried. */
const TRIES = 12;

/**
 * Moves each component's mean to the nearest code of its category that decodes to one piece, so that narrowing the
 * component ends at a whole shape; a mean of several shapes need not be one. A component without such a code near stays.
 */
export async function anchorPrior(
    field: TensorField,
    metadata: DecoderMetadata,
    categories: readonly CategoryCodes[],
): Promise<PriorComponent[]> {
    const bar = progressBar("anchors {bar} {value}/{total} components | {eta_formatted} left");
    bar.start(metadata.prior.length, 0);
    const anchored: PriorComponent[] = [];
    for (const component of metadata.prior) {
        const codes = categories.find(({ category }) => category === component.category)?.codes ?? [];
        const near = [...codes].sort((a, b) => distance(a, component.mean) - distance(b, component.mean));
        const mean = await firstWhole(field, metadata, near.slice(0, TRIES));
        anchored.push(mean ? { ...component, mean } : component);
        bar.increment();
        await turn();
    }
    bar.stop();
    return anchored;
}

async function firstWhole(
    field: TensorField,
    metadata: DecoderMetadata,
    codes: readonly Float32Array[],
): Promise<Float32Array | null> {
    for (const code of codes) {
        if ((await countPieces(field, code, metadata, RESOLUTION)) === 1) return code;
    }
    return null;
}

function distance(a: Float32Array, b: Float32Array): number {
    return Math.hypot(...a.map((value, i) => value - b[i]));
}

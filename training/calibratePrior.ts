import { sampleLatent } from "../plugin/latent/index.js";
import type { DecoderMetadata, PriorComponent } from "../plugin/model/decoder.js";
import type { CategoryCodes } from "./prior.js";
import { progressBar, turn } from "./progress.js";

/** Spreads tried, widest first. */
const SPREADS = [1, 0.85, 0.7, 0.55, 0.4, 0.25, 0.15];
/** Codes about a component's mean that may be its anchor, and how many of them that are whole. */
const NEAR_CODES = 12;
const ANCHORS = 2;
/** A spread at which no other anchor is looked for. */
const ENOUGH = 0.25;
/** Other seeds than any evaluation draws. */
const FIRST_SEED = 1_000_000;

/** What calibration did, for the model card. */
export interface Calibration {
    readonly prior: PriorComponent[];
    /** Each component's spread, in the prior's order; 0 for one that was dropped. */
    readonly spreads: number[];
}

/**
 * Makes a prior's samples hang together. Each component's mean moves to a code near it that is whole, for a mean of
 * several shapes need not be one; then the component is narrowed to the widest spread at which each of `count` samples
 * is whole. One that breaks at every spread loses its weight to the others of its category, unless it is the only one.
 *
 * @param isWhole whether a code decodes to one closed piece
 */
export async function calibratePrior(
    metadata: DecoderMetadata,
    categories: readonly CategoryCodes[],
    count: number,
    isWhole: (latent: Float32Array) => Promise<boolean>,
    quiet = false,
): Promise<Calibration> {
    const bar = progressBar("prior {bar} {value}/{total} components | {eta_formatted} left", quiet);
    bar.start(metadata.prior.length, 0);
    const taken = new Set<Float32Array>();
    const spreads: number[] = [];
    const narrowed: PriorComponent[] = [];
    for (const component of metadata.prior) {
        const codes = categories.find(({ category }) => category === component.category)?.codes ?? [];
        let best = { mean: component.mean, spread: 0 };
        for (const mean of await anchorsOf(component, codes, taken, isWhole)) {
            const spread = await widestSpread(metadata, { ...component, mean }, best.spread, count, isWhole);
            if (spread > best.spread) best = { mean, spread };
            if (best.spread >= ENOUGH) break;
        }
        taken.add(best.mean);
        spreads.push(best.spread);
        narrowed.push(withSpread({ ...component, mean: best.mean }, best.spread || SPREADS[SPREADS.length - 1]));
        bar.increment();
        await turn();
    }
    bar.stop();
    return { prior: dropBroken(narrowed, spreads), spreads };
}

/** Whole codes nearest to a component's mean that no other component has; the mean itself where there is none. */
async function anchorsOf(
    { mean }: PriorComponent,
    codes: readonly Float32Array[],
    taken: ReadonlySet<Float32Array>,
    isWhole: (latent: Float32Array) => Promise<boolean>,
): Promise<Float32Array[]> {
    const near = codes.filter((code) => !taken.has(code)).sort((a, b) => distance(a, mean) - distance(b, mean));
    const anchors: Float32Array[] = [];
    for (const code of near.slice(0, NEAR_CODES)) {
        if (await isWhole(code)) anchors.push(code);
        if (anchors.length === ANCHORS) break;
    }
    return anchors.length > 0 ? anchors : [mean];
}

/** The widest spread above `least` at which samples are whole; 0 if there is none. */
async function widestSpread(
    metadata: DecoderMetadata,
    component: PriorComponent,
    least: number,
    count: number,
    isWhole: (latent: Float32Array) => Promise<boolean>,
): Promise<number> {
    for (const spread of SPREADS.filter((value) => value > least)) {
        const alone = { ...metadata, prior: [withSpread(component, spread)] };
        let whole = 0;
        while (whole < count && (await isWhole(sampleLatent(alone, { seed: FIRST_SEED + whole })))) whole++;
        if (whole === count) return spread;
    }
    return 0;
}

/** The component with its samples drawn towards its mean. */
export function withSpread(component: PriorComponent, spread: number): PriorComponent {
    return {
        ...component,
        factors: component.factors.map((value) => spread * value),
        deviations: component.deviations.map((value) => spread * value),
        spread,
    };
}

/** Without the components of spread 0, each category's weight kept. */
export function dropBroken(prior: readonly PriorComponent[], spreads: readonly number[]): PriorComponent[] {
    const weightOf = (category: string, kept: (n: number) => boolean) =>
        prior.reduce((sum, other, n) => sum + (other.category === category && kept(n) ? other.weight : 0), 0);
    return prior.flatMap((component, n) => {
        const all = weightOf(component.category, () => true);
        const whole = weightOf(component.category, (m) => spreads[m] > 0);
        if (whole === 0) return [component];
        return spreads[n] > 0 ? [{ ...component, weight: (component.weight * all) / whole }] : [];
    });
}

function distance(a: Float32Array, b: Float32Array): number {
    return Math.hypot(...a.map((value, i) => value - b[i]));
}

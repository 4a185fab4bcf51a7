import { sampleLatent } from "../plugin/latent/index.js";
import type { DecoderMetadata, PriorComponent } from "../plugin/model/decoder.js";
import { countPieces } from "./measure.js";
import { progressBar, turn } from "./progress.js";
import type { TensorField } from "./tensorField.js";

/** Spreads tried, widest first. */
const SPREADS = [1, 0.85, 0.7, 0.55, 0.4, 0.25, 0.15];
const RESOLUTION = 48;
/** Other seeds than any evaluation draws. */
const FIRST_SEED = 1_000_000;

/** What calibration did, for the model card. */
export interface Calibration {
    readonly prior: PriorComponent[];
    /** Each component's spread, in the prior's order; 0 for one that was dropped. */
    readonly spreads: number[];
}

/**
 * Narrows each component of a prior until its samples hang together: the widest spread at which each of `count` samples
 * is one piece. A component that breaks at every spread loses
 * its weight to the others of its category, unless it is the only one.
 */
export async function calibratePrior(
    field: TensorField,
    metadata: DecoderMetadata,
    count: number,
): Promise<Calibration> {
    const bar = progressBar("prior {bar} {value}/{total} components | {eta_formatted} left");
    bar.start(metadata.prior.length, 0);
    const spreads: number[] = [];
    for (const component of metadata.prior) {
        spreads.push(await widestSpread(field, metadata, component, count));
        bar.increment();
        await turn();
    }
    bar.stop();
    const narrowed = metadata.prior.map((component, n) =>
        withSpread(component, spreads[n] || SPREADS[SPREADS.length - 1]),
    );
    return { prior: dropBroken(narrowed, spreads), spreads };
}

async function widestSpread(
    field: TensorField,
    metadata: DecoderMetadata,
    component: PriorComponent,
    count: number,
): Promise<number> {
    for (const spread of SPREADS) {
        const alone = { ...metadata, prior: [withSpread(component, spread)] };
        let whole = 0;
        for (; whole < count; whole++) {
            const latent = sampleLatent(alone, { seed: FIRST_SEED + whole });
            if ((await countPieces(field, latent, metadata, RESOLUTION)) !== 1) break;
        }
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

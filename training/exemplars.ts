import { sampleLatent } from "../plugin/latent/index.js";
import { representatives } from "../plugin/latent/representatives.js";
import type { CategoryExemplars, DecoderMetadata, Perceptron } from "../plugin/model/decoder.js";
import type { TensorFlow } from "./backend.js";
import { type FittedCode, fitCodeAsync } from "./fitCodes.js";
import { Network } from "./network.js";
import type { CategoryCodes } from "./prior.js";
import { progressBar, turn } from "./progress.js";
import type { ShapeSource } from "./shapes.js";
import type { Recipe } from "./trainer.js";

/** Of a category, in a decoder's file. */
export const EXEMPLAR_COUNT = 48;

/** Samples of a category's prior that a fit may begin at; other seeds than those that measure. */
const DRAWS = 160;
const FIRST_DRAW = 2_000_000;

/** Cheap for most shapes; those that fit worst are tried again from more codes. */
const STAGES = [
    { guesses: 4, samples: 512, iterations: 8 },
    { guesses: 1, samples: 2048, iterations: 12 },
];
const PATIENT_STAGES = [
    { guesses: 10, samples: 512, iterations: 10 },
    { guesses: 2, samples: 2048, iterations: 14 },
];
/** Share of a category's shapes that are tried again, and share that is left out for fitting worst. */
const RETRIED = 0.35;
const LEFT_OUT = 0.15;

/** Codes that stand for all of each category's. */
export function chooseExemplars(
    categories: readonly Pick<CategoryCodes, "category" | "codes">[],
    count = EXEMPLAR_COUNT,
): CategoryExemplars[] {
    return categories.map(({ category, codes }) => {
        const chosen = representatives(codes, count);
        return { category, count: chosen.length, codes: Float32Array.from(chosen.flatMap((code) => [...code])) };
    });
}

/**
 * Codes of the shapes that a decoder was trained on, found again from their signed distances: for files whose run, and
 * with it their codes, is gone.
 *
 * @param source whose known shapes are fitted
 * @returns the codes of each category, without those that fit worst
 */
export async function findCodesAsync(
    tf: TensorFlow,
    perceptron: Perceptron,
    recipe: Recipe,
    metadata: DecoderMetadata,
    source: ShapeSource,
    quiet = false,
): Promise<Pick<CategoryCodes, "category" | "codes">[]> {
    const network = Network.from(tf, recipe, perceptron, "found ");
    const total = source.categories.reduce((sum, category) => sum + source.known(category).length, 0);
    const bar = progressBar("codes {bar} {value}/{total} shapes | {eta_formatted} left", quiet);
    bar.start(Math.round(total * (1 + RETRIED)), 0);
    const results: Pick<CategoryCodes, "category" | "codes">[] = [];
    try {
        for (const category of source.categories) {
            const starts = [
                ...metadata.prior.filter((component) => component.category === category).map(({ mean }) => mean),
                ...Array.from({ length: DRAWS }, (_, n) => sampleLatent(metadata, { seed: FIRST_DRAW + n, category })),
            ];
            const fits: { number: number; fit: FittedCode }[] = [];
            const fitted = async (number: number, stages: typeof STAGES) => {
                const candidates = [...starts, ...fits.map(({ fit }) => fit.code)];
                const shape = await source.sampled(category, number);
                const fit = await fitCodeAsync(tf, network, recipe, shape, candidates, stages);
                bar.increment();
                await turn();
                return { number, fit };
            };
            const byError = (a: (typeof fits)[number], b: (typeof fits)[number]) => a.fit.error - b.fit.error;
            for (const number of source.known(category)) fits.push(await fitted(number, STAGES));
            fits.sort(byError);
            const worst = fits.slice(Math.floor((1 - RETRIED) * fits.length));
            for (const before of worst) {
                const again = await fitted(before.number, PATIENT_STAGES);
                if (byError(again, before) < 0) fits[fits.indexOf(before)] = again;
            }
            fits.sort(byError);
            const kept = fits.slice(0, Math.ceil((1 - LEFT_OUT) * fits.length));
            results.push({ category, codes: kept.map(({ fit }) => fit.code) });
        }
    } finally {
        bar.stop();
        network.dispose();
    }
    return results;
}

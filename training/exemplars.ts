import { sampleLatent } from "../plugin/latent/index.js";
import { representatives } from "../plugin/latent/representatives.js";
import type { CategoryExemplars, DecoderMetadata, Perceptron } from "../plugin/model/decoder.js";
import type { TensorFlow } from "./backend.js";
import { type FittedCode, fitCodeAsync } from "./fitCodes.js";
import { Network } from "./network.js";
import type { CategoryCodes } from "./prior.js";
import { progressBar, turn } from "./progress.js";
import type { SampledShape } from "./samples/store.js";
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
    const counts = source.categories.map((category) => source.known(category).length);
    const bar = progressBar("codes {bar} {value}/{total} shapes | {eta_formatted} left", quiet);
    bar.start(
        counts.reduce((sum, count) => sum + count + retriedOf(count), 0),
        0,
    );
    const fit: Fitter = async (shape, candidates, stages) => {
        const fitted = await fitCodeAsync(tf, network, recipe, shape, candidates, stages);
        bar.increment();
        await turn();
        return fitted;
    };
    const results: Pick<CategoryCodes, "category" | "codes">[] = [];
    try {
        for (const category of source.categories) {
            const draws = Array.from({ length: DRAWS }, (_, n) => ({ seed: FIRST_DRAW + n, category }));
            const starts = [
                ...metadata.prior.filter((component) => component.category === category).map(({ mean }) => mean),
                ...draws.map((draw) => sampleLatent(metadata, draw)),
            ];
            const shapes: SampledShape[] = [];
            for (const number of source.known(category)) shapes.push(await source.sampled(category, number));
            results.push({ category, codes: await fitShapes(shapes, starts, fit) });
        }
    } finally {
        bar.stop();
        network.dispose();
    }
    return results;
}

type Fitter = (shape: SampledShape, candidates: readonly Float32Array[], stages: typeof STAGES) => Promise<FittedCode>;

/** Codes of shapes, each begun at those that there are already as well; without those that fit worst, best first. */
async function fitShapes(
    shapes: readonly SampledShape[],
    starts: readonly Float32Array[],
    fit: Fitter,
): Promise<Float32Array[]> {
    const found: { readonly shape: SampledShape; readonly fitted: FittedCode }[] = [];
    const begin = () => [...starts, ...found.map(({ fitted }) => fitted.code)];
    const sort = () => found.sort((a, b) => a.fitted.error - b.fitted.error);
    for (const shape of shapes) found.push({ shape, fitted: await fit(shape, begin(), STAGES) });
    for (const before of sort().slice(found.length - retriedOf(found.length))) {
        const fitted = await fit(before.shape, begin(), PATIENT_STAGES);
        if (fitted.error < before.fitted.error) found[found.indexOf(before)] = { shape: before.shape, fitted };
    }
    return sort()
        .slice(0, Math.ceil((1 - LEFT_OUT) * found.length))
        .map(({ fitted }) => fitted.code);
}

function retriedOf(count: number): number {
    return Math.ceil(RETRIED * count);
}

import type { TensorFlow } from "./backend.js";
import type { SampledShape } from "./samples/store.js";
import { type Recipe, Trainer } from "./trainer.js";

const STEPS = 600;
const POINTS_PER_STEP = 4096;

/** Codes that were fitted, and the error they leave: mean clamped distance over the last tenth of the steps. */
export interface FittedCodes {
    readonly codes: Float32Array[];
    readonly error: number;
}

/**
 * Codes of shapes that a network was not trained on, found by Adam from their signed distances, the weights left as they
 * are (Park et al. 2019, section 4.2).
 *
 * @param weights values of `Network.variables`
 * @param starts [latentSize] for each shape: where its code starts
 * @returns codes [latentSize], one a shape
 */
export async function fitAsync(
    tf: TensorFlow,
    recipe: Recipe,
    weights: readonly Float32Array[],
    shapes: readonly SampledShape[],
    starts: readonly Float32Array[],
    steps = STEPS,
): Promise<FittedCodes> {
    const { latentSize } = recipe;
    const codes = new Float32Array(shapes.length * latentSize);
    for (const [n, start] of starts.entries()) codes.set(start, n * latentSize);
    const fitting: Recipe = {
        ...recipe,
        shapesPerStep: shapes.length,
        pointsPerShape: Math.min(
            Math.ceil(POINTS_PER_STEP / shapes.length),
            ...shapes.map(({ samples }) => samples.length / 4),
        ),
        codeLearningRate: 5e-3,
    };
    const trainer = new Trainer(tf, { shapes }, fitting, { weights, codes, codesOnly: true });
    try {
        const errors: number[] = [];
        for (let step = 0; step < steps; step++) errors.push(await trainer.stepAsync(step / steps));
        const found = Float32Array.from(await trainer.codes.data());
        const last = errors.slice(-Math.ceil(steps / 10));
        return {
            codes: shapes.map((_, n) => found.slice(n * latentSize, (n + 1) * latentSize)),
            error: last.reduce((sum, error) => sum + error, 0) / last.length,
        };
    } finally {
        trainer.dispose();
    }
}

/** The codes of {@link fitAsync} alone. */
export async function fitCodesAsync(...parameters: Parameters<typeof fitAsync>): Promise<Float32Array[]> {
    return (await fitAsync(...parameters)).codes;
}

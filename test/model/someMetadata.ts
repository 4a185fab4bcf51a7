import type { DecoderMetadata } from "../../plugin/model/index.js";
import { randomCode } from "../support/perceptrons.js";

/** Metadata with something in every field. */
export const someMetadata = (latentSize: number): DecoderMetadata => ({
    version: 1,
    latentSize,
    bounds: { min: [-1, -1, -1], max: [1, 1, 0.5] },
    clampDistance: 0.1,
    upAxis: "y",
    categories: ["chair", "lamp"],
    prior: [
        {
            category: "lamp",
            weight: 1,
            spread: 0.4,
            mean: randomCode(latentSize, 1),
            factors: randomCode(2 * latentSize, 2),
            factorCount: 2,
            deviations: randomCode(latentSize, 3).map(Math.abs),
        },
    ],
    axes: [
        {
            name: "height",
            category: "chair",
            direction: Float32Array.from({ length: latentSize }, (_, i) => (i === 1 ? 1 : 0)),
            deviation: 0.3,
            range: [-2, 2.5],
        },
    ],
    exemplars: [{ category: "lamp", count: 2, codes: randomCode(2 * latentSize, 4) }],
    provenance: { recipe: { width: 4 } },
    evaluation: { iou: 0.9 },
});

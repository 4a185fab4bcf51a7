import { writeFileSync } from "node:fs";
import type { DecoderMetadata, Perceptron } from "../plugin/model/decoder.js";
import type { Evaluation } from "./evaluate.js";
import type { Recipe } from "./trainer.js";

/** How far distances are off because of how a file keeps its weights, model units. */
export interface Rounding {
    readonly largest: number;
    readonly mean: number;
    /** Points looked at. */
    readonly count: number;
}

export interface CardContent {
    readonly name: string;
    /** Of the decoder file. */
    readonly bytes: number;
    readonly weights: "float16" | "float32";
    readonly perceptron: Perceptron;
    readonly metadata: DecoderMetadata;
    readonly evaluation: Evaluation;
    readonly rounding: Rounding;
}

/** Writes a decoder's model card: what it is, where from, what it can do. */
export function writeCard(
    path: string,
    { name, bytes, weights, perceptron, metadata, evaluation, rounding }: CardContent,
): void {
    const { provenance, categories, axes } = metadata;
    const recipe = provenance.recipe as Recipe;
    const parameters = perceptron.layers.reduce(
        (sum, layer) =>
            sum +
            layer.bias.length +
            [layer.hiddenWeights, layer.featureWeights, layer.latentWeights].reduce((s, w) => s + (w?.length ?? 0), 0),
        0,
    );
    const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
    const rows = categories.map((category) => {
        const names = axes.filter((axis) => axis.category === category).map((axis) => axis.name);
        const { iou, iouWorst, onePiece } = evaluation.known[category];
        const unseen = evaluation.unseen[category]?.iou.toFixed(3) ?? "–";
        const figures = [iou.toFixed(3), iouWorst.toFixed(3), unseen, percent(onePiece)];
        return `| ${category} | ${figures.join(" | ")} | ${percent(evaluation.onePiece[category])} | ${names.join(", ")} |`;
    });
    const { unseenIouMean, pieceResolution } = evaluation;
    const [knownCount, unseenCount] = [evaluation.known, evaluation.unseen].map(
        (group) => Object.values(group)[0]?.count ?? 0,
    );
    const millions = (count: unknown) => (Number(count) / 1e6).toFixed(0);
    const before = Number(provenance.samplesSeenBefore)
        ? ` (${millions(provenance.samplesSeenBefore)} of them in a run that this one went on from), the last in ${provenance.minutes} minutes`
        : ` in ${provenance.minutes} minutes`;
    const exemplarCount = metadata.exemplars?.[0]?.count;
    const exemplars = exemplarCount ? `, with ${exemplarCount} codes of each family for completion to begin at` : "";
    const text = `# ${name}.onnx

Props from a latent code of ${metadata.latentSize} numbers: ${categories.join(", ")}. This page is written by \`npm run export\`.

![Each row a family: four shapes trained on, as decoded; then six samples of the prior](${name}.png)

| family | known shapes, mean IoU | worst | unseen shapes, mean IoU | known in one piece | samples in one piece | axes |
|---|---|---|---|---|---|---|
${rows.join("\n")}

- Known shapes: ${knownCount} of each family, ${evaluation.pointsPerShape} points each, uniform in the shape's cube and drawn anew, never trained on; mean over families ${evaluation.knownIouMean.toFixed(3)}.
- Unseen shapes: ${unseenCount} of each family, codes fitted to signed distances, measured likewise; mean over families ${unseenCount > 0 ? unseenIouMean.toFixed(3) : "–"}.
- Samples: ${evaluation.samplesPerFamily} of each family from the prior at temperature 1; pieces counted at resolution ${pieceResolution}. Each part of the prior was narrowed until samples of it, other ones, hung together.
- Slope of the field near the surface, 99th percentile: ${evaluation.slope.toFixed(2)}.
- Network: ${recipe.depth} layers of ${recipe.width}, ${recipe.octaves} octaves of Fourier features, the code linear into every layer; ${parameters} parameters, ${Math.round(bytes / 1024)} KiB with weights as ${weights === "float16" ? "halves" : "floats"}${exemplars}.
- Weights in the file against those trained: distances differ by ${rounding.mean.toExponential(1)} on the mean and ${rounding.largest.toExponential(1)} at most, over ${rounding.count} points.
- Frame: +Y up, facing +Z, inside [-1, 1]³; distances are clamped at ${metadata.clampDistance} in training and grow beyond it only roughly.
- Data: ${provenance.data}.
- Trained on ${provenance.backend}: ${millions(provenance.samplesSeen)} million samples seen${before}, seed ${recipe.seed}, ${provenance.date}.
- Licence: ${provenance.licence}, weights and data.
`;
    writeFileSync(path, text);
}

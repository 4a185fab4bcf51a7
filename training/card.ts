import { writeFileSync } from "node:fs";
import type { DecoderMetadata, Perceptron } from "../plugin/model/decoder.js";
import type { Evaluation } from "./evaluate.js";
import type { Recipe } from "./trainer.js";

/** Writes a decoder's model card: what it is, where from, what it can do. */
export function writeCard(
    path: string,
    name: string,
    bytes: number,
    perceptron: Perceptron,
    metadata: DecoderMetadata,
    evaluation: Evaluation,
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
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    const rows = categories.map((category) => {
        const names = axes.filter((axis) => axis.category === category).map((axis) => axis.name);
        const figures = [evaluation.knownIou[category].toFixed(3), evaluation.knownIouWorst[category].toFixed(3)];
        return `| ${category} | ${figures.join(" | ")} | ${percent(evaluation.onePiece[category])} | ${names.join(", ")} |`;
    });
    const text = `# ${name}.onnx

Props from a latent code of ${metadata.latentSize} numbers: ${categories.join(", ")}. This page is written by \`npm run export\` in training/.

![Each row a family: four shapes trained on, as decoded; then six samples at temperature 0.8](${name}.png)

| family | known shapes, mean IoU | worst | samples in one piece | axes |
|---|---|---|---|---|
${rows.join("\n")}

- Known shapes: ${evaluation.shapesPerFamily} of each family, ${evaluation.pointsPerShape} points each, uniform in the shape's cube and drawn anew, never trained on; mean over families ${evaluation.knownIouMean.toFixed(3)}.
- Samples: ${evaluation.samplesPerFamily} of each family from the prior at temperature 1, resolution 48.
- Slope of the field near the surface, 99th percentile: ${evaluation.slope.toFixed(2)}.
- Network: ${recipe.depth} layers of ${recipe.width}, ${recipe.octaves} octaves of Fourier features, the code linear into every layer; ${parameters} parameters, ${Math.round(bytes / 1024)} KiB with weights as halves.
- Frame: +Y up, facing +Z, inside [-1, 1]³; distances are clamped at ${metadata.clampDistance} in training and grow beyond it only roughly.
- Data: ${provenance.data}, made by the generators in training/families; no outside data.
- Trained for ${provenance.minutes} minutes on ${provenance.backend}; ${(Number(provenance.samplesSeen) / 1e6).toFixed(0)} million samples seen, seed ${recipe.seed}.
- Licence: ${provenance.licence}, weights and data.
`;
    writeFileSync(path, text);
}

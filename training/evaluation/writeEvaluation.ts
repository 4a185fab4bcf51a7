import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TriangleMesh } from "../samples/mesh.js";
import { writeContactSheet } from "../sheet.js";
import type { EvaluationPlan, Reconstruction, RunEvaluation } from "./evaluateRun.js";
import { mean } from "./metrics.js";
import { type MeanFigures, SURFACE_POINTS } from "./shapeFigures.js";

/** What the report is about. */
export interface Subject {
    readonly decoder: string;
    readonly run: string;
    readonly backend: string;
    readonly seconds: number;
}

/** What a decoder worth shipping reaches. */
const GOALS = { knownIou: 0.95, unseenIou: 0.92, fScore: 0.9, normals: 0.95, whole: 0.995, told: 0.62, novel: 0.95 };

/** Writes evaluation.md, evaluation.json and the pictures. */
export function writeEvaluation(folder: string, subject: Subject, plan: EvaluationPlan, result: RunEvaluation): void {
    mkdirSync(folder, { recursive: true });
    const { known, unseen, outside, sampling, strips } = result;
    const figures = {
        subject,
        plan,
        known: withoutPictures(known),
        unseen: withoutPictures(unseen),
        outside: outside && withoutPictures(outside),
        sampling: Object.fromEntries(Object.entries(sampling).map(([name, { meshes, ...rest }]) => [name, rest])),
    };
    writeFileSync(join(folder, "evaluation.json"), `${JSON.stringify(figures, null, 2)}\n`);
    const draw = (name: string, rows: readonly (readonly (TriangleMesh | null)[])[]) =>
        writeContactSheet(join(folder, `${name}.png`), rows, 112);
    const pairs = ({ pictures }: Reconstruction) =>
        Object.values(pictures).map((row) => row.flatMap(({ truth, result: made }) => [truth, made]));
    draw("known", pairs(known));
    draw("unseen", pairs(unseen));
    draw(
        "samples",
        Object.values(sampling).map(({ meshes }) => meshes.slice(0, 10)),
    );
    draw("strips", Object.values(strips));
    writeFileSync(join(folder, "evaluation.md"), textOf(subject, plan, result));
}

function withoutPictures({ categories, all }: Reconstruction) {
    return { categories, all };
}

function textOf(subject: Subject, plan: EvaluationPlan, { known, unseen, outside, sampling }: RunEvaluation): string {
    const sets = Object.values(sampling);
    const average = (value: (figures: (typeof sets)[number]) => number) =>
        mean(sets.map(value).filter((figure) => !Number.isNaN(figure)));
    const goals: [string, number, number, boolean][] = [
        ["IoU of known shapes", known.all.iou, GOALS.knownIou, true],
        ["IoU of unseen shapes", unseen.all.iou, GOALS.unseenIou, true],
        ["F-score of unseen shapes", unseen.all.fScore, GOALS.fScore, true],
        ["normal consistency of unseen shapes", unseen.all.normalConsistency, GOALS.normals, true],
        ["samples in one closed piece", average(({ onePiece }) => onePiece.samples), GOALS.whole, true],
        ["1-nearest-neighbour accuracy", average((set) => set.nearestNeighbourAccuracy), GOALS.told, false],
        ["novel samples", average(({ novel }) => novel), GOALS.novel, true],
    ];
    return `# Evaluation of ${subject.decoder}

Run ${subject.run}, on ${subject.backend}, ${Math.round(subject.seconds / 60)} minutes. Nothing measured here was trained on but the shapes called known; these are measured at points drawn anew. Written by \`npm run evaluate\`. What was tried, and what is to be tried next, is in training/README.md.

| figure | measured | goal | |
|---|---|---|---|
${goals
    .map(([name, value, goal, atLeast]) => {
        const short = atLeast ? goal - value : value - goal;
        const verdict = Number.isNaN(value) ? "not measured" : short <= 0 ? "reached" : `short by ${short.toFixed(3)}`;
        return `| ${name} | ${number(value)} | ${atLeast ? "≥" : "≤"} ${goal} | ${verdict} |`;
    })
    .join("\n")}

## Reconstruction

Chamfer distance as in Park et al. 2019: the mean squared distance from each of ${SURFACE_POINTS} points of one surface to the nearest of the other, plus the same back. *Model*: in the decoder's frame, longest side 1.8. *Sphere*: scaled so that the true shape fits the unit sphere, which is the paper's frame. Both × 10³. F-score within 1 % of the box's diagonal. Accuracy: what 90 % of the result's points are within. Completion: share of the truth within 0.01 of the result. Meshed at ${plan.resolution}³.

### Known shapes, the codes that training found

${table(known)}

![Each row a family: true shape and result, side by side](known.png)

### Unseen shapes, codes fitted by Levenberg and Marquardt's method

${unseen.all.count > 0 ? table(unseen) : "None were held out."}

![Each row a family: true shape and result, side by side](unseen.png)
${
    outside
        ? `
### Real props of no trained family

Not drawn here, for they are others' work.

${table(outside)}
`
        : ""
}
## Sampling

Shares that are one closed piece on the same ${plan.resolution}³ grid: true shapes, known codes, halfway mixes of two, samples of the prior at temperature 1. Coverage, minimum matching distance (× 10³) and 1-nearest-neighbour accuracy between ${plan.samples} samples and as many unseen true shapes, by Chamfer distance of 2048 points, model frame. Novel: farther from every known shape than 95 % of decoded known shapes are from their own.

| family | true | known | mixes | samples | coverage | MMD | 1-NNA | novel |
|---|---|---|---|---|---|---|---|---|
${Object.entries(sampling)
    .map(([name, { onePiece, coverage, minimumMatching, nearestNeighbourAccuracy, novel }]) => {
        const shares = [onePiece.truth, onePiece.known, onePiece.mixes, onePiece.samples].map(percent);
        const rest = [
            percent(coverage),
            number(1000 * minimumMatching),
            number(nearestNeighbourAccuracy),
            percent(novel),
        ];
        return `| ${name} | ${[...shares, ...rest].join(" | ")} |`;
    })
    .join("\n")}
| **mean** | ${[
        percent(average(({ onePiece }) => onePiece.truth)),
        percent(average(({ onePiece }) => onePiece.known)),
        percent(average(({ onePiece }) => onePiece.mixes)),
        percent(average(({ onePiece }) => onePiece.samples)),
        percent(average(({ coverage }) => coverage)),
        number(1000 * average(({ minimumMatching }) => minimumMatching)),
        number(average((set) => set.nearestNeighbourAccuracy)),
        percent(average(({ novel }) => novel)),
    ].join(" | ")} |

![Samples of each family](samples.png)

![From one known shape of a family to another](strips.png)
`;
}

function table({ categories, all }: Reconstruction): string {
    const row = (name: string, figures: MeanFigures) => {
        const { count, empty, iou, chamfer, chamferMedian, chamferInUnitSphere } = figures;
        const distances = [chamfer, chamferMedian, chamferInUnitSphere].map((value) => number(1000 * value));
        const rest = [figures.fScore, figures.normalConsistency, figures.accuracy, figures.completion].map(number);
        const counted = empty > 0 ? `${count} (${empty} empty)` : count;
        return `| ${name} | ${counted} | ${[number(iou), ...distances, ...rest].join(" | ")} | ${percent(figures.onePiece)} |`;
    };
    const rows = Object.entries(categories).map(([name, figures]) => row(name, figures));
    return `| family | shapes | IoU | Chamfer, model: mean | median | sphere: mean | F-score | normals | accuracy | completion | one piece |
|---|---|---|---|---|---|---|---|---|---|---|
${[...rows, row("**all**", all)].join("\n")}`;
}

function number(value: number): string {
    return Number.isNaN(value) ? "–" : value.toFixed(3);
}

function percent(value: number): string {
    return Number.isNaN(value) ? "–" : `${(100 * value).toFixed(1)} %`;
}

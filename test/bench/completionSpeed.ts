/**
 * `npm run bench:completion`: Levenberg and Marquardt's method, coarse to fine from some starts as in a search, against
 * 800 steps of Adam from the best of them, on the same samples, arms interleaved: what both end at, and how soon the method
 * has Adam's cost; then whole completions.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { createCodePrior } from "../../plugin/completion/codePrior.js";
import { completeScanAsync, prepareCompletionAsync } from "../../plugin/completion/completeScan.js";
import { Extent } from "../../plugin/completion/extent.js";
import { problemsOfStages } from "../../plugin/completion/fit.js";
import type { FitProblem, FitState } from "../../plugin/completion/fitProblem.js";
import { type Minimum, minimise } from "../../plugin/completion/levenbergMarquardt.js";
import { outwardNormals } from "../../plugin/completion/normals.js";
import { createObservations } from "../../plugin/completion/observations.js";
import { compose, IDENTITY } from "../../plugin/completion/pose.js";
import { toUnitScan } from "../../plugin/completion/scan.js";
import { costOf, settle } from "../../plugin/completion/settle.js";
import { finishSketches } from "../../plugin/completion/sketch.js";
import { startCodes } from "../../plugin/completion/starts.js";
import { familiesNamed, makeShape } from "../../training/families/index.js";
import { fitByAdam } from "./completion/adam.js";
import {
    cpuSeconds,
    FIRST_UNSEEN,
    loadField,
    machine,
    mean,
    median,
    multiplyAddsASecond,
    wallSeconds,
    writeResults,
} from "./completion/setUp.js";
import { randomPlacement, virtualScan } from "./completion/virtualScan.js";

const { values } = parseArgs({
    options: {
        model: { type: "string", default: "models/props.onnx" },
        families: { type: "string" },
        threads: { type: "string", default: "1" },
        steps: { type: "string", default: "800" },
    },
});
const threads = Number(values.threads);
const steps = Number(values.steps);
const { decoder, field } = await loadField(values.model, threads);
const rows: Row[] = [];

/** Other shapes than those by which `COARSE` was chosen. */
const SEED = FIRST_UNSEEN + 100;
/**
 * How the method begins: on a search's first two stages, whose samples are few and whose forgiveness is large, each with
 * the best guesses of the one before. The lowest of the last goes on with all samples.
 */
const COARSE = [
    { stage: 0, guesses: 12, iterations: 3 },
    { stage: 1, guesses: 4, iterations: 5 },
];
/** Iterations that the method may take, all stages together. */
const MOST = 15;
/** Costs that differ by less are called alike. */
const ALIKE = 0.01;
/** Iterations after which the method is said not to reach Adam's cost. */
const LIMIT = 30;

interface Row {
    readonly family: string;
    readonly adamCost: number;
    readonly adamSeconds: number;
    /** Of the method in `MOST` iterations, and the seconds of that. */
    readonly cost: number;
    readonly costSeconds: number;
    /** The lowest of the method until Adam's cost was reached, or in `LIMIT` iterations. */
    readonly lowest: number;
    /** Iterations and seconds until Adam's cost was reached; null where it was not. */
    readonly iterations: number | null;
    readonly seconds: number | null;
    /** Where a whole completion, of all starts and categories, ends. */
    readonly completionCost: number;
    /** How sure that one is. */
    readonly confidence: number;
    /** By the clock, on all threads. */
    readonly first: number;
    readonly completion: number;
}

const speed = await multiplyAddsASecond(values.model);

for (const name of values.families?.split(",") ?? decoder.metadata?.categories ?? []) {
    const mesh = await makeShape(familiesNamed([name])[0], SEED);
    const placed = randomPlacement(SEED);
    const scan = virtualScan(mesh, placed, "one view", 0, SEED);
    const unit = toUnitScan("bench", scan, 1.8);
    const normals = outwardNormals(unit);
    const prior = createCodePrior("bench", decoder.metadata, decoder.latentSize, name);
    const extent = new Extent(unit.positions, 1.8);
    const problems = problemsOfStages(field, decoder.bounds, prior, unit, normals, { upAxis: 1, extent });
    const problem = problems[problems.length - 1];
    // Adam finds no yaw: both arms begin near the true pose, at the code of the family that fits best there.
    const toUnit = {
        ...IDENTITY,
        scale: 1 / unit.scale,
        translation: unit.centre.map((value) => -value / unit.scale) as [number, number, number],
    };
    const begin = startCodes(prior);
    const coarse = await finishSketches(field, decoder.bounds, begin.codes);
    const look = createObservations(unit, normals, 96, 1);
    const pose = compose(toUnit, placed);
    const costs = coarse.map((each) => costOf(each, pose, look, extent));
    const starts = [...costs.keys()]
        .sort((a, b) => costs[a] - costs[b])
        .map((n) => ({ latent: begin.codes[n], pose: settle(coarse[n], pose, look, extent), start: pose }));

    const methodAsync = async (fineIterations: number) => {
        const begun = await beginCoarsely(problems, starts);
        const fine = await minimise(problem, begun.state, fineIterations);
        return { cost: fine.cost, iterations: begun.iterations + fine.iterations };
    };
    const coarseIterations = COARSE.reduce((sum, { iterations: most }) => sum + most, 0);
    // Once before the clock runs: code is compiled where it is first used.
    if (rows.length === 0) await methodAsync(MOST - coarseIterations);
    const adam = await cpuSeconds(() => fitByAdam(problem, starts[0], steps));
    let [iterations, seconds]: [number | null, number | null] = [null, null];
    const whole = await cpuSeconds(() => methodAsync(MOST - coarseIterations));
    let lowest = Number.POSITIVE_INFINITY;
    for (let [limit, spent] = [1, 0]; iterations === null && spent < LIMIT && limit <= LIMIT; limit++) {
        const { result, seconds: took } = await cpuSeconds(() => methodAsync(limit));
        lowest = Math.min(lowest, result.cost);
        if (result.cost <= adam.result.cost) [iterations, seconds] = [result.iterations, took];
        spent = result.iterations;
    }
    // As a game has it: on all threads, by the clock; each family's by a field of its own.
    const { field: own } = await loadField(values.model, availableParallelism());
    const { seconds: first } = await wallSeconds(() => completeScanAsync(own, decoder, scan));
    await prepareCompletionAsync(own, decoder);
    const { result, seconds: completion } = await wallSeconds(() => completeScanAsync(own, decoder, scan));
    own.dispose();
    const row = {
        family: name,
        adamCost: adam.result.cost,
        adamSeconds: adam.seconds,
        cost: whole.result.cost,
        costSeconds: whole.seconds,
        lowest,
        iterations,
        seconds,
        completionCost: result[0].cost,
        confidence: result[0].confidence.value,
        first,
        completion,
    };
    rows.push(row);
    console.log(row);
    await report();
}

process.exit(0);

/** Where the method is when it turns to all samples. */
async function beginCoarsely(
    problems: readonly FitProblem[],
    starts: readonly FitState[],
): Promise<Pick<Minimum<FitState>, "state" | "iterations">> {
    let guesses = starts.map((state) => ({ state, cost: 0, iterations: 0 }));
    for (const { stage, guesses: count, iterations: most } of COARSE) {
        const ends: typeof guesses = [];
        for (const { state: from, iterations: before } of guesses.slice(0, count)) {
            const { state, cost, iterations } = await minimise(problems[stage], from, most);
            ends.push({ state, cost, iterations: before + iterations });
        }
        guesses = ends.sort((a, b) => a.cost - b.cost);
    }
    return guesses[0];
}

/** After each family: an interrupted run leaves what it has. */
async function report(): Promise<void> {
    const reached = rows.filter(({ iterations }) => iterations !== null);
    // A cost that was not reached is no times less time.
    const ratio = median(rows.map(({ adamSeconds, seconds }) => (seconds === null ? 0 : adamSeconds / seconds)));
    const costRatio = geometricMean(rows.map(({ cost, adamCost }) => cost / adamCost));
    const timeRatio = median(rows.map(({ costSeconds, adamSeconds }) => adamSeconds / costSeconds));
    const within = (most: number) => rows.filter(({ iterations }) => iterations !== null && iterations <= most).length;
    const number = (value: number | null, digits: number) =>
        value === null ? `not in ${LIMIT}` : value.toFixed(digits);
    await writeResults(
        "completion-speed",
        { machine: machine(threads), speed, steps, rows, costRatio, timeRatio, medianRatio: ratio },
        `# Completion against ${steps} steps of Adam

By \`npm run bench:completion\` on ${machine(threads)}, whose kernels made ${(speed / 1e9).toFixed(1)} G multiply-adds a second on one thread as this began; seconds of CPU time, of whole completions by the clock on ${availableParallelism()} threads. Both arms: the same cost over 1024 samples (half of it is the negative logarithm of the posterior). Adam starts from the code that fits best near the true pose; Levenberg and Marquardt's method as a search goes: the best ${COARSE[0].guesses} codes with at most ${COARSE[0].iterations} iterations on 96 samples, the ${COARSE[1].guesses} that end lowest with ${COARSE[1].iterations} on 160, the lowest of those on all: its iterations count, and the time of everything. One view of a shape never trained on.

| family | Adam: cost | s | Levenberg-Marquardt in ${MOST} iterations: cost | s | times less | to Adam's cost: iterations | s | times less | whole completion: cost | confidence | first of a decoder, s | prepared, s |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
${rows
    .map(
        (row) =>
            `| ${row.family} | ${row.adamCost.toFixed(1)} | ${row.adamSeconds.toFixed(1)} | ${row.cost.toFixed(1)} | ${row.costSeconds.toFixed(2)} | ${(row.adamSeconds / row.costSeconds).toFixed(0)} | ${number(row.iterations, 0)} | ${number(row.seconds, 2)} | ${row.seconds === null ? "" : (row.adamSeconds / row.seconds).toFixed(0)} | ${row.completionCost.toFixed(1)} | ${row.confidence.toFixed(2)} | ${row.first.toFixed(2)} | ${row.completion.toFixed(2)} |`,
    )
    .join("\n")}

- In ${MOST} iterations Levenberg and Marquardt's method ends at ${costRatio.toFixed(2)} of Adam's cost (geometric mean) in ${timeRatio.toFixed(0)} times less time (median, least ${Math.min(...rows.map(({ costSeconds, adamSeconds }) => adamSeconds / costSeconds)).toFixed(0)}); at no higher cost in ${rows.filter(({ cost, adamCost }) => cost <= adamCost).length} of ${rows.length} cases.
- Adam's cost was reached in ${reached.length} of ${rows.length} cases, in at most ${MOST} iterations in ${within(MOST)}; median ratio of time ${ratio.toFixed(0)}, median iterations ${median(rows.map(({ iterations }) => iterations ?? Number.POSITIVE_INFINITY))}. Costs that differ by less than ${100 * ALIKE} % taken for alike, it was reached in ${rows.filter(({ lowest, adamCost }) => lowest <= (1 + ALIKE) * adamCost).length}.
- A whole completion ends at a lower cost than Adam's in ${rows.filter(({ completionCost, adamCost }) => completionCost < adamCost).length} of ${rows.length} cases. It tries all categories from 96 starts, and as many once more, with what the first round left behind, where it ends unsure. Median ${median(rows.map(({ completion }) => completion)).toFixed(2)} s, longest ${Math.max(...rows.map(({ completion }) => completion)).toFixed(2)}, where the decoder was prepared (\`prepareCompletionAsync\`); the first of a decoder that was not, median ${median(rows.map(({ first }) => first)).toFixed(2)} s, longest ${Math.max(...rows.map(({ first }) => first)).toFixed(2)}.
`,
    );
}

function geometricMean(values: readonly number[]): number {
    return Math.exp(mean(values.map(Math.log)));
}

/**
 * `npm run bench:completion-slowest`: the scans of `results/completion.json` that took most of the CPU, completed by the
 * clock on all threads, by a decoder that has done nothing yet and by one that was prepared.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { completeScanAsync, prepareCompletionAsync } from "../../plugin/completion/completeScan.js";
import { familiesNamed, makeShape } from "../../training/families/index.js";
import {
    loadField,
    machine,
    median,
    multiplyAddsASecond,
    readResults,
    wallSeconds,
    writeResults,
} from "./completion/setUp.js";
import { randomPlacement, type ScanKind, virtualScan } from "./completion/virtualScan.js";

const { values } = parseArgs({
    options: { model: { type: "string", default: "models/props.onnx" }, count: { type: "string", default: "16" } },
});
const threads = availableParallelism();

interface Slow {
    readonly family: string;
    readonly kind: ScanKind;
    readonly noise: number;
    readonly seed: number;
    readonly seconds: number;
}

const { rows: all } = await readResults<{ rows: Slow[] }>("completion");
const slowest = all.toSorted((a, b) => b.seconds - a.seconds).slice(0, Number(values.count));
const speed = await multiplyAddsASecond(values.model);
const rows: (Omit<Slow, "seconds"> & { first: number; prepared: number; confidence: number })[] = [];
for (const { family, kind, noise, seed } of slowest) {
    const scan = virtualScan(
        await makeShape(familiesNamed([family])[0], seed),
        randomPlacement(seed),
        kind,
        noise,
        seed,
    );
    const { decoder, field } = await loadField(values.model, threads);
    const { seconds: first } = await wallSeconds(() => completeScanAsync(field, decoder, scan));
    await prepareCompletionAsync(field, decoder);
    const { result, seconds: prepared } = await wallSeconds(() => completeScanAsync(field, decoder, scan));
    field.dispose();
    rows.push({ family, kind, noise, seed, first, prepared, confidence: result[0].confidence.value });
    console.log(rows.at(-1));
}

const range = (seconds: readonly number[]) =>
    `${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)}, median ${median(seconds).toFixed(1)}`;
await writeResults(
    "completion-slowest",
    { machine: machine(threads), speed, rows },
    `# The completions that take longest

By \`npm run bench:completion-slowest\` on ${machine(threads)}, whose kernels made ${(speed / 1e9).toFixed(1)} G multiply-adds a second on one thread as this began: the ${rows.length} of ${all.length} scans of [completion.md](completion.md) that took most of the CPU, by the clock.

| scan | confidence | first of a decoder, s | prepared, s |
|---|---|---|---|
${rows
    .map(
        ({ family, seed, kind, noise, confidence, first, prepared }) =>
            `| ${family} ${seed}, ${kind}, noise ${100 * noise} % | ${confidence.toFixed(2)} | ${first.toFixed(2)} | ${prepared.toFixed(2)} |`,
    )
    .join("\n")}

- First of a decoder: ${range(rows.map(({ first }) => first))} s. Prepared: ${range(rows.map(({ prepared }) => prepared))} s.
`,
);
process.exit(0);

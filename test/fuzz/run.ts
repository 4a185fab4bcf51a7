/**
 * `npm run fuzz -- --count 100000 --seed 1 --kinds decoder,scan`: mutated inputs against every reader of strangers'
 * files. Prints how each kind ended, keeps what it found under test/fixtures/fuzz, exits with 1 if it found anything.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CASE_MILLISECONDS, SLACK } from "./kind.js";
import type { Order, Report } from "./worker.js";

/** Share of the cases of each kind: a decoder, which is run on two runtimes, takes as long as ten of the others. */
const SHARES: Readonly<Record<string, number>> = { decoder: 1, metadata: 2, latentText: 2, scan: 2, graph: 2 };
const KINDS = Object.keys(SHARES);
const FIXTURES = join(import.meta.dirname, "../fixtures/fuzz");
/** Loading the runtimes; after that a case that says nothing for this long hangs. */
const START_MILLISECONDS = 120_000;

const { values } = parseArgs({
    options: {
        count: { type: "string", default: "100000" },
        seed: { type: "string", default: String(Date.now() % 2 ** 31) },
        kinds: { type: "string", default: KINDS.join(",") },
        minutes: { type: "string", default: "Infinity" },
        keep: { type: "boolean", default: true },
    },
    allowNegative: true,
});
const kinds = values.kinds.split(",");
const unknown = kinds.find((kind) => !KINDS.includes(kind));
const count = Number(values.count);
const seed = Number(values.seed);
if (unknown || !(count >= 1) || !Number.isInteger(seed)) {
    console.error(
        `fuzz: got ${unknown ? `kind "${unknown}"` : `count ${values.count}, seed ${values.seed}`}; expected kinds of ${KINDS.join(", ")} and whole numbers; correct the option`,
    );
    process.exit(2);
}
const deadline = performance.now() + 60_000 * Number(values.minutes);

interface Tally {
    outcomes: Map<string, number>;
    findings: { number: number; finding: string }[];
    peakBytes: number;
}

/** Runs cases one after the other; a process that dies, falls silent or grows too large is replaced, and the case counted. */
async function fuzz(kind: string, total: number): Promise<Tally> {
    const tally: Tally = { outcomes: new Map(), findings: [], peakBytes: 0 };
    let next = 0;
    while (next < total && performance.now() < deadline) {
        const { done, reason } = await runWorker({ kind, seed, from: next, to: total }, tally);
        if (reason) note(tally, kind, done, reason);
        next = done + 1;
    }
    return tally;
}

function runWorker(order: Order, tally: Tally): Promise<{ done: number; reason: string | null }> {
    return new Promise((resolve) => {
        const worker: ChildProcess = fork(join(import.meta.dirname, "worker.ts"), { stdio: ["ignore", 1, 2, "ipc"] });
        let at = order.from;
        let timer = setTimeout(() => end("did not start"), START_MILLISECONDS);
        let isOver = false;
        let isReady = false;
        const end = (reason: string | null) => {
            if (isOver) return;
            if (!isReady) {
                console.error(`fuzz: the process for ${order.kind} ${reason} before its first case`);
                process.exit(2);
            }
            isOver = true;
            clearTimeout(timer);
            worker.kill("SIGKILL");
            resolve({ done: at, reason });
        };
        const rearm = (milliseconds: number) => {
            clearTimeout(timer);
            timer = setTimeout(() => end(`hangs: no result after ${milliseconds} ms`), milliseconds);
        };
        worker.on("exit", (code, signal) => end(`crashes the process (${signal ?? `code ${code}`})`));
        worker.on("message", (report: Report) => {
            if ("ready" in report) {
                isReady = true;
                worker.send(order);
                rearm(START_MILLISECONDS);
            } else if ("started" in report) {
                at = report.started;
                // The first case loads runtimes; all may be slowed by a busy machine.
                rearm(SLACK * CASE_MILLISECONDS + (at === order.from ? START_MILLISECONDS : 0));
                if (performance.now() > deadline) end(null);
            } else if ("finished" in report) {
                tally.peakBytes = Math.max(tally.peakBytes, report.peakBytes);
                end(null);
            } else if ("shrunk" in report) {
                keep(order.kind, report.finding, report.input);
            } else if ("finding" in report) {
                note(tally, order.kind, report.done, report.finding);
                rearm(START_MILLISECONDS);
            } else {
                tally.outcomes.set(report.outcome, (tally.outcomes.get(report.outcome) ?? 0) + 1);
            }
        });
    });
}

function note(tally: Tally, kind: string, number: number, finding: string): void {
    tally.findings.push({ number, finding });
    console.error(`${kind} ${seed}:${number} ${finding.slice(0, 1500)}`);
}

/** The least input that shows it, for the tests to run from now on. */
function keep(kind: string, finding: string, input: string): void {
    if (!values.keep) return;
    mkdirSync(FIXTURES, { recursive: true });
    const hash = createHash("sha256").update(input).digest("hex").slice(0, 12);
    const fixture = { kind, found: finding.split("\n")[0].slice(0, 200), input };
    writeFileSync(join(FIXTURES, `${kind}-${hash}.json`), `${JSON.stringify(fixture, null, 2)}\n`);
}

const started = performance.now();
console.log(`seed ${seed}; a case may take ${CASE_MILLISECONDS} ms`);
console.log("kind        cases   refused   checked plausible   findings   peak MiB");
let findings = 0;
let cases = 0;
const shares = kinds.reduce((sum, kind) => sum + SHARES[kind], 0);
for (const kind of kinds) {
    const tally = await fuzz(kind, Math.ceil((count * SHARES[kind]) / shares));
    const of = (outcome: string) => tally.outcomes.get(outcome) ?? 0;
    const ran = [...tally.outcomes.values()].reduce((sum, n) => sum + n, 0) + tally.findings.length;
    const row = [ran, of("refused"), of("checked"), of("plausible"), tally.findings.length];
    console.log(
        kind.padEnd(10) +
            row.map((n) => String(n).padStart(10)).join("") +
            String(Math.round(tally.peakBytes / 2 ** 20)).padStart(10),
    );
    findings += tally.findings.length;
    cases += ran;
}
console.log(`${cases} cases, ${findings} findings, ${Math.round((performance.now() - started) / 1000)} s`);
process.exit(findings > 0 ? 1 : 0);

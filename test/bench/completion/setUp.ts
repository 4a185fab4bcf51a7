import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { createCpuFieldAsync } from "../../../plugin/field/cpuField.js";
import { readDecoder } from "../../../plugin/model/readDecoder.js";

/** A decoder on the CPU. Threads that wait for each other cost more than they bring where others use the machine. */
export async function loadField(path: string, threads: number) {
    const decoder = readDecoder(new Uint8Array(await readFile(path)), { name: path });
    return { decoder, field: await createCpuFieldAsync(decoder, { threads }) };
}

/** Where figures were taken, in general words. */
export function machine(threads: number): string {
    return `kernels for the CPU (WebAssembly) on ${threads} of ${availableParallelism()} CPU threads, Node ${process.version}`;
}

/** First seed of shapes that no decoder of ours is trained on. */
export const FIRST_UNSEEN = 50_000;

/** What `writeResults` wrote. */
export async function readResults<Results>(name: string): Promise<Results> {
    return JSON.parse(await readFile(join(import.meta.dirname, "../results", `${name}.json`), "utf8"));
}

/** Writes `name`.json and `name`.md into test/bench/results. */
export async function writeResults(name: string, json: unknown, markdown: string): Promise<void> {
    const path = join(import.meta.dirname, "../results", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.json`, `${JSON.stringify(json, null, 2)}\n`);
    await writeFile(`${path}.md`, markdown);
}

/** The mean of both middle values where there are two; not a number of none. */
export function median(values: readonly number[]): number {
    const sorted = values.toSorted((a, b) => a - b);
    const [low, high] = [sorted[(values.length - 1) >> 1], sorted[values.length >> 1]];
    return low === high ? low : (low + high) / 2;
}

export function mean(values: readonly number[]): number {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Seconds of CPU, all threads, that work took. */
export async function cpuSeconds<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    return { result, seconds: (user + system) / 1e6 };
}

/** Seconds by the clock that work took. */
export async function wallSeconds<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
    const started = performance.now();
    const result = await work();
    return { result, seconds: (performance.now() - started) / 1000 };
}

/** Of the kernels on one thread: machines differ, and hours of one. */
export async function multiplyAddsASecond(model: string): Promise<number> {
    const { decoder, field } = await loadField(model, 1);
    const points = new Float32Array(3 * 20_000);
    const latent = new Float32Array(decoder.latentSize);
    await field.evaluateAsync(latent, points);
    const { seconds } = await wallSeconds(() => field.evaluateAsync(latent, points));
    field.dispose();
    const products = field.network!.layers.reduce(
        (sum, { hiddenWeights, featureWeights }) => sum + (hiddenWeights?.length ?? 0) + (featureWeights?.length ?? 0),
        0,
    );
    return (points.length / 3) * (products / seconds);
}

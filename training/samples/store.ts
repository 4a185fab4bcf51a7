import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Family, familiesNamed, makeShape } from "../families/index.js";
import { progressBar, turn } from "../progress.js";
import { Random, textKey } from "../random.js";
import { sampleDistances } from "./sample.js";
import { Sampler } from "./sampler.js";

/** What a decoder is trained on: shapes one after the other, families in order. */
export interface SampleSet {
    readonly shapes: readonly SampledShape[];
}

/** One shape of a family as training sees it. */
export interface SampledShape {
    readonly family: string;
    readonly seed: number;
    readonly traits: Readonly<Record<string, number>>;
    /** [count, 4]: x, y, z, signed distance, in random order */
    readonly samples: Float32Array;
}

/** Raised when families or sampling change, so that old files are not taken for new ones. */
const STORE_VERSION = 2;

/**
 * Samples of the shapes with seeds 0 … shapeCount − 1 of each family, from files of earlier calls where there are any.
 *
 * @param folder where the files are kept; made if missing
 */
export async function prepareSamples(
    families: readonly Family[],
    shapeCount: number,
    sampleCount: number,
    folder: string,
    quiet = false,
): Promise<SampleSet> {
    const place = join(folder, `v${STORE_VERSION}-${sampleCount}`);
    mkdirSync(place, { recursive: true });
    const bar = progressBar("samples {bar} {value}/{total} shapes | {eta_formatted} left", quiet);
    const tasks: SampleTask[] = families.flatMap(({ name }) =>
        Array.from({ length: shapeCount }, (_, seed) => ({ family: name, seed, sampleCount, folder: place })),
    );
    bar.start(tasks.length, 0);
    const traits = await sampleByAll(tasks, () => bar.increment());
    bar.stop();
    return {
        shapes: tasks.map(({ family, seed }, n) => {
            return { family, seed, traits: traits[n], samples: readSamples(fileOf(place, family, seed), sampleCount) };
        }),
    };
}

/** A shape to sample, by its family's name. */
export interface SampleTask {
    readonly family: string;
    readonly seed: number;
    readonly sampleCount: number;
    readonly folder: string;
}

/** Tasks that a process more pays for: it has to load the families first. */
const TASKS_A_PROCESS = 8;

/** Leaves the samples of all tasks in their folders, by as many processes as the machine has processors; their traits, in order. */
async function sampleByAll(
    tasks: readonly SampleTask[],
    onShape: () => void,
): Promise<Readonly<Record<string, number>>[]> {
    const traits: Readonly<Record<string, number>>[] = new Array(tasks.length);
    const processes = Math.max(1, Math.min(availableParallelism(), Math.floor(tasks.length / TASKS_A_PROCESS)));
    let next = 0;
    const work = async (sample: (task: SampleTask) => Promise<Readonly<Record<string, number>>>) => {
        while (next < tasks.length) {
            const n = next++;
            traits[n] = await sample(tasks[n]);
            onShape();
            await turn();
        }
    };
    if (processes === 1) {
        await work(sampleTask);
        return traits;
    }
    const samplers = Array.from({ length: processes }, () => new Sampler());
    try {
        await Promise.all(samplers.map((sampler) => work((task) => sampler.sample(task))));
    } finally {
        for (const sampler of samplers) sampler.close();
    }
    return traits;
}

/** A task done in this process; returns the shape's traits. */
export async function sampleTask(task: SampleTask): Promise<Readonly<Record<string, number>>> {
    const [family] = familiesNamed([task.family]);
    return (await prepareShape(family, task.seed, task.sampleCount, task.folder)).traits;
}

/**
 * One shape's samples. A file is Float32, little-endian: x, y, z, signed distance, per sample; named by family and seed.
 *
 * @param folder where its file is looked for and kept; null to do without
 * @throws if a file there holds another number of samples
 */
export async function prepareShape(
    family: Family,
    seed: number,
    sampleCount: number,
    folder: string | null,
): Promise<SampledShape> {
    const shape = await makeShape(family, seed);
    const path = folder && fileOf(folder, family.name, seed);
    const kept = path && existsSync(path) ? readSamples(path, sampleCount) : null;
    const samples = kept ?? sampleDistances(shape, sampleCount, new Random(textKey(`samples ${family.name}`), seed));
    if (path && !kept) {
        writeFileSync(`${path}.part`, new Uint8Array(samples.buffer));
        renameSync(`${path}.part`, path);
    }
    return { family: family.name, seed, traits: shape.traits, samples };
}

function fileOf(folder: string, family: string, seed: number): string {
    return join(folder, `${family}-${seed}.f32`);
}

function readSamples(path: string, sampleCount: number): Float32Array {
    const bytes = readFileSync(path);
    if (bytes.length !== 16 * sampleCount) {
        throw new Error(`prepareShape: ${path} has ${bytes.length} bytes; expected ${16 * sampleCount}; delete it`);
    }
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

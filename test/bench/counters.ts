import { createHash } from "node:crypto";
import { createCpuFieldAsync } from "../../plugin/field/cpuField.js";
import { typicalLatents } from "../../plugin/latent/typicalLatents.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { fieldReachAsync, fieldSlopeAsync } from "../../plugin/surface/slope.js";
import { requestDawnAdapter } from "../support/dawn.js";
import { openDecoders } from "./decoders.js";
import { CornerTable, surfaceCells } from "./denseCorners.js";
import { type LiveCounters, measureLive } from "./liveCounters.js";
import { type MovingCounters, measureMoving } from "./movingCounters.js";
import type { BenchOptions } from "./options.js";
import { measurePopulation, type PopulationCounters } from "./populationCounters.js";
import type { BenchDecoder } from "./suite/types.js";
import { adapterName, versions } from "./versions.js";

const RESOLUTIONS = [64, 128];
const CODES = 50;

interface SearchCounters {
    evaluationsPerSurfaceCorner: number;
    missedCells: number;
    searchAttempts: number;
}

/** Counters that hold on any machine, each the worst over the decoders and codes tried. */
export interface CountersReport {
    adapter: string;
    counters: SearchCounters & MovingCounters & LiveCounters & PopulationCounters;
    method: Record<string, string>;
    tried: Record<string, unknown>[];
    versions: Record<string, string>;
}

export async function benchCounters(options: BenchOptions): Promise<CountersReport> {
    const adapter = await requestDawnAdapter();
    const live = await measureLive(adapter);
    // An adapter gives one device only.
    const population = await measurePopulation(await requestDawnAdapter());
    const worst: SearchCounters = { evaluationsPerSurfaceCorner: 0, missedCells: 0, searchAttempts: 0 };
    const resolutions = [...(options.resolutions ?? RESOLUTIONS)].sort((a, b) => a - b);
    const tried: CountersReport["tried"] = [];
    const decoders = openDecoders(options.decoders);
    const moving = await measureMoving(decoders, options);
    for (const decoder of decoders) {
        const found = await measureSearch(decoder, options, resolutions);
        tried.push({
            decoder: decoder.name,
            sha256: sha256Of(decoder),
            codes: options.codeCount ?? CODES,
            resolutions,
            ...found,
        });
        for (const name of Object.keys(worst) as (keyof SearchCounters)[]) {
            worst[name] = Math.max(worst[name], found[name]);
        }
    }
    return {
        adapter: adapterName(adapter),
        counters: { ...worst, ...moving, ...live, ...population },
        method: {
            evaluationsPerSurfaceCorner:
                "points at which the decoder was evaluated ÷ corners of the cells that the surface crosses; by the CPU twin of the GPU search, which takes the same decisions (tested equal), the decoder evaluated by onnxruntime on WASM",
            missedCells: options.dense
                ? "cells that the surface crosses with every corner of the grid evaluated, less those that the search found"
                : "cells that the surface crosses, less those that the search found; evaluated are every second corner of the finest grid along each axis, and every corner in blocks where one of those is within the clamp distance; --dense evaluates the rest too",
            moving: "evaluationsMovingPerWhole (the worst code; …Mean: all together), missedCellsMoving: codes moved along the decoders' axes by a thirtieth of a standard deviation a frame at 64³; a search that goes on from the one before against a whole one; by the CPU twin",
            live: "awaitsPerRemesh, bytesReadBackPerRemesh, dispatchesPerRemesh: on the adapter, small decoders, from the call to the submit; lateBytesPerRemesh is read beside the frames that follow, to learn the counts",
            population:
                "dispatchesPerPropAlone, dispatchesPerPropOfSixteen: on the adapter, a small decoder, at 16³ and 32³; a search at a higher resolution has more levels and more sums",
            gpuMemoryGrowthBytes:
                "bytes of buffers alive after 1 000 remeshes of changing size, less those after the first 40",
        },
        tried,
        versions: versions(),
    };
}

async function measureSearch(
    { name, decoder, code }: BenchDecoder,
    { codeCount: asked, dense }: BenchOptions,
    resolutions: number[],
): Promise<SearchCounters> {
    const codeCount = asked ?? CODES;
    const field = await createCpuFieldAsync(decoder);
    const latents = typicalLatents(decoder.metadata);
    const slope = await fieldSlopeAsync(field, decoder, latents);
    const { bounds, clampDistance } = decoder;
    const domain = { bounds, clampDistance, reach: await fieldReachAsync(field, decoder, latents) };
    const worst: SearchCounters = { evaluationsPerSurfaceCorner: 0, missedCells: 0, searchAttempts: 0 };
    const finest = resolutions[resolutions.length - 1];
    const isNested = resolutions.every((resolution) => finest % resolution === 0);
    for (let index = 0; index < codeCount; index++) {
        const latent = code(index);
        let table: CornerTable | null = null;
        const line: string[] = [];
        for (const resolution of [...resolutions].reverse()) {
            if (!table || !isNested) {
                const stride: number = dense || resolution % 2 === 1 || resolution < 128 ? 1 : 2;
                const reference = { stride, band: domain.clampDistance };
                table = await CornerTable.CreateAsync(field, latent, bounds, resolution, reference);
            }
            const { cells, corners } = surfaceCells(table, table.resolution / resolution);
            const { statistics } = await extractSurfaceAsync(table, latent, domain, { resolution, slope });
            const ratio = corners > 0 ? statistics.evaluations / corners : 0;
            const missed = cells - statistics.surfaceCells;
            worst.evaluationsPerSurfaceCorner = Math.max(worst.evaluationsPerSurfaceCorner, ratio);
            worst.missedCells = Math.max(worst.missedCells, missed);
            worst.searchAttempts = Math.max(worst.searchAttempts, statistics.attempts);
            line.push(`${resolution}³: ${ratio.toFixed(2)}, ${missed} of ${cells} missed`);
        }
        console.log(`${name} code ${index + 1} of ${codeCount}: ${line.join("; ")}`);
    }
    field.dispose();
    return worst;
}

/** Which file the figures are of. */
function sha256Of({ decoder }: BenchDecoder): string {
    return createHash("sha256").update(decoder.bytes).digest("hex");
}

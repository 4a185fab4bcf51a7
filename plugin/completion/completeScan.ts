import type { Field } from "../field/field.js";
import type { Decoder } from "../model/decoder.js";
import { cleanScan } from "./cleanScan.js";
import { createCodePrior } from "./codePrior.js";
import { type Confidence, judge } from "./confidence.js";
import { Extent } from "./extent.js";
import { type Candidate, ShapeSearch } from "./fit.js";
import { outwardNormals } from "./normals.js";
import { treeOf } from "./pointTree.js";
import { compose, IDENTITY, type Similarity, type Vector } from "./pose.js";
import { checkScan, checkTriangleCount, type Scan, toUnitScan, type UnitScan } from "./scan.js";
import { noiseOf } from "./sides.js";
import { finishSketches } from "./sketch.js";
import { startCodes } from "./starts.js";

export interface CompletionOptions {
    /** One of the decoder's categories; all are tried unless given. */
    category?: string;
    /** The scan's up direction; "y" unless given. */
    up?: "x" | "y" | "z" | Vector;
    /** Drop points that stray from the others; off unless given. */
    removeOutliers?: boolean;
    /** Drop the plane that the object stands on; off unless given. */
    removeSupport?: boolean;
    /** Results wanted, the best first; 3 unless given. */
    count?: number;
    signal?: AbortSignal;
    /** Told what share is done, from 0 to 1. */
    onProgress?: (share: number) => void;
}

export type PrepareCompletionOptions = Pick<CompletionOptions, "category" | "signal" | "onProgress">;

/** One way to complete a scan. */
export interface Completion {
    /** What was completed: the scan; where something was asked to be removed, what is left, a cloud's thinned. */
    readonly scan: Scan;
    /** [latentSize] */
    readonly latent: Float32Array;
    /** From the decoder's model space into the scan's space. */
    readonly pose: Similarity;
    /** null for decoders without categories. */
    readonly category: string | null;
    readonly confidence: Confidence;
    /**
     * Evaluations of the field on the way from its start, all stages together; at most 15. Where other shapes are tried in
     * a pose that the search found, that is their start.
     */
    readonly iterations: number;
    /** Twice the negative logarithm of the posterior, up to a constant of the scan: lower is likelier. */
    readonly cost: number;
}

/** Longest side of the shapes that decoders are trained on, as a part of the longest side of their bounds. */
const SHAPE_SHARE = 0.9;
/** About the up axis, tried first. */
const TURNS = 32;
/** Confidence below which a search goes on, and the rounds that it may take. */
const UNSURE = 0.35;
const ROUNDS = 2;
/** Of how far neighbours lie off a tangent plane, what is taken for noise: bent surfaces and thin walls have a part in it. */
const SCATTER_SHARE = 0.8;
/** More noise than this, unit frame, is no noise but another kind of object. */
const MOST_NOISE = 0.02;
/** Shares of the progress that the choice of starts and a round take. */
const START_PROGRESS = 0.2;
const ROUND_PROGRESS = (1 - START_PROGRESS) / ROUNDS;

/**
 * Codes and poses of shapes that agree with a scan, best first.
 *
 * @throws if the scan holds too little, an option is unknown, or the signal is aborted
 */
export async function completeScanAsync(
    field: Field,
    decoder: Pick<Decoder, "bounds" | "metadata" | "latentSize">,
    scan: Scan,
    options: CompletionOptions = {},
): Promise<Completion[]> {
    const { category, count = 3, signal, onProgress } = options;
    const operation = "completeScanAsync";
    signal?.throwIfAborted();
    const up = upDirection(operation, options.up ?? "y");
    const prior = createCodePrior(operation, decoder.metadata, decoder.latentSize, category);
    const { bounds } = decoder;
    const side = SHAPE_SHARE * Math.max(...bounds.max.map((max, axis) => max - bounds.min[axis]));
    const { removeOutliers = false, removeSupport = false } = options;
    checkScan(operation, scan);
    const isCleaned = removeOutliers || removeSupport;
    if (isCleaned) checkTriangleCount(operation, scan, "leave outliers and support in");
    const ready = isCleaned ? cleanScan(scan, { removeOutliers, removeSupport, up }) : scan;
    const unit = toUnitScan(operation, ready, side);
    const normals = outwardNormals(unit);
    const upAxis = "xyz".indexOf(decoder.metadata?.upAxis ?? "y");
    const towardsSensor = sensorDirection(unit, up);
    const extent = new Extent(unit.positions, side);
    const noise = Math.min(MOST_NOISE, SCATTER_SHARE * noiseOf(treeOf(unit.positions), normals));
    const search = await ShapeSearch.CreateAsync(
        field,
        bounds,
        prior,
        unit,
        normals,
        { starts: { extent, turnCount: TURNS, up, upAxis, towardsSensor }, noise, signal },
        (share) => onProgress?.(START_PROGRESS * share),
    );
    let results: Completion[] = [];
    for (let round = 0; round < ROUNDS && !(results[0]?.confidence.value >= UNSURE); round++) {
        const from = START_PROGRESS + round * ROUND_PROGRESS;
        const candidates = await search.nextRound((share) => onProgress?.(from + ROUND_PROGRESS * share));
        const more = await Promise.all(
            candidates
                .slice(0, count)
                .map((candidate) => toCompletion(field, decoder, ready, unit, normals, noise, candidate, signal)),
        );
        results = [...results, ...more].sort((a, b) => b.confidence.value - a.confidence.value).slice(0, count);
    }
    onProgress?.(1);
    return results;
}

/**
 * What a search looks at whatever the scan is, kept as long as the field lives: the first completion then takes as long
 * as any. A search does it by itself where it was not done before.
 *
 * @throws if the category is unknown or the signal is aborted
 */
export async function prepareCompletionAsync(
    field: Field,
    decoder: Pick<Decoder, "bounds" | "metadata" | "latentSize">,
    { category, signal, onProgress }: PrepareCompletionOptions = {},
): Promise<void> {
    signal?.throwIfAborted();
    const prior = createCodePrior("prepareCompletionAsync", decoder.metadata, decoder.latentSize, category);
    await finishSketches(field, decoder.bounds, startCodes(prior).codes, signal, onProgress);
}

async function toCompletion(
    field: Field,
    { bounds }: Pick<Decoder, "bounds">,
    scan: Scan,
    unit: UnitScan,
    normals: Float32Array,
    noise: number,
    candidate: Candidate,
    signal: AbortSignal | undefined,
): Promise<Completion> {
    const { latent, pose } = candidate.state;
    return {
        scan,
        latent,
        pose: compose({ ...IDENTITY, scale: unit.scale, translation: unit.centre }, pose),
        category: candidate.category,
        confidence: await judge(field, bounds, unit, normals, candidate, noise, signal),
        iterations: candidate.iterations,
        cost: candidate.cost,
    };
}

function upDirection(operation: string, up: "x" | "y" | "z" | Vector): Vector {
    const named = { x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] } as const;
    const [x, y, z] = typeof up === "string" ? (named[up] ?? [Number.NaN, 0, 0]) : up;
    const length = Math.hypot(x, y, z);
    if (!(length > 0 && Number.isFinite(length))) {
        throw new Error(
            `${operation}: got up ${JSON.stringify(up)}; expected "x", "y", "z" or a direction [x, y, z] that is not zero; correct the option`,
        );
    }
    return [x / length, y / length, z / length];
}

/** Mean horizontal direction from the scan's centre towards its sensors, or null where unknown or straight above. */
function sensorDirection({ sensorPositions }: UnitScan, up: Vector): Vector | null {
    if (!sensorPositions) {
        return null;
    }
    const sum = [0, 0, 0];
    for (let i = 0; i < sensorPositions.length; i += 3) {
        const length = Math.hypot(sensorPositions[i], sensorPositions[i + 1], sensorPositions[i + 2]) || 1;
        for (let axis = 0; axis < 3; axis++)
            sum[axis] += (3 * sensorPositions[i + axis]) / length / sensorPositions.length;
    }
    const height = sum[0] * up[0] + sum[1] * up[1] + sum[2] * up[2];
    const flat = sum.map((value, axis) => value - height * up[axis]);
    const length = Math.hypot(...flat);
    return length > 0.3 ? [flat[0] / length, flat[1] / length, flat[2] / length] : null;
}

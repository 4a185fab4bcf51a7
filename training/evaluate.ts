import type { Field } from "../plugin/field/field.js";
import { sampleLatent } from "../plugin/latent/index.js";
import type { DecoderMetadata } from "../plugin/model/decoder.js";
import { countPieces, evaluationPoints, intersectionOverUnion, slopesNear } from "./measure.js";
import { progressBar, turn } from "./progress.js";
import type { ShapeSource } from "./shapes.js";

/** Codes of one family with the seeds of the shapes they stand for. */
export type CodesBySeed = ReadonlyMap<number, Float32Array>;

/** Whose figures: codes of shapes, by family. */
export type FamilyCodes = Readonly<Record<string, CodesBySeed>>;

/** Figures of one family. */
export interface ShapeFigures {
    /** Mean volumetric intersection over union with the true shapes. */
    readonly iou: number;
    /** The worst shape's. */
    readonly iouWorst: number;
    /** Share of decoded shapes that are one closed piece. */
    readonly onePiece: number;
    /** Shapes measured. */
    readonly count: number;
}

/** All that is measured of a decoder; goes into its file and its card. */
export interface Evaluation {
    /** Shapes trained on, with the codes that training found; by family. */
    readonly known: Readonly<Record<string, ShapeFigures>>;
    /** Shapes never seen, with codes fitted to their signed distances; by family. */
    readonly unseen: Readonly<Record<string, ShapeFigures>>;
    readonly knownIouMean: number;
    readonly unseenIouMean: number;
    /** Share of samples of the prior at temperature 1 that are one closed piece, by family. */
    readonly onePiece: Readonly<Record<string, number>>;
    readonly onePieceMean: number;
    readonly samplesPerFamily: number;
    readonly pointsPerShape: number;
    /** Cells along the side of the bounds at which pieces are counted. */
    readonly pieceResolution: number;
    /** 99th percentile of the field's slope near the surface. */
    readonly slope: number;
}

/** How much is measured. */
export interface EvaluationCounts {
    readonly points: number;
    readonly samples: number;
}

export const PIECE_RESOLUTION = 48;

/** Measures a decoder against known and unseen shapes, and the pieces that these and samples of its prior have. */
export async function evaluateDecoder(
    field: Field,
    metadata: DecoderMetadata,
    source: ShapeSource,
    known: FamilyCodes,
    unseen: FamilyCodes,
    { points, samples }: EvaluationCounts,
): Promise<Evaluation> {
    const total = [known, unseen].flatMap((group) => Object.values(group)).reduce((sum, { size }) => sum + size, 0);
    const bar = progressBar("evaluation {bar} {value}/{total} shapes | {what} | {eta_formatted} left");
    bar.start(total + metadata.categories.length * samples, 0, { what: "" });
    const done = () => {
        bar.increment();
        return turn();
    };
    const figures = async (group: FamilyCodes) => {
        const entries: [string, ShapeFigures][] = [];
        for (const [family, codes] of Object.entries(group)) {
            entries.push([family, await measureFamily(field, metadata, source, family, codes, points, done)]);
        }
        return Object.fromEntries(entries);
    };
    const [knownFigures, unseenFigures] = [await figures(known), await figures(unseen)];
    const onePiece: Record<string, number> = {};
    for (const category of metadata.categories) {
        onePiece[category] = await shareInOnePiece(field, metadata, category, samples, done);
    }
    const slope = await slopeOf(field, source, known);
    bar.stop();
    const iouMean = (group: Record<string, ShapeFigures>) => mean(Object.values(group).map(({ iou }) => iou));
    return {
        known: knownFigures,
        unseen: unseenFigures,
        knownIouMean: iouMean(knownFigures),
        unseenIouMean: iouMean(unseenFigures),
        onePiece,
        onePieceMean: mean(Object.values(onePiece)),
        samplesPerFamily: samples,
        pointsPerShape: points,
        pieceResolution: PIECE_RESOLUTION,
        slope,
    };
}

async function measureFamily(
    field: Field,
    metadata: DecoderMetadata,
    source: ShapeSource,
    name: string,
    codes: CodesBySeed,
    pointCount: number,
    done: () => Promise<void>,
): Promise<ShapeFigures> {
    const values: number[] = [];
    let whole = 0;
    for (const [seed, latent] of codes) {
        const { distance: truth } = await source.truth(name, seed);
        const points = evaluationPoints(name, seed, pointCount);
        values.push(await intersectionOverUnion(field, latent, truth, points));
        whole += (await countPieces(field, latent, metadata, PIECE_RESOLUTION)) === 1 ? 1 : 0;
        await done();
    }
    return {
        iou: mean(values),
        iouWorst: Math.min(...values),
        onePiece: whole / codes.size,
        count: codes.size,
    };
}

/** Of samples with seeds 0, 1, …; NaN of none. */
async function shareInOnePiece(
    field: Field,
    metadata: DecoderMetadata,
    category: string,
    count: number,
    done: () => Promise<void>,
): Promise<number> {
    let whole = 0;
    for (let seed = 0; seed < count; seed++) {
        const latent = sampleLatent(metadata, { seed, category });
        whole += (await countPieces(field, latent, metadata, PIECE_RESOLUTION)) === 1 ? 1 : 0;
        await done();
    }
    return whole / count;
}

/** The 99th percentile of slopes near the surface of every eighth shape. */
async function slopeOf(field: Field, source: ShapeSource, known: FamilyCodes): Promise<number> {
    const slopes: number[] = [];
    for (const [name, codes] of Object.entries(known)) {
        for (const [n, [seed, latent]] of [...codes].entries()) {
            if (n % 8 !== 0) continue;
            slopes.push(...(await slopesNear(field, latent, (await source.truth(name, seed)).mesh.positions)));
        }
    }
    slopes.sort((a, b) => a - b);
    return slopes[Math.floor(0.99 * slopes.length)];
}

function mean(values: readonly number[]): number {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
}

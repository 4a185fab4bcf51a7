import { sampleLatent } from "../plugin/latent/index.js";
import type { DecoderMetadata } from "../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../plugin/surface/cpu/extractSurface.js";
import type { SurfaceMesh } from "../plugin/surface/mesh.js";
import { familiesNamed, makeShape } from "./families/index.js";
import { progressBar } from "./progress.js";
import { Random, textKey } from "./random.js";
import { SignedDistance } from "./samples/distance.js";
import type { TensorField } from "./tensorField.js";

/** Codes of the shapes trained on: family by family, seeds 0, 1, … */
export type KnownCodes = Readonly<Record<string, readonly Float32Array[]>>;

export interface Evaluation {
    /** Mean volumetric intersection over union with shapes trained on, by family. */
    readonly knownIou: Readonly<Record<string, number>>;
    readonly knownIouMean: number;
    /** The worst shape's, by family. */
    readonly knownIouWorst: Readonly<Record<string, number>>;
    readonly shapesPerFamily: number;
    readonly pointsPerShape: number;
    /** Share of prior samples at temperature 1 that are one closed piece at resolution 48, by family. */
    readonly onePiece: Readonly<Record<string, number>>;
    readonly samplesPerFamily: number;
    /** 99th percentile of the field's slope near the surface. */
    readonly slope: number;
}

/** Half the side of the cube that evaluation points fill; shapes reach to 0.9. */
const HALF_SIDE = 0.92;

/**
 * Measures a decoder against the shapes it was trained on, at points drawn anew, and the pieces its samples have.
 *
 * @param shapeCount shapes of each family, evenly over those known
 */
export async function evaluateDecoder(
    field: TensorField,
    metadata: DecoderMetadata,
    codes: KnownCodes,
    shapeCount: number,
    pointCount: number,
    sampleCount: number,
): Promise<Evaluation> {
    const names = Object.keys(codes);
    const bar = progressBar("evaluation {bar} {value}/{total} shapes | {what} | {eta_formatted} left");
    bar.start(names.length * (shapeCount + sampleCount), 0, { what: "" });
    const knownIou: Record<string, number> = {};
    const knownIouWorst: Record<string, number> = {};
    const onePiece: Record<string, number> = {};
    const slopes: number[] = [];
    for (const family of familiesNamed(names)) {
        const known = codes[family.name];
        const count = Math.min(shapeCount, known.length);
        const values: number[] = [];
        for (let n = 0; n < count; n++) {
            const seed = Math.floor((n * known.length) / count);
            const mesh = await makeShape(family, seed);
            values.push(
                await intersectionOverUnion(
                    field,
                    known[seed],
                    new SignedDistance(mesh),
                    pointCount,
                    family.name,
                    seed,
                ),
            );
            if (n % 8 === 0) slopes.push(...(await slopesNear(field, known[seed], mesh.positions)));
            bar.increment({ what: family.name });
        }
        knownIou[family.name] = mean(values);
        knownIouWorst[family.name] = Math.min(...values);
        let whole = 0;
        for (let seed = 0; seed < sampleCount; seed++) {
            const latent = sampleLatent(metadata, { seed, category: family.name });
            whole += pieceCount(await decode(field, latent, metadata, 48)) === 1 ? 1 : 0;
            bar.increment({ what: `${family.name} samples` });
        }
        onePiece[family.name] = sampleCount > 0 ? whole / sampleCount : Number.NaN;
    }
    bar.stop();
    slopes.sort((a, b) => a - b);
    return {
        knownIou,
        knownIouMean: mean(Object.values(knownIou)),
        knownIouWorst,
        shapesPerFamily: shapeCount,
        pointsPerShape: pointCount,
        onePiece,
        samplesPerFamily: sampleCount,
        slope: slopes[Math.floor(0.99 * slopes.length)],
    };
}

/** The mesh of a code. */
export async function decode(
    field: TensorField,
    latent: Float32Array,
    metadata: DecoderMetadata,
    resolution: number,
): Promise<SurfaceMesh> {
    return (await extractSurfaceAsync(field, latent, metadata, { resolution })).mesh;
}

async function intersectionOverUnion(
    field: TensorField,
    latent: Float32Array,
    truth: SignedDistance,
    pointCount: number,
    family: string,
    seed: number,
): Promise<number> {
    const random = new Random(textKey(`evaluation ${family}`), seed);
    const points = Float32Array.from({ length: 3 * pointCount }, () => random.between(-HALF_SIDE, HALF_SIDE));
    const distances = await field.evaluateAsync(latent, points);
    let both = 0;
    let either = 0;
    for (let n = 0; n < pointCount; n++) {
        const inside = truth.at(points[3 * n], points[3 * n + 1], points[3 * n + 2]) < 0;
        const decoded = distances[n] < 0;
        both += inside && decoded ? 1 : 0;
        either += inside || decoded ? 1 : 0;
    }
    return either > 0 ? both / either : 1;
}

/** Lengths of the field's gradient at a mesh's vertices. */
async function slopesNear(field: TensorField, latent: Float32Array, positions: Float32Array): Promise<number[]> {
    const { pointGradients: g } = await field.evaluateGradientAsync(latent, positions.slice(0, 3 * 2000));
    return Array.from({ length: g.length / 3 }, (_, n) => Math.hypot(g[3 * n], g[3 * n + 1], g[3 * n + 2]));
}

/** Pieces of a mesh that hang together. */
export function pieceCount({ positions, indices }: SurfaceMesh): number {
    const parent = Int32Array.from({ length: positions.length / 3 }, (_, i) => i);
    const rootOf = (vertex: number): number => {
        let root = vertex;
        while (parent[root] !== root) {
            parent[root] = parent[parent[root]];
            root = parent[root];
        }
        return root;
    };
    for (let i = 0; i < indices.length; i += 3) {
        for (const k of [1, 2]) parent[rootOf(indices[i])] = rootOf(indices[i + k]);
    }
    return parent.reduce((count, root, vertex) => count + (root === vertex ? 1 : 0), 0);
}

function mean(values: readonly number[]): number {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import type { Field } from "../../plugin/field/field.js";
import { interpolateLatents, sampleLatent } from "../../plugin/latent/index.js";
import type { DecoderMetadata } from "../../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { decode, pieceCount } from "../measure.js";
import { Random, textKey } from "../random.js";
import type { DistanceField } from "../samples/distance.js";
import type { TriangleMesh } from "../samples/mesh.js";
import type { ShapeSource } from "../shapes.js";
import { spread } from "../spread.js";
import { chamferDistance, mean } from "./metrics.js";
import { NearestPoints } from "./nearestPoints.js";
import { compareSets, type SetFigures } from "./setMetrics.js";
import { surfacePoints } from "./surfacePoints.js";

/** Points of a shape where whole sets are compared. */
const SET_POINTS = 2048;

/** What a category's prior gives. */
export interface SamplingFigures extends SetFigures {
    /** Shares that are one closed piece: true shapes meshed from their true distances, then what the decoder makes. */
    readonly onePiece: {
        readonly truth: number;
        readonly known: number;
        readonly mixes: number;
        readonly samples: number;
    };
    /** Share of samples farther from every known shape than 95 % of decoded known shapes are from their own truth. */
    readonly novel: number;
    readonly count: number;
    /** Decoded samples, for pictures. */
    readonly meshes: readonly TriangleMesh[];
}

export interface SamplingOptions {
    /** Samples, mixes and known codes decoded; as many true unseen shapes are set beside the samples. */
    readonly count: number;
    /** Cells at which pieces are counted. */
    readonly resolution: number;
    /** Known shapes that samples are told from. */
    readonly knownCount: number;
    /** Chamfer distance below which a sample counts as a copy, model units squared. */
    readonly copyDistance: number;
}

/** Figures of samples, mixes and known codes of one category. `done` is called after each shape decoded. */
export async function measureSampling(
    field: Field,
    metadata: DecoderMetadata,
    source: ShapeSource,
    category: string,
    codes: readonly Float32Array[],
    options: SamplingOptions,
    done: () => Promise<void>,
): Promise<SamplingFigures> {
    const random = new Random(textKey(`sampling ${category}`));
    const decodeAll = async (latents: readonly Float32Array[]) => {
        const meshes: TriangleMesh[] = [];
        for (const latent of latents) {
            meshes.push(await decode(field, latent, metadata, options.resolution));
            await done();
        }
        return meshes;
    };
    const each = Array.from({ length: options.count }, (_, n) => n);
    const known = await decodeAll(each.map(() => random.pick(codes)));
    const mixes = await decodeAll(
        each.map(() => interpolateLatents([random.pick(codes), random.pick(codes)], [0.5, 0.5])),
    );
    const samples = await decodeAll(each.map((seed) => sampleLatent(metadata, { seed, category })));

    const unseen = source.unseen(category, options.count);
    const truths = await Promise.all(unseen.map((number) => source.truth(category, number)));
    const trueOnes: TriangleMesh[] = [];
    for (const { distance } of truths.slice(0, Math.ceil(truths.length / 4))) {
        const { mesh } = await extractSurfaceAsync(trueField(distance), new Float32Array(1), metadata, options);
        trueOnes.push(mesh);
        await done();
    }
    const some = await Promise.all(
        spread(source.known(category), options.knownCount).map((number) => source.truth(category, number)),
    );
    const visible = samples.filter(({ indices }) => indices.length > 0);
    const sampled = visible.map((mesh, n) => cloud(mesh, `${category} sample ${n}`));
    const expected = truths.map(({ mesh }, n) => cloud(mesh, `${category} unseen ${n}`));
    const learned = some.map(({ mesh }, n) => cloud(mesh, `${category} known ${n}`));
    const all = [...sampled, ...expected];
    const distances = all.map(() => new Array<number>(all.length).fill(0));
    for (let a = 0; a < all.length; a++) {
        for (let b = 0; b < a; b++) distances[a][b] = distances[b][a] = chamferDistance(all[a], all[b]);
    }
    const comparable = sampled.length > 0 && expected.length > 0 && all.length > 2;
    const novel = sampled.map((sample) =>
        learned.every((shape) => chamferDistance(sample, shape) > options.copyDistance) ? 1 : 0,
    );
    return {
        ...(comparable
            ? compareSets(distances, sampled.length)
            : { coverage: Number.NaN, minimumMatching: Number.NaN, nearestNeighbourAccuracy: Number.NaN }),
        onePiece: {
            truth: shareWhole(trueOnes),
            known: shareWhole(known),
            mixes: shareWhole(mixes),
            samples: shareWhole(samples),
        },
        novel: mean(novel),
        count: options.count,
        meshes: samples,
    };
}

function shareWhole(meshes: readonly TriangleMesh[]): number {
    return mean(meshes.map((mesh) => (pieceCount(mesh) === 1 ? 1 : 0)));
}

function cloud(mesh: TriangleMesh, name: string): { positions: Float32Array; tree: NearestPoints } {
    const { positions } = surfacePoints(mesh, SET_POINTS, new Random(textKey(name)));
    return { positions, tree: new NearestPoints(positions) };
}

/** True distances as a field of no code, for meshing a true shape on the decoder's grid. */
function trueField(distance: DistanceField) {
    return {
        maker: "reference" as const,
        latentSize: 1,
        async evaluateAsync(_: Float32Array, points: Float32Array): Promise<Float32Array> {
            return Float32Array.from({ length: points.length / 3 }, (_, n) =>
                distance.at(points[3 * n], points[3 * n + 1], points[3 * n + 2]),
            );
        },
        async evaluateGradientAsync(latent: Float32Array, points: Float32Array) {
            const distances = await this.evaluateAsync(latent, points);
            return { distances, pointGradients: new Float32Array(points.length), latentGradients: null };
        },
        dispose(): void {},
    };
}

import type { Field } from "../plugin/field/field.js";
import type { DecoderMetadata } from "../plugin/model/decoder.js";
import { extractSurfaceAsync } from "../plugin/surface/cpu/extractSurface.js";
import type { SurfaceMesh } from "../plugin/surface/mesh.js";
import { pieceOfVertices } from "../plugin/surface/pieces.js";
import { Random, textKey } from "./random.js";
import type { DistanceField } from "./samples/distance.js";
import type { TriangleMesh } from "./samples/mesh.js";

/** Half the side of the cube that evaluation points fill; shapes reach to 0.9. */
const HALF_SIDE = 0.92;

/** Points evenly spread over a shape's cube, other than any it was trained on. [count, 3] */
export function evaluationPoints(family: string, seed: number, count: number): Float32Array {
    const random = new Random(textKey(`evaluation ${family}`), seed);
    return Float32Array.from({ length: 3 * count }, () => random.between(-HALF_SIDE, HALF_SIDE));
}

/** Volumetric intersection over union of a decoded shape and the true one, over `points` [n, 3]; 1 if both are empty. */
export async function intersectionOverUnion(
    field: Field,
    latent: Float32Array,
    truth: DistanceField,
    points: Float32Array,
): Promise<number> {
    const distances = await field.evaluateAsync(latent, points);
    let both = 0;
    let either = 0;
    for (let n = 0; n < distances.length; n++) {
        const inside = truth.at(points[3 * n], points[3 * n + 1], points[3 * n + 2]) < 0;
        const decoded = distances[n] < 0;
        both += inside && decoded ? 1 : 0;
        either += inside || decoded ? 1 : 0;
    }
    return either > 0 ? both / either : 1;
}

/** Lengths of the field's gradient at up to 2000 of a mesh's vertices. */
export async function slopesNear(field: Field, latent: Float32Array, positions: Float32Array): Promise<number[]> {
    const { pointGradients: g } = await field.evaluateGradientAsync(latent, positions.slice(0, 3 * 2000));
    return Array.from({ length: g.length / 3 }, (_, n) => Math.hypot(g[3 * n], g[3 * n + 1], g[3 * n + 2]));
}

/** The mesh of a code. */
export async function decode(
    field: Field,
    latent: Float32Array,
    domain: Pick<DecoderMetadata, "bounds" | "clampDistance">,
    resolution: number,
): Promise<SurfaceMesh> {
    return (await extractSurfaceAsync(field, latent, domain, { resolution })).mesh;
}

/** How many pieces the shape of a code has, found without its normals, which cost as much as all else. */
export async function countPieces(
    field: Field,
    latent: Float32Array,
    domain: Pick<DecoderMetadata, "bounds" | "clampDistance">,
    resolution: number,
): Promise<number> {
    const flat: Field = {
        maker: field.maker,
        latentSize: field.latentSize,
        evaluateAsync: (code, points) => field.evaluateAsync(code, points),
        evaluateGradientAsync: async (_, points) => ({
            distances: new Float32Array(points.length / 3),
            pointGradients: new Float32Array(points.length),
            latentGradients: null,
        }),
        dispose: () => {},
    };
    return pieceCount((await extractSurfaceAsync(flat, latent, domain, { resolution })).mesh);
}

/** Pieces of a mesh that hang together by shared vertices; a hollow inside counts as one more. */
export function pieceCount({ positions, indices }: TriangleMesh): number {
    return new Set(pieceOfVertices(positions.length / 3, indices)).size;
}

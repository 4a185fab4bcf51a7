import type { Field } from "../../plugin/field/field.js";
import type { DecoderMetadata } from "../../plugin/model/decoder.js";
import { decode, evaluationPoints, intersectionOverUnion, pieceCount } from "../measure.js";
import { Random, textKey } from "../random.js";
import type { TriangleMesh } from "../samples/mesh.js";
import type { TrueShape } from "../shapes.js";
import { compareSurfaces, mean, type SurfaceFigures } from "./metrics.js";
import { surfacePoints } from "./surfacePoints.js";

/** Points on each surface: as many as Park et al. 2019 take. */
export const SURFACE_POINTS = 30_000;

/** One decoded shape held against the true one. */
export interface ShapeFigures extends SurfaceFigures {
    /** Chamfer distance where the true shape is scaled to fit the unit sphere, as in Park et al. 2019. */
    readonly chamferInUnitSphere: number;
    readonly iou: number;
    readonly onePiece: boolean;
    readonly mesh: TriangleMesh;
}

export interface MeasureOptions {
    /** Cells along the side of the bounds. */
    readonly resolution: number;
    /** At which inside and outside are compared. */
    readonly volumePoints: number;
    readonly surfacePoints?: number;
}

/** Figures of one code. A shape that decodes to nothing has none but an IoU of 0: null. */
export async function measureShape(
    field: Field,
    latent: Float32Array,
    metadata: DecoderMetadata,
    truth: TrueShape,
    name: string,
    options: MeasureOptions,
): Promise<ShapeFigures | null> {
    const mesh = await decode(field, latent, metadata, options.resolution);
    if (mesh.indices.length === 0) return null;
    const count = options.surfacePoints ?? SURFACE_POINTS;
    const figures = compareSurfaces(
        surfacePoints(mesh, count, new Random(textKey(`result ${name}`))),
        surfacePoints(truth.mesh, count, new Random(textKey(`truth ${name}`))),
        0.01 * diagonalOf(truth.mesh),
    );
    const points = evaluationPoints(name, 0, options.volumePoints);
    return {
        ...figures,
        chamferInUnitSphere: figures.chamfer / radiusOf(truth.mesh) ** 2,
        iou: await intersectionOverUnion(field, latent, truth.distance, points),
        onePiece: pieceCount(mesh) === 1,
        mesh,
    };
}

/** Means over shapes; those that decoded to nothing count with nothing reached, and not in distances. */
export interface MeanFigures extends SurfaceFigures {
    readonly count: number;
    readonly empty: number;
    readonly iou: number;
    readonly chamferInUnitSphere: number;
    readonly chamferMedian: number;
    readonly onePiece: number;
}

export function meanFigures(shapes: readonly (ShapeFigures | null)[]): MeanFigures {
    const found = shapes.filter((shape) => shape !== null);
    const over = (value: (shape: ShapeFigures) => number) => mean(found.map(value));
    const share = (value: (shape: ShapeFigures) => number) => mean(shapes.map((shape) => (shape ? value(shape) : 0)));
    const chamfers = found.map(({ chamfer }) => chamfer).sort((a, b) => a - b);
    return {
        count: shapes.length,
        empty: shapes.length - found.length,
        iou: share(({ iou }) => iou),
        chamfer: over(({ chamfer }) => chamfer),
        chamferMedian: chamfers[chamfers.length >> 1] ?? Number.NaN,
        chamferInUnitSphere: over(({ chamferInUnitSphere }) => chamferInUnitSphere),
        fScore: share(({ fScore }) => fScore),
        normalConsistency: share(({ normalConsistency }) => normalConsistency),
        accuracy: over(({ accuracy }) => accuracy),
        completion: share(({ completion }) => completion),
        onePiece: share(({ onePiece }) => (onePiece ? 1 : 0)),
    };
}

function diagonalOf({ positions }: TriangleMesh): number {
    const low = [0, 1, 2].map(() => Number.POSITIVE_INFINITY);
    const high = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
    for (const [i, value] of positions.entries()) {
        low[i % 3] = Math.min(low[i % 3], value);
        high[i % 3] = Math.max(high[i % 3], value);
    }
    return Math.hypot(...high.map((value, axis) => value - low[axis]));
}

/** Of the sphere about the origin that holds a shape. */
function radiusOf({ positions }: TriangleMesh): number {
    let radius = 0;
    for (let at = 0; at < positions.length; at += 3) {
        radius = Math.max(radius, Math.hypot(positions[at], positions[at + 1], positions[at + 2]));
    }
    return radius;
}

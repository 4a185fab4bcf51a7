import { PointTree } from "../../../plugin/completion/pointTree.js";
import { Random } from "../../../training/random.js";
import { SignedDistance } from "../../../training/samples/distance.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";
import { sampleMesh } from "./virtualScan.js";

export interface ShapeError {
    /** Sum of both mean squared distances to the other surface's nearest point, × 1000, the true shape in a unit sphere. */
    readonly chamfer: number;
    /** Share of the true surface within 1 % of the longest side of the result. */
    readonly completion: number;
    /** Harmonic mean of that and of the share of the result within 1 % of the true surface. */
    readonly fScore: number;
    /** Of the volumes; not a number where the result is not closed. */
    readonly iou: number;
}

const POINTS = 30_000;
const VOLUME_POINTS = 2000;
/** 1 % of the longest side. */
const NEAR = 0.018;

/** How far a result is from the true mesh, both in the true model's frame, whose longest side is 1.8. */
export function shapeError(truth: TriangleMesh, result: TriangleMesh, distance: SignedDistance): ShapeError {
    if (result.indices.length === 0) return { chamfer: Number.POSITIVE_INFINITY, completion: 0, fScore: 0, iou: 0 };
    const [from, to] = [truth, result].map((mesh, n) => sampleMesh(mesh, POINTS, new Random(0xc4a, n)));
    let radius = 0;
    for (let i = 0; i < from.length; i += 3) radius = Math.max(radius, Math.hypot(from[i], from[i + 1], from[i + 2]));
    return {
        ...agreement(distances(from, to, NEAR), distances(to, from, NEAR), radius),
        iou: intersectionOverUnion(distance, result),
    };
}

/** A point of the true surface is unseen where no point of the scan is as near as this: 2 % of the longest side. */
const UNSEEN = 0.036;
/** Fewer unseen points of the true surface are no missing part. */
const LEAST_UNSEEN = 0.01 * POINTS;

/**
 * How far what was added to a scan is from the true surface where the scan saw none of it; null where it saw nearly all.
 *
 * @param seen [n, 3] the scan's points, as all else in the true model's frame
 */
export function missingError(
    truth: TriangleMesh,
    seen: Float32Array,
    added: TriangleMesh,
): Omit<ShapeError, "iou"> | null {
    const all = sampleMesh(truth, POINTS, new Random(0xc4a, 0));
    const tree = new PointTree(seen);
    const unseen: number[] = [];
    let radius = 0;
    for (let i = 0; i < all.length; i += 3) {
        const [x, y, z] = all.subarray(i, i + 3);
        radius = Math.max(radius, Math.hypot(x, y, z));
        if (tree.nearest(x, y, z).distance > UNSEEN) unseen.push(x, y, z);
    }
    if (unseen.length < 3 * LEAST_UNSEEN) return null;
    if (added.indices.length === 0) return { chamfer: Number.POSITIVE_INFINITY, completion: 0, fScore: 0 };
    const filled = sampleMesh(added, POINTS, new Random(0xc4a, 1));
    return agreement(
        distances(Float32Array.from(unseen), Float32Array.from([...filled, ...seen]), NEAR),
        distances(filled, all, NEAR),
        radius,
    );
}

function agreement(forward: Distances, back: Distances, radius: number): Omit<ShapeError, "iou"> {
    const [recall, precision] = [forward.within, back.within];
    return {
        chamfer: (1000 * (forward.meanSquare + back.meanSquare)) / (radius * radius),
        completion: recall,
        fScore: recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0,
    };
}

function intersectionOverUnion(truth: SignedDistance, result: TriangleMesh): number {
    let found: SignedDistance;
    try {
        found = new SignedDistance(result);
    } catch {
        return Number.NaN;
    }
    const random = new Random(0x10c);
    let [both, either] = [0, 0];
    for (let n = 0; n < VOLUME_POINTS; n++) {
        const [x, y, z] = [0, 1, 2].map(() => random.between(-0.95, 0.95));
        const [a, b] = [truth.at(x, y, z) < 0, found.at(x, y, z) < 0];
        both += a && b ? 1 : 0;
        either += a || b ? 1 : 0;
    }
    return either > 0 ? both / either : 0;
}

interface Distances {
    readonly meanSquare: number;
    /** Share that is no farther than asked for. */
    readonly within: number;
}

function distances(from: Float32Array, to: Float32Array, near: number): Distances {
    const tree = new PointTree(to);
    let [sum, within] = [0, 0];
    for (let i = 0; i < from.length; i += 3) {
        const { distance } = tree.nearest(from[i], from[i + 1], from[i + 2]);
        sum += distance * distance;
        within += distance <= near ? 1 : 0;
    }
    const count = from.length / 3;
    return { meanSquare: sum / count, within: within / count };
}

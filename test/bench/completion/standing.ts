import { solveCholesky } from "../../../plugin/completion/linearAlgebra.js";
import { NormalEquations } from "../../../plugin/completion/normalEquations.js";
import { planeNormal } from "../../../plugin/completion/planeNormal.js";
import { PointTree } from "../../../plugin/completion/pointTree.js";
import { compose, IDENTITY, rotationOf, type Similarity, toModel, toScan } from "../../../plugin/completion/pose.js";
import { Random } from "../../../training/random.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";
import { type PoseError, poseError } from "./poseError.js";
import { sampleMesh } from "./virtualScan.js";

const DENSE_POINTS = 20_000;
/** Of each surface, brought onto the other. */
const PAIRS = 500;
/** Points by which a plane of the true surface is told. */
const AROUND = 8;
/** About the up axis. */
const STARTS = 24;
/** Of them, those that are followed to the end. */
const FOLLOWED = 4;
const STEPS = 25;
/** Distances beyond this are another part of the shape, model units. */
const LARGEST = 0.2;
/** Distances below this count by their squares, those above by themselves. */
const SMALL = 0.02;
/** A turn explains a surface as well as the best one if its mean distance is within this of it, model units and part. */
const AS_WELL = { distance: 0.002, part: 0.1 };

/**
 * How far a completed object is turned and grown against the true one, told by their surfaces alone: by the similarity
 * that brings one onto the other best (points to planes both ways; Chen and Medioni 1992), beginning at the pose as it is
 * and at turns all around. The pose as it is counts where no other turn explains the surfaces better. Unlike a pose's own
 * numbers this says the same of all codes and poses that make one surface.
 *
 * @param result in the true model's frame, whose up axis is y
 * @param symmetries of the true shape
 */
export function standingError(
    truth: TriangleMesh,
    result: TriangleMesh,
    symmetries: readonly Float64Array[],
): PoseError {
    if (result.indices.length === 0) return { degrees: 180, scale: 1 };
    const surfaces = new Surfaces(truth, result);
    const here = surfaces.follow(IDENTITY);
    const turns = Array.from({ length: STARTS - 1 }, (_, k) => surfaces.at(turned((2 * Math.PI * (k + 1)) / STARTS)));
    turns.sort((a, b) => a.distance - b.distance);
    const [best] = turns
        .slice(0, FOLLOWED)
        .map(({ onto }) => surfaces.follow(onto))
        .sort((a, b) => a.distance - b.distance);
    const isAsWell = here.distance <= (1 + AS_WELL.part) * best.distance + AS_WELL.distance;
    return poseError((isAsWell ? here : best).onto, IDENTITY, symmetries);
}

function turned(angle: number): Similarity {
    return { ...IDENTITY, rotation: rotationOf([0, angle, 0]) };
}

/** A similarity from the result onto the truth, and how well it brings it there. */
interface Match {
    readonly onto: Similarity;
    /** Mean of both ways' distances, large ones capped. */
    readonly distance: number;
}

/** Points of both surfaces, ready to be asked for neighbours. */
class Surfaces {
    private readonly truth: PointTree;
    private readonly result: PointTree;

    constructor(truth: TriangleMesh, result: TriangleMesh) {
        const [onTruth, onResult] = [truth, result].map((mesh, n) =>
            sampleMesh(mesh, DENSE_POINTS, new Random(0x57a, n)),
        );
        this.truth = new PointTree(onTruth);
        this.result = new PointTree(onResult);
    }

    at(onto: Similarity): Match {
        return { onto, distance: this.linearise(onto).distance };
    }

    /** The match that small steps from a similarity lead to. */
    follow(start: Similarity): Match {
        let best = this.linearise(start);
        let match: Match = { onto: start, distance: best.distance };
        let damping = 1e-3;
        for (let step = 0; step < STEPS && damping < 1e3; step++) {
            const matrix = best.hessian.slice();
            for (let i = 0; i < 7; i++) matrix[8 * i] += damping * matrix[8 * i] + 1e-6;
            const move = solveCholesky(matrix, best.gradient)?.map((value) => -value);
            if (!move) break;
            const onto = compose(
                {
                    rotation: rotationOf([move[0], move[1], move[2]]),
                    scale: Math.exp(move[3]),
                    translation: [move[4], move[5], move[6]],
                },
                match.onto,
            );
            const next = this.linearise(onto);
            if (next.distance < match.distance) {
                match = { onto, distance: next.distance };
                best = next;
                damping /= 4;
            } else {
                damping *= 8;
            }
        }
        return match;
    }

    /** Normal equations of a small turn, growth and shift after `onto`. */
    private linearise(onto: Similarity) {
        const sums = new NormalEquations(7, true);
        let total = 0;
        this.eachPair(onto, (moved, target, normal) => {
            const way = [0, 1, 2].map((axis) => moved[axis] - target[axis]);
            const distance = Math.hypot(...way);
            total += Math.min(LARGEST, distance);
            if (distance > LARGEST) return;
            const [x, y, z] = moved;
            const [a, b, c] = normal;
            const row = Float64Array.of(y * c - z * b, z * a - x * c, x * b - y * a, a * x + b * y + c * z, a, b, c);
            sums.add(row, a * way[0] + b * way[1] + c * way[2], 1 / Math.max(SMALL, distance));
        });
        sums.flush();
        return { hessian: sums.hessian, gradient: sums.gradient, distance: total / (2 * PAIRS) };
    }

    /** A point of the result, moved onto the truth, the point of the truth beside it, and the truth's normal there. */
    private eachPair(
        onto: Similarity,
        visit: (moved: Float32Array, target: Float32Array, normal: readonly number[]) => void,
    ): void {
        const { truth, result } = this;
        const moved = toScan(onto, result.points.subarray(0, 3 * PAIRS));
        for (let i = 0; i < moved.length; i += 3) {
            const { index } = truth.nearest(moved[i], moved[i + 1], moved[i + 2]);
            visit(moved.subarray(i, i + 3), truth.points.subarray(3 * index, 3 * index + 3), this.normalAt(index));
        }
        const back = toModel(onto, truth.points.subarray(0, 3 * PAIRS));
        for (let i = 0; i < back.length; i += 3) {
            const { index } = result.nearest(back[i], back[i + 1], back[i + 2]);
            const there = toScan(onto, result.points.subarray(3 * index, 3 * index + 3));
            visit(there, truth.points.subarray(i, i + 3), this.normalAt(i / 3));
        }
    }

    private readonly normals = new Map<number, readonly number[]>();

    private normalAt(index: number): readonly number[] {
        const known = this.normals.get(index);
        if (known) return known;
        const { points } = this.truth;
        const [x, y, z] = points.subarray(3 * index, 3 * index + 3);
        const { indices, count } = this.truth.nearestMany(x, y, z, AROUND);
        const normal = planeNormal(points, indices, count);
        this.normals.set(index, normal);
        return normal;
    }
}

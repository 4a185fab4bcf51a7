import {
    type Costs,
    type LeastSquaresProblem,
    type Linearisation,
    minimise,
} from "../../../plugin/completion/levenbergMarquardt.js";
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
export async function standingErrorAsync(
    truth: TriangleMesh,
    result: TriangleMesh,
    symmetries: readonly Float64Array[],
): Promise<PoseError> {
    if (result.indices.length === 0) return { degrees: 180, scale: 1 };
    const surfaces = new Surfaces(truth, result);
    const here = await minimise(surfaces, IDENTITY, STEPS);
    const turns = Array.from({ length: STARTS - 1 }, (_, k) => turned((2 * Math.PI * (k + 1)) / STARTS));
    const likely = turns
        .map((onto) => ({ onto, cost: surfaces.costOf(onto) }))
        .sort((a, b) => a.cost - b.cost)
        .slice(0, FOLLOWED);
    const found = await Promise.all(likely.map(({ onto }) => minimise(surfaces, onto, STEPS)));
    const best = found.reduce((a, b) => (b.cost < a.cost ? b : a));
    const isAsWell = here.cost <= (1 + AS_WELL.part) * best.cost + AS_WELL.distance * 2 * PAIRS;
    return poseError((isAsWell ? here : best).state, IDENTITY, symmetries);
}

function turned(angle: number): Similarity {
    return { ...IDENTITY, rotation: rotationOf([0, angle, 0]) };
}

/** Points of both surfaces; states are similarities from the result onto the truth. */
class Surfaces implements LeastSquaresProblem<Similarity> {
    private readonly truth: PointTree;
    private readonly result: PointTree;
    private readonly normals = new Map<number, readonly number[]>();

    constructor(truth: TriangleMesh, result: TriangleMesh) {
        const [onTruth, onResult] = [truth, result].map((mesh, n) =>
            sampleMesh(mesh, DENSE_POINTS, new Random(0x57a, n)),
        );
        this.truth = new PointTree(onTruth);
        this.result = new PointTree(onResult);
    }

    /** Sum of both ways' distances, as they count. */
    costOf(onto: Similarity): number {
        let sum = 0;
        this.eachPair(onto, (moved, target) => {
            sum += countOf(distanceBetween(moved, target));
        });
        return sum;
    }

    async linearise(onto: Similarity): Promise<Linearisation> {
        const sums = new NormalEquations(7, true);
        this.eachPair(onto, (moved, target, normal) => {
            const distance = distanceBetween(moved, target);
            if (distance > LARGEST) return;
            const [x, y, z] = moved;
            const [a, b, c] = normal;
            const row = Float64Array.of(y * c - z * b, z * a - x * c, x * b - y * a, a * x + b * y + c * z, a, b, c);
            const residual = a * (x - target[0]) + b * (y - target[1]) + c * (z - target[2]);
            sums.add(row, residual, 0.5 / Math.max(SMALL, distance));
        });
        sums.flush();
        return { ...(await this.costAt(onto)), hessian: sums.hessian, gradient: sums.gradient };
    }

    async costAt(onto: Similarity): Promise<Costs> {
        const cost = this.costOf(onto);
        return { cost, dataCost: cost };
    }

    /** After `onto` a small turn, growth and shift. */
    move(onto: Similarity, step: Float64Array): Similarity {
        const rotation = rotationOf([step[0], step[1], step[2]]);
        return compose({ rotation, scale: Math.exp(step[3]), translation: [step[4], step[5], step[6]] }, onto);
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

function distanceBetween(a: Float32Array, b: Float32Array): number {
    return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Small distances by their squares, others by themselves (Huber), none beyond the largest. */
function countOf(distance: number): number {
    const counted = Math.min(LARGEST, distance);
    return counted < SMALL ? (counted * counted) / (2 * SMALL) : counted - SMALL / 2;
}

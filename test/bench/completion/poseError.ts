import { multiply, rotationOf, type Similarity } from "../../../plugin/completion/pose.js";
import { Random } from "../../../training/random.js";
import type { SignedDistance } from "../../../training/samples/distance.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";
import { sampleMesh } from "./virtualScan.js";

/** Turns that leave a shape the same within this mean distance, model units, are its symmetries. */
const SAME = 0.012;
const STEPS = 72;

/** The rotations of a shape about its own axes that leave it looking the same, the identity among them. */
export function symmetriesOf(mesh: TriangleMesh, distance: SignedDistance): Float64Array[] {
    return turnsThatKeep(sampleMesh(mesh, 400, new Random(0x577)), new Float32Array(0), distance);
}

/**
 * The rotations of a shape after which a scan of it would be as well explained: all its points lie on the shape still,
 * and what it saw to be empty is.
 *
 * @param points [n, 3] of the scan without noise, model space
 * @param empty [m, 3] likewise
 */
export function turnsLeftOpen(points: Float32Array, empty: Float32Array, distance: SignedDistance): Float64Array[] {
    const some = (values: Float32Array, count: number) => {
        const step = Math.max(1, Math.floor(values.length / 3 / count));
        return values.filter((_, i) => Math.floor(i / 3) % step === 0);
    };
    // A pose turned by r has the scan turned back in its model.
    return turnsThatKeep(some(points, 400), some(empty, 400), distance).map(transpose);
}

/** Turns about the axes that keep `points` on a surface and `empty` ones outside of it. */
function turnsThatKeep(points: Float32Array, empty: Float32Array, distance: SignedDistance): Float64Array[] {
    const turned = (r: Float64Array, x: number, y: number, z: number) =>
        distance.at(r[0] * x + r[1] * y + r[2] * z, r[3] * x + r[4] * y + r[5] * z, r[6] * x + r[7] * y + r[8] * z);
    const filled = (r: Float64Array) => {
        let count = 0;
        for (let i = 0; i < empty.length; i += 3) {
            if (turned(r, empty[i], empty[i + 1], empty[i + 2]) < -SAME) count++;
        }
        return count / Math.max(1, empty.length / 3);
    };
    const turns: Float64Array[] = [rotationOf([0, 0, 0])];
    for (const axis of [1, 0, 2]) {
        for (let k = 1; k < STEPS; k++) {
            const turn = [0, 0, 0];
            turn[axis] = (2 * Math.PI * k) / STEPS;
            const r = rotationOf([turn[0], turn[1], turn[2]]);
            let sum = 0;
            for (let i = 0; i < points.length; i += 3) {
                const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
                sum += Math.abs(turned(r, x, y, z));
            }
            if (sum / (points.length / 3) < SAME && filled(r) < 0.01) turns.push(r);
        }
    }
    return turns;
}

export interface PoseError {
    /** Least angle to a pose that looks the same, degrees; steps of 5° between symmetric ones are closed. */
    readonly degrees: number;
    /** |found ÷ true − 1| */
    readonly scale: number;
}

/** How far a pose is from the true one, the shape's symmetries factored out. */
export function poseError(truth: Similarity, found: Similarity, symmetries: readonly Float64Array[]): PoseError {
    const relative = multiply(transpose(truth.rotation), found.rotation);
    const isRound = (axis: number) => symmetries.filter((r) => Math.abs(r[4 * axis] - 1) < 1e-9).length >= STEPS - 4;
    const roundAxes = [0, 1, 2].filter(isRound);
    let degrees = Number.POSITIVE_INFINITY;
    for (const symmetry of symmetries) {
        const rest = multiply(transpose(symmetry), relative);
        degrees = Math.min(degrees, angleOf(rest));
        for (const axis of roundAxes) {
            // Of a body of revolution only the direction of its axis can be wrong.
            degrees = Math.min(degrees, (Math.acos(Math.min(1, rest[4 * axis])) * 180) / Math.PI);
        }
    }
    return { degrees, scale: Math.abs(found.scale / truth.scale - 1) };
}

function angleOf(r: Float64Array): number {
    return (Math.acos(Math.min(1, Math.max(-1, (r[0] + r[4] + r[8] - 1) / 2))) * 180) / Math.PI;
}

function transpose(r: Float64Array): Float64Array {
    return Float64Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]);
}

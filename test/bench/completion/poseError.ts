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
    const points = sampleMesh(mesh, 400, new Random(0x577));
    const symmetries: Float64Array[] = [rotationOf([0, 0, 0])];
    for (const axis of [1, 0, 2]) {
        for (let k = 1; k < STEPS; k++) {
            const turn: [number, number, number] = [0, 0, 0];
            turn[axis] = (2 * Math.PI * k) / STEPS;
            const r = rotationOf(turn);
            let sum = 0;
            for (let i = 0; i < points.length; i += 3) {
                const [x, y, z] = points.subarray(i, i + 3);
                const turned = [0, 3, 6].map((row) => r[row] * x + r[row + 1] * y + r[row + 2] * z);
                sum += Math.abs(distance.at(turned[0], turned[1], turned[2]));
            }
            if (sum / (points.length / 3) < SAME) symmetries.push(r);
        }
    }
    return symmetries;
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

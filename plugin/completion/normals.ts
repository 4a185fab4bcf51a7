import { planeNormal } from "./planeNormal.js";
import { PointTree } from "./pointTree.js";
import type { UnitScan } from "./scan.js";

/** Mean cosine between given normals and directions from the centre below which they look inward all together. */
const INSIDE_OUT = -0.2;

/**
 * Outward normals of a scan: its own where it has any, turned round where they look away from the sensor or, without
 * one, all to the inside; else estimated. [n, 3]
 */
export function outwardNormals({ positions, normals, sensorPositions }: UnitScan): Float32Array {
    if (!normals) {
        return estimateNormals(positions, sensorPositions);
    }
    const outward = normals.slice();
    if (sensorPositions) {
        turnToSensor(positions, outward, sensorPositions);
        return outward;
    }
    let sum = 0;
    for (let at = 0; at < positions.length; at += 3) {
        const length = Math.hypot(positions[at], positions[at + 1], positions[at + 2]) || 1;
        for (let axis = 0; axis < 3; axis++) sum += (outward[at + axis] * positions[at + axis]) / length;
    }
    return sum < (INSIDE_OUT * positions.length) / 3 ? outward.map((value) => -value) : outward;
}

/** Neighbours that a plane is laid through. */
const NEIGHBOURS = 16;

/**
 * Outward unit normals of scanned points: the direction of least spread of the nearest points (Hoppe et al., Surface
 * reconstruction from unorganized points, 1992), turned towards the sensor where it is known, else by a walk over the
 * cloud that starts at its farthest point, where outward is known.
 *
 * @param positions [n, 3], finite
 * @param sensorPositions [n, 3] or null
 * @returns [n, 3]; zeros where the neighbours give no plane
 */
export function estimateNormals(
    positions: Float32Array,
    sensorPositions: Float32Array | null,
    tree = new PointTree(positions),
): Float32Array {
    const count = positions.length / 3;
    const normals = new Float32Array(positions.length);
    for (let n = 0; n < count; n++) {
        const at = 3 * n;
        const found = tree.nearestMany(positions[at], positions[at + 1], positions[at + 2], NEIGHBOURS);
        normals.set(planeNormal(positions, found.indices, found.count), at);
    }
    if (sensorPositions) {
        turnToSensor(positions, normals, sensorPositions);
    } else {
        spreadOrientation(positions, normals, tree);
    }
    return normals;
}

/** Flips each normal that looks away from its sensor. */
export function turnToSensor(positions: Float32Array, normals: Float32Array, sensorPositions: Float32Array): void {
    for (let at = 0; at < positions.length; at += 3) {
        let facing = 0;
        for (let axis = 0; axis < 3; axis++) {
            facing += normals[at + axis] * (sensorPositions[at + axis] - positions[at + axis]);
        }
        if (facing < 0) {
            flip(normals, at);
        }
    }
}

function spreadOrientation(positions: Float32Array, normals: Float32Array, tree: PointTree): void {
    const count = positions.length / 3;
    const centre = [0, 0, 0];
    for (let i = 0; i < positions.length; i++) centre[i % 3] += positions[i] / count;
    const radius = Float64Array.from({ length: count }, (_, n) =>
        Math.hypot(...centre.map((c, axis) => positions[3 * n + axis] - c)),
    );
    const seeds = Uint32Array.from({ length: count }, (_, n) => n).sort((a, b) => radius[b] - radius[a]);
    const isDone = new Uint8Array(count);
    const queue = new BucketQueue();
    const reach = (from: number) => {
        const at = 3 * from;
        const found = tree.nearestMany(positions[at], positions[at + 1], positions[at + 2], NEIGHBOURS);
        for (let k = 0; k < found.count; k++) {
            const to = found.indices[k];
            if (!isDone[to]) queue.push(1 - Math.abs(dotOf(normals, at, 3 * to)), from, to);
        }
    };
    // Each piece starts at its point farthest from the centre; the flattest neighbours are walked first (Hoppe et al.).
    for (const seed of seeds) {
        if (isDone[seed]) continue;
        let outward = 0;
        for (let axis = 0; axis < 3; axis++) {
            outward += normals[3 * seed + axis] * (positions[3 * seed + axis] - centre[axis]);
        }
        if (outward < 0) flip(normals, 3 * seed);
        isDone[seed] = 1;
        reach(seed);
        for (let edge = queue.pop(); edge; edge = queue.pop()) {
            const [from, to] = edge;
            if (isDone[to]) continue;
            if (dotOf(normals, 3 * from, 3 * to) < 0) flip(normals, 3 * to);
            isDone[to] = 1;
            reach(to);
        }
    }
}

function dotOf(normals: Float32Array, a: number, b: number): number {
    return normals[a] * normals[b] + normals[a + 1] * normals[b + 1] + normals[a + 2] * normals[b + 2];
}

function flip(normals: Float32Array, at: number): void {
    for (let axis = 0; axis < 3; axis++) normals[at + axis] = -normals[at + axis];
}

/** Edges by cost in [0, 1], the cheapest first up to the width of a bucket. */
class BucketQueue {
    private readonly buckets: number[][] = Array.from({ length: 64 }, () => []);
    private lowest = 0;

    push(cost: number, from: number, to: number): void {
        const bucket = Math.max(0, Math.min(63, Math.floor(64 * cost)));
        this.buckets[bucket].push(from, to);
        this.lowest = Math.min(this.lowest, bucket);
    }

    pop(): [number, number] | null {
        for (; this.lowest < 64; this.lowest++) {
            const bucket = this.buckets[this.lowest];
            if (bucket.length > 0) {
                const to = bucket.pop()!;
                return [bucket.pop()!, to];
            }
        }
        this.lowest = 0;
        return null;
    }
}

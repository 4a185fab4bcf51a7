import { LatentRandom } from "../latent/random.js";
import { type PointTree, treeOf } from "./pointTree.js";
import type { UnitScan } from "./scan.js";
import { Sides } from "./sides.js";

/** What the field must be at points, in the scan's unit frame. */
export interface Observations {
    /** [n, 3] */
    readonly points: Float32Array;
    /** [n], distance there; a lower bound where `isBound`. */
    readonly targets: Float32Array;
    /** [n], 1 where the distance may be larger than the target: space that the sensor looked through. */
    readonly isBound: Uint8Array;
    /** [n], 1 where only the size of the distance is told: beside points whose outside nobody knows for sure. */
    readonly isEitherSide: Uint8Array;
    /** [n], how much each counts before it proves an outlier; mean 1. */
    readonly weights: Float32Array;
}

/** Offset of the samples beside the surface, unit frame: thin parts of trained props are 0.05 thick. */
const OFFSET = 0.025;

/** Offset of samples farther out, as far as decoders' distances are good: they lead a shape from afar. */
const FAR_OFFSET = 0.08;

/** Of the samples: on the surface, outside it, inside it; the rest lies in space that was seen to be empty. */
const SHARES = { surface: 0.45, outside: 0.2, inside: 0.1 };
/** Without a sensor nothing is known to be empty, and both sides may be outside. */
const SIDELESS_SHARES = { surface: 0.5, outside: 0.25, inside: 0.25 };

/** Empty space is only told within this distance of the surface's box. */
const EMPTY_MARGIN = 0.3;

/** Of so many empty points the one nearest to what was seen is taken: shapes that reach too far do so there. */
const EMPTY_CHOICES = 4;
/** How far behind what was seen beside it, at most: shapes that reach too far are thickest there. */
const BEHIND = 0.25;

/** Distance that an empty point keeps from the surface, unit frame. */
const EMPTY_DISTANCE = 0.02;

/**
 * Samples of what a scan says: on the surface, beside it along its normals, and along the rays to the sensor.
 *
 * @param normals [n, 3], zeros where unknown
 * @param count about how many samples
 * @param seed picks which
 */
export function createObservations(scan: UnitScan, normals: Float32Array, count: number, seed: number): Observations {
    const random = new LatentRandom(0x0b5e, seed);
    const builder = new ObservationBuilder();
    // Estimated normals of thin parts look inside as often as not where no sensor tells.
    const isTold = scan.normals !== null || scan.sensorPositions !== null;
    const sides = isTold ? null : sidesOf(scan.positions, normals);
    const shares = isTold ? SHARES : SIDELESS_SHARES;
    const empty = emptySamples(scan, Math.round(count * (1 - shares.surface - shares.outside - shares.inside)), random);
    const even = spreadEvenly(scan.positions, Math.round(count * shares.surface), random);
    const tree = treeOf(scan.positions);
    const beside = (index: number, offset: number): [number, number, number] => [
        scan.positions[3 * index] + offset * normals[3 * index],
        scan.positions[3 * index + 1] + offset * normals[3 * index + 1],
        scan.positions[3 * index + 2] + offset * normals[3 * index + 2],
    ];
    even.forEach((index, slot) => {
        builder.add(beside(index, 0), 0, 1);
        const isOriented = normals[3 * index] !== 0 || normals[3 * index + 1] !== 0 || normals[3 * index + 2] !== 0;
        const turn = ((slot * (shares.outside + shares.inside)) / shares.surface) % 1;
        const isOutside = turn < shares.outside / shares.surface;
        if (!isOriented || (!isOutside && turn >= (shares.outside + shares.inside) / shares.surface)) return;
        const side = sides ? sides.of(index) : 1;
        const size = slot % 2 === 0 || (side !== 0 && !isOutside) ? OFFSET : FAR_OFFSET;
        const point = beside(index, (isOutside ? size : -size) * (side || 1));
        // Other parts may be nearer than the one that the sample belongs to.
        const distance = Math.min(size, tree.nearest(...point).distance);
        if (side !== 0) builder.add(point, isOutside ? distance : -distance, 0.7);
        else builder.add(point, distance, 0.7, "eitherSide");
    });
    for (let i = 0; i < empty.length; i += 4) {
        builder.add([empty[i], empty[i + 1], empty[i + 2]], Math.min(EMPTY_DISTANCE, empty[i + 3]), 1, "bound");
    }
    return builder.finish();
}

const allSides = new WeakMap<Float32Array, Sides>();

function sidesOf(positions: Float32Array, normals: Float32Array): Sides {
    const sides = allSides.get(normals) ?? new Sides(treeOf(positions), normals);
    allSides.set(normals, sides);
    return sides;
}

/** x, y, z and how far along the ray the surface is, for points between surface and sensor and given empty points. */
function emptySamples(scan: UnitScan, wanted: number, random: LatentRandom): number[] {
    const { positions, sensorPositions, emptyPoints } = scan;
    const samples: number[] = [];
    const box = boxAround(positions, EMPTY_MARGIN);
    const emptyCount = emptyPoints.length / 3;
    const fromRays = sensorPositions ? (emptyCount > 0 ? wanted >> 1 : wanted) : 0;
    for (let tries = 0; samples.length < 4 * fromRays && tries < 4 * fromRays; tries++) {
        const at = 3 * Math.floor((random.uniform() * positions.length) / 3);
        const ray = [0, 1, 2].map((axis) => sensorPositions![at + axis] - positions[at + axis]);
        const length = Math.hypot(...ray);
        // Near the surface more than far from it.
        const along = Math.min(length, 1.6 * random.uniform() ** 2 + EMPTY_DISTANCE);
        const point = ray.map((value, axis) => positions[at + axis] + (along * value) / (length || 1));
        if (isInBox(point, box)) samples.push(point[0], point[1], point[2], 0.5 * along);
    }
    const tree = treeOf(positions);
    for (let tries = 0; emptyCount > 0 && samples.length < 4 * wanted && tries < 4 * wanted; tries++) {
        let [nearest, least] = [[0, 0, 0], Number.POSITIVE_INFINITY];
        for (let k = 0; k < EMPTY_CHOICES; k++) {
            const at = 3 * Math.floor(random.uniform() * emptyCount);
            const given = [emptyPoints[at], emptyPoints[at + 1], emptyPoints[at + 2]];
            const sensor = scan.emptySensors?.subarray(at, at + 3);
            const point = sensor ? slide(given, sensor, positions, tree, random) : given;
            const { distance } = tree.nearest(point[0], point[1], point[2]);
            if (distance < least) [nearest, least] = [point, distance];
        }
        if (Number.isFinite(least) && isInBox(nearest, box))
            samples.push(nearest[0], nearest[1], nearest[2], EMPTY_DISTANCE);
    }
    return samples;
}

/**
 * A point on the ray to an empty point, at about the depth of what was seen beside it: the whole ray is empty, and there it
 * tells most.
 */
function slide(
    point: readonly number[],
    sensor: ArrayLike<number>,
    positions: Float32Array,
    tree: PointTree,
    random: LatentRandom,
): number[] {
    const ray = point.map((value, axis) => value - sensor[axis]);
    const length = Math.hypot(...ray);
    if (length === 0) return [...point];
    const { index } = tree.nearest(point[0], point[1], point[2]);
    const depth = ray.reduce(
        (sum, value, axis) => sum + (value / length) * (positions[3 * index + axis] - sensor[axis]),
        0,
    );
    const along = Math.min(length, Math.max(0, depth + BEHIND * random.uniform()));
    return ray.map((value, axis) => sensor[axis] + (along / length) * value);
}

/** Indices of about `count` points, evenly over the surface: one of each cell of a grid of fitting size. */
export function spreadEvenly(positions: Float32Array, count: number, random: LatentRandom): Uint32Array {
    const total = positions.length / 3;
    const order = shuffled(total, random);
    if (total <= count) {
        return order;
    }
    // A surface crosses a number of cells that grows with the square of the grid's fineness.
    let [low, high] = [1, 512];
    let best = order.subarray(0, count);
    for (let step = 0; step < 10; step++) {
        const fineness = Math.sqrt(low * high);
        const chosen = onePerCell(positions, order, 1.8 / fineness);
        if (chosen.length >= count) {
            best = chosen.subarray(0, count);
            high = fineness;
            if (chosen.length < 1.1 * count) break;
        } else {
            low = fineness;
        }
    }
    return best;
}

function onePerCell(positions: Float32Array, order: Uint32Array, cell: number): Uint32Array {
    const seen = new Set<number>();
    const chosen: number[] = [];
    for (const index of order) {
        const [i, j, k] = [0, 1, 2].map((axis) => Math.floor(positions[3 * index + axis] / cell) + 1024);
        const key = i + 2048 * (j + 2048 * k);
        if (!seen.has(key)) {
            seen.add(key);
            chosen.push(index);
        }
    }
    return Uint32Array.from(chosen);
}

function shuffled(count: number, random: LatentRandom): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(random.uniform() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
}

export interface Box {
    readonly min: readonly number[];
    readonly max: readonly number[];
}

/** The box of points, wider by a margin. */
export function boxAround(positions: Float32Array, margin: number): Box {
    const min = [0, 1, 2].map(() => Number.POSITIVE_INFINITY);
    const max = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
    for (let i = 0; i < positions.length; i++) {
        min[i % 3] = Math.min(min[i % 3], positions[i] - margin);
        max[i % 3] = Math.max(max[i % 3], positions[i] + margin);
    }
    return { min, max };
}

function isInBox(point: readonly number[], { min, max }: Box): boolean {
    return point.every((value, axis) => value >= min[axis] && value <= max[axis]);
}

/** Those of both. */
export function joinObservations(a: Observations, b: Observations): Observations {
    const floats = (key: "points" | "targets" | "weights") => Float32Array.from([...a[key], ...b[key]]);
    const flags = (key: "isBound" | "isEitherSide") => Uint8Array.from([...a[key], ...b[key]]);
    return {
        points: floats("points"),
        targets: floats("targets"),
        isBound: flags("isBound"),
        isEitherSide: flags("isEitherSide"),
        weights: floats("weights"),
    };
}

type ObservationKind = "exact" | "bound" | "eitherSide";

class ObservationBuilder {
    private readonly points: number[] = [];
    private readonly targets: number[] = [];
    private readonly kinds: ObservationKind[] = [];
    private readonly weights: number[] = [];

    add(
        point: readonly [number, number, number],
        target: number,
        weight: number,
        kind: ObservationKind = "exact",
    ): void {
        this.points.push(...point);
        this.targets.push(target);
        this.kinds.push(kind);
        this.weights.push(weight);
    }

    finish(): Observations {
        const mean = this.weights.reduce((sum, weight) => sum + weight, 0) / (this.weights.length || 1);
        return {
            points: Float32Array.from(this.points),
            targets: Float32Array.from(this.targets),
            isBound: Uint8Array.from(this.kinds, (kind) => (kind === "bound" ? 1 : 0)),
            isEitherSide: Uint8Array.from(this.kinds, (kind) => (kind === "eitherSide" ? 1 : 0)),
            weights: Float32Array.from(this.weights, (weight) => weight / mean),
        };
    }
}

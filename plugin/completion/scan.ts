import { planeNormal } from "./planeNormal.js";
import type { Vector } from "./pose.js";

/** What a sensor saw of an object, in units and axes of its own. */
export interface Scan {
    /** [n, 3], points on the object's surface, or the vertices of `indices`. */
    readonly positions: Float32Array;
    /** [n, 3], outward, any length; estimated where missing. */
    readonly normals?: Float32Array | null;
    /** [m, 3], triangles where the scan is a mesh, open or closed. */
    readonly indices?: Uint32Array | null;
    /** Where the sensor stood: [3] for all points or [n, 3]; unknown unless given. */
    readonly sensorPositions?: Float32Array | null;
    /** [k, 3], points that the sensor saw to be empty, for example along rays that met nothing. */
    readonly emptyPoints?: Float32Array | null;
    /**
     * From where the empty points were seen, all between being empty as well: [3] for all or [k, 3]. Where it is left out,
     * they were seen by the sensor if there is but one; else nothing is known of what lies before them.
     */
    readonly emptySensorPositions?: Float32Array | null;
}

/**
 * Points, and empty points, beyond this are thinned before anything else is done: the memory of a completion stays below
 * 1 GiB.
 */
export const MAX_SCAN_POINTS = 200_000;

/** Where triangles themselves are worked on, which can't be thinned: to fill a mesh, or to remove a part of it. */
export const MAX_SCAN_TRIANGLES = 1_000_000;

/** The fewest points from which a shape can be told at all. */
export const MIN_SCAN_POINTS = 16;

/** A scan moved so that its box is centred at the origin and its longest side is as long as a decoder's shapes are. */
export interface UnitScan {
    /** [n, 3], finite. */
    readonly positions: Float32Array;
    /** [n, 3], unit length, or null. */
    readonly normals: Float32Array | null;
    /** [n, 3] or null. */
    readonly sensorPositions: Float32Array | null;
    /** [k, 3] */
    readonly emptyPoints: Float32Array;
    /** [k, 3], from where each empty point was seen, or null. */
    readonly emptySensors: Float32Array | null;
    /** Scan units per unit here. */
    readonly scale: number;
    /** Centre of the box, scan units. */
    readonly centre: Vector;
    /** Points dropped for being no finite numbers. */
    readonly droppedCount: number;
}

/**
 * The scan in its unit frame: points that are no numbers dropped, the rest thinned to `MAX_SCAN_POINTS` evenly by their
 * order, centred and scaled; empty points likewise.
 *
 * @param side length of the longest side afterwards
 * @throws if array lengths disagree or fewer than `MIN_SCAN_POINTS` finite points at different places are left
 */
export function toUnitScan(operation: string, scan: Scan, side: number): UnitScan {
    checkScan(operation, scan);
    const { positions, normals, sensorPositions } = scan;
    const total = positions.length / 3;
    const chosen = choosePoints(positions);
    const kept = chosen.length;
    const { min, max } = boxOf(positions, chosen);
    const longest = Math.max(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
    if (kept < MIN_SCAN_POINTS) {
        throw new Error(
            `${operation}: got a scan of ${total} points, ${kept} of them finite; expected at least ${MIN_SCAN_POINTS}; scan more of the object`,
        );
    }
    const size = Math.max(...min.map(Math.abs), ...max.map(Math.abs));
    if (!(longest > 1e-6 * size)) {
        throw new Error(
            `${operation}: all ${kept} points of the scan lie within ${longest} of each other, ${size} from the origin; expected points spread over an object; scan more of it${longest > 0 ? ", or move it to the origin" : ""}`,
        );
    }
    const centre: Vector = [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2];
    const scale = longest / side;
    const move = (from: Float32Array, indexOf: (slot: number) => number, count: number) =>
        Float32Array.from({ length: 3 * count }, (_, i) => {
            const axis = i % 3;
            return (from[3 * indexOf((i - axis) / 3) + axis] - centre[axis]) / scale;
        });
    const moved = move(positions, (slot) => chosen[slot], kept);
    checkSpread(operation, moved);
    return {
        positions: moved,
        normals: normals ? unitNormals(normals, chosen) : null,
        sensorPositions: sensorPositions
            ? move(sensorPositions, sensorPositions.length === 3 ? () => 0 : (slot) => chosen[slot], kept)
            : null,
        ...emptinessOf(scan, move),
        scale,
        centre,
        droppedCount: total - kept,
    };
}

/** Empty points and from where they were seen, those that are no numbers dropped, the rest thinned evenly. */
function emptinessOf(
    { emptyPoints, emptySensorPositions, sensorPositions }: Scan,
    move: (from: Float32Array, indexOf: (slot: number) => number, count: number) => Float32Array,
): Pick<UnitScan, "emptyPoints" | "emptySensors"> {
    if (!emptyPoints) return { emptyPoints: new Float32Array(0), emptySensors: null };
    const sensors = emptySensorPositions ?? soleSensor(sensorPositions);
    const isOne = sensors?.length === 3;
    const kept: number[] = [];
    const count = emptyPoints.length / 3;
    const stride = Math.max(1, count / MAX_SCAN_POINTS);
    for (let at = 0; Math.floor(at) < count; at += stride) {
        const n = Math.floor(at);
        const place = emptyPoints.subarray(3 * n, 3 * n + 3);
        const sensor = sensors?.subarray(isOne ? 0 : 3 * n, isOne ? 3 : 3 * n + 3) ?? place;
        if (place.every(Number.isFinite) && sensor.every(Number.isFinite)) kept.push(n);
    }
    return {
        emptyPoints: move(emptyPoints, (slot) => kept[slot], kept.length),
        emptySensors: sensors ? move(sensors, isOne ? () => 0 : (slot) => kept[slot], kept.length) : null,
    };
}

/** [3], where all points were seen from, or null. */
function soleSensor(sensors: Float32Array | null | undefined): Float32Array | null {
    const first = sensors?.subarray(0, 3);
    return first?.every(Number.isFinite) && sensors?.every((value, i) => value === first[i % 3]) ? first : null;
}

/** Thinner than this, unit frame, is a sheet: a hundredth of what sensors leave on the flattest part of a prop. */
const SHEET = 1e-3;

/** A line or a sheet fits any object. */
function checkSpread(operation: string, positions: Float32Array): void {
    const count = positions.length / 3;
    const normal = planeNormal(
        positions,
        Int32Array.from({ length: count }, (_, n) => n),
        count,
    );
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let n = 0; n < count; n++) {
        const height = normal.reduce((sum, value, axis) => sum + value * positions[3 * n + axis], 0);
        low = Math.min(low, height);
        high = Math.max(high, height);
    }
    // No normal at all: the points lie on a line.
    if (!(high - low > SHEET)) {
        throw new Error(
            `${operation}: all ${count} points of the scan lie in one plane or line; expected a part of an object in the round; scan more of it, and where its support was to be removed, keep that`,
        );
    }
}

/** @throws if an array of a scan is of the wrong kind or length */
export function checkScan(operation: string, scan: Scan): void {
    if (!scan || typeof scan !== "object") {
        throw new Error(`${operation}: got ${String(scan)} as scan; expected { positions, … }; pass the scan's points`);
    }
    const { positions, normals, sensorPositions, emptyPoints, emptySensorPositions, indices } = scan;
    const triples = (name: string, array: unknown, lengths: readonly number[] | null) => {
        const isFitting =
            array instanceof Float32Array &&
            array.length % 3 === 0 &&
            (lengths === null || lengths.includes(array.length));
        if (!isFitting) {
            const got = array instanceof Float32Array ? `${array.length} numbers` : typeof array;
            throw new Error(
                `${operation}: got ${got} as ${name} of the scan; expected a Float32Array of ${lengths ? lengths.join(" or ") : "x, y, z triples"}; correct the scan`,
            );
        }
    };
    triples("positions", positions, null);
    if (normals) triples("normals", normals, [positions.length]);
    if (sensorPositions) triples("sensorPositions", sensorPositions, [3, positions.length]);
    if (emptyPoints) triples("emptyPoints", emptyPoints, null);
    if (emptySensorPositions) triples("emptySensorPositions", emptySensorPositions, [3, emptyPoints?.length ?? 0]);
    if (indices) {
        const vertexCount = positions.length / 3;
        if (indices.length % 3 !== 0 || indices.some((index) => index >= vertexCount)) {
            throw new Error(
                `${operation}: got ${indices.length} indices into ${vertexCount} vertices; expected triangles of vertices that are there; correct the scan`,
            );
        }
    }
}

/** @throws if a scan has more than `MAX_SCAN_TRIANGLES` */
export function checkTriangleCount(operation: string, { indices }: Scan, instead: string): void {
    const count = (indices?.length ?? 0) / 3;
    if (count > MAX_SCAN_TRIANGLES) {
        throw new Error(
            `${operation}: got a scan of ${count} triangles; expected at most ${MAX_SCAN_TRIANGLES}; simplify the mesh, or ${instead}`,
        );
    }
}

/** Indices of finite points, thinned evenly to about `MAX_SCAN_POINTS`. */
export function choosePoints(positions: Float32Array): Uint32Array {
    const total = positions.length / 3;
    const stride = Math.max(1, total / MAX_SCAN_POINTS);
    const chosen: number[] = [];
    for (let at = 0; Math.floor(at) < total; at += stride) {
        const index = Math.floor(at);
        const sum = positions[3 * index] + positions[3 * index + 1] + positions[3 * index + 2];
        if (Number.isFinite(sum)) {
            chosen.push(index);
        }
    }
    return Uint32Array.from(chosen);
}

function boxOf(positions: Float32Array, chosen: Uint32Array): { min: number[]; max: number[] } {
    const min = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const max = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const index of chosen) {
        for (let axis = 0; axis < 3; axis++) {
            min[axis] = Math.min(min[axis], positions[3 * index + axis]);
            max[axis] = Math.max(max[axis], positions[3 * index + axis]);
        }
    }
    return { min, max };
}

function unitNormals(normals: Float32Array, chosen: Uint32Array): Float32Array {
    const result = new Float32Array(3 * chosen.length);
    chosen.forEach((index, slot) => {
        const [x, y, z] = normals.subarray(3 * index, 3 * index + 3);
        const length = Math.hypot(x, y, z);
        if (length > 0 && Number.isFinite(length)) {
            result.set([x / length, y / length, z / length], 3 * slot);
        }
    });
    return result;
}

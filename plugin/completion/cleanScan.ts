import { LatentRandom } from "../latent/random.js";
import { PointTree } from "./pointTree.js";
import type { Vector } from "./pose.js";
import { choosePoints, type Scan } from "./scan.js";

/** Neighbours whose mean distance tells a stray point. */
const NEIGHBOURS = 12;

/**
 * Indices of the points that are no outliers: the mean distance to the nearest neighbours is within `deviations`
 * robust deviations of the median of all points' (statistical outlier removal, Rusu et al., Towards 3D point cloud
 * based object maps, 2008; median and its deviation in the place of mean and deviation, which outliers move).
 *
 * @param positions [n, 3], finite
 */
export function inlierIndices(positions: Float32Array, deviations = 4): Uint32Array {
    const tree = new PointTree(positions);
    const count = positions.length / 3;
    const means = Float64Array.from({ length: count }, (_, n) => {
        const at = 3 * n;
        const found = tree.nearestMany(positions[at], positions[at + 1], positions[at + 2], NEIGHBOURS + 1);
        let sum = 0;
        for (let k = 1; k < found.count; k++) sum += Math.sqrt(found.squares[k]);
        return found.count > 1 ? sum / (found.count - 1) : 0;
    });
    const middle = medianOf(means);
    // 1.4826 makes the median deviation of a normal distribution its standard deviation.
    const spread = 1.4826 * medianOf(means.map((value) => Math.abs(value - middle)));
    const limit = middle + deviations * Math.max(spread, 0.1 * middle);
    return Uint32Array.from(means.keys()).filter((n) => means[n] <= limit);
}

const PLANE_TRIES = 200;
/** Radians between a support plane's normal and up. */
const PLANE_TILT = 0.2;
/** Of the scan's height: points within this of the plane belong to it. */
const PLANE_THICKNESS = 0.015;
/** A plane with a smaller share of the points than this supports nothing. */
const LEAST_SHARE = 0.15;

/**
 * Indices of the points above the plane that an object stands on, or null if there is none: the horizontal plane with
 * the most points, with nearly nothing below it (RANSAC, Fischler and Bolles 1981).
 *
 * @param positions [n, 3], finite
 * @param up unit length
 */
export function indicesAboveSupport(positions: Float32Array, up: Vector): Uint32Array | null {
    const count = positions.length / 3;
    const random = new LatentRandom(0x9ba, count);
    const heightOf = (n: number, normal: Vector) =>
        normal[0] * positions[3 * n] + normal[1] * positions[3 * n + 1] + normal[2] * positions[3 * n + 2];
    const heights = Float64Array.from({ length: count }, (_, n) => heightOf(n, up)).sort();
    const span = heights[count - 1] - heights[0];
    const thickness = PLANE_THICKNESS * span;
    let best = { share: 0, normal: up, height: 0 };
    for (let tries = 0; tries < PLANE_TRIES; tries++) {
        const corners = [0, 1, 2].map(() => Math.floor(random.uniform() * count));
        const normal = planeThrough(positions, corners, up);
        if (!normal) continue;
        const height = heightOf(corners[0], normal);
        let [on, below] = [0, 0];
        const stride = Math.max(1, Math.floor(count / 2000));
        for (let n = 0; n < count; n += stride) {
            const above = heightOf(n, normal) - height;
            on += Math.abs(above) <= thickness ? 1 : 0;
            below += above < -2 * thickness ? 1 : 0;
        }
        const share = (on * stride) / count;
        if (share > best.share && below * stride < 0.02 * count) best = { share, normal, height };
    }
    if (best.share < LEAST_SHARE) {
        return null;
    }
    return Uint32Array.from({ length: count }, (_, n) => n).filter(
        (n) => heightOf(n, best.normal) - best.height > thickness,
    );
}

function planeThrough(positions: Float32Array, corners: readonly number[], up: Vector): Vector | null {
    const [a, b, c] = corners.map((n) => positions.subarray(3 * n, 3 * n + 3));
    const [u, v] = [b, c].map((corner) => [corner[0] - a[0], corner[1] - a[1], corner[2] - a[2]]);
    const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const length = Math.hypot(...cross);
    const cosine = (cross[0] * up[0] + cross[1] * up[1] + cross[2] * up[2]) / length;
    if (!(Math.abs(cosine) > Math.cos(PLANE_TILT))) {
        return null;
    }
    const sign = Math.sign(cosine) / length;
    return [sign * cross[0], sign * cross[1], sign * cross[2]];
}

/** A scan of chosen points; triangles that lose a corner go. */
export function keepPoints(scan: Scan, kept: Uint32Array): Scan {
    const pick = (array: Float32Array | null | undefined) =>
        array && array.length === scan.positions.length
            ? Float32Array.from({ length: 3 * kept.length }, (_, i) => array[3 * kept[Math.floor(i / 3)] + (i % 3)])
            : (array ?? null);
    let indices: Uint32Array | null = null;
    if (scan.indices) {
        const places = new Int32Array(scan.positions.length / 3).fill(-1);
        kept.forEach((from, to) => {
            places[from] = to;
        });
        const triangles: number[] = [];
        for (let t = 0; t < scan.indices.length; t += 3) {
            const corners = [0, 1, 2].map((k) => places[scan.indices![t + k]]);
            if (corners.every((corner) => corner >= 0)) triangles.push(...corners);
        }
        indices = Uint32Array.from(triangles);
    }
    return {
        ...scan,
        positions: pick(scan.positions)!,
        normals: pick(scan.normals),
        sensorPositions: pick(scan.sensorPositions),
        indices,
    };
}

/** A scan's points alone, those that are no numbers dropped, the rest thinned to `MAX_SCAN_POINTS` evenly by their order. */
export function toCloud(scan: Scan): Scan {
    const kept = choosePoints(scan.positions);
    const cloud = { ...scan, indices: null };
    return 3 * kept.length === scan.positions.length ? cloud : keepPoints(cloud, kept);
}

/**
 * A scan made ready: points that are no numbers dropped, those of a cloud thinned to `MAX_SCAN_POINTS`, and on request
 * outliers and the plane it stands on dropped too.
 *
 * @param up unit length
 */
export function cleanScan(
    scan: Scan,
    { removeOutliers, removeSupport, up }: { removeOutliers: boolean; removeSupport: boolean; up: Vector },
): Scan {
    let clean = scan.indices?.length ? withoutGaps(scan) : toCloud(scan);
    if (removeSupport) {
        const above = indicesAboveSupport(clean.positions, up);
        if (above) clean = keepPoints(clean, above);
    }
    if (removeOutliers && clean.positions.length > 0) clean = keepPoints(clean, inlierIndices(clean.positions));
    return clean;
}

/** A scan without the points that are no numbers; the same scan if there are none. */
export function withoutGaps(scan: Scan): Scan {
    const { positions } = scan;
    if (positions.every(Number.isFinite)) return scan;
    const isSomewhere = (n: number) => Number.isFinite(positions[3 * n] + positions[3 * n + 1] + positions[3 * n + 2]);
    return keepPoints(scan, Uint32Array.from({ length: positions.length / 3 }, (_, n) => n).filter(isSomewhere));
}

function medianOf(values: Float64Array): number {
    const sorted = values.slice().sort();
    return sorted[sorted.length >> 1] ?? 0;
}

import { planeNormal } from "../../../plugin/completion/planeNormal.js";
import { PointTree } from "../../../plugin/completion/pointTree.js";
import type { CompletionSurface } from "../../../plugin/completion/surfaceOfCompletion.js";
import { Random } from "../../../training/random.js";
import { sampleMesh } from "./virtualScan.js";

/** Points that a plane is laid through. */
const AROUND = 8;

/**
 * How well a surface keeps what was observed: harmonic mean of the share of scan points within 1 % of the surface, and of
 * the share of the surface's observed vertices within 1 % of the scan: of a point, or of the plane through those around, for points may
 * lie farther apart than that.
 *
 * @param size longest side of the shape, the scan's units
 */
export function observedFScore(scan: Float32Array, surface: CompletionSurface, size: number): number {
    if (surface.indices.length === 0) return 0;
    const near = 0.01 * size;
    const onSurface = new PointTree(sampleMesh(surface, 60_000, new Random(1)));
    const onScan = new PointTree(scan);
    let [found, total] = [0, 0];
    for (let i = 0; i < scan.length; i += 3) {
        found += onSurface.nearest(scan[i], scan[i + 1], scan[i + 2], near).index >= 0 ? 1 : 0;
        total++;
    }
    let [kept, seen] = [0, 0];
    surface.observed.forEach((share, n) => {
        if (share < 1) return;
        const [x, y, z] = surface.positions.subarray(3 * n, 3 * n + 3);
        kept += distanceToScan(onScan, scan, x, y, z) <= near ? 1 : 0;
        seen++;
    });
    const [recall, precision] = [found / total, seen > 0 ? kept / seen : 0];
    return recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0;
}

function distanceToScan(tree: PointTree, scan: Float32Array, x: number, y: number, z: number): number {
    const { indices, squares, count } = tree.nearestMany(x, y, z, AROUND);
    const toPoint = Math.sqrt(squares[0]);
    const normal = planeNormal(scan, indices, count);
    if (!normal.some((component) => component !== 0)) return toPoint;
    const neighbours = [...indices.subarray(0, count)].map((index) => scan.subarray(3 * index, 3 * index + 3));
    const mean = [0, 1, 2].map((axis) => neighbours.reduce((sum, point) => sum + point[axis] / count, 0));
    const apart = (point: ArrayLike<number>) => Math.hypot(point[0] - mean[0], point[1] - mean[1], point[2] - mean[2]);
    // Beyond its points the plane says nothing.
    if (apart([x, y, z]) > Math.max(...neighbours.map(apart))) return toPoint;
    return Math.min(
        toPoint,
        Math.abs(normal[0] * (x - mean[0]) + normal[1] * (y - mean[1]) + normal[2] * (z - mean[2])),
    );
}

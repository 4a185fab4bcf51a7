import { PointTree } from "../../../plugin/completion/pointTree.js";
import type { CompletionSurface } from "../../../plugin/completion/surfaceOfCompletion.js";
import { Random } from "../../../training/random.js";
import { sampleMesh } from "./virtualScan.js";

/**
 * How well a surface keeps what was observed: harmonic mean of the share of scan points within 1 % of the surface, and of
 * the share of the surface's observed vertices within 1 % of a scan point.
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
        kept += onScan.nearest(x, y, z, near).index >= 0 ? 1 : 0;
        seen++;
    });
    const [recall, precision] = [found / total, seen > 0 ? kept / seen : 0];
    return recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0;
}

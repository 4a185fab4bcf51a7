import type { TriangleMesh } from "../samples/mesh.js";

/** What welding did. */
export interface Welded {
    readonly mesh: TriangleMesh;
    /** Triangles without area, left out. */
    readonly degenerate: number;
}

/**
 * Merges vertices that lie within `tolerance` of each other, in model units, and leaves out triangles that this leaves
 * without three corners. Clusters grow around the first vertex seen, so chains do not creep.
 */
export function weld({ positions, indices }: TriangleMesh, tolerance: number): Welded {
    const cells = new Map<string, number[]>();
    const kept: number[] = [];
    const target = new Uint32Array(positions.length / 3);
    const cell = (value: number) => Math.floor(value / tolerance);
    for (let v = 0; v < target.length; v++) {
        const [x, y, z] = positions.subarray(3 * v, 3 * v + 3);
        const [i, j, k] = [cell(x), cell(y), cell(z)];
        let found = -1;
        for (let n = 0; n < 27 && found < 0; n++) {
            const key = `${i + (n % 3) - 1},${j + (Math.floor(n / 3) % 3) - 1},${k + Math.floor(n / 9) - 1}`;
            found =
                cells
                    .get(key)
                    ?.find(
                        (at) => Math.hypot(kept[3 * at] - x, kept[3 * at + 1] - y, kept[3 * at + 2] - z) <= tolerance,
                    ) ?? -1;
        }
        if (found < 0) {
            found = kept.length / 3;
            kept.push(x, y, z);
            const key = `${i},${j},${k}`;
            const list = cells.get(key);
            if (list) list.push(found);
            else cells.set(key, [found]);
        }
        target[v] = found;
    }
    const triangles: number[] = [];
    let degenerate = 0;
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [target[indices[t]], target[indices[t + 1]], target[indices[t + 2]]];
        if (a === b || b === c || c === a) degenerate++;
        else triangles.push(a, b, c);
    }
    return { mesh: { positions: Float32Array.from(kept), indices: Uint32Array.from(triangles) }, degenerate };
}

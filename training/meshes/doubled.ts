import type { TriangleMesh } from "../samples/mesh.js";
import { Edges } from "./edges.js";

/**
 * One triangle for those on the same three corners. Where two face each other's way they bound nothing and both go, as
 * between parts that touch; but where such pairs make up a closed surface of their own, drawn on both sides, or fill
 * a hole, or are all there is, one of each stays.
 *
 * Expects welded vertices. Returns the mesh and how many triangles were left out.
 */
export function dropDoubled({ positions, indices }: TriangleMesh): { mesh: TriangleMesh; dropped: number } {
    const byCorners = new Map<string, { first: number; balance: number }>();
    for (let t = 0; t < indices.length / 3; t++) {
        const corners = [...indices.subarray(3 * t, 3 * t + 3)];
        const least = corners.indexOf(Math.min(...corners));
        // Two triangles on the same corners face alike if both go on from their least corner to the lesser of the rest.
        const way = corners[(least + 1) % 3] < corners[(least + 2) % 3] ? 1 : -1;
        const key = corners.sort((a, b) => a - b).join();
        const entry = byCorners.get(key);
        if (entry) entry.balance += way;
        else byCorners.set(key, { first: t, balance: way });
    }
    const kept: number[] = [];
    const pairs: number[] = [];
    for (const [key, { first, balance }] of byCorners) {
        const [a, b, c] = key.split(",").map(Number);
        if (balance > 0) kept.push(a, b, c);
        else if (balance < 0) kept.push(a, c, b);
        else pairs.push(...indices.subarray(3 * first, 3 * first + 3));
    }
    kept.push(...(kept.length === 0 ? pairs : closingGroups(Uint32Array.from(pairs), kept, positions.length / 3)));
    return {
        mesh: { positions, indices: Uint32Array.from(kept) },
        dropped: (indices.length - kept.length) / 3,
    };
}

/** Of triangles, those in groups that close a surface: without a border, or with one that fits holes of the `rest`. */
function closingGroups(indices: Uint32Array, rest: readonly number[], vertexCount: number): number[] {
    const edges = new Edges(indices, vertexCount);
    const holes = new Set(new Edges(Uint32Array.from(rest), vertexCount).borderKeys());
    const seen = new Uint8Array(indices.length / 3);
    const result: number[] = [];
    for (let first = 0; first < seen.length; first++) {
        if (seen[first]) continue;
        seen[first] = 1;
        const members = [first];
        for (const triangle of members) {
            for (let h = 3 * triangle; h < 3 * triangle + 3; h++) {
                const partner = edges.partner(h);
                if (partner !== null && !seen[Math.floor(partner / 3)]) {
                    seen[Math.floor(partner / 3)] = 1;
                    members.push(Math.floor(partner / 3));
                }
            }
        }
        const group = members.flatMap((t) => [...indices.subarray(3 * t, 3 * t + 3)]);
        const border = new Edges(Uint32Array.from(group), vertexCount).borderKeys();
        const filled = border.filter((key) => holes.has(key)).length;
        if (border.length === 0 || filled > border.length - filled) result.push(...group);
    }
    return result;
}

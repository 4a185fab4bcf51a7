import type { TriangleMesh } from "../samples/mesh.js";
import { Edges } from "./edges.js";

/** A mesh whose neighbouring triangles face the same side. */
export interface Shells {
    readonly mesh: TriangleMesh;
    /** [triangleCount]: which shell a triangle belongs to. */
    readonly shellOf: Uint32Array;
    readonly shellCount: number;
    /** Triangles that were turned round. */
    readonly turned: number;
    /** Edges over which no choice of sides agrees (a Möbius strip has one). */
    readonly conflicts: number;
}

/**
 * Finds shells, triangles joined over edges that exactly two of them share, and turns the lesser part of each shell's
 * area to face like the rest.
 */
export function orientShells({ positions, indices }: TriangleMesh): Shells {
    const edges = new Edges(indices, positions.length / 3);
    const triangleCount = indices.length / 3;
    const shellOf = new Uint32Array(triangleCount).fill(0xffffffff);
    const flipped = new Uint8Array(triangleCount);
    let [shellCount, conflicts, turned] = [0, 0, 0];
    for (let first = 0; first < triangleCount; first++) {
        if (shellOf[first] !== 0xffffffff) continue;
        const members = [first];
        shellOf[first] = shellCount;
        for (const triangle of members) {
            for (let h = 3 * triangle; h < 3 * triangle + 3; h++) {
                const partner = edges.partner(h);
                if (partner === null) continue;
                const other = Math.floor(partner / 3);
                // Two triangles that face alike run along their edge in opposite directions.
                const sameWay = edges.from(h) === edges.from(partner) ? 1 : 0;
                if (shellOf[other] === 0xffffffff) {
                    shellOf[other] = shellCount;
                    flipped[other] = flipped[triangle] ^ sameWay;
                    members.push(other);
                } else if ((flipped[triangle] ^ flipped[other]) !== sameWay) conflicts++;
            }
        }
        const area = (kept: number) =>
            members.reduce((sum, t) => sum + (flipped[t] === kept ? areaOf(positions, indices, t) : 0), 0);
        const minority = area(1) > area(0) ? 0 : 1;
        for (const t of members) {
            flipped[t] = flipped[t] === minority ? 1 : 0;
            turned += flipped[t];
        }
        shellCount++;
    }
    return {
        mesh: { positions, indices: turn(indices, (t) => flipped[t] === 1) },
        shellOf,
        shellCount,
        turned,
        conflicts: conflicts / 2,
    };
}

/** The indices with chosen triangles turned round. */
export function turn(indices: Uint32Array, chosen: (triangle: number) => boolean): Uint32Array {
    const result = indices.slice();
    for (let t = 0; t < result.length / 3; t++) {
        if (chosen(t)) [result[3 * t + 1], result[3 * t + 2]] = [result[3 * t + 2], result[3 * t + 1]];
    }
    return result;
}

export function areaOf(positions: Float32Array, indices: Uint32Array, triangle: number): number {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * indices[3 * triangle + k]);
    const u = [0, 1, 2].map((axis) => positions[b + axis] - positions[a + axis]);
    const v = [0, 1, 2].map((axis) => positions[c + axis] - positions[a + axis]);
    return Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]) / 2;
}

/** The volume that a closed set of triangles encloses; negative if they face inwards. */
export function volumeOf(positions: Float32Array, indices: Uint32Array, chosen: (triangle: number) => boolean): number {
    let volume = 0;
    for (let t = 0; t < indices.length / 3; t++) {
        if (!chosen(t)) continue;
        const [a, b, c] = [0, 1, 2].map((k) => 3 * indices[3 * t + k]);
        const p = positions;
        volume +=
            (p[a] * (p[b + 1] * p[c + 2] - p[b + 2] * p[c + 1]) +
                p[a + 1] * (p[b + 2] * p[c] - p[b] * p[c + 2]) +
                p[a + 2] * (p[b] * p[c + 1] - p[b + 1] * p[c])) /
            6;
    }
    return volume;
}

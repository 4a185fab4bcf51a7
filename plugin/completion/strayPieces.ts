import type { SurfaceMesh } from "../surface/mesh.js";
import { pieceOfVertices } from "../surface/pieces.js";

/** Volume, as a part of the largest piece's, up to which a piece that nobody saw is not believed. */
const SMALL = 0.06;

/** Triangles that hang together. */
interface Piece {
    /** Below 0 for the wall of a void. */
    volume: number;
    isSeen: boolean;
}

/**
 * A closed surface and how far each of its vertices was seen, without pieces that no one saw and that are either small or
 * voids inside others: codes found from a part of an object leave such crumbs where nothing holds them.
 *
 * @param observed [vertexCount], 0 to 1
 */
export function withoutStrayPieces<Surface extends SurfaceMesh & { readonly observed: Float32Array }>(
    surface: Surface,
): Surface {
    const { positions, normals, indices, observed } = surface;
    const pieceOf = piecesOf(surface);
    const largest = pieceOf.reduce((most, { volume }) => Math.max(most, volume), 0);
    const isKept = ({ isSeen, volume }: Piece) => isSeen || volume > SMALL * largest;
    if (pieceOf.every(isKept)) return surface;
    const places = new Uint32Array(pieceOf.length);
    const kept: number[] = [];
    for (const [n, piece] of pieceOf.entries()) {
        places[n] = kept.length;
        if (isKept(piece)) kept.push(n);
    }
    const pick = (values: Float32Array) =>
        Float32Array.from({ length: 3 * kept.length }, (_, i) => values[3 * kept[Math.floor(i / 3)] + (i % 3)]);
    return {
        ...surface,
        positions: pick(positions),
        normals: pick(normals),
        indices: indices.filter((n) => isKept(pieceOf[n])).map((n) => places[n]),
        observed: Float32Array.from(kept, (n) => observed[n]),
    };
}

/** The piece that each vertex belongs to. [vertexCount] */
function piecesOf({
    positions,
    normals,
    indices,
    observed,
}: SurfaceMesh & { readonly observed: Float32Array }): Piece[] {
    const roots = pieceOfVertices(observed.length, indices);
    const pieces = new Map<number, Piece>();
    const pieceOf = Array.from(observed, (share, n) => {
        const piece = pieces.get(roots[n]) ?? { volume: 0, isSeen: false };
        pieces.set(roots[n], piece);
        if (share > 0.5) piece.isSeen = true;
        return piece;
    });
    for (let t = 0; t < indices.length; t += 3) {
        const corners = [...indices.subarray(t, t + 3)].map((n) => positions.subarray(3 * n, 3 * n + 3));
        const outward = normals.subarray(3 * indices[t], 3 * indices[t] + 3);
        pieceOf[indices[t]].volume += volumeUnder(corners, outward);
    }
    return pieceOf;
}

/** Of the tetrahedron from the origin to a triangle, below 0 where the triangle looks at the origin. */
function volumeUnder([a, b, c]: readonly ArrayLike<number>[], outward: ArrayLike<number>): number {
    const [u, v] = [b, c].map((corner) => [0, 1, 2].map((axis) => corner[axis] - a[axis]));
    const across = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const side = Math.sign(across[0] * outward[0] + across[1] * outward[1] + across[2] * outward[2]);
    return (side * (a[0] * across[0] + a[1] * across[1] + a[2] * across[2])) / 6;
}

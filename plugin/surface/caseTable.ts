/**
 * The triangles of a Marching Cubes cell for each of the 256 sign patterns of its corners, derived here rather than
 * copied: on every face the crossed edges are joined so that inside corners stay apart (a rule that depends on the
 * face alone, so neighbours agree), the joints form closed loops, and loops are cut into triangles without a diagonal
 * in a face (so no edge can be shared by more than two triangles). After Lorensen and Cline, "Marching Cubes", 1987;
 * ambiguous faces as in Montani, Scateni and Scopigno, "A modified look-up table", 1994.
 *
 * Corner i of a cell lies at (i & 1, (i >> 1) & 1, (i >> 2) & 1); bit i of a case is set where the corner is inside.
 * Edge e = 4 · axis + k runs along `axis` (0 x, 1 y, 2 z) from the k-th corner that has 0 there.
 */

/** Lower corner of each edge, by edge number. */
export const EDGE_CORNERS: readonly number[] = [0, 1, 2].flatMap((axis) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((corner) => !(corner & (1 << axis))),
);

export const edgeAxis = (edge: number): number => edge >> 2;

/** The edge between two neighbouring corners. */
function edgeBetween(a: number, b: number): number {
    const axis = Math.log2(a ^ b);
    const lower = Math.min(a, b);
    return EDGE_CORNERS.findIndex((corner, edge) => corner === lower && edgeAxis(edge) === axis);
}

/** Corners of the six faces, in turn round the face, counter-clockwise seen from outside the cell. */
const FACES: readonly (readonly number[])[] = [0, 1, 2].flatMap((axis) => {
    const u = 1 << ((axis + 1) % 3);
    const v = 1 << ((axis + 2) % 3);
    const high = 1 << axis;
    return [
        [0, v, u | v, u],
        [high, high | u, high | u | v, high | v],
    ];
});

/**
 * Where the surface crosses a face: pairs of edges, each walked so that the loops they form run counter-clockwise seen
 * from outside the shape.
 */
function faceSegments(face: readonly number[], pattern: number): [number, number][] {
    const inside = (i: number) => (pattern >> face[i % 4]) & 1;
    const segments: [number, number][] = [];
    for (let i = 0; i < 4; i++) {
        // A run of inside corners begins at i; the segment cuts it off from what lies outside on both sides.
        if (inside(i) && !inside(i + 3)) {
            let end = i;
            while (inside(end + 1)) {
                end++;
            }
            const entry = edgeBetween(face[(i + 3) % 4], face[i]);
            const exit = edgeBetween(face[end % 4], face[(end + 1) % 4]);
            segments.push([entry, exit]);
        }
    }
    return segments;
}

/** Closed loops of edges for a sign pattern. */
function loops(pattern: number): number[][] {
    const next = new Map<number, number>();
    if (pattern !== 0 && pattern !== 255) {
        for (const face of FACES) {
            for (const [from, to] of faceSegments(face, pattern)) {
                next.set(from, to);
            }
        }
    }
    const found: number[][] = [];
    while (next.size > 0) {
        const loop: number[] = [];
        let edge = next.keys().next().value as number;
        while (next.has(edge)) {
            loop.push(edge);
            const to = next.get(edge) as number;
            next.delete(edge);
            edge = to;
        }
        found.push(loop);
    }
    return found;
}

/** Whether two crossed edges lie on one face of the cell. */
function shareFace(a: number, b: number): boolean {
    const cornersOf = (edge: number) => [EDGE_CORNERS[edge], EDGE_CORNERS[edge] | (1 << edgeAxis(edge))];
    const corners = [...cornersOf(a), ...cornersOf(b)];
    return FACES.some((face) => corners.every((corner) => face.includes(corner)));
}

/** Cuts a loop into triangles without a diagonal in a face; null if there is no such way. */
function triangulate(loop: readonly number[]): number[][] | null {
    if (loop.length === 3) {
        return [[...loop]];
    }
    const last = loop.length - 1;
    // The triangle on the side from the last entry to the first, with each other entry in turn.
    for (let apex = 1; apex < last; apex++) {
        const parts: number[][] = [];
        const sides = [loop.slice(0, apex + 1), loop.slice(apex)];
        const possible = sides.every((side) => {
            if (side.length < 3) {
                return true;
            }
            const cut = shareFace(side[0], side[side.length - 1]) ? null : triangulate(side);
            parts.push(...(cut ?? []));
            return cut !== null;
        });
        if (possible) {
            return [[loop[0], loop[apex], loop[last]], ...parts];
        }
    }
    return null;
}

function trianglesOf(pattern: number): number[][] {
    return loops(pattern).flatMap((loop) => {
        const triangles = triangulate(loop);
        if (!triangles) {
            throw new Error(`trianglesOf: case ${pattern} has no triangulation free of face diagonals`);
        }
        return triangles;
    });
}

/** By case: three edges a triangle, counter-clockwise seen from outside the shape. */
export const CASE_TRIANGLES: readonly (readonly (readonly number[])[])[] = Array.from({ length: 256 }, (_, pattern) =>
    trianglesOf(pattern),
);

/** Triangles of the fullest case. */
export const MAX_CASE_TRIANGLES = Math.max(...CASE_TRIANGLES.map((triangles) => triangles.length));

/**
 * The table as the kernels read it: two words a case; the edges, four bits each, from the low end; how many triangles
 * in the top four bits of the second word.
 */
export function packCaseTable(): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(512);
    CASE_TRIANGLES.forEach((triangles, pattern) => {
        triangles.flat().forEach((edge, i) => {
            words[2 * pattern + (i >> 3)] |= edge << (4 * (i & 7));
        });
        words[2 * pattern + 1] |= triangles.length << 28;
    });
    return words;
}

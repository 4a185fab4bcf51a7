/** What holds a triangle mesh together. */
export interface Topology {
    /** Edges with one triangle. */
    boundaryEdges: number;
    /** Edges with more than two. */
    crowdedEdges: number;
    /** Edges whose two triangles run the same way along them. */
    flippedEdges: number;
    /** Cubic model units, positive for counter-clockwise triangles seen from outside. */
    volume: number;
    /** Indices that point at no vertex. */
    danglingIndices: number;
    /** Pieces that hang together by edges. */
    pieces: number;
}

export function topologyOf(positions: ArrayLike<number>, indices: ArrayLike<number>): Topology {
    const vertexCount = positions.length / 3;
    const edges = new Map<number, { uses: number; forward: number }>();
    const parent = Int32Array.from({ length: vertexCount }, (_, i) => i);
    const rootOf = (vertex: number): number => {
        let root = vertex;
        while (parent[root] !== root) root = parent[root] = parent[parent[root]];
        return root;
    };
    let volume = 0;
    let danglingIndices = 0;
    for (let t = 0; t < indices.length; t += 3) {
        const triangle = [indices[t], indices[t + 1], indices[t + 2]];
        danglingIndices += triangle.filter((vertex) => !(vertex < vertexCount)).length;
        const [a, b, c] = triangle.map((v) => [positions[3 * v], positions[3 * v + 1], positions[3 * v + 2]]);
        volume += dot(a, cross(b, c)) / 6;
        for (let side = 0; side < 3; side++) {
            const [from, to] = [triangle[side], triangle[(side + 1) % 3]];
            const key = Math.min(from, to) * vertexCount + Math.max(from, to);
            const edge = edges.get(key) ?? { uses: 0, forward: 0 };
            edge.uses++;
            edge.forward += from < to ? 1 : 0;
            edges.set(key, edge);
            parent[rootOf(from)] = rootOf(to);
        }
    }
    const all = [...edges.values()];
    return {
        boundaryEdges: all.filter(({ uses }) => uses === 1).length,
        crowdedEdges: all.filter(({ uses }) => uses > 2).length,
        flippedEdges: all.filter(({ uses, forward }) => uses === 2 && forward !== 1).length,
        volume,
        danglingIndices,
        pieces: new Set(Array.from(indices, rootOf)).size,
    };
}

export const closed = { boundaryEdges: 0, crowdedEdges: 0, flippedEdges: 0, danglingIndices: 0 };

function cross(a: number[], b: number[]): number[] {
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: number[], b: number[]): number {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** The triangles by their corners' positions, each begun at its least corner, sorted: equal for equal surfaces. */
export function trianglesOf({
    positions,
    indices,
}: {
    positions: ArrayLike<number>;
    indices: ArrayLike<number>;
}): string[] {
    const triangles: string[] = [];
    for (let t = 0; t < indices.length; t += 3) {
        const corners = [0, 1, 2].map((i) => [0, 1, 2].map((axis) => positions[3 * indices[t + i] + axis]).join(","));
        const first = corners.indexOf([...corners].sort()[0]);
        triangles.push([...corners.slice(first), ...corners.slice(0, first)].join(" "));
    }
    return triangles.sort();
}

/**
 * Which vertices hang together by triangles: for each the number of one vertex of its piece, the same for all of them
 * (disjoint sets with path halving, Tarjan and van Leeuwen 1984). [vertexCount]
 *
 * @param indices [triangleCount, 3]
 */
export function pieceOfVertices(vertexCount: number, indices: Uint32Array): Uint32Array {
    const parents = Uint32Array.from({ length: vertexCount }, (_, n) => n);
    const rootOf = (vertex: number): number => {
        let root = vertex;
        while (parents[root] !== root) {
            parents[root] = parents[parents[root]];
            root = parents[root];
        }
        return root;
    };
    for (let t = 0; t < indices.length; t += 3) {
        for (const k of [1, 2]) parents[rootOf(indices[t])] = rootOf(indices[t + k]);
    }
    return parents.map((_, n) => rootOf(n));
}

/**
 * Which vertices hang together by edges of triangles: for each the number of one vertex of its piece, the same for all of
 * them (disjoint sets with path halving, Tarjan and van Leeuwen 1984). [vertexCount]
 *
 * @param indices [triangleCount, 3]
 * @param isJoined whether an edge counts; all do unless given
 */
export function pieceOfVertices(
    vertexCount: number,
    indices: Uint32Array,
    isJoined: (a: number, b: number) => boolean = () => true,
): Uint32Array {
    const parents = Uint32Array.from({ length: vertexCount }, (_, n) => n);
    const rootOf = (vertex: number): number => {
        let root = vertex;
        while (parents[root] !== root) {
            parents[root] = parents[parents[root]];
            root = parents[root];
        }
        return root;
    };
    for (let at = 0; at < indices.length; at++) {
        const [a, b] = [indices[at], indices[at - (at % 3) + ((at + 1) % 3)]];
        if (isJoined(a, b)) parents[rootOf(a)] = rootOf(b);
    }
    return parents.map((_, n) => rootOf(n));
}

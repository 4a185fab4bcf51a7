/** Indexed triangles, counter-clockwise from outside. */
export interface TriangleMesh {
    /** [vertexCount, 3] */
    readonly positions: Float32Array;
    /** [triangleCount, 3] */
    readonly indices: Uint32Array;
}

/** Indexed triangles of a shape, model space. */
export interface SurfaceMesh {
    /** [vertexCount, 3], model units. */
    readonly positions: Float32Array;
    /** [vertexCount, 3], unit length, outward. */
    readonly normals: Float32Array;
    /** [triangleCount, 3], in the order of `Winding`. */
    readonly indices: Uint32Array;
}

/**
 * How a triangle's corners run, seen from outside the shape in right-handed coordinates: counter-clockwise as glTF
 * wants, or clockwise as Babylon's own mesh builders write in left-handed and right-handed scenes alike.
 */
export type Winding = "counterClockwise" | "clockwise";

/**
 * Where normals come from: the field's gradient at each vertex, which is exact, or differences of the distances at the
 * grid's corners, which cost no evaluation and smooth over about a cell.
 */
export type NormalSource = "field" | "grid";

/** What making a surface took. */
export interface SurfaceStatistics {
    /** Points the decoder was evaluated at, for values; gradients at the vertices are `vertices` more. */
    evaluations: number;
    /** What bounds over cells took in exact mode, as evaluations for values. */
    boundEvaluations: number;
    /** Cells of the grid that the surface crosses. */
    surfaceCells: number;
    vertices: number;
    triangles: number;
    /** Compute dispatches, 0 on the CPU; of several surfaces made together each has its share of theirs. */
    dispatches: number;
    /** Times the host waited for the GPU or a worker. */
    awaits: number;
    /** From the GPU to the host, before the surface was there. */
    bytesReadBack: number;
    /** From the GPU to the host after a live remesh, beside the frames that go on, to learn these figures. */
    lateBytes: number;
    /** Wall clock, from the call to the result. */
    milliseconds: number;
    /** Attempts; more than one where the field was steeper than thought or a buffer had to grow. */
    attempts: number;
}

export function emptyStatistics(): SurfaceStatistics {
    return {
        evaluations: 0,
        boundEvaluations: 0,
        surfaceCells: 0,
        vertices: 0,
        triangles: 0,
        dispatches: 0,
        awaits: 0,
        bytesReadBack: 0,
        lateBytes: 0,
        milliseconds: 0,
        attempts: 0,
    };
}

export interface SurfaceOptions {
    /** Whole number of cells along the longest side of the bounds; 64 unless given. */
    resolution?: number;
    /** Evaluate only near the surface; true unless given. The surface is the same. */
    sparse?: boolean;
    /**
     * Miss nothing, for sure: cells are left out only where bounds of the network over them prove that the surface is not
     * there, and the mesh is what evaluating every corner gives. Off by default; for decoders that are perceptrons. It
     * costs several times the sparse search, at times as much as every corner. On the GPU every corner is evaluated.
     */
    exact?: boolean;
    /** Bound on the length of the field's gradient, for the sparse search; 1.25 unless given. */
    slope?: number;
    /** "counterClockwise" unless given. */
    winding?: Winding;
    /** "field" unless given. */
    normals?: NormalSource;
    /**
     * Milliseconds of the GPU that a frame may give to this surface, which then takes more frames and waits for each; all
     * at once unless given. Fused fields only: other ones work in chunks of their own.
     */
    frameBudget?: number;
    /** Aborting rejects with the signal's reason before the next piece of work starts. */
    signal?: AbortSignal;
}

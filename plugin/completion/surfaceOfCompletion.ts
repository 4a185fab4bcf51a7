import type { Field } from "../field/field.js";
import type { Decoder } from "../model/decoder.js";
import { extractSurfaceAsync } from "../surface/cpu/extractSurface.js";
import { checkResolution } from "../surface/grid.js";
import type { SurfaceMesh, Winding } from "../surface/mesh.js";
import type { Completion } from "./completeScan.js";
import { observedShares } from "./observed.js";
import { toScan, turnToScan } from "./pose.js";
import type { Scan } from "./scan.js";

/** What becomes of the scan: the decoder's shape alone, one surface through the observed points, or the missing part. */
export type CompletionMode = "replace" | "fuse" | "fill";

export const COMPLETION_MODES: readonly CompletionMode[] = ["replace"];

export interface CompletionSurfaceOptions {
    /** "replace" unless given. */
    mode?: CompletionMode;
    /** Cells along the longest side of the decoder's bounds; 64 unless given. */
    resolution?: number;
    /** Bound on the length of the field's gradient, for the sparse search. */
    slope?: number;
    /** "counterClockwise" unless given. */
    winding?: Winding;
    signal?: AbortSignal;
}

/** A completed shape in the scan's space. */
export interface CompletionSurface extends SurfaceMesh {
    /** [vertexCount], 1 where the sensor saw the surface, 0 where it is a guess, between them at the seam. */
    readonly observed: Float32Array;
    /** Edge of a cell of the grid it was meshed on, scan units. */
    readonly cellSize: number;
}

/**
 * The surface of a completion, in the scan's units and axes.
 *
 * @param scan the scan that the completion was made of
 * @throws if the mode is unknown, the resolution out of range or the signal is aborted
 */
export async function surfaceOfCompletionAsync(
    field: Field,
    decoder: Pick<Decoder, "bounds" | "clampDistance">,
    scan: Scan,
    { latent, pose }: Pick<Completion, "latent" | "pose">,
    options: CompletionSurfaceOptions = {},
): Promise<CompletionSurface> {
    const { mode = "replace", resolution = 64, slope, winding, signal } = options;
    if (!COMPLETION_MODES.includes(mode)) {
        throw new Error(
            `surfaceOfCompletionAsync: got mode ${JSON.stringify(mode)}; expected ${COMPLETION_MODES.map((name) => `"${name}"`).join(", ")}; correct the option`,
        );
    }
    checkResolution("surfaceOfCompletionAsync", resolution);
    const { mesh } = await extractSurfaceAsync(field, latent, decoder, { resolution, slope, winding, signal });
    const { bounds } = decoder;
    const side = Math.max(...bounds.max.map((max, axis) => max - bounds.min[axis]));
    const positions = toScan(pose, mesh.positions);
    const normals = turnToScan(pose, mesh.normals);
    const observed = observedShares(scan.positions, positions, 0.01 * side * pose.scale);
    return { positions, normals, indices: mesh.indices, observed, cellSize: (pose.scale * side) / resolution };
}

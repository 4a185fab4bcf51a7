import type { Field } from "../field/field.js";
import type { Decoder } from "../model/decoder.js";
import { extractSurfaceAsync } from "../surface/cpu/extractSurface.js";
import { checkResolution } from "../surface/grid.js";
import type { SurfaceMesh, Winding } from "../surface/mesh.js";
import { toCloud } from "./cleanScan.js";
import type { Completion } from "./completeScan.js";
import { CorrectedField, Correction } from "./correction.js";
import { missingPart } from "./fill.js";
import { clampInto } from "./fitProblem.js";
import { observedShares, seenFrom } from "./observed.js";
import { toModel, toScan, turnToScan } from "./pose.js";
import { checkTriangleCount, type Scan } from "./scan.js";
import { withoutStrayPieces } from "./strayPieces.js";

/** What becomes of the scan: the decoder's shape alone, one surface through the observed points, or the missing part. */
export type CompletionMode = "replace" | "fuse" | "fill";

export const COMPLETION_MODES: readonly CompletionMode[] = ["replace", "fuse", "fill"];

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

/** Steeper than the decoder's own field by this: the correction adds its slope. */
const CORRECTED_SLOPE = 1.5;

/** Part of the longest side of the bounds within which a vertex counts as seen, however dense the scan. */
const SEEN = 0.01;

/**
 * The surface of a completion, in the scan's units and axes, without small pieces that hang in what nobody saw.
 *
 * @param scan the scan that the completion was made of
 * @throws if the mode is unknown, the resolution out of range, a mesh to be filled has more than `MAX_SCAN_TRIANGLES`, or
 * the signal is aborted
 */
export async function surfaceOfCompletionAsync(
    field: Field,
    decoder: Pick<Decoder, "bounds" | "clampDistance">,
    scan: Scan,
    { latent, pose }: Pick<Completion, "latent" | "pose">,
    options: CompletionSurfaceOptions = {},
): Promise<CompletionSurface> {
    const { mode = "replace", resolution = 64, winding, signal } = options;
    const operation = "surfaceOfCompletionAsync";
    checkMode(operation, mode);
    checkResolution(operation, resolution);
    if (mode === "fill") checkTriangleCount(operation, scan, 'choose mode "fuse"');
    const { bounds } = decoder;
    const side = Math.max(...bounds.max.map((max, axis) => max - bounds.min[axis]));
    const cellSize = (pose.scale * side) / resolution;
    const cloud = toCloud(scan);
    const seen = cloud.positions;
    let source = field;
    let slope = options.slope;
    if (mode !== "replace") {
        const { points, excess } = clampInto(bounds, toModel(pose, seen));
        const distances = await field.evaluateAsync(latent, points, { signal });
        const correction = new Correction(
            points,
            distances.map((distance, n) => distance + excess[n]),
        );
        source = new CorrectedField(field, correction);
        slope = CORRECTED_SLOPE * (slope ?? 1.25);
    }
    const { mesh } = await extractSurfaceAsync(source, latent, decoder, { resolution, slope, winding, signal });
    const whole: SurfaceMesh = {
        positions: toScan(pose, mesh.positions),
        normals: turnToScan(pose, mesh.normals),
        indices: mesh.indices,
    };
    const [from, near] = [seenFrom(cloud), SEEN * side * pose.scale];
    const shown = <Surface extends SurfaceMesh>(surface: Surface) => ({
        ...surface,
        observed: observedShares(seen, from, surface, near),
        cellSize,
    });
    const believed = withoutStrayPieces(shown(whole));
    if (mode !== "fill") return believed;
    // A mesh keeps all of its vertices, for its indices' sake.
    return shown(await missingPart(believed, scan.indices?.length ? scan : cloud, cellSize));
}

/** @throws if there is no such mode */
export function checkMode(operation: string, mode: unknown): asserts mode is CompletionMode {
    if (!COMPLETION_MODES.includes(mode as CompletionMode)) {
        throw new Error(
            `${operation}: got mode ${JSON.stringify(mode)}; expected ${COMPLETION_MODES.map((name) => `"${name}"`).join(", ")}; correct the option`,
        );
    }
}

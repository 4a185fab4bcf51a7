import { CASE_TRIANGLES, EDGE_CORNERS, edgeAxis } from "../caseTable.js";
import type { Winding } from "../mesh.js";
import { exclusiveScan } from "./bitMask.js";
import { type CornerValues, cellIsComplete, gridPosition, isClosedAround, slotOf } from "./corners.js";

/** What each corner contributes: as the owner of three edges, and of the cell that begins at it. */
export interface CornerClasses {
    /** Bit a set where the edge from the corner along axis a is crossed. */
    readonly crossings: Uint8Array;
    /** Sign pattern of the corner's cell, 0 where the cell is incomplete. */
    readonly cases: Uint8Array;
    /** First vertex and first triangle of each corner. */
    readonly vertexOffsets: Uint32Array;
    readonly triangleOffsets: Uint32Array;
    readonly vertexCount: number;
    readonly triangleCount: number;
    readonly surfaceCells: number;
    /** Crossed edges with a neighbouring cell missing: the surface would be open there. */
    readonly openEdges: number;
}

/** CPU twin of `classifyCorners` in `marchingCubes.wgsl`. */
export function classifyCorners(corners: CornerValues): CornerClasses {
    const { mask, members, distances } = corners;
    const strides = [1, mask.size[0], mask.size[0] * mask.size[1]];
    const crossings = new Uint8Array(members.length);
    const cases = new Uint8Array(members.length);
    const vertexOffsets = new Uint32Array(members.length);
    const triangleOffsets = new Uint32Array(members.length);
    const isInside = (slot: number) => distances[slot] < 0;
    let surfaceCells = 0;
    let openEdges = 0;

    for (let slot = 0; slot < members.length; slot++) {
        const position = gridPosition(mask, members[slot]);
        for (let axis = 0; axis < 3; axis++) {
            if (position[axis] + 1 < mask.size[axis]) {
                const neighbour = slotOf(corners, members[slot] + strides[axis]);
                if (neighbour >= 0 && isInside(neighbour) !== isInside(slot)) {
                    crossings[slot] |= 1 << axis;
                    vertexOffsets[slot]++;
                    openEdges += isClosedAround(corners, position, axis) ? 0 : 1;
                }
            }
        }
        if (cellIsComplete(corners, ...position)) {
            for (let corner = 0; corner < 8; corner++) {
                if (isInside(slotOf(corners, members[slot] + cornerStep(corner, strides)))) {
                    cases[slot] |= 1 << corner;
                }
            }
            triangleOffsets[slot] = CASE_TRIANGLES[cases[slot]].length;
            surfaceCells += triangleOffsets[slot] > 0 ? 1 : 0;
        }
    }
    const vertexCount = exclusiveScan(vertexOffsets);
    const triangleCount = exclusiveScan(triangleOffsets);
    return { crossings, cases, vertexOffsets, triangleOffsets, vertexCount, triangleCount, surfaceCells, openEdges };
}

/** Vertices on the crossed edges, [vertexCount, 3]. CPU twin of `emitVertices` in `marchingCubes.wgsl`. */
export function emitVertices(corners: CornerValues, classes: CornerClasses): Float32Array {
    const { mask, members, points, distances } = corners;
    const strides = [1, mask.size[0], mask.size[0] * mask.size[1]];
    const positions = new Float32Array(3 * classes.vertexCount);
    for (let slot = 0; slot < members.length; slot++) {
        let vertex = classes.vertexOffsets[slot];
        for (let axis = 0; axis < 3; axis++) {
            if (classes.crossings[slot] & (1 << axis)) {
                const neighbour = slotOf(corners, members[slot] + strides[axis]);
                // The two differ in sign, so the difference is not zero.
                const t = distances[slot] / (distances[slot] - distances[neighbour]);
                for (let a = 0; a < 3; a++) {
                    const from = points[3 * slot + a];
                    positions[3 * vertex + a] = from + t * (points[3 * neighbour + a] - from);
                }
                vertex++;
            }
        }
    }
    return positions;
}

/** Triangles, [triangleCount, 3]. CPU twin of `emitTriangles` in `marchingCubes.wgsl`. */
export function emitTriangles(corners: CornerValues, classes: CornerClasses, winding: Winding): Uint32Array {
    const { mask, members } = corners;
    const strides = [1, mask.size[0], mask.size[0] * mask.size[1]];
    const indices = new Uint32Array(3 * classes.triangleCount);
    const [second, third] = winding === "counterClockwise" ? [1, 2] : [2, 1];
    for (let slot = 0; slot < members.length; slot++) {
        let at = 3 * classes.triangleOffsets[slot];
        const vertexOn = (edge: number): number => {
            const owner = slotOf(corners, members[slot] + cornerStep(EDGE_CORNERS[edge], strides));
            const before = classes.crossings[owner] & ((1 << edgeAxis(edge)) - 1);
            return classes.vertexOffsets[owner] + (before & 1) + (before >> 1);
        };
        for (const triangle of CASE_TRIANGLES[classes.cases[slot]]) {
            indices[at++] = vertexOn(triangle[0]);
            indices[at++] = vertexOn(triangle[second]);
            indices[at++] = vertexOn(triangle[third]);
        }
    }
    return indices;
}

function cornerStep(corner: number, strides: readonly number[]): number {
    return (corner & 1) * strides[0] + ((corner >> 1) & 1) * strides[1] + (corner >> 2) * strides[2];
}

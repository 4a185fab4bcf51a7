import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";

/** A surface with texture coordinates; some vertices stand twice, once a side. */
export interface TexturedSurface {
    positions: Float32Array;
    normals: Float32Array;
    /** [vertexCount, 2], model units along the side's own two axes. */
    uvs: Float32Array;
    indices: Uint32Array;
}

/**
 * Texture coordinates as a triplanar shader would choose them: each triangle is seen along the axis that its normal
 * is closest to, and one texture unit is one model unit everywhere, so that a tiling material keeps its scale from prop
 * to prop. A vertex between two sides is doubled, for a shared one would smear the texture across the triangle.
 *
 * u runs to the right and v up for who looks at the side from outside, in Babylon's left-handed coordinates.
 *
 * @param positions [n, 3]
 * @param normals [n, 3]
 * @param indices [m, 3], wound clockwise as Babylon's builders do
 */
export function boxUvs(positions: Float32Array, normals: Float32Array, indices: Uint32Array): TexturedSurface {
    const vertexCount = positions.length / 3;
    // Side of a vertex: axis 0 to 2, plus 3 where it faces the negative half. The first triangle of a vertex keeps it.
    const sideOf = new Int8Array(vertexCount).fill(-1);
    const doubles = new Map<number, number>();
    const sources: number[] = [];
    const sides: number[] = [];
    const newIndices = new Uint32Array(indices.length);

    // 1. Give each corner of each triangle a vertex of its side.
    for (let t = 0; t < indices.length; t += 3) {
        const side = sideOfTriangle(normals, indices[t], indices[t + 1], indices[t + 2]);
        for (let k = 0; k < 3; k++) {
            const vertex = indices[t + k];
            if (sideOf[vertex] < 0) {
                sideOf[vertex] = side;
            }
            if (sideOf[vertex] === side) {
                newIndices[t + k] = vertex;
                continue;
            }
            const key = vertex * 6 + side;
            let double = doubles.get(key);
            if (double === undefined) {
                double = vertexCount + sources.length;
                doubles.set(key, double);
                sources.push(vertex);
                sides.push(side);
            }
            newIndices[t + k] = double;
        }
    }

    // 2. Copy and project.
    const count = vertexCount + sources.length;
    const surface = {
        positions: new Float32Array(3 * count),
        normals: new Float32Array(3 * count),
        uvs: new Float32Array(2 * count),
        indices: newIndices,
    };
    surface.positions.set(positions);
    surface.normals.set(normals);
    for (let v = 0; v < count; v++) {
        const source = v < vertexCount ? v : sources[v - vertexCount];
        const side = v < vertexCount ? Math.max(0, sideOf[v]) : sides[v - vertexCount];
        if (v >= vertexCount) {
            surface.positions.set(positions.subarray(3 * source, 3 * source + 3), 3 * v);
            surface.normals.set(normals.subarray(3 * source, 3 * source + 3), 3 * v);
        }
        const [x, y, z] = positions.subarray(3 * source, 3 * source + 3);
        const away = side >= 3 ? -1 : 1;
        const axis = side % 3;
        surface.uvs[2 * v] = axis === 0 ? away * z : axis === 1 ? x : -away * x;
        surface.uvs[2 * v + 1] = axis === 1 ? away * z : y;
    }
    return surface;
}

/** The axis that the three normals' sum is closest to. */
function sideOfTriangle(normals: Float32Array, a: number, b: number, c: number): number {
    let side = 0;
    let largest = -1;
    for (let axis = 0; axis < 3; axis++) {
        const sum = normals[3 * a + axis] + normals[3 * b + axis] + normals[3 * c + axis];
        if (Math.abs(sum) > largest) {
            largest = Math.abs(sum);
            side = sum < 0 ? axis + 3 : axis;
        }
    }
    return side;
}

/** A copy, for several of the engine's blocks write into what they get. */
export function toVertexData({ positions, normals, uvs, indices }: TexturedSurface, uvScale: number): VertexData {
    const vertexData = new VertexData();
    vertexData.positions = positions.slice();
    vertexData.normals = normals.slice();
    vertexData.uvs = uvScale === 1 ? uvs.slice() : uvs.map((value) => uvScale * value);
    vertexData.indices = indices.slice();
    return vertexData;
}

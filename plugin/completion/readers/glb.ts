import { type Document, type Node, Primitive, WebIO } from "@gltf-transform/core";
import type { Scan } from "../scan.js";
import { MAX_FILE_POINTS, reasonOf, wrongScan } from "./wrongScan.js";

/** Points or triangles of a binary glTF: all primitives of its scenes, moved by their nodes. */
export async function readGlb(bytes: Uint8Array, name: string): Promise<Scan> {
    let document: Document;
    try {
        document = await new WebIO().readBinary(bytes);
    } catch (cause) {
        throw wrongScan(
            name,
            `can't be read as GLB (${reasonOf(cause)})`,
            "a whole file without mesh compression",
            "export it again",
        );
    }
    const parts = new ScanParts(name);
    for (const scene of document.getRoot().listScenes()) {
        scene.traverse((node) => addNode(parts, node));
    }
    return parts.finish();
}

function addNode(parts: ScanParts, node: Node): void {
    const matrix = node.getWorldMatrix();
    for (const primitive of node.getMesh()?.listPrimitives() ?? []) {
        const mode = primitive.getMode();
        const position = primitive.getAttribute("POSITION");
        if (!position || (mode !== Primitive.Mode.POINTS && mode !== Primitive.Mode.TRIANGLES)) continue;
        const count = position.getCount();
        const normal = primitive.getAttribute("NORMAL");
        const element = [0, 0, 0];
        const first = parts.add(count);
        for (let i = 0; i < count; i++) {
            position.getElement(i, element);
            parts.setPosition(first + i, transform(matrix, element, 1));
            if (normal) {
                normal.getElement(i, element);
                parts.setNormal(first + i, transform(normalMatrix(matrix), element, 0));
            }
        }
        if (!normal) parts.hasNormals = false;
        if (mode === Primitive.Mode.TRIANGLES) {
            const indices = primitive.getIndices();
            const total = indices ? indices.getCount() : count;
            for (let i = 0; i + 2 < total; i += 3) {
                for (let k = 0; k < 3; k++) parts.indices.push(first + (indices ? indices.getScalar(i + k) : i + k));
            }
        }
    }
}

class ScanParts {
    readonly positions: number[] = [];
    readonly normals: number[] = [];
    readonly indices: number[] = [];
    hasNormals = true;

    constructor(private readonly name: string) {}

    add(count: number): number {
        const first = this.positions.length / 3;
        if (first + count > MAX_FILE_POINTS) {
            throw wrongScan(
                this.name,
                `has over ${MAX_FILE_POINTS} points`,
                "at most that many",
                "thin the scan first",
            );
        }
        return first;
    }

    setPosition(index: number, values: readonly number[]): void {
        for (let axis = 0; axis < 3; axis++) this.positions[3 * index + axis] = values[axis];
    }

    setNormal(index: number, values: readonly number[]): void {
        for (let axis = 0; axis < 3; axis++) this.normals[3 * index + axis] = values[axis];
    }

    finish(): Scan {
        const { positions, normals, indices, hasNormals } = this;
        const count = positions.length / 3;
        if (indices.some((index) => index >= count)) {
            throw wrongScan(this.name, "has a triangle of vertices it does not hold", "its own", "export it again");
        }
        return {
            positions: Float32Array.from(positions),
            normals: hasNormals && normals.length === positions.length ? Float32Array.from(normals) : null,
            indices: indices.length > 0 ? Uint32Array.from(indices) : null,
        };
    }
}

/** Column-major 4 × 4 times (x, y, z, w). */
function transform(m: readonly number[], [x, y, z]: readonly number[], w: number): [number, number, number] {
    return [0, 1, 2].map((row) => m[row] * x + m[4 + row] * y + m[8 + row] * z + w * m[12 + row]) as [
        number,
        number,
        number,
    ];
}

/** Cofactors of the upper 3 × 3: the inverse transpose up to the determinant, whose sign a mirror must not take. */
function normalMatrix(m: readonly number[]): number[] {
    const [a, b, c] = [m.slice(0, 3), m.slice(4, 7), m.slice(8, 11)];
    const cross = (u: readonly number[], v: readonly number[]) => [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ];
    const columns = [cross(b, c), cross(c, a), cross(a, b)];
    const determinant = a[0] * columns[0][0] + a[1] * columns[0][1] + a[2] * columns[0][2];
    const sign = determinant < 0 ? -1 : 1;
    const result = new Array<number>(16).fill(0);
    columns.forEach((column, j) => {
        for (let row = 0; row < 3; row++) result[4 * j + row] = sign * column[row];
    });
    return result;
}

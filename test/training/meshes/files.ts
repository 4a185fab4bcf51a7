import { Document, NodeIO } from "@gltf-transform/core";
import type { TriangleMesh } from "../../../training/samples/mesh.js";

/** A GLB of one mesh, once for each column-major transform. */
export async function asGlb({ positions, indices }: TriangleMesh, transforms?: number[][]): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const primitive = document
        .createPrimitive()
        .setAttribute(
            "POSITION",
            document.createAccessor().setType("VEC3").setArray(positions.slice()).setBuffer(buffer),
        )
        .setIndices(document.createAccessor().setType("SCALAR").setArray(indices.slice()).setBuffer(buffer));
    const mesh = document.createMesh().addPrimitive(primitive);
    const scene = document.createScene();
    for (const transform of transforms ?? [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]]) {
        const node = document.createNode().setMesh(mesh);
        scene.addChild(node.setMatrix(transform as Parameters<typeof node.setMatrix>[0]));
    }
    return new NodeIO().writeBinary(document);
}

export async function asObj({ positions, indices }: TriangleMesh): Promise<string> {
    const lines: string[] = [];
    for (let i = 0; i < positions.length; i += 3) lines.push(`v ${positions.slice(i, i + 3).join(" ")}`);
    for (let i = 0; i < indices.length; i += 3)
        lines.push(`f ${[...indices.slice(i, i + 3)].map((v) => v + 1).join(" ")}`);
    return `${lines.join("\n")}\n`;
}

/** Binary STL: normals left at zero, as many exporters do. */
export async function asStl({ positions, indices }: TriangleMesh): Promise<Uint8Array> {
    const view = new DataView(new ArrayBuffer(84 + (50 * indices.length) / 3));
    view.setUint32(80, indices.length / 3, true);
    for (let i = 0; i < indices.length; i++) {
        for (let axis = 0; axis < 3; axis++) {
            const at = 84 + 50 * Math.floor(i / 3) + 12 + 12 * (i % 3) + 4 * axis;
            view.setFloat32(at, positions[3 * indices[i] + axis], true);
        }
    }
    return new Uint8Array(view.buffer);
}

export async function asPly({ positions, indices }: TriangleMesh): Promise<string> {
    const vertices = Array.from({ length: positions.length / 3 }, (_, v) =>
        positions.slice(3 * v, 3 * v + 3).join(" "),
    );
    const faces = Array.from(
        { length: indices.length / 3 },
        (_, t) => `3 ${indices.slice(3 * t, 3 * t + 3).join(" ")}`,
    );
    return `ply
format ascii 1.0
element vertex ${vertices.length}
property float x
property float y
property float z
element face ${faces.length}
property list uchar int vertex_indices
end_header
${[...vertices, ...faces].join("\n")}
`;
}

import { Document, NodeIO } from "@gltf-transform/core";

const POINTS = 24;
// Equal steps of a sine would lie in one plane.
const coordinates = Array.from({ length: 3 * POINTS }, (_, i) => Math.fround(Math.sin(1 + 0.37 * i + 0.011 * i * i)));
const rows = Array.from({ length: POINTS }, (_, n) => coordinates.slice(3 * n, 3 * n + 3));
const triangles = Array.from({ length: POINTS - 2 }, (_, n) => [n, n + 1, n + 2]);
const bytesOf = (text: string) => new TextEncoder().encode(text);

function join(...parts: (string | Uint8Array)[]): Uint8Array {
    const arrays = parts.map((part) => (typeof part === "string" ? bytesOf(part) : part));
    const result = new Uint8Array(arrays.reduce((sum, array) => sum + array.length, 0));
    let start = 0;
    for (const array of arrays) {
        result.set(array, start);
        start += array.length;
    }
    return result;
}

function plyHeader(format: string): string {
    const vertex = ["x", "y", "z", "nx", "ny", "nz"].map((name) => `property float ${name}`).join("\n");
    return `ply\nformat ${format} 1.0\ncomment sensor at 0 1 4\nelement vertex ${POINTS}\n${vertex}\nelement face ${triangles.length}\nproperty list uchar int vertex_indices\nend_header\n`;
}

function binaryPly(little: boolean): Uint8Array {
    const view = new DataView(new ArrayBuffer(24 * POINTS + 13 * triangles.length));
    rows.forEach((row, n) => {
        [...row, ...row].forEach((value, k) => {
            view.setFloat32(24 * n + 4 * k, value, little);
        });
    });
    triangles.forEach((triangle, n) => {
        const start = 24 * POINTS + 13 * n;
        view.setUint8(start, 3);
        triangle.forEach((index, k) => {
            view.setInt32(start + 1 + 4 * k, index, little);
        });
    });
    return join(plyHeader(`binary_${little ? "little" : "big"}_endian`), new Uint8Array(view.buffer));
}

const textPly = `${plyHeader("ascii")}${rows.map((row) => [...row, ...row].join(" ")).join("\n")}\n${triangles.map((triangle) => `3 ${triangle.join(" ")}`).join("\n")}\n`;

function pcdHeader(data: string): string {
    return `# .PCD v0.7\nVERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH ${POINTS}\nHEIGHT 1\nVIEWPOINT 0 1 4 1 0 0 0\nPOINTS ${POINTS}\nDATA ${data}\n`;
}

/** All of the first column, then of the second, as literal runs of LZF: up to 32 bytes behind their length less one. */
function compressedPcd(): Uint8Array {
    const columns = [0, 1, 2].flatMap((axis) => rows.map((row) => row[axis]));
    const data = new Uint8Array(Float32Array.from(columns).buffer);
    const runs: number[] = [];
    for (let start = 0; start < data.length; start += 32) {
        const run = data.subarray(start, start + 32);
        runs.push(run.length - 1, ...run);
    }
    const sizes = new Uint8Array(Uint32Array.of(runs.length, data.length).buffer);
    return join(pcdHeader("binary_compressed"), sizes, Uint8Array.from(runs));
}

async function glb(): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const positions = document
        .createAccessor()
        .setType("VEC3")
        .setArray(Float32Array.from(coordinates))
        .setBuffer(buffer);
    const indices = document.createAccessor().setArray(Uint16Array.from(triangles.flat())).setBuffer(buffer);
    const primitive = document.createPrimitive().setAttribute("POSITION", positions).setIndices(indices);
    const node = document.createNode().setMesh(document.createMesh().addPrimitive(primitive)).setScale([2, 1, 1]);
    document.createScene().addChild(node);
    return new NodeIO().writeBinary(document);
}

/** The same points in each format that scans come in. */
export async function scanFiles(): Promise<Uint8Array[]> {
    const data = new Uint8Array(Float32Array.from(coordinates).buffer);
    return [
        bytesOf(textPly),
        binaryPly(true),
        binaryPly(false),
        join(pcdHeader("ascii"), rows.map((row) => row.join(" ")).join("\n")),
        join(pcdHeader("binary"), data),
        compressedPcd(),
        bytesOf(rows.map((row) => row.join(" ")).join("\n")),
        bytesOf(`# x,y,z,nx,ny,nz\n${rows.map((row) => [...row, 0, 1, 0].join(",")).join("\n")}`),
        await glb(),
    ];
}

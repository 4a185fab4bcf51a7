import { Document, NodeIO, Primitive } from "@gltf-transform/core";
import { describe, expect, it } from "vitest";
import { readScanAsync } from "../../plugin/completion/readers/readScan.js";
import { cpuMilliseconds } from "../support/cpuTime.js";
import { createTestRandom } from "../support/perceptrons.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const POINTS = [0, 1, 2, 3.5, -4, 5, 0.25, 0.5, 0.75];
const NORMALS = [1, 0, 0, 0, 1, 0, 0, 0, -1];

const plyHeader = (format: string, newline: string) =>
    [
        "ply",
        `format ${format} 1.0`,
        "comment sensor at 0.5 1.5 -2.5",
        "element vertex 3",
        ..."x y z nx ny nz".split(" ").map((name) => `property float ${name}`),
        "property uchar red",
        "element face 1",
        "property list uchar int vertex_indices",
        "end_header",
        "",
    ].join(newline);

function asciiPly(newline: string): Uint8Array {
    const rows = [0, 1, 2].map((n) =>
        [...POINTS.slice(3 * n, 3 * n + 3), ...NORMALS.slice(3 * n, 3 * n + 3), 255].join(" "),
    );
    return bytesOf([plyHeader("ascii", newline) + rows[0], rows[1], rows[2], "3 0 1 2", ""].join(newline));
}

function binaryPly(isLittle: boolean, newline = "\n"): Uint8Array {
    const header = bytesOf(plyHeader(isLittle ? "binary_little_endian" : "binary_big_endian", newline));
    const bytes = new Uint8Array(header.length + 3 * 25 + 13);
    bytes.set(header);
    const view = new DataView(bytes.buffer, header.length);
    for (let n = 0; n < 3; n++) {
        for (let k = 0; k < 3; k++) {
            view.setFloat32(25 * n + 4 * k, POINTS[3 * n + k], isLittle);
            view.setFloat32(25 * n + 12 + 4 * k, NORMALS[3 * n + k], isLittle);
        }
    }
    view.setUint8(75, 3);
    for (let k = 0; k < 3; k++) view.setInt32(76 + 4 * k, k, isLittle);
    return bytes;
}

function pcd(kind: "ascii" | "binary", viewpoint = "1 2 3 1 0 0 0", count = 3): Uint8Array {
    const header = bytesOf(
        `# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH ${count}\nHEIGHT 1\nVIEWPOINT ${viewpoint}\nPOINTS ${count}\nDATA ${kind}\n`,
    );
    const rows = [0, 1, 2].map((n) => POINTS.slice(3 * n, 3 * n + 3).join(" ")).join("\n");
    const body = kind === "ascii" ? bytesOf(`${rows}\n`) : new Uint8Array(Float32Array.from(POINTS).buffer);
    const bytes = new Uint8Array(header.length + body.length);
    bytes.set(header);
    bytes.set(body, header.length);
    return bytes;
}

async function glb(mode: number): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const position = document.createAccessor().setType("VEC3").setArray(Float32Array.from(POINTS)).setBuffer(buffer);
    const normal = document.createAccessor().setType("VEC3").setArray(Float32Array.from(NORMALS)).setBuffer(buffer);
    const primitive = document
        .createPrimitive()
        .setMode(mode as 0)
        .setAttribute("POSITION", position)
        .setAttribute("NORMAL", normal);
    const node = document
        .createNode()
        .setMesh(document.createMesh().addPrimitive(primitive))
        .setTranslation([10, 0, 0])
        .setScale([2, 2, 2]);
    document.createScene().addChild(node);
    return new NodeIO().writeBinary(document);
}

describe("readScanAsync", () => {
    it.each([
        ["text", asciiPly("\n")],
        ["text with CRLF", asciiPly("\r\n")],
        ["little-endian", binaryPly(true)],
        ["big-endian", binaryPly(false)],
        ["little-endian with a CRLF header", binaryPly(true, "\r\n")],
    ])("reads PLY: %s", async (_, bytes) => {
        const scan = await readScanAsync(bytes);
        expect(Array.from(scan.positions)).toEqual(POINTS);
        expect(Array.from(scan.normals!)).toEqual(NORMALS);
        expect(Array.from(scan.indices!)).toEqual([0, 1, 2]);
        expect(Array.from(scan.sensorPositions as Float32Array)).toEqual([0.5, 1.5, -2.5]);
    });

    it.each(["ascii", "binary"] as const)("reads PCD: %s, with its viewpoint", async (kind) => {
        const scan = await readScanAsync(pcd(kind));
        expect(Array.from(scan.positions)).toEqual(POINTS);
        expect(Array.from(scan.sensorPositions as Float32Array)).toEqual([1, 2, 3]);
        expect((await readScanAsync(pcd(kind, "0 0 0 1 0 0 0"))).sensorPositions).toBeNull();
    });

    it("reads XYZ: comments, commas, a count, normals where all are of unit length", async () => {
        const rows = (extra: (n: number) => string) =>
            [0, 1, 2].map((n) => `${POINTS.slice(3 * n, 3 * n + 3).join(", ")}${extra(n)}`).join("\r\n");
        const plain = await readScanAsync(bytesOf(`# made by hand\r\n${rows(() => "")}\r\n`));
        expect(Array.from(plain.positions)).toEqual(POINTS);
        expect(plain.normals).toBeNull();
        const holed = await readScanAsync(bytesOf(`nan nan nan\n${rows(() => "")}`));
        expect(Array.from(holed.positions)).toEqual([Number.NaN, Number.NaN, Number.NaN, ...POINTS]);
        const oriented = await readScanAsync(bytesOf(rows((n) => ` ${NORMALS.slice(3 * n, 3 * n + 3).join(" ")}`)));
        expect(Array.from(oriented.normals!)).toEqual(NORMALS);
        const coloured = await readScanAsync(bytesOf(rows(() => " 255 128 0")));
        expect(coloured.normals).toBeNull();
    });

    it("reads GLB: points and triangles, moved by their node", async () => {
        const moved = POINTS.map((value, i) => 2 * value + (i % 3 === 0 ? 10 : 0));
        for (const mode of [Primitive.Mode.POINTS, Primitive.Mode.TRIANGLES]) {
            const scan = await readScanAsync(await glb(mode));
            expect(Array.from(scan.positions)).toEqual(moved);
            expect(scan.indices === null).toBe(mode === Primitive.Mode.POINTS);
        }
    });

    const refused: [string, Uint8Array, RegExp][] = [
        ["nothing", new Uint8Array(0), /is empty; expected PLY, PCD, XYZ or GLB/],
        ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), /expected PLY, PCD, XYZ or GLB/],
        ["a PLY without an end", bytesOf("ply\nformat ascii 1.0\nelement vertex 3\n"), /without end_header/],
        [
            "a PLY of a billion points",
            bytesOf("ply\nformat ascii 1.0\nelement vertex 1000000000\nproperty float x\nend_header\n1"),
            /announces 1000000000 of "vertex"/,
        ],
        [
            "a PLY of points without properties",
            bytesOf("ply\nformat ascii 1.0\nelement vertex 9\nend_header\n"),
            /with 0 properties/,
        ],
        [
            "a PLY of a negative count",
            bytesOf("ply\nformat ascii 1.0\nelement vertex -1\nproperty float x\nend_header\n"),
            /announces -1/,
        ],
        [
            "a PLY of an unknown type",
            bytesOf("ply\nformat ascii 1.0\nelement vertex 1\nproperty quad x\nend_header\n1"),
            /a property of a type known/,
        ],
        [
            "a PLY of an unknown format",
            bytesOf("ply\nformat morse 1.0\nelement vertex 0\nend_header\n"),
            /PLY format "morse"/,
        ],
        ["a PLY cut short", binaryPly(true).slice(0, -60), /whole file/],
        [
            "a PLY without points",
            bytesOf("ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nend_header\n"),
            /holds no points/,
        ],
        ["a PCD cut short", pcd("binary").slice(0, -8), /ends 8 bytes early/],
        ["a PCD of too many points", pcd("binary", "0 0 0 1 0 0 0", 4e9), /announces 4000000000 points/],
        ["a PCD without data", bytesOf("# .PCD v0.7\nVERSION 0.7\nFIELDS x y z\n"), /without a DATA line/],
        ["an XYZ with words", bytesOf("1 2 3\n4 five 6\n"), /has line 2: "4 five 6"/],
        ["a GLB that is none", bytesOf("glTF and nothing more"), /can't be read as GLB/],
    ];
    it.each(refused)("refuses %s", async (_, bytes, message) => {
        await expect(readScanAsync(bytes, "it")).rejects.toThrow(message);
        await expect(readScanAsync(bytes, "it")).rejects.toThrow(/^readScanAsync: it .*; expected .*; /);
    });

    it("gives a scan or an error of its own for 600 damaged files, each within a second", async () => {
        const random = createTestRandom(11);
        const whole = [asciiPly("\n"), binaryPly(true), binaryPly(false), pcd("ascii"), pcd("binary"), await glb(0)];
        let errors = 0;
        for (let n = 0; n < 600; n++) {
            const bytes = whole[n % whole.length].slice();
            for (let k = 0; k < 1 + 4 * random(); k++)
                bytes[Math.floor(random() * bytes.length)] = Math.floor(256 * random());
            const started = cpuMilliseconds();
            try {
                const { positions } = await readScanAsync(
                    bytes.slice(0, random() < 0.3 ? random() * bytes.length : undefined),
                );
                expect(positions.length % 3).toBe(0);
            } catch (error) {
                errors++;
                expect((error as Error).message).toMatch(/^readScanAsync: /);
            }
            expect(cpuMilliseconds() - started).toBeLessThan(10_000);
        }
        expect(errors).toBeGreaterThan(100);
    });
});

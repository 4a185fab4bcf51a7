import type { BufferGeometry } from "three";
import type { Scan } from "../scan.js";
import { MAX_FILE_POINTS, reasonOf, wholeBuffer, wrongScan } from "./wrongScan.js";

/** Bytes of each scalar type of the format. */
const TYPE_BYTES: Readonly<Record<string, number>> = {
    char: 1,
    uchar: 1,
    int8: 1,
    uint8: 1,
    short: 2,
    ushort: 2,
    int16: 2,
    uint16: 2,
    int: 4,
    uint: 4,
    int32: 4,
    uint32: 4,
    float: 4,
    float32: 4,
    double: 8,
    float64: 8,
};

/** Points and triangles of a PLY file, through three.js' reader; its header is checked first. */
export async function readPly(bytes: Uint8Array, name: string): Promise<Scan> {
    const header = checkHeader(bytes, name);
    const [{ BufferGeometry }, { PLYLoader }] = await Promise.all([
        import("three"),
        import("three/examples/jsm/loaders/PLYLoader.js"),
    ]);
    const { computeBoundingSphere } = BufferGeometry.prototype;
    let geometry: BufferGeometry;
    try {
        // The reader asks for it, nobody needs it, and of points that are no numbers it fills the console.
        BufferGeometry.prototype.computeBoundingSphere = () => {};
        geometry = new PLYLoader().parse(wholeBuffer(bytes));
    } catch (cause) {
        throw wrongScan(
            name,
            `can't be read as PLY (${reasonOf(cause)})`,
            "a whole file",
            "check that it was copied in full",
        );
    } finally {
        BufferGeometry.prototype.computeBoundingSphere = computeBoundingSphere;
    }
    const floats = (attribute: string) => {
        const found = geometry.getAttribute(attribute);
        return found ? Float32Array.from(found.array) : null;
    };
    const positions = floats("position") ?? new Float32Array(0);
    if (positions.length !== 3 * header.vertexCount) {
        throw wrongScan(
            name,
            `announces ${header.vertexCount} vertices and holds ${positions.length / 3}`,
            "as many as announced",
            "check that it was copied in full",
        );
    }
    const index = geometry.getIndex();
    const indices = index ? Uint32Array.from(index.array) : null;
    if (indices?.some((vertex) => vertex >= header.vertexCount)) {
        throw wrongScan(
            name,
            `has a face with a vertex beyond the ${header.vertexCount} it holds`,
            "faces of its own vertices",
            "export it again",
        );
    }
    return { positions, normals: floats("normal"), indices, sensorPositions: header.sensor };
}

/** Counts that can't be true would keep the reader busy for hours: they are compared with the file's length. */
function checkHeader(bytes: Uint8Array, name: string): { vertexCount: number; sensor: Float32Array | null } {
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, 65536));
    const end = /(^|[\r\n])end_header(\r\n|\r|\n)/.exec(text);
    if (!end) {
        throw wrongScan(name, "is a PLY without end_header", "a complete header", "check that it was copied in full");
    }
    const lines = text.slice(0, end.index).split(/\r\n|\r|\n/);
    const elements: { name: string; count: number; bytes: number; properties: number }[] = [];
    let sensor: Float32Array | null = null;
    let isText = false;
    for (const line of lines) {
        const [key, ...rest] = line.trim().split(/\s+/);
        if (key === "format") {
            isText = rest[0] === "ascii";
            if (!/^(ascii|binary_little_endian|binary_big_endian)$/.test(rest[0] ?? "")) {
                throw wrongScan(
                    name,
                    `has PLY format ${JSON.stringify(rest[0])}`,
                    "ascii or binary",
                    "export it again",
                );
            }
        } else if (key === "element") {
            elements.push({ name: rest[0], count: Number(rest[1]), bytes: 0, properties: 0 });
        } else if (key === "property") {
            const element = elements.at(-1);
            const type = rest[0] === "list" ? rest[1] : rest[0];
            if (!element || !Object.hasOwn(TYPE_BYTES, type)) {
                throw wrongScan(
                    name,
                    `has the PLY line ${JSON.stringify(line)}`,
                    "a property of a type known",
                    "export it again",
                );
            }
            // In text a number takes a digit and a space.
            element.bytes += isText ? 2 : TYPE_BYTES[type];
            element.properties++;
        } else if (key === "comment") {
            const found = /sensor at ([-+.\deE]+) ([-+.\deE]+) ([-+.\deE]+)/.exec(line)?.slice(1).map(Number);
            sensor = found?.every(Number.isFinite) ? Float32Array.from(found) : sensor;
        }
    }
    let needed = 0;
    for (const element of elements) {
        const { count } = element;
        if (
            !Number.isInteger(count) ||
            count < 0 ||
            count > MAX_FILE_POINTS ||
            (count > 0 && element.properties === 0)
        ) {
            throw wrongScan(
                name,
                `announces ${count} of "${element.name}" with ${element.properties} properties`,
                `at most ${MAX_FILE_POINTS}, with properties`,
                "thin the scan first",
            );
        }
        needed += count * element.bytes;
    }
    if (needed > bytes.length + 1) {
        throw wrongScan(
            name,
            `announces at least ${needed} bytes of data and has ${bytes.length}`,
            "a whole file",
            "check that it was copied in full",
        );
    }
    return { vertexCount: elements.find((element) => element.name === "vertex")?.count ?? 0, sensor };
}

import type { Points } from "three";
import type { Scan } from "../scan.js";
import { MAX_FILE_POINTS, reasonOf, wholeBuffer, wrongScan } from "./wrongScan.js";

/** Points of a PCD file, through three.js' reader; its header is checked first. */
export async function readPcd(bytes: Uint8Array, name: string): Promise<Scan> {
    const sensor = checkHeader(bytes, name);
    const { PCDLoader } = await import("three/examples/jsm/loaders/PCDLoader.js");
    let cloud: Points;
    try {
        cloud = new PCDLoader().parse(wholeBuffer(bytes));
    } catch (cause) {
        throw wrongScan(
            name,
            `can't be read as PCD (${reasonOf(cause)})`,
            "a whole file",
            "check that it was copied in full",
        );
    }
    const position = cloud.geometry.getAttribute("position");
    const normal = cloud.geometry.getAttribute("normal");
    const positions = position ? Float32Array.from(position.array) : new Float32Array(0);
    const normals = normal ? Float32Array.from(normal.array) : null;
    return {
        positions,
        normals: normals?.length === positions.length ? normals : null,
        sensorPositions: sensor,
    };
}

/** The sensor's position, or null where the header leaves it at the origin as most writers do by default. */
function checkHeader(bytes: Uint8Array, name: string): Float32Array | null {
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, 65536));
    const data = /[\r\n]DATA[ \t]+(ascii|binary_compressed|binary)\s/i.exec(text);
    if (!data) {
        throw wrongScan(
            name,
            "is a PCD without a DATA line of ascii, binary or binary_compressed",
            "a complete header",
            "check that it was copied in full",
        );
    }
    const header = text.slice(0, data.index);
    const numbers = (key: string) =>
        new RegExp(`^${key}[ \\t]+(.*)$`, "im").exec(header)?.[1].trim().split(/\s+/).map(Number);
    const fields = /^FIELDS[ \t]+(.*)$/im.exec(header)?.[1].trim().split(/\s+/) ?? [];
    if (!["x", "y", "z"].every((field) => fields.includes(field))) {
        throw wrongScan(name, `has the fields ${fields.join(" ")}`, "x, y and z among them", "export it again");
    }
    const sizes = numbers("SIZE") ?? [];
    const counts = numbers("COUNT") ?? fields.map(() => 1);
    const points = numbers("POINTS")?.[0] ?? (numbers("WIDTH")?.[0] ?? 0) * (numbers("HEIGHT")?.[0] ?? 1);
    const rowBytes = sizes.reduce((sum, size, i) => sum + size * (counts[i] ?? 1), 0);
    if (!(points >= 0 && points <= MAX_FILE_POINTS) || sizes.length !== fields.length || !(rowBytes > 0)) {
        throw wrongScan(
            name,
            `announces ${points} points of ${fields.length} fields in ${rowBytes} bytes each`,
            `at most ${MAX_FILE_POINTS}, with a size for each field`,
            "thin the scan or export it again",
        );
    }
    checkLength(bytes, name, data[1].toLowerCase(), data.index + data[0].length, points * rowBytes);
    const viewpoint = numbers("VIEWPOINT")?.slice(0, 3) ?? [0, 0, 0];
    const isKnown =
        viewpoint.length === 3 && viewpoint.every(Number.isFinite) && viewpoint.some((value) => value !== 0);
    return isKnown ? Float32Array.from(viewpoint) : null;
}

function checkLength(bytes: Uint8Array, name: string, kind: string, start: number, dataBytes: number): void {
    let needed = kind === "binary" ? dataBytes : 0;
    if (kind === "binary_compressed") {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        needed = bytes.length >= start + 8 ? 8 + view.getUint32(start, true) : Number.POSITIVE_INFINITY;
        if (needed < Number.POSITIVE_INFINITY && view.getUint32(start + 4, true) !== dataBytes) {
            throw wrongScan(
                name,
                `unpacks to ${view.getUint32(start + 4, true)} bytes`,
                `the ${dataBytes} that its points take`,
                "export it again",
            );
        }
    }
    if (start + needed > bytes.length) {
        throw wrongScan(
            name,
            `ends ${start + needed - bytes.length} bytes early`,
            "a whole file",
            "check that it was copied in full",
        );
    }
}

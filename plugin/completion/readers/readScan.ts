import type { Scan } from "../scan.js";
import { readPcd } from "./pcd.js";
import { readPly } from "./ply.js";
import { wrongScan } from "./wrongScan.js";
import { readXyz } from "./xyz.js";

/** Larger files are refused before anything is read. */
export const MAX_SCAN_BYTES = 512 * 1024 * 1024;

/**
 * A scan from the bytes of a file: PLY (text or binary, either byte order), PCD (text, binary, compressed), XYZ text or
 * GLB (points or triangles); told apart by their first bytes.
 *
 * Coordinates stay as they are in the file. A sensor position is taken from PCD's VIEWPOINT and from a PLY comment of
 * the form `sensor at x y z`.
 *
 * @param name the file's name, for messages
 * @throws if the bytes are none of these, are cut short, or hold no points
 */
export async function readScanAsync(bytes: Uint8Array, name = "the scan"): Promise<Scan> {
    if (bytes.length > MAX_SCAN_BYTES) {
        throw wrongScan(name, `has ${bytes.length} bytes`, `at most ${MAX_SCAN_BYTES}`, "thin the scan first");
    }
    if (bytes.length === 0) {
        throw wrongScan(name, "is empty", "PLY, PCD, XYZ or GLB", "check how it was exported or copied");
    }
    const start = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
    let scan: Scan;
    if (/^ply\s/.test(start)) {
        scan = await readPly(bytes, name);
    } else if (start.startsWith("glTF")) {
        // Its reader is the largest part of completing, and few scans are GLB.
        const { readGlb } = await import("./glb.js");
        scan = await readGlb(bytes, name);
    } else if (/^(#[^\n]*\n|\s)*VERSION\s/i.test(start) || /^# \.PCD/i.test(start)) {
        scan = await readPcd(bytes, name);
    } else if (looksLikeNumbers(start)) {
        scan = readXyz(bytes, name);
    } else {
        throw wrongScan(
            name,
            `begins with ${JSON.stringify(start.slice(0, 12))}`,
            "PLY, PCD, XYZ or GLB",
            "convert it to one of these",
        );
    }
    if (scan.positions.length === 0) {
        throw wrongScan(name, "holds no points", "points or triangles", "check how it was exported");
    }
    return scan;
}

/** Whether the first line that is no comment begins with three numbers, or with what stands for a lacking one. */
function looksLikeNumbers(start: string): boolean {
    const line = start.split(/\r\n|\r|\n/).find((text) => text.trim() !== "" && !/^\s*(#|\/\/)/.test(text));
    const fields = line?.trim().split(/[\s,;]+/) ?? [];
    return (
        fields.length >= 3 &&
        fields.slice(0, 3).every((field) => field !== "" && (/^nan/i.test(field) || !Number.isNaN(Number(field))))
    );
}

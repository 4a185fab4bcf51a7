import type { Scan } from "../scan.js";
import { MAX_FILE_POINTS, wrongScan } from "./wrongScan.js";

/**
 * Points of a text file, one a line: x y z, then any columns; separated by blanks, tabs, commas or semicolons; lines that
 * begin with # or // are comments. If three columns after the position are of unit length all through, they are normals.
 */
export function readXyz(bytes: Uint8Array, name: string): Scan {
    const text = new TextDecoder().decode(bytes);
    const positions: number[] = [];
    const further: number[] = [];
    let lineNumber = 0;
    for (let start = 0; start < text.length; ) {
        const found = text.indexOf("\n", start);
        const end = found < 0 ? text.length : found;
        const line = text.slice(start, end).trim();
        start = end + 1;
        lineNumber++;
        if (line === "" || line.startsWith("#") || line.startsWith("//")) continue;
        const fields = line.split(/[\s,;]+/);
        const values = fields.slice(0, 6).map((field) => (field === "" ? Number.NaN : Number(field)));
        if (fields.length < 3 || (values.slice(0, 3).some(Number.isNaN) && !/^nan/i.test(fields[0]))) {
            // Some files begin with their number of points.
            if (positions.length === 0 && fields.length === 1) continue;
            throw wrongScan(
                name,
                `has line ${lineNumber}: ${JSON.stringify(line.slice(0, 40))}`,
                "x y z",
                "correct it",
            );
        }
        positions.push(values[0], values[1], values[2]);
        if (values.length >= 6) further.push(values[3], values[4], values[5]);
        if (positions.length > 3 * MAX_FILE_POINTS) {
            throw wrongScan(name, `has over ${MAX_FILE_POINTS} points`, "at most that many", "thin the scan first");
        }
    }
    const areNormals = further.length === positions.length && areUnit(further);
    return { positions: Float32Array.from(positions), normals: areNormals ? Float32Array.from(further) : null };
}

function areUnit(values: readonly number[]): boolean {
    for (let i = 0; i < values.length; i += 3) {
        if (Math.abs(Math.hypot(values[i], values[i + 1], values[i + 2]) - 1) > 0.02) return false;
    }
    return values.length > 0;
}

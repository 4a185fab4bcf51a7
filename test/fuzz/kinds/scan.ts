import fc from "fast-check";
import { readScanAsync } from "../../../plugin/completion/readers/readScan.js";
import { type Scan, toUnitScan } from "../../../plugin/completion/scan.js";
import { expectClearError, Finding, type FuzzKind } from "../kind.js";
import { mutatedBytes, mutatedText } from "../mutateBytes.js";
import { scanFiles } from "../scanFiles.js";

const files = await scanFiles();
const texts = files.map((file) => new TextDecoder("latin1").decode(file));
const toBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 255);

/** Scans as sensors and people send them. */
export const scanKind: FuzzKind = {
    name: "scan",
    sound: files,
    inputs: fc.oneof(mutatedBytes(files), mutatedText(texts).map(toBytes)),
    async run(input) {
        let scan: Scan;
        try {
            scan = await readScanAsync(input, "table.ply");
        } catch (error) {
            expectClearError(error, /^readScanAsync: /);
            return "refused";
        }
        checkScan(scan, input.length);
        try {
            const { positions, scale, centre } = toUnitScan("completeScanAsync", scan, 2);
            if (!positions.every(Number.isFinite) || !(scale > 0) || !centre.every(Number.isFinite)) {
                throw new Finding("a scan that is used has numbers that are not finite");
            }
        } catch (error) {
            if (error instanceof Finding) throw error;
            expectClearError(error, /^completeScanAsync: /);
            return "refused";
        }
        return compareWithPlainReading(scan, input) ? "checked" : "plausible";
    },
};

function checkScan({ positions, normals, indices, sensorPositions }: Scan, bytes: number): void {
    const count = positions.length / 3;
    const isSound =
        Number.isInteger(count) &&
        // A coordinate takes a byte at least, in a compressed file a few bits.
        count <= 300 * bytes &&
        (!normals || normals.length === positions.length) &&
        (!indices || (indices.length % 3 === 0 && indices.every((index) => index < count))) &&
        (!sensorPositions || sensorPositions.length === 3 || sensorPositions.length === positions.length);
    if (!isSound) {
        throw new Finding(`a scan of ${count} points from ${bytes} bytes that does not hold together`);
    }
}

/** Rows of plain numbers are read a second time, by splitting at blanks; other formats are not compared. */
function compareWithPlainReading({ positions }: Scan, input: Uint8Array): boolean {
    const text = new TextDecoder().decode(input);
    if (!/^[-+.\d eE\n]+$/.test(text)) return false;
    const expected = text
        .split("\n")
        .map((line) => line.trim().split(/ +/).map(Number))
        .filter((row) => row.length >= 3)
        .flatMap((row) => row.slice(0, 3).map(Math.fround));
    if (positions.length !== expected.length || !positions.every((value, i) => Object.is(value, expected[i]))) {
        throw new Finding(`${positions.length} coordinates, ${expected.length} by a plain reading`);
    }
    return true;
}

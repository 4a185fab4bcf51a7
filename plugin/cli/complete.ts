import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import { withoutGaps } from "../completion/cleanScan.js";
import { type Completion, type CompletionOptions, completeScanAsync } from "../completion/completeScan.js";
import { toMatrix } from "../completion/pose.js";
import { readScanAsync } from "../completion/readers/readScan.js";
import type { Scan } from "../completion/scan.js";
import { COMPLETION_MODES, type CompletionMode, surfaceOfCompletionAsync } from "../completion/surfaceOfCompletion.js";
import { createCpuFieldAsync } from "../field/cpuField.js";
import { encodeLatent, typicalLatents } from "../latent/index.js";
import { MAX_RESOLUTION, MIN_RESOLUTION } from "../surface/grid.js";
import { fieldSlopeAsync } from "../surface/slope.js";
import { writeCompletionGlb } from "./completionGlb.js";
import { loadDecoder } from "./loadDecoder.js";
import { systemReason, UserError, wholeNumber } from "./userError.js";

export const COMPLETE_HELP = `babylon-deepsdf complete SCAN --model FILE.onnx [options]

Completes a scan of a part of an object (PLY, PCD, XYZ or GLB), with no GPU and no browser.

  --model FILE        the decoder
  --category NAME     one of its categories; all are tried unless given
  --mode MODE         replace: the decoder's shape; fuse: one surface through the scan's points; fill: the scan as it
                      is and the missing part beside it (replace)
  --up AXIS           the scan's up axis, x, y or z (y)
  --remove-outliers   drop points that stray from the others
  --remove-support    drop the plane that the object stands on
  --sensor X,Y,Z      where the sensor stood, in the scan's units
  --resolution R      cells along the longest side of the shape, ${MIN_RESOLUTION} to ${MAX_RESOLUTION} (64)
  --out FILE.glb      where to (the scan's name with -completed.glb)
  --quiet             no progress bar`;

/** Share of the progress that the search takes; the surface takes the rest. */
const SEARCH_PROGRESS = 0.85;
/** A confidence below this is said in words too. */
const UNSURE = 0.3;

/**
 * Runs the command.
 *
 * @throws UserError for a bad flag or file, before anything is written
 */
export async function complete(args: readonly string[]): Promise<void> {
    const { flags, path } = readFlags(args);
    if (flags.help) {
        console.log(COMPLETE_HELP);
        return;
    }
    if (path === undefined) {
        throw new UserError("complete: got no scan; expected a file; for example complete scan.ply --model F.onnx");
    }
    if (!flags.model) {
        throw new UserError("--model: got nothing; expected a decoder file; for example --model models/props.onnx");
    }
    const mode = flags.mode as CompletionMode;
    if (!COMPLETION_MODES.includes(mode)) {
        throw new UserError(`--mode: got "${flags.mode}"; expected ${COMPLETION_MODES.join(", ")}`);
    }
    const { up } = flags;
    if (up !== "x" && up !== "y" && up !== "z") {
        throw new UserError(`--up: got "${up}"; expected x, y or z`);
    }
    const resolution = wholeNumber("resolution", flags.resolution, MIN_RESOLUTION, MAX_RESOLUTION);
    const decoder = await loadDecoder(flags.model);
    const { category } = flags;
    const categories = decoder.metadata?.categories ?? [];
    if (category !== undefined && !categories.includes(category)) {
        throw new UserError(`--category: got "${category}"; expected one of ${categories.join(", ") || "none"}`);
    }
    const out = flags.out ?? `${basename(path, extname(path))}-completed.glb`;
    await checkOut(out);
    const read = await loadScan(path, flags.sensor);
    const scan = withoutGaps(read);
    const [total, finite] = [read, scan].map(({ positions }) => positions.length / 3);
    if (finite < total) console.log(`${path}: ${total - finite} of ${total} points left out, for they are no numbers`);

    const field = await createCpuFieldAsync(decoder);
    const bar = new SingleBar(
        { format: "completing {bar} {percentage} %", hideCursor: true, noTTYOutput: !flags.quiet },
        Presets.shades_classic,
    );
    if (!flags.quiet) bar.start(100, 0);
    try {
        const onProgress = (share: number) => bar.update(Math.round(100 * SEARCH_PROGRESS * share));
        const { "remove-outliers": removeOutliers, "remove-support": removeSupport } = flags;
        const options: CompletionOptions = { category, up, removeOutliers, removeSupport, onProgress };
        const [best, ...others] = await completeScanAsync(field, decoder, scan, options).catch(asUserError);
        const slope = await fieldSlopeAsync(field, decoder, typicalLatents(decoder.metadata));
        const surface = await surfaceOfCompletionAsync(field, decoder, best.scan, best, { mode, resolution, slope });
        bar.update(100);
        const { confidence } = best;
        const extras = {
            category: best.category,
            latent: encodeLatent(best.latent),
            transform: Array.from(toMatrix(best.pose)),
            confidence: confidence.value,
            mode,
        };
        const bytes = await writeCompletionGlb(surface, mode === "fill" ? best.scan : null, extras);
        await writeFile(out, bytes).catch((cause: Error) => {
            throw new UserError(`--out: ${out} can't be written (${systemReason(cause)})`);
        });
        bar.stop();
        const percent = (value: number) => `${Math.round(100 * value)} %`;
        const nameOf = (found: Completion) => found.category ?? "shape";
        const next = others.map((other) => `${nameOf(other)} ${percent(other.confidence.value)}`).join(", ");
        console.log(
            `${out}: ${confidence.value < UNSURE ? "unsure, perhaps " : ""}${nameOf(best)}, confidence ${percent(confidence.value)} (${percent(confidence.explained)} of the scan explained, ${percent(confidence.violated)} of the empty space filled)${next && `; next: ${next}`}`,
        );
    } finally {
        bar.stop();
        field.dispose();
    }
}

function readFlags(args: readonly string[]) {
    try {
        const { values, positionals } = parseArgs({
            args: [...args],
            allowPositionals: true,
            options: {
                model: { type: "string" },
                category: { type: "string" },
                mode: { type: "string", default: "replace" },
                up: { type: "string", default: "y" },
                sensor: { type: "string" },
                "remove-outliers": { type: "boolean", default: false },
                "remove-support": { type: "boolean", default: false },
                resolution: { type: "string", default: "64" },
                out: { type: "string" },
                quiet: { type: "boolean", default: false },
                help: { type: "boolean", default: false },
            },
        });
        if (positionals.length > 1) throw new Error(`got ${positionals.length} scans, expected one`);
        return { flags: values, path: positionals[0] as string | undefined };
    } catch (error) {
        const [said] = (error as Error).message.split(/\.\s/);
        throw new UserError(`${said}; see babylon-deepsdf complete --help`);
    }
}

/** Before minutes of work whose result could not be kept. */
async function checkOut(out: string): Promise<void> {
    if (extname(out).toLowerCase() !== ".glb") {
        throw new UserError(`--out: got "${out}"; expected a name that ends in .glb; GLB is what is written`);
    }
    await mkdir(dirname(out), { recursive: true }).catch((cause: Error) => {
        throw new UserError(`--out: the folder of ${out} can't be made (${systemReason(cause)})`);
    });
}

async function loadScan(path: string, sensor: string | undefined): Promise<Scan> {
    const bytes = await readFile(path).catch((cause: Error) => {
        throw new UserError(
            `complete: ${path} can't be read (${systemReason(cause)}); expected a file; check its name`,
        );
    });
    const scan = await readScanAsync(new Uint8Array(bytes), path).catch(asUserError);
    if (sensor === undefined) {
        return scan;
    }
    const position = sensor.split(",").map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
    if (position.length !== 3 || !position.every(Number.isFinite)) {
        throw new UserError(`--sensor: got "${sensor}"; expected three numbers, for example --sensor 0,0.5,1.2`);
    }
    return { ...scan, sensorPositions: Float32Array.from(position) };
}

function asUserError(error: Error): never {
    throw new UserError(error.message);
}

/**
 * `npm run evaluate:completion`: virtual scans of shapes that no decoder was trained on, completed and compared with the
 * whole shapes; on request real scans of a folder.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { completeScanAsync } from "../../plugin/completion/completeScan.js";
import { toModel } from "../../plugin/completion/pose.js";
import { readScanAsync } from "../../plugin/completion/readers/readScan.js";
import type { Scan } from "../../plugin/completion/scan.js";
import { surfaceOfCompletionAsync } from "../../plugin/completion/surfaceOfCompletion.js";
import { familiesNamed, makeShape } from "../../training/families/index.js";
import { SignedDistance } from "../../training/samples/distance.js";
import { writeContactSheet } from "../../training/sheet.js";
import { observedFScore } from "./completion/observedFScore.js";
import { type PoseError, poseError, symmetriesOf } from "./completion/poseError.js";
import {
    cpuSeconds,
    FIRST_UNSEEN,
    loadField,
    machine,
    mean,
    median,
    readResults,
    writeResults,
} from "./completion/setUp.js";
import { missingError, type ShapeError, shapeError } from "./completion/shapeError.js";
import { standingErrorAsync } from "./completion/standing.js";
import { randomPlacement, SCAN_KINDS, type ScanKind, virtualScan } from "./completion/virtualScan.js";

const { values } = parseArgs({
    options: {
        model: { type: "string", default: "models/props.onnx" },
        families: { type: "string" },
        shapes: { type: "string", default: "4" },
        kinds: { type: "string", default: SCAN_KINDS.join(",") },
        noises: { type: "string", default: "0,0.005,0.01" },
        resolution: { type: "string", default: "64" },
        threads: { type: "string", default: "1" },
        /** Tell the search the category. */
        category: { type: "boolean", default: false },
        /** A folder of real scans (PLY) to complete as well; their figures go to the console, a picture to --picture. */
        scans: { type: "string" },
        picture: { type: "string" },
        out: { type: "string", default: "completion" },
        /** Instead of scanning: the rows of runs made side by side, by their --out names, as one table. */
        merge: { type: "string" },
    },
});

interface Row extends ShapeError, PoseError {
    readonly family: string;
    readonly kind: ScanKind;
    readonly noise: number;
    readonly seed: number;
    readonly foundCategory: string | null;
    readonly confidence: number;
    readonly iterations: number;
    readonly fused: ShapeError;
    /** Of the triangles that `fill` adds, where the scan saw nothing; null where it saw nearly all. */
    readonly filled: ReturnType<typeof missingError>;
    /** |longest side of the completed object ÷ of the true one − 1| */
    readonly size: number;
    /** How far the completed object is turned and grown, told by its surface. */
    readonly standing: PoseError;
    readonly seconds: number;
}

const threads = Number(values.threads);
const resolution = Number(values.resolution);
const { decoder, field } = await loadField(values.model, threads);
const names = values.families?.split(",") ?? [...(decoder.metadata?.categories ?? [])];

const HEADER = `| scans | Chamfer | completion | F-score | IoU | fuse: Chamfer | completion | F-score | IoU | fill: Chamfer | completion | F-score | pose | by the decoder's frame | category | CPU s |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|`;

if (values.scans) {
    await evaluateRealScans(values.scans);
} else if (values.merge) {
    const parts = await Promise.all(values.merge.split(",").map((name) => readResults<{ rows: Row[] }>(name)));
    await report(parts.flatMap(({ rows }) => rows));
} else {
    await evaluateVirtualScans();
}
process.exit(0);

/** All families by turns, so that a run that is interrupted leaves a table of all of them. */
async function evaluateVirtualScans(): Promise<void> {
    const rows: Row[] = [];
    for (let seed = FIRST_UNSEEN; seed < FIRST_UNSEEN + Number(values.shapes); seed++) {
        const shapes = await Promise.all(names.map((name) => prepare(name, seed)));
        for (const kind of values.kinds.split(",") as ScanKind[]) {
            for (const noise of values.noises.split(",").map(Number)) {
                for (const shape of shapes) {
                    const row = await evaluate(shape, kind, noise);
                    rows.push(row);
                    console.log(line(`${row.family} ${seed} ${kind} ${noise}`, [row]));
                }
                await report(rows);
            }
        }
    }
}

async function prepare(family: string, seed: number) {
    const mesh = await makeShape(familiesNamed([family])[0], seed);
    const distance = new SignedDistance(mesh);
    return { family, seed, mesh, distance, symmetries: symmetriesOf(mesh, distance), placed: randomPlacement(seed) };
}

async function evaluate(shape: Awaited<ReturnType<typeof prepare>>, kind: ScanKind, noise: number): Promise<Row> {
    const { family, seed, mesh, distance, symmetries, placed } = shape;
    const scan = virtualScan(mesh, placed, kind, noise, seed);
    const options = values.category ? { category: family } : {};
    const { result, seconds } = await cpuSeconds(() => completeScanAsync(field, decoder, scan, options));
    const [best] = result;
    const makeAsync = async (mode: "replace" | "fuse" | "fill") => {
        const made = await surfaceOfCompletionAsync(field, decoder, scan, best, { mode, resolution });
        return { positions: toModel(placed, made.positions), indices: made.indices };
    };
    const plain = await makeAsync("replace");
    return {
        family,
        kind,
        noise,
        seed,
        foundCategory: best.category,
        confidence: best.confidence.value,
        iterations: best.iterations,
        ...shapeError(mesh, plain, distance),
        ...poseError(placed, best.pose, symmetries),
        size: Math.abs(longestSide(plain.positions) / longestSide(mesh.positions) - 1),
        standing: await standingErrorAsync(mesh, plain, symmetries),
        fused: shapeError(mesh, await makeAsync("fuse"), distance),
        filled: missingError(mesh, toModel(placed, scan.positions), await makeAsync("fill")),
        seconds,
    };
}

/** Of the box. */
function longestSide(positions: Float32Array): number {
    const sides = [0, 1, 2].map((axis) => {
        const values = positions.filter((_, i) => i % 3 === axis);
        return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
    });
    return Math.max(...sides);
}

async function report(rows: readonly Row[]): Promise<void> {
    const shapes = new Set(rows.map(({ seed }) => seed)).size;
    const groups = (key: (row: Row) => string) =>
        [...new Set(rows.map(key))].map((label) =>
            line(
                label,
                rows.filter((row) => key(row) === label),
            ),
        );
    const text = [
        "# Completion of virtual scans",
        "",
        `By \`npm run evaluate:completion\` on ${machine(threads)}; ${rows.length} scans of ${names.length} families, ${shapes} ${shapes === 1 ? "shape" : "shapes"} each that no decoder was trained on, at any yaw, ±20 % in scale and ±10 % in place${values.category ? ", the category told" : ", the category not told"}.`,
        "",
        "- Chamfer: median of the summed mean squared distances between 30 000 points each × 1000, the shape in a unit sphere (the paper's frame). Completion and F-score at 1 % of the longest side, IoU of the volumes: means.",
        "- `fill` leaves the scan as it is: its figures are of what it adds, where the true surface has no point of the scan within 2 %, and of the scans that miss 1 % of the surface at least; what it adds is open, so there is no IoU.",
        "- Pose: share of completed objects that stand within 5° and 5 % of the true one, the shape's own symmetries factored out, told by their surfaces: by the similarity that brings one onto the other best. By the decoder's frame: likewise by the pose's rotation and the object's longest side; codes that make the same surface in another turn of their frame, as rocks and mushrooms have, count as wrong there.",
        "",
        HEADER,
        ...groups(({ kind, noise }) => `${kind}, noise ${100 * noise} %`),
        ...groups(({ family }) => `**${family}**`),
        line("**all**", rows),
        "",
    ].join("\n");
    console.log(text);
    await writeResults(values.out, { machine: machine(threads), model: decoder.metadata?.provenance, rows }, text);
}

/** Figures of what `fill` adds, of the scans that missed something. */
function fillCells(rows: readonly Row[]): string[] {
    const errors = rows.flatMap(({ filled }) => filled ?? []);
    if (errors.length === 0) return ["", "", ""];
    return [
        median(errors.map(({ chamfer }) => chamfer)).toFixed(2),
        mean(errors.map(({ completion }) => completion)).toFixed(2),
        mean(errors.map(({ fScore }) => fScore)).toFixed(2),
    ];
}

function line(label: string, rows: readonly Row[]): string {
    const share = (holds: (row: Row) => boolean) => `${Math.round((100 * rows.filter(holds).length) / rows.length)} %`;
    const cells = (errors: readonly ShapeError[]) => [
        median(errors.map(({ chamfer }) => chamfer)).toFixed(2),
        mean(errors.map(({ completion }) => completion)).toFixed(2),
        mean(errors.map(({ fScore }) => fScore)).toFixed(2),
        mean(errors.map(({ iou }) => iou)).toFixed(2),
    ];
    return `| ${[
        label,
        ...cells(rows),
        ...cells(rows.map(({ fused }) => fused)),
        ...fillCells(rows),
        share(({ standing }) => standing.degrees <= 5 && standing.scale <= 0.05),
        share(({ degrees, size }) => degrees <= 5 && size <= 0.05),
        share(({ family, foundCategory }) => family === foundCategory),
        mean(rows.map(({ seconds }) => seconds)).toFixed(1),
    ].join(" | ")} |`;
}

interface ScanNote {
    readonly file: string;
    readonly sensorPosition: readonly number[];
    readonly note?: string;
}

/** What a folder's index.json tells of its scans; nothing where there is none. */
async function sensorsOf(folder: string): Promise<readonly ScanNote[]> {
    const text = await readFile(join(folder, "index.json"), "utf8").catch(() => "[]");
    return JSON.parse(text);
}

/** A scan with its sensor's place, or without that and normals where they are not to be trusted. */
function withSensor(scan: Scan, known: ScanNote | undefined): Scan {
    if (!known) return scan;
    const isTrusted = !known.note?.includes("do not trust");
    return isTrusted
        ? { ...scan, sensorPositions: Float32Array.from(known.sensorPosition) }
        : { ...scan, normals: null, sensorPositions: null };
}

async function evaluateRealScans(folder: string): Promise<void> {
    const known = await sensorsOf(folder);
    const pictures: Parameters<typeof writeContactSheet>[1][number][] = [];
    for (const name of (await readdir(folder)).filter((file) => file.endsWith(".ply")).sort()) {
        const read = await readScanAsync(new Uint8Array(await readFile(join(folder, name))), name);
        const scan = withSensor(
            read,
            known.find(({ file }) => file === name),
        );
        const { result, seconds } = await cpuSeconds(() => completeScanAsync(field, decoder, scan));
        const [best] = result;
        const [plain, fused, missing] = await Promise.all(
            (["replace", "fuse", "fill"] as const).map((mode) =>
                surfaceOfCompletionAsync(field, decoder, scan, best, { mode, resolution }),
            ),
        );
        const score = (surface: typeof plain) =>
            observedFScore(scan.positions, surface, 1.8 * best.pose.scale).toFixed(3);
        console.log(
            `${name}: ${best.category}, confidence ${best.confidence.value.toFixed(2)}, F-score of the observed part at 1 %: replace ${score(plain)}, fuse ${score(fused)}; ${missing.indices.length / 3} triangles missing, ${seconds.toFixed(1)} s`,
        );
        pictures.push(
            [plain, fused, missing].map(({ positions, indices }) => ({
                positions: toModel(best.pose, positions),
                indices,
            })),
        );
    }
    if (values.picture) writeContactSheet(values.picture, pictures, 240);
}

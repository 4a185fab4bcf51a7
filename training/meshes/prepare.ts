import { existsSync, readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { progressBar, turn } from "../progress.js";
import { Random, textKey } from "../random.js";
import type { TriangleMesh } from "../samples/mesh.js";
import { sampleDistances } from "../samples/sample.js";
import { type AssetNotes, notesFor, readManifest, strayNotes } from "./manifest.js";
import { MESH_EXTENSIONS, readMesh } from "./readMesh.js";
import { boundsOf, type Inspection, repairMesh } from "./repair.js";
import { SolidDistance } from "./solidDistance.js";
import type { AssetStore, KeptAsset } from "./store.js";

/** Category of files that lie in no folder of their own. */
const NO_CATEGORY = "prop";

/** One file of the folder and what became of it. */
export interface PreparedAsset {
    /** Path inside the folder, with / between its parts. */
    readonly name: string;
    readonly category: string;
    /** Null where the file could not be read or was left out. */
    readonly key: string | null;
    /** "waiting" where it is another shard's. */
    readonly verdict: Inspection["verdict"] | "waiting";
    readonly reasons: readonly string[];
    readonly inspection: Inspection | null;
    readonly traits: Readonly<Record<string, number>>;
    /** True if this call made it, false if it was there. */
    readonly made: boolean;
}

export interface PrepareOptions {
    /** Where samples and repaired meshes are kept. */
    readonly store: AssetStore;
    readonly sampleCount: number;
    /** A manifest elsewhere than `manifest.json` in the folder. */
    readonly manifestPath?: string;
    /** Makes only the assets of shard `index` (from 0) of `count`. */
    readonly shard?: { readonly index: number; readonly count: number };
    /** Only this many of the files, evenly over their names. */
    readonly limit?: number;
    readonly quiet?: boolean;
    /** Sees every asset that could be read, with the mesh as read. */
    readonly onAsset?: (asset: PreparedAsset, raw: TriangleMesh) => void;
}

/**
 * Reads, repairs and samples all meshes in a folder and its folders, in the order of their names; what the store has
 * already is not made again.
 *
 * @throws if there is no such folder, no mesh in it, or the manifest is wrong or names what is not there
 */
export async function prepareFolder(folder: string, options: PrepareOptions): Promise<PreparedAsset[]> {
    const names = meshNames(folder);
    const manifestPath = options.manifestPath ?? join(folder, "manifest.json");
    if (options.manifestPath && !existsSync(manifestPath)) {
        throw new Error(`prepareFolder: no manifest ${manifestPath}; expected a JSON file; check --manifest`);
    }
    const manifest = readManifest(manifestPath);
    const stray = strayNotes(manifest, names);
    if (stray.length > 0) {
        throw new Error(
            `prepareFolder: ${manifestPath} has notes on "${stray[0]}"; no mesh is there; correct the path`,
        );
    }
    const bar = progressBar("meshes {bar} {value}/{total} | {what} | {eta_formatted} left", options.quiet);
    const chosen = evenlyOf(names, options.limit ?? names.length);
    bar.start(chosen.length, 0, { what: "" });
    const assets: PreparedAsset[] = [];
    for (const [index, name] of chosen.entries()) {
        bar.update(index, { what: name });
        await turn();
        // Names, not numbers, go to shards, so that a file added leaves the others where they were.
        const mine = !options.shard || (textKey(name) >>> 0) % options.shard.count === options.shard.index;
        assets.push(await prepareAsset(folder, name, notesFor(manifest, name), mine, options));
    }
    bar.update(chosen.length, { what: "" });
    bar.stop();
    return assets;
}

async function prepareAsset(
    folder: string,
    name: string,
    notes: AssetNotes,
    mine: boolean,
    { store, sampleCount, onAsset }: PrepareOptions,
): Promise<PreparedAsset> {
    const parts = name.split("/");
    const category = notes.category ?? (parts.length > 1 ? parts[parts.length - 2] : NO_CATEGORY);
    const refused = (reason: string): PreparedAsset => ({
        name,
        category,
        key: null,
        verdict: "rejected",
        reasons: [reason],
        inspection: null,
        traits: {},
        made: false,
    });
    if (notes.skip) return refused(`left out by the manifest: ${notes.skip}`);
    let raw: TriangleMesh;
    try {
        raw = await readMesh(join(folder, name));
    } catch (error) {
        return refused(`unreadable: ${(error as Error).message.split("\n")[0]}`);
    }
    const key = store.keyOf(raw, notes, sampleCount);
    const kept = store.find(key);
    const made = !kept && mine ? makeAsset(store, key, raw, notes, sampleCount) : null;
    const found = kept ?? made;
    const asset: PreparedAsset = {
        name,
        category,
        key,
        verdict: found?.inspection.verdict ?? "waiting",
        reasons: found?.inspection.reasons ?? ["another shard's"],
        inspection: found?.inspection ?? null,
        traits: found?.traits ?? {},
        made: made !== null,
    };
    onAsset?.(asset, raw);
    return asset;
}

function makeAsset(
    store: AssetStore,
    key: string,
    raw: TriangleMesh,
    notes: AssetNotes,
    sampleCount: number,
): KeptAsset {
    const { inspection, solid, outer, winding } = repairMesh(raw, notes);
    const rejected = inspection.verdict === "rejected";
    const distance = rejected ? null : new SolidDistance(outer, winding);
    const asset: KeptAsset = { inspection, traits: rejected ? {} : proportions(outer) };
    const samples = distance && sampleDistances(outer, sampleCount, new Random(textKey(key)), undefined, distance);
    store.keep(key, asset, rejected ? null : { solid, outer }, samples);
    return asset;
}

function proportions({ positions, indices }: TriangleMesh): Record<string, number> {
    const { min, max } = boundsOf(positions, indices);
    const [width, height, depth] = max.map((value, axis) => value - min[axis]);
    return { width, height, depth };
}

function evenlyOf(names: readonly string[], limit: number): readonly string[] {
    const count = Math.min(limit, names.length);
    return Array.from({ length: count }, (_, n) => names[Math.floor((n * names.length) / count)]);
}

function meshNames(folder: string): string[] {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
        throw new Error(`prepareFolder: no folder ${folder}; expected one with ${MESH_EXTENSIONS.join(", ")} files`);
    }
    const names = readdirSync(folder, { recursive: true })
        .map((entry) => String(entry).replaceAll("\\", "/"))
        .filter((name) => MESH_EXTENSIONS.includes(extname(name).toLowerCase()))
        .sort();
    if (names.length === 0) {
        throw new Error(`prepareFolder: no mesh in ${folder}; expected ${MESH_EXTENSIONS.join(", ")} files`);
    }
    return names;
}

import { existsSync, readFileSync } from "node:fs";

/** Where an asset's up and front point, of what kind it is, or why it is left out. */
export interface AssetNotes {
    /** The axis that points up in the file: "+Y" unless said otherwise. */
    readonly up?: Axis;
    /** The axis that its front faces: "+Z" unless said otherwise. */
    readonly front?: Axis;
    /** Name of its category; without one, its folder's. */
    readonly category?: string;
    /** A reason to leave it out. */
    readonly skip?: string;
}

export type Axis = "+X" | "-X" | "+Y" | "-Y" | "+Z" | "-Z";

/** Notes for all assets, and by path for some: a file, or a folder and all in it. */
export interface Manifest extends AssetNotes {
    readonly assets?: Readonly<Record<string, AssetNotes>>;
}

const AXES: readonly string[] = ["+X", "-X", "+Y", "-Y", "+Z", "-Z"];
const KEYS: Readonly<Record<keyof AssetNotes, string>> = {
    up: "one of +X, -X, +Y, -Y, +Z, -Z",
    front: "one of +X, -X, +Y, -Y, +Z, -Z",
    category: "a name",
    skip: "a reason",
};

/** The manifest at a path; an empty one if there is no file. @throws if it is no manifest */
export function readManifest(path: string): Manifest {
    if (!existsSync(path)) return {};
    let manifest: Manifest;
    try {
        manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
    } catch (error) {
        throw new Error(`readManifest: ${path} is no JSON (${(error as Error).message}); expected an object of notes`);
    }
    checkNotes(path, "the manifest", manifest);
    for (const [name, notes] of Object.entries(manifest.assets ?? {})) checkNotes(path, `"${name}"`, notes);
    return manifest;
}

function checkNotes(path: string, where: string, notes: unknown): void {
    if (typeof notes !== "object" || notes === null || Array.isArray(notes)) {
        throw new Error(`readManifest: ${path}: ${where} is ${JSON.stringify(notes)}; expected an object of notes`);
    }
    for (const [key, value] of Object.entries(notes)) {
        if (key === "assets") continue;
        const expected = KEYS[key as keyof AssetNotes];
        if (!expected) {
            const known = Object.keys(KEYS).join(", ");
            throw new Error(`readManifest: ${path}: ${where} has "${key}"; expected ${known}; correct the name`);
        }
        const fits = key === "up" || key === "front" ? AXES.includes(value) : typeof value === "string" && value !== "";
        if (!fits)
            throw new Error(
                `readManifest: ${path}: ${where} has ${key} ${JSON.stringify(value)}; expected ${expected}`,
            );
    }
}

/**
 * An asset's notes: its own before its folders', the nearest folder's before the rest, the manifest's last.
 *
 * @throws if its up and front are the same axis
 */
export function notesFor(manifest: Manifest, name: string): AssetNotes {
    const { assets = {}, ...general } = manifest;
    const parts = name.split("/");
    const notes = parts.map((_, i) => assets[parts.slice(0, i + 1).join("/")]);
    const own: AssetNotes = Object.assign({}, general, ...notes);
    const { up = "+Y", front = "+Z" } = own;
    if (up[1] === front[1]) {
        throw new Error(`notesFor: ${name} has up ${up} and front ${front}; expected different axes; give both`);
    }
    return own;
}

/** Paths in a manifest that name none of the assets. */
export function strayNotes(manifest: Manifest, names: readonly string[]): string[] {
    return Object.keys(manifest.assets ?? {}).filter(
        (path) => !names.some((name) => name === path || name.startsWith(`${path}/`)),
    );
}

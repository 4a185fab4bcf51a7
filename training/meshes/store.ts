import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { TriangleMesh } from "../samples/mesh.js";
import type { AssetNotes } from "./manifest.js";
import type { Inspection } from "./repair.js";

/** Raised when reading, repairing or sampling change, so that old files are not taken for new ones. */
const VERSION = 2;

/** What is kept of an asset. */
export interface KeptAsset {
    readonly inspection: Inspection;
    /** Its proportions, by name; to name axes by. */
    readonly traits: Readonly<Record<string, number>>;
}

/** The two meshes of an asset: `solid` tells inside from outside, `outer` how far. */
export interface KeptMeshes {
    readonly solid: TriangleMesh;
    readonly outer: TriangleMesh;
}

/**
 * A folder of files named by what they were made from: the mesh as read, how it is turned, how many samples. Runs and
 * machines that share the folder share their work, and a file that changes makes new ones.
 *
 * Every file is written aside and renamed, the .json last: an asset whose .json is there is whole.
 */
export class AssetStore {
    constructor(private readonly folder: string) {
        mkdirSync(folder, { recursive: true });
    }

    keyOf(mesh: TriangleMesh, notes: AssetNotes, sampleCount: number): string {
        const settings = JSON.stringify([VERSION, sampleCount, notes.up ?? "+Y", notes.front ?? "+Z"]);
        return createHash("sha256")
            .update(settings)
            .update(bytesOf(mesh.positions))
            .update(bytesOf(mesh.indices))
            .digest("hex")
            .slice(0, 32);
    }

    /** Null unless the asset is whole. */
    find(key: string): KeptAsset | null {
        const path = this.path(key, "json");
        return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as KeptAsset) : null;
    }

    /** @param samples [count, 4], null of a rejected asset */
    keep(key: string, asset: KeptAsset, meshes: KeptMeshes | null, samples: Float32Array | null): void {
        if (meshes) this.write(key, "mesh", serialize(meshes));
        if (samples) this.write(key, "f32", bytesOf(samples));
        this.write(key, "json", `${JSON.stringify(asset)}\n`);
    }

    /** @throws if they are not there or cut short */
    samples(key: string, count: number): Float32Array {
        const bytes = readFileSync(this.path(key, "f32"));
        if (bytes.length !== 16 * count) {
            const path = this.path(key, "f32");
            throw new Error(`AssetStore: ${path} has ${bytes.length} bytes; expected ${16 * count}; delete its .json`);
        }
        return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    }

    meshes(key: string): KeptMeshes {
        return deserialize(readFileSync(this.path(key, "mesh"))) as KeptMeshes;
    }

    private path(key: string, extension: string): string {
        return join(this.folder, `${key}.${extension}`);
    }

    private write(key: string, extension: string, content: Uint8Array | string): void {
        const path = this.path(key, extension);
        // Other machines may write the same file at the same time; each has its own part.
        const part = `${path}.${process.pid}.part`;
        writeFileSync(part, content);
        renameSync(part, path);
    }
}

function bytesOf(array: Float32Array | Uint32Array): Uint8Array {
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

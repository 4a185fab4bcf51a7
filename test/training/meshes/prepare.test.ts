import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notesFor, readManifest } from "../../../training/meshes/manifest.js";
import { type PrepareOptions, prepareFolder } from "../../../training/meshes/prepare.js";
import { readMesh } from "../../../training/meshes/readMesh.js";
import { drawAsset, writeReport } from "../../../training/meshes/report.js";
import { AssetStore } from "../../../training/meshes/store.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";
import { asGlb, asObj, asPly, asStl } from "./files.js";
import { built, where, without } from "./meshes.js";

let place: string;
let folder: string;
beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "meshes-"));
    folder = join(place, "in");
    mkdirSync(folder);
});
afterEach(() => rmSync(place, { recursive: true }));

const put = (name: string, content: Uint8Array | string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
};
const prepare = (options: Partial<PrepareOptions> = {}) =>
    prepareFolder(folder, { store: new AssetStore(join(place, "store")), sampleCount: 1000, quiet: true, ...options });

const box = () => built((bench) => bench.box([1, 2, 0.8], [0, 3, 0]));
const volume = ({ positions: p, indices }: TriangleMesh) => {
    let sum = 0;
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [3 * indices[t], 3 * indices[t + 1], 3 * indices[t + 2]];
        sum += p[a] * (p[b + 1] * p[c + 2] - p[b + 2] * p[c + 1]);
        sum += p[a + 1] * (p[b + 2] * p[c] - p[b] * p[c + 2]);
        sum += p[a + 2] * (p[b] * p[c + 1] - p[b + 1] * p[c]);
    }
    return sum / 6;
};

describe("readMesh", () => {
    it.each([
        ["glb", asGlb],
        ["obj", asObj],
        ["stl", asStl],
        ["ply", asPly],
    ])("reads all triangles of a .%s, facing out", async (extension, write) => {
        put(`box.${extension}`, await write(await box()));
        const mesh = await readMesh(join(folder, `box.${extension}`));
        expect(mesh.indices.length).toBe(36);
        expect(volume(mesh)).toBeCloseTo(1.6, 4);
    });

    it("moves the parts of a GLB by their nodes, and keeps a mirrored one facing out", async () => {
        put(
            "two.glb",
            await asGlb(await box(), [
                [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 10, 0, 0, 1],
                [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
            ]),
        );
        const mesh = await readMesh(join(folder, "two.glb"));
        expect(volume(mesh)).toBeCloseTo(1.6 * 8 + 1.6, 3);
        expect(Math.max(...mesh.positions.filter((_, i) => i % 3 === 0))).toBeCloseTo(11, 5);
    });

    it("says what it cannot read", async () => {
        put("empty.obj", "v 0 0 0\n");
        await expect(readMesh(join(folder, "empty.obj"))).rejects.toThrow(/empty.obj has no triangles/);
        put("model.fbx", "x");
        await expect(readMesh(join(folder, "model.fbx"))).rejects.toThrow(/ends in ".fbx"; expected one of .glb/);
    });
});

describe("prepareFolder", () => {
    it("gives every file a verdict: accepted, repaired, rejected or left out", async () => {
        const whole = await box();
        put("crates/whole.glb", await asGlb(whole));
        put(
            "crates/open.glb",
            await asGlb(
                without(
                    whole,
                    where(whole, (_, y) => y < 2.5),
                ),
            ),
        );
        put("broken.glb", (await asGlb(whole)).slice(0, 300));
        put("note.stl", await asStl(whole));
        put("readme.txt", "no mesh");
        put(
            "manifest.json",
            JSON.stringify({ assets: { "note.stl": { skip: "a test" }, crates: { category: "crate" } } }),
        );
        const assets = await prepare();
        expect(assets.map(({ name, category, verdict }) => [name, category, verdict])).toEqual([
            ["broken.glb", "prop", "rejected"],
            ["crates/open.glb", "crate", "repaired"],
            ["crates/whole.glb", "crate", "accepted"],
            ["note.stl", "prop", "rejected"],
        ]);
        expect(assets[0].reasons[0]).toMatch(/^unreadable: /);
        expect(assets[3].reasons).toEqual(["left out by the manifest: a test"]);
        expect(assets[2].traits).toMatchObject({ height: expect.closeTo(1.8, 5), width: expect.closeTo(0.9, 5) });
    });

    it("makes again only what changed", async () => {
        put("a.stl", await asStl(await box()));
        put("b.stl", await asStl(await built((bench) => bench.ball([0, 0, 0], 1, 12))));
        expect((await prepare()).map(({ made }) => made)).toEqual([true, true]);
        expect((await prepare()).map(({ made }) => made)).toEqual([false, false]);
        put("b.stl", await asStl(await built((bench) => bench.ball([0, 0, 0], 1, 16))));
        expect((await prepare()).map(({ made }) => made)).toEqual([false, true]);
        put("manifest.json", JSON.stringify({ up: "+Z", front: "-Y" }));
        expect((await prepare()).map(({ made }) => made)).toEqual([true, true]);
    });

    it("splits the work into shards whose files together are those of one run", async () => {
        for (let i = 0; i < 6; i++)
            put(`part${i}.stl`, await asStl(await built((bench) => bench.box([1, 1 + i, 1], [0, 0, 0]))));
        const alone = new AssetStore(join(place, "alone"));
        await prepare({ store: alone });
        const made = [];
        for (let index = 0; index < 3; index++) {
            const assets = await prepare({ shard: { index, count: 3 } });
            made.push(assets.filter((asset) => asset.made).length);
            if (index === 0) expect(assets.filter(({ verdict }) => verdict === "waiting").length).toBe(6 - made[0]);
        }
        expect(made.reduce((sum, count) => sum + count, 0)).toBe(6);
        expect(Math.max(...made)).toBeLessThan(6);
        const files = readdirSync(join(place, "store")).sort();
        expect(files).toEqual(readdirSync(join(place, "alone")).sort());
        for (const file of files) {
            expect(readFileSync(join(place, "store", file)).equals(readFileSync(join(place, "alone", file)))).toBe(
                true,
            );
        }
        expect((await prepare()).every((asset) => !asset.made && asset.verdict === "accepted")).toBe(true);
    });

    it("reports on every file, with a picture where there is something to see", async () => {
        put("a.stl", await asStl(await box()));
        put("bad|name.obj", "v 0 0 0\n");
        const store = new AssetStore(join(place, "store"));
        const report = join(place, "report");
        const assets = await prepare({ store, onAsset: (asset, raw) => drawAsset(report, asset, raw, store) });
        writeReport(report, "in", assets, store);
        expect(readdirSync(report).sort()).toEqual(["pictures", "report.json", "report.md", "sheet.png"]);
        expect(readdirSync(join(report, "pictures"))).toEqual([`${assets[0].key}.png`]);
        const text = readFileSync(join(report, "report.md"), "utf8");
        expect(text).toMatch(/2 files: 1 accepted, 0 repaired, 1 rejected, 0 waiting/);
        expect(text).toMatch(/\| bad\\\|name.obj \| prop \| \*\*rejected\*\* \| unreadable: /);
        expect(JSON.parse(readFileSync(join(report, "report.json"), "utf8")).counts.accepted).toBe(1);
    });

    it("refuses a folder without meshes and a manifest that is wrong", async () => {
        await expect(prepare()).rejects.toThrow(/no mesh in .*expected .glb/);
        put("a.stl", await asStl(await box()));
        put("manifest.json", JSON.stringify({ assets: { "b.stl": { skip: "gone" } } }));
        await expect(prepare()).rejects.toThrow(/notes on "b.stl"; no mesh is there/);
        put("manifest.json", JSON.stringify({ upp: "+Z" }));
        await expect(prepare()).rejects.toThrow(/has "upp"; expected up, front, category, skip/);
        put("manifest.json", JSON.stringify({ up: "+Z" }));
        await expect(prepare()).rejects.toThrow(/up \+Z and front \+Z; expected different axes/);
        put("manifest.json", JSON.stringify({ up: "Z" }));
        await expect(prepare()).rejects.toThrow(/up "Z"; expected one of \+X/);
        put("manifest.json", "{");
        await expect(prepare()).rejects.toThrow(/no JSON/);
    });
});

it("takes an asset's own notes before its folder's, and these before the manifest's", () => {
    put(
        "m.json",
        JSON.stringify({ up: "+Z", front: "-Y", assets: { a: { category: "x" }, "a/b/c.glb": { front: "+Y" } } }),
    );
    const manifest = readManifest(join(folder, "m.json"));
    expect(notesFor(manifest, "a/b/c.glb")).toEqual({ up: "+Z", front: "+Y", category: "x" });
    expect(notesFor(manifest, "c.glb")).toEqual({ up: "+Z", front: "-Y" });
});

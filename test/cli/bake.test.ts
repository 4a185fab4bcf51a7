import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeIO } from "@gltf-transform/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bake } from "../../plugin/cli/bake.js";
import { UserError } from "../../plugin/cli/userError.js";
import { encodeLatent } from "../../plugin/latent/index.js";
import { octahedronFile, sliverFile } from "../support/decoders.js";
import { closed, topologyOf } from "../support/topology.js";

const root = join(import.meta.dirname, "../..");
let folder: string;
let model: string;

beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bake-"));
    model = join(folder, "gems.onnx");
    writeFileSync(model, octahedronFile());
});
afterAll(() => rmSync(folder, { recursive: true }));

async function readProp(path: string) {
    const document = await new NodeIO().read(path);
    const [node] = document.getRoot().listNodes();
    const [primitive] = node.getMesh()!.listPrimitives();
    return {
        extras: node.getExtras(),
        positions: primitive.getAttribute("POSITION")!.getArray()!,
        normals: primitive.getAttribute("NORMAL")!.getArray()!,
        indices: primitive.getIndices()!.getArray()!,
    };
}

const run = (...flags: string[]) => bake(["--quiet", "--resolution", "16", ...flags]);

describe("bake", () => {
    it("writes props in order, in the decoder's units, closed and counter-clockwise", async () => {
        const out = join(folder, "props");
        await run("--model", model, "--category", "large", "--seed", "7", "--count", "3", "--out", out);
        expect(readdirSync(out)).toEqual(["000.glb", "001.glb", "002.glb"]);
        for (const [place, name] of readdirSync(out).entries()) {
            const prop = await readProp(join(out, name));
            expect(prop.extras).toEqual({ category: "large", seed: 7 + place, temperature: 1, resolution: 16 });
            const topology = topologyOf(prop.positions, prop.indices);
            expect(topology).toMatchObject({ ...closed, pieces: 1 });
            expect(topology.volume).toBeGreaterThan(0.1);
            expect(prop.normals.length).toBe(prop.positions.length);
        }
    });

    it("takes all categories in turn", async () => {
        const out = join(folder, "mixed");
        await run("--model", model, "--count", "4", "--out", out);
        const categories = await Promise.all(
            readdirSync(out).map(async (n) => (await readProp(join(out, n))).extras.category),
        );
        expect(categories).toEqual(["small", "large", "small", "large"]);
    });

    it("splits over machines: the parts together are the whole", async () => {
        const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
        await run("--model", model, "--count", "5", "--out", whole);
        for (const shard of ["1/2", "2/2"])
            await run("--model", model, "--count", "5", "--out", parts, "--shard", shard);
        expect(readdirSync(parts)).toEqual(readdirSync(whole));
        for (const name of readdirSync(whole)) {
            expect(readFileSync(join(parts, name))).toEqual(readFileSync(join(whole, name)));
        }
    });

    it("takes one code, a list of codes, and codes as text", async () => {
        const path = join(folder, "codes.json");
        const code = [0.1, 0];
        for (const [json, count] of [
            [code, 1],
            [[code, [0, 0.5]], 2],
            [[encodeLatent(Float32Array.from(code))], 1],
        ] as const) {
            writeFileSync(path, JSON.stringify(json));
            const out = join(folder, `codes-${count}-${typeof json[0]}`);
            await run("--model", model, "--latent", path, "--out", out);
            expect(readdirSync(out).length).toBe(count);
            const { extras, positions } = await readProp(join(out, "000.glb"));
            expect(extras).toEqual({ index: 0, resolution: 16 });
            expect(Math.max(...positions)).toBeCloseTo(0.6 + 0.1 * Math.sqrt(3), 1);
        }
    });

    it("misses no sheet with --exact", async () => {
        const [sheet, codes] = [join(folder, "sheet.onnx"), join(folder, "sheet.json")];
        writeFileSync(sheet, sliverFile());
        writeFileSync(codes, "[0]");
        const bytesWith = async (...flags: string[]) => {
            const out = join(folder, `sheet${flags.join("")}`);
            await run("--model", sheet, "--latent", codes, "--resolution", "64", "--out", out, ...flags);
            return readFileSync(join(out, "000.glb")).length;
        };
        // A node without a mesh.
        expect(await bytesWith()).toBeLessThan(1000);
        expect(await bytesWith("--exact")).toBeGreaterThan(12 * 10_000);
    });

    it.each([
        [["--model", "nowhere.onnx"], /nowhere.onnx can't be read/],
        [[], /--model: got nothing/],
        [["--model", "MODEL", "--count", "0"], /--count: got "0"; expected a whole number from 1/],
        [["--model", "MODEL", "--count", "many"], /--count: got "many"/],
        [["--model", "MODEL", "--seed", "0.5"], /--seed: got "0.5"/],
        [["--model", "MODEL", "--temperature=-1"], /--temperature: got "-1"/],
        [
            ["--model", "MODEL", "--resolution", "4096"],
            /--resolution: got "4096"; expected a whole number from 2 to 512/,
        ],
        [["--model", "MODEL", "--category", "sofa"], /"sofa"; expected one of small, large/],
        [["--model", "MODEL", "--shard", "3/2"], /--shard: got "3\/2"; expected K\/N/],
        [["--model", "MODEL", "--latent", "none.json"], /none.json can't be read/],
        [["--model", "MODEL", "--latent", "BAD"], /entry 0: got a latent code of 3; expected 2/],
        [["--model", "MODEL", "--out", "MODEL/props"], /--out: .* can't be made/],
        [["--model", "BAD"], /--model: readDecoder: .*bad.json is JSON text/],
        [["--colour", "red"], /Unknown option '--colour'/],
    ])("%j gives one line", async (flags, message) => {
        const bad = join(folder, "bad.json");
        writeFileSync(bad, "[[1, 2, 3]]");
        const args = flags.map((flag) => flag.replace("MODEL", model).replace("BAD", bad));
        const error = await bake([...args]).then(
            () => null,
            (cause) => cause,
        );
        expect(error).toBeInstanceOf(UserError);
        expect(error.message).toMatch(message);
        expect(error.message).not.toContain("\n");
    });

    it("exits with 2 and one line for a mistake, with 0 when done", async () => {
        const spawn = (...args: string[]) =>
            new Promise<{ code: number; stderr: string }>((resolve) => {
                const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
                execFile(process.execPath, [tsx, join(root, "plugin/cli/main.ts"), ...args], (error, _, stderr) =>
                    resolve({ code: error ? Number(error.code) : 0, stderr }),
                );
            });
        const [mistake, unknown, done] = await Promise.all([
            spawn("bake", "--model", "nowhere.onnx"),
            spawn("fry"),
            spawn("bake", "--model", model, "--resolution", "8", "--quiet", "--out", join(folder, "spawned")),
        ]);
        expect(mistake.code).toBe(2);
        expect(mistake.stderr.trim().split("\n").length).toBe(1);
        expect(unknown.code).toBe(2);
        expect(done).toEqual({ code: 0, stderr: "" });
    });
});

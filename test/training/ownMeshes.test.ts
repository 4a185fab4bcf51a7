import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ShapeModel } from "../../plugin/babylon/shapeModel.js";
import { asGlb } from "./meshes/files.js";
import { built, together, where, without } from "./meshes/meshes.js";

let place: string;
beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), "own-meshes-"));
});
afterAll(() => rmSync(place, { recursive: true }));

const run = (command: string, ...options: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", `training/${command}`, ...options], { encoding: "utf8" });

it("trains a stranger's GLBs, whole, open, overlapping and broken, to a decoder that the plugin loads, and measures it", {
    timeout: 600_000,
}, async () => {
    const data = join(place, "data");
    mkdirSync(join(data, "stools"), { recursive: true });
    const whole = await built((bench) => bench.box([1, 0.8, 0.7], [5, 5, 5]));
    const parts = together(
        await built((bench) => bench.box([1, 0.2, 1], [0, 0.6, 0])),
        await built((bench) => bench.box([0.4, 0.6, 0.4], [0, 0.3, 0])),
    );
    writeFileSync(join(data, "stools/whole.glb"), await asGlb(whole));
    writeFileSync(
        join(data, "stools/open.glb"),
        await asGlb(
            without(
                whole,
                where(whole, (_, y) => y < 5),
            ),
        ),
    );
    writeFileSync(join(data, "stools/parts.glb"), await asGlb(parts));
    writeFileSync(join(data, "broken.glb"), (await asGlb(whole)).slice(0, 200));

    const out = join(place, "mine.onnx");
    const options = ["--data", data, "--out", out, "--run", join(place, "run"), "--store", join(place, "store")];
    const small = ["--samples", "2000", "--latent", "4", "--width", "32", "--depth", "4", "--octaves", "1"];
    const { status, stderr, stdout } = run(
        "train.ts",
        ...options,
        ...small,
        "--steps",
        "200",
        "--rate",
        "0.01",
        "--tries",
        "2",
        "--backend",
        "wasm",
    );
    expect(stderr).not.toMatch(/^train: /m);
    expect(status).toBe(0);
    expect(stdout).toMatch(/4 meshes: 1 accepted, 2 repaired, 1 rejected/);
    expect(readFileSync(join(place, "run/meshes/report.md"), "utf8")).toMatch(/broken.glb .*unreadable/);
    expect(readdirSync(place).sort()).toEqual([
        "data",
        "mine.json",
        "mine.md",
        "mine.onnx",
        "mine.png",
        "run",
        "store",
    ]);

    const engine = new NullEngine();
    const model = await ShapeModel.LoadAsync(readFileSync(out), new Scene(engine));
    expect(model.categories).toEqual(["stools"]);
    // So few steps tell the middle from a corner, hardly more.
    const latent = model.sampleLatent({ seed: 1, category: "stools", temperature: 0 });
    const distances = await model.evaluateAsync(latent, Float32Array.of(0, 0, 0, 0.95, 0.95, 0.95));
    expect(distances[1] - distances[0]).toBeGreaterThan(0.05);
    model.dispose();
    engine.dispose();

    const report = join(place, "evaluation");
    const few = ["--known", "3", "--samples", "2", "--points", "500", "--resolution", "24"];
    const measured = run(
        "evaluateCommand.ts",
        ...["--run", join(place, "run"), "--model", out, "--out", report, "--store", join(place, "store")],
        ...["--props", data, "--prop-count", "3", "--backend", "wasm", ...few],
    );
    expect(measured.stderr).not.toMatch(/^evaluate: /m);
    expect(measured.status).toBe(0);
    const figures = JSON.parse(readFileSync(join(report, "evaluation.json"), "utf8"));
    expect(figures.known.all.count).toBe(3);
    expect(figures.known.all.iou).toBeGreaterThan(0.3);
    expect(figures.outside.all.count).toBe(2);
    expect(figures.sampling.stools.count).toBe(2);
    const text = readFileSync(join(report, "evaluation.md"), "utf8");
    expect(text).toMatch(/\| IoU of known shapes \| 0\.\d{3} \| ≥ 0.95 \| (reached|short by)/);
    for (const [, picture] of text.matchAll(/\]\((\w+\.png)\)/g)) {
        expect(readdirSync(report)).toContain(picture);
    }
});

it("ends with one line where no mesh is usable", { timeout: 60_000 }, () => {
    const data = join(place, "useless");
    mkdirSync(data);
    writeFileSync(join(data, "a.obj"), "v 0 0 0\n");
    const { status, stderr } = run("train.ts", "--data", data, "--run", join(place, "none"), "--backend", "wasm");
    expect(status).toBe(1);
    expect(stderr.trim().split("\n").at(-1)).toMatch(/^train: listAssets: 1 files, none of them usable/);
});

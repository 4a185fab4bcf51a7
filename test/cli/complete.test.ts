import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeIO } from "@gltf-transform/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { complete } from "../../plugin/cli/complete.js";
import { UserError } from "../../plugin/cli/userError.js";
import { decodeLatent } from "../../plugin/latent/index.js";
import { octahedronMesh, UPRIGHT } from "../completion/support/octahedron.js";
import { octahedronFile } from "../support/decoders.js";
import { closed, topologyOf } from "../support/topology.js";

let folder: string;
let model: string;
let scanPath: string;
const scan = octahedronMesh(1.6, 14, { ...UPRIGHT, translation: [5, 0, 0] }, (x) => x < 0);

beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "complete-"));
    model = join(folder, "gems.onnx");
    writeFileSync(model, octahedronFile());
    scanPath = join(folder, "half.ply");
    const count = scan.positions.length / 3;
    const rows = (values: ArrayLike<number>, prefix = "") =>
        Array.from({ length: values.length / 3 }, (_, n) => prefix + [0, 1, 2].map((k) => values[3 * n + k]).join(" "));
    writeFileSync(
        scanPath,
        [
            "ply\nformat ascii 1.0",
            `element vertex ${count}\nproperty float x\nproperty float y\nproperty float z`,
            `element face ${scan.indices.length / 3}\nproperty list uchar int vertex_indices\nend_header`,
            ...rows(scan.positions),
            ...rows(scan.indices, "3 "),
            "",
        ].join("\n"),
    );
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...flags: string[]) =>
    complete([scanPath, "--model", model, "--quiet", "--resolution", "20", "--sensor", "12,2,2", ...flags]);

async function nodesOf(path: string) {
    const document = await new NodeIO().read(path);
    return new Map(
        document
            .getRoot()
            .listNodes()
            .map((node) => [node.getName(), node]),
    );
}

describe("complete", () => {
    it("writes the whole shape in the scan's place, seen and guessed told apart", async () => {
        const out = join(folder, "whole.glb");
        await run("--out", out);
        const node = (await nodesOf(out)).get("completion")!;
        const extras = node.getExtras();
        expect(extras).toMatchObject({ mode: "replace" });
        expect(["small", "large"]).toContain(extras.category);
        expect(decodeLatent(extras.latent as string, 2).length).toBe(2);
        const [primitive] = node.getMesh()!.listPrimitives();
        const positions = primitive.getAttribute("POSITION")!.getArray()!;
        const topology = topologyOf(
            Float32Array.from(positions),
            Uint32Array.from(primitive.getIndices()!.getArray()!),
        );
        expect(topology).toMatchObject({ ...closed, pieces: 1 });
        const observed = Float32Array.from(primitive.getAttribute("_OBSERVED")!.getArray()!);
        let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        observed.forEach((share, n) => {
            least = Math.min(least, positions[3 * n]);
            most = Math.max(most, positions[3 * n]);
            if (positions[3 * n] > 5.3) expect(share).toBe(1);
            if (positions[3 * n] < 3.9) expect(share).toBe(0);
        });
        expect(most).toBeCloseTo(6.6, 0);
        expect(least).toBeCloseTo(3.4, 0);
        expect(primitive.getAttribute("COLOR_0")!.getCount()).toBe(observed.length);
    });

    it("keeps the scan bit for bit beside what it lacked in fill", async () => {
        const out = join(folder, "filled.glb");
        await run("--out", out, "--mode", "fill");
        const nodes = await nodesOf(out);
        const [own] = nodes.get("scan")!.getMesh()!.listPrimitives();
        expect(Array.from(own.getAttribute("POSITION")!.getArray()!)).toEqual(Array.from(scan.positions));
        expect(Array.from(own.getIndices()!.getArray()!)).toEqual(Array.from(scan.indices));
        const [added] = nodes.get("completion")!.getMesh()!.listPrimitives();
        const places = Float32Array.from(added.getAttribute("POSITION")!.getArray()!);
        expect(places.filter((_, i) => i % 3 === 0).every((x) => x < 5.4)).toBe(true);
    });

    it.each([
        [["--mode", "mend"], '--mode: got "mend"; expected replace, fuse, fill'],
        [["--up", "w"], '--up: got "w"; expected x, y or z'],
        [["--category", "sofa"], '--category: got "sofa"; expected one of small, large'],
        [["--sensor", "1,2"], '--sensor: got "1,2"; expected three numbers'],
        [["--resolution", "1"], '--resolution: got "1"'],
        [
            ["--model", "none.onnx"],
            "--model: none.onnx can't be read (ENOENT: no such file or directory); expected a file",
        ],
        [["--out", "whole.ply"], '--out: got "whole.ply"; expected a name that ends in .glb'],
    ])("refuses %j", async (flags, message) => {
        const error = await run(...flags).then(
            () => null,
            (cause: unknown) => cause,
        );
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).toContain(message);
    });

    it("refuses a file that is no scan, and none at all", async () => {
        const path = join(folder, "no.ply");
        writeFileSync(path, "ply\n");
        await expect(complete([path, "--model", model])).rejects.toThrow(/without end_header/);
        await expect(complete(["--model", model])).rejects.toThrow(/got no scan/);
        await expect(complete([join(folder, "gone.ply"), "--model", model])).rejects.toThrow(/can't be read/);
    });

    it("makes the folder, leaves out points that are no numbers, and says so alone", async () => {
        const path = join(folder, "holes.ply");
        const lines = readFileSync(scanPath, "utf8").split("\n");
        lines[lines.indexOf("end_header") + 2] = "nan 0 0";
        writeFileSync(path, lines.join("\n"));
        const [said, complaints] = [vi.spyOn(console, "log"), vi.spyOn(console, "error")];
        const out = join(folder, "new/whole.glb");
        const flags = ["--mode", "fill", "--sensor", "12,2,2", "--resolution", "20", "--out", out];
        await complete([path, "--model", model, "--quiet", ...flags]);
        expect(said.mock.calls.map(([text]) => text)).toEqual([
            `${path}: 1 of ${scan.positions.length / 3} points left out, for they are no numbers`,
            expect.stringContaining(`${out}: `),
        ]);
        expect(complaints).not.toHaveBeenCalled();
        vi.restoreAllMocks();
        const [primitive] = (await nodesOf(out)).get("scan")!.getMesh()!.listPrimitives();
        const positions = primitive.getAttribute("POSITION")!.getArray()!;
        expect(positions.length).toBe(scan.positions.length - 3);
        expect(positions.every(Number.isFinite)).toBe(true);
        expect(Math.max(...primitive.getIndices()!.getArray()!)).toBeLessThan(positions.length / 3);
    });

    it("leaves no file behind when it fails", () => {
        expect(() => readFileSync(join(folder, "no-completed.glb"))).toThrow();
    });
});

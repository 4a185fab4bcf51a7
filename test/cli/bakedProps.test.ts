import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeIO } from "@gltf-transform/core";
import { expect, it } from "vitest";
import { bake } from "../../plugin/cli/bake.js";
import { closed, topologyOf } from "../support/topology.js";

const COUNTS = { 24: 68, 48: 66, 64: 66 };

it("bakes 200 props of all families at three resolutions: closed, edge-manifold, of positive volume", async () => {
    const folder = mkdtempSync(join(tmpdir(), "props-"));
    try {
        const model = join(import.meta.dirname, "../../models/props.onnx");
        const categories = new Set<unknown>();
        let props = 0;
        for (const [resolution, count] of Object.entries(COUNTS)) {
            const out = join(folder, resolution);
            const flags = { model, resolution, count: String(count), seed: String(1000 * Number(resolution)), out };
            await bake(["--quiet", ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])]);
            for (const name of readdirSync(out)) {
                const [node] = (await new NodeIO().read(join(out, name))).getRoot().listNodes();
                const [primitive] = node.getMesh()!.listPrimitives();
                const [positions, indices] = [primitive.getAttribute("POSITION")!, primitive.getIndices()!];
                const topology = topologyOf(positions.getArray()!, indices.getArray()!);
                expect(topology, `${node.getName()} at ${resolution}`).toMatchObject(closed);
                expect(topology.volume).toBeGreaterThan(0);
                categories.add(node.getExtras().category);
                props++;
            }
        }
        expect(props).toBe(200);
        expect(categories.size).toBeGreaterThanOrEqual(4);
    } finally {
        rmSync(folder, { recursive: true });
    }
}, 600_000);

import { readFile } from "node:fs/promises";
import * as THREE from "three";
import { expect, it } from "vitest";
import { completeScanAsync } from "../../plugin/completion/completeScan.js";
import { OnnxRuntimeField } from "../../plugin/field/onnxRuntime/onnxRuntimeField.js";
import { readDecoder } from "../../plugin/model/readDecoder.js";
import { familiesNamed, makeShape } from "../../training/families/index.js";
import type { TriangleMesh } from "../../training/samples/mesh.js";
import { randomPlacement, virtualScan } from "../bench/completion/virtualScan.js";

const UNSEEN = 50_001;

it("the shipped decoder is surer of its own families than of a knot", async () => {
    const decoder = readDecoder(new Uint8Array(await readFile("models/props.onnx")));
    const field = await OnnxRuntimeField.CreateAsync(decoder);
    const confidenceIn = async (mesh: TriangleMesh) => {
        const scan = virtualScan(mesh, randomPlacement(UNSEEN), "one view", 0.005, UNSEEN);
        const [best] = await completeScanAsync(field, decoder, scan, { count: 1 });
        return best.confidence.value;
    };
    const geometry = new THREE.TorusKnotGeometry(0.6, 0.13, 120, 16);
    const knot = {
        positions: Float32Array.from(geometry.attributes.position.array),
        indices: Uint32Array.from(geometry.index!.array),
    };
    expect(await confidenceIn(knot)).toBeLessThan(0.3);
    for (const family of ["mug", "bench"]) {
        const mesh = await makeShape(familiesNamed([family])[0], UNSEEN);
        expect(await confidenceIn(mesh)).toBeGreaterThan(0.6);
    }
    field.dispose();
}, 600_000);

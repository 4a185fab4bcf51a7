import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createCodePrior } from "../../plugin/completion/codePrior.js";
import { completeScanAsync } from "../../plugin/completion/completeScan.js";
import { Extent } from "../../plugin/completion/extent.js";
import { problemsOfStages } from "../../plugin/completion/fit.js";
import { minimise } from "../../plugin/completion/levenbergMarquardt.js";
import { outwardNormals } from "../../plugin/completion/normals.js";
import { rotationOf, type Similarity, toScan } from "../../plugin/completion/pose.js";
import { type Scan, toUnitScan } from "../../plugin/completion/scan.js";
import type { Field } from "../../plugin/field/field.js";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { WasmField } from "../../plugin/field/wasm/wasmField.js";
import { sampleLatent } from "../../plugin/latent/sampleLatent.js";
import { readDecoder } from "../../plugin/model/readDecoder.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { octahedronDecoder } from "../support/decoders.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { octahedronMesh } from "./support/octahedron.js";

const device = await requestTestDevice();
/** Of codes, and of poses in the scan's unit frame, whose longest side is 1.8. */
const TOLERANCE = 1e-3;

afterAll(() => device?.destroy());

const decoder = octahedronDecoder();
const props = readDecoder(readFileSync(join(import.meta.dirname, "../../models/props.onnx")));
const pose: Similarity = { rotation: rotationOf([0, 0.2, 0]), scale: 1.3, translation: [2, 0.5, -1] };
const scan = octahedronMesh(0.75, 16, pose, (x, y) => x < -0.1 && y < 0.3);

/** A fit from a start that is off in code, turn, size and place. */
async function fitOn(field: Field) {
    const unit = toUnitScan("test", scan, 1.8);
    const prior = createCodePrior("test", decoder.metadata, decoder.latentSize, undefined);
    const extent = new Extent(unit.positions, 1.8);
    const normals = outwardNormals(unit);
    const problem = problemsOfStages(field, decoder.bounds, prior, unit, normals, { upAxis: 1, extent }).at(-1)!;
    const start: Similarity = { rotation: rotationOf([0.03, 0.35, 0]), scale: 1.1, translation: [0.05, -0.04, 0.03] };
    const state = { latent: new Float32Array(2), pose: start, start };
    const { cost: startCost } = await problem.linearise(state);
    return { ...(await minimise(problem, state, 15)), startCost };
}

describe("a fit ends at the same code and pose, whoever computes the field", () => {
    it("on WASM and in plain code", async () => {
        const wasm = await WasmField.CreateAsync(decoder.perceptron!);
        const found = await fitOn(wasm);
        wasm.dispose();
        expectSame(found, await fitOn(new ReferenceField(decoder.perceptron!)));
    });

    it.skipIf(!device)("on the GPU and in plain code", async () => {
        const fused = await FusedField.CreateAsync(device!, decoder.perceptron!);
        const found = await fitOn(fused);
        fused.dispose();
        expectSame(found, await fitOn(new ReferenceField(decoder.perceptron!)));
        expect(uncapturedErrors).toEqual([]);
    });
});

/** What a sensor saw of a vase of the shipped decoder, somewhere. */
async function sideOfVase(field: Field): Promise<Scan> {
    const latent = sampleLatent(props.metadata!, { seed: 3, category: "vase" });
    const { mesh } = await extractSurfaceAsync(field, latent, props, { resolution: 20 });
    const placed: Similarity = { rotation: rotationOf([0, 0.7, 0]), scale: 1.2, translation: [1, 0.2, -0.5] };
    const seen = mesh.positions.filter((_, i) => mesh.normals[i - (i % 3) + 2] > 0);
    return { positions: toScan(placed, seen) };
}

describe("a whole search of the shipped decoder finds the same", () => {
    it.skipIf(!device)(
        "on the GPU and on WASM",
        async () => {
            const local = await WasmField.CreateAsync(props.perceptron!);
            const fused = await FusedField.CreateAsync(device!, props.perceptron!);
            const scan = await sideOfVase(local);
            const options = { category: "vase", count: 1 };
            const [wasm] = await completeScanAsync(local, props, scan, options);
            const [gpu] = await completeScanAsync(fused, props, scan, options);
            for (const field of [local, fused]) field.dispose();
            expect(gpu.category).toBe("vase");
            expect(gpu.confidence.value).toBeGreaterThan(0.5);
            expect(Math.abs(gpu.confidence.value - wasm.confidence.value)).toBeLessThan(0.01);
            expect(gpu.cost / wasm.cost).toBeCloseTo(1, 2);
            const apart = [
                ...gpu.latent.map((value, i) => value - wasm.latent[i]),
                ...gpu.pose.rotation.map((value, i) => value - wasm.pose.rotation[i]),
                ...gpu.pose.translation.map((value, axis) => value - wasm.pose.translation[axis]),
                gpu.pose.scale / wasm.pose.scale - 1,
            ];
            expect(Math.max(...apart.map(Math.abs))).toBeLessThan(0.01);
            expect(uncapturedErrors).toEqual([]);
        },
        300_000,
    );
});

function expectSame(a: Awaited<ReturnType<typeof fitOn>>, b: Awaited<ReturnType<typeof fitOn>>): void {
    // It went somewhere.
    expect(b.cost).toBeLessThan(0.2 * b.startCost);
    const apart = [
        ...a.state.latent.map((value, i) => value - b.state.latent[i]),
        ...a.state.pose.rotation.map((value, i) => value - b.state.pose.rotation[i]),
        ...a.state.pose.translation.map((value, axis) => value - b.state.pose.translation[axis]),
        a.state.pose.scale / b.state.pose.scale - 1,
    ];
    expect(Math.max(...apart.map(Math.abs))).toBeLessThan(TOLERANCE);
}

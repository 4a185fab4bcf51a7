import { describe, expect, it } from "vitest";
import { readBack } from "../../plugin/babylon/readBack.js";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { WasmField } from "../../plugin/field/wasm/wasmField.js";
import { sampleLatent } from "../../plugin/latent/index.js";
import { type Decoder, readDecoder } from "../../plugin/model/index.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { octahedronDecoder } from "../support/decoders.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { maxDifference } from "../support/perceptrons.js";

/** Distances of the makers may differ by this much, and where no sample lies within it of zero, meshes have one topology. */
const TOLERANCE = 1e-4;
/** A vertex moves by the distances' difference over the field's slope along its edge, which is gentle at grazing edges. */
const VERTEX_TOLERANCE = 2e-3;

const device = await requestTestDevice();
const shipped = readDecoder(new Uint8Array(await (await fetch("/props.onnx")).arrayBuffer()));
const cases: [string, Decoder, number[], number][] = [
    ["octahedra", octahedronDecoder(), [1, 2, 3, 4, 5, 6], 16],
    ["the shipped decoder", shipped, [1, 7, 12], 12],
];

describe.skipIf(!device)("WGSL, WebAssembly and the CPU reference", () => {
    it.each(cases)(
        "make the same meshes of %s",
        async (name, decoder, seeds, resolution) => {
            const { bounds, clampDistance } = decoder;
            const domain = { bounds, clampDistance };
            const options = { resolution, slope: 2.5 };
            const reference = new ReferenceField(decoder.perceptron!);
            const wasm = await WasmField.CreateAsync(decoder.perceptron!);
            const fused = await FusedField.CreateAsync(device!, decoder.perceptron!);
            const maker = await GpuSurfaceMaker.CreateAsync(device!);
            const steps = Array.from({ length: resolution + 1 }, (_, i) => -1 + (2 * i) / resolution);
            const samples = Float32Array.from(
                steps.flatMap((x) => steps.flatMap((y) => steps.flatMap((z) => [x, y, z]))),
            );
            let compared = 0;
            for (const seed of seeds) {
                const latent = sampleLatent(decoder.metadata!, { seed });
                const distances = await reference.evaluateAsync(latent, samples);
                for (const field of [wasm, fused]) {
                    expect(maxDifference(await field.evaluateAsync(latent, samples), distances)).toBeLessThan(
                        TOLERANCE,
                    );
                }
                const expected = (await extractSurfaceAsync(reference, latent, domain, options)).mesh;
                const onWasm = (await extractSurfaceAsync(wasm, latent, domain, options)).mesh;
                const onGpu = (await readBack(device!, await maker.extractAsync(fused, latent, domain, options)))
                    .surface;
                expect(expected.indices.length).toBeGreaterThan(100);
                if (distances.every((distance) => Math.abs(distance) > TOLERANCE)) {
                    compared++;
                    for (const mesh of [onWasm, onGpu]) {
                        expect(mesh.indices).toEqual(expected.indices);
                        expect(maxDifference(mesh.positions, expected.positions)).toBeLessThan(VERTEX_TOLERANCE);
                    }
                }
            }
            console.log(`${name}: ${compared} of ${seeds.length} codes have no sample within ${TOLERANCE} of zero`);
            expect(compared).toBeGreaterThan(0);
            fused.dispose();
            wasm.dispose();
            maker.dispose();
        },
        240_000,
    );

    it("raise no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

import { describe, expect, it } from "vitest";
import { createCpuFieldAsync } from "../../plugin/field/cpuField.js";
import { readDecoder, writeDecoder } from "../../plugin/model/index.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { WorkerField, type WorkerPort, WorkerUnavailable } from "../../plugin/surface/worker/workerField.js";
import { cube } from "../support/fields.js";
import {
    maxDifference,
    octahedronPerceptron,
    randomCode,
    randomPerceptron,
    randomPoints,
} from "../support/perceptrons.js";

const domain = { bounds: cube, clampDistance: 0.4 };
const decoderOf = (perceptron = octahedronPerceptron(0.6)) => readDecoder(writeDecoder(perceptron, null));

/** The longest time that this thread did not get to run anything else, while `work` runs. */
async function longestBlock(work: Promise<unknown>): Promise<number> {
    let longest = 0;
    let running = true;
    const channel = new MessageChannel();
    let last = performance.now();
    channel.port1.onmessage = () => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        if (running) channel.port2.postMessage(null);
    };
    channel.port2.postMessage(null);
    await work;
    running = false;
    return longest;
}

describe("WorkerField", () => {
    it("gives what this thread gives: values, gradients, surfaces", async () => {
        const decoder = decoderOf(randomPerceptron({ seed: 4 }));
        const [worker, here] = [await WorkerField.CreateAsync(decoder), await createCpuFieldAsync(decoder)];
        const [latent, points] = [randomCode(decoder.latentSize), randomPoints(100)];
        expect([worker.maker, here.maker]).toEqual(["wasm", "wasm"]);
        // Not onnxruntime, which a decoder that is no perceptron takes.
        expect(worker.fetchedBytes).toBeLessThan(1e6);
        const other = await WorkerField.CreateAsync(decoder, undefined, "onnxruntime");
        expect(other.maker).toBe("onnxruntime-wasm");
        expect(other.fetchedBytes).toBeGreaterThan(1e6);
        expect(
            maxDifference(await other.evaluateAsync(latent, points), await here.evaluateAsync(latent, points)),
        ).toBeLessThan(1e-4);
        other.dispose();
        expect(await worker.evaluateAsync(latent, points)).toEqual(await here.evaluateAsync(latent, points));
        const options = { latentGradients: true };
        expect(await worker.evaluateGradientAsync(latent, points, options)).toEqual(
            await here.evaluateGradientAsync(latent, points, options),
        );
        const { mesh, statistics } = await worker.extractAsync(latent, domain, { resolution: 16 });
        expect(mesh).toEqual((await extractSurfaceAsync(here, latent, domain, { resolution: 16 })).mesh);
        expect(statistics).toMatchObject({ awaits: 1, triangles: mesh.indices.length / 3 });
        worker.dispose();
        here.dispose();
    });

    it("never holds up the caller's thread, however long a decode takes", async () => {
        const decoder = decoderOf(randomPerceptron({ width: 128, depth: 6, octaves: 4 }));
        const field = await WorkerField.CreateAsync(decoder);
        const latent = randomCode(decoder.latentSize);
        // A busy machine takes this thread's time away too, idle or not: what an idle thread sees is not the decode's.
        const excess: number[] = [];
        let took = 0;
        for (let attempt = 0; attempt < 8 && Math.min(...excess, 99) >= 8; attempt++) {
            const started = performance.now();
            const block = await longestBlock(field.extractAsync(latent, domain, { resolution: 128 }));
            took = performance.now() - started;
            const idle = await longestBlock(new Promise((resolve) => setTimeout(resolve, took)));
            excess.push(block - (idle < 4 ? 0 : idle));
        }
        expect(took).toBeGreaterThan(30);
        expect(Math.min(...excess)).toBeLessThan(8);
        field.dispose();
    });

    it("gives up when it is aborted, and refuses after it is disposed", async () => {
        const field = await WorkerField.CreateAsync(decoderOf());
        const controller = new AbortController();
        const latent = Float32Array.of(0, 0);
        const running = field.extractAsync(latent, domain, { resolution: 64, signal: controller.signal });
        controller.abort();
        await expect(running).rejects.toThrow(/abort/i);
        await expect(field.evaluateAsync(new Float32Array(3), randomPoints(1))).rejects.toThrow(/code of 3/);
        const cut = field.extractAsync(latent, domain, { resolution: 32 });
        field.dispose();
        await expect(cut).rejects.toThrow(/disposed/);
        await expect(field.evaluateAsync(latent, randomPoints(1))).rejects.toThrow(/disposed/);
    });

    it("says so when its worker does not start", async () => {
        const port = new Worker("data:text/javascript,import 'nowhere'", { type: "module" }) as unknown as WorkerPort;
        await expect(WorkerField.CreateAsync(decoderOf(), port)).rejects.toThrow(WorkerUnavailable);
    });
});

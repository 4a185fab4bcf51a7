import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { type LiveFront, LiveSurface } from "../../plugin/surface/gpu/liveSurface.js";
import { countDevice, type DeviceCounts } from "../support/countingDevice.js";
import { cube } from "../support/fields.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { octahedronPerceptron } from "../support/perceptrons.js";

const device = await requestTestDevice();
/** 100 stands for 10 000 remeshes, 1 000 times create and dispose, 100 times load and dispose. */
const rounds = Number(process.env.MEMORY_ROUNDS ?? 1);
const octahedron = octahedronPerceptron(0.5);
const domain = { bounds: cube, clampDistance: 0.4 };
const NOISE_BYTES = 6 * 2 ** 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function heldBytes(): Promise<number> {
    for (let turn = 0; turn < 3; turn++) {
        collect();
        await new Promise((done) => setTimeout(done));
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
}

describe.skipIf(!device)("GPU buffers and heap go back to where they were", () => {
    let counts: DeviceCounts;
    let maker: GpuSurfaceMaker;
    let field: FusedField;
    const code = (n: number) => Float32Array.of(-0.3 + 0.03 * (n % 13), 0);

    beforeAll(async () => {
        counts = countDevice(device!);
        maker = await GpuSurfaceMaker.CreateAsync(device!);
        field = await FusedField.CreateAsync(device!, octahedron);
    });
    afterAll(() => device?.destroy());

    /** Does something often, after it was done a few times to fill what is kept. */
    async function often(count: number, once: (n: number) => Promise<void>): Promise<void> {
        for (let n = 0; n < Math.min(count, 40); n++) await once(n);
        const before = { ...counts, heap: await heldBytes() };
        for (let n = 0; n < count; n++) await once(n);
        expect([counts.buffers, counts.bytes]).toEqual([before.buffers, before.bytes]);
        expect((await heldBytes()) - before.heap).toBeLessThan(NOISE_BYTES);
    }
    const limit = 120_000 * Math.max(1, rounds);

    it(
        `after ${100 * rounds} remeshes of changing size`,
        async () => {
            let done = () => {};
            let front: LiveFront | null = null;
            const live = new LiveSurface(field, maker, domain, 1.25, "clockwise", {
                onFront: (next) => {
                    for (const buffer of front ? [front.positions, front.normals, front.indices] : []) buffer.destroy();
                    front = next;
                },
                onEncode: () => {},
                onStatistics: () => done(),
                onError: (error) => expect.fail(String(error)),
            });
            await often(100 * rounds, async (n) => {
                await new Promise<void>((resolve) => {
                    done = resolve;
                    live.update({ latent: code(n), resolution: 4 + (n % 13) });
                    live.beginFrame();
                });
            });
            live.dispose();
        },
        limit,
    );

    it(
        `after ${10 * rounds} times create and dispose`,
        async () => {
            await often(10 * rounds, async (n) => {
                const surface = await maker.extractAsync(field, code(n), domain, { resolution: 4 + (n % 13) });
                for (const buffer of [surface.positions, surface.normals, surface.indices]) buffer.destroy();
            });
        },
        limit,
    );

    it(
        `after ${rounds} times load and dispose`,
        async () => {
            await often(rounds, async (n) => {
                const ownField = await FusedField.CreateAsync(device!, octahedron);
                const ownMaker = await GpuSurfaceMaker.CreateAsync(device!);
                const surface = await ownMaker.extractAsync(ownField, code(n), domain, { resolution: 8 });
                for (const buffer of [surface.positions, surface.normals, surface.indices]) buffer.destroy();
                ownField.dispose();
                ownMaker.dispose();
            });
        },
        limit,
    );

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

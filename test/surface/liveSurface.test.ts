import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { readBuffer } from "../../plugin/field/gpu/buffers.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { type LiveFront, LiveSurface } from "../../plugin/surface/gpu/liveSurface.js";
import type { SurfaceStatistics } from "../../plugin/surface/mesh.js";
import { countDevice, type DeviceCounts } from "../support/countingDevice.js";
import { cube } from "../support/fields.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { octahedronPerceptron, platePerceptron, sheetsPerceptron } from "../support/perceptrons.js";
import { closed, topologyOf } from "../support/topology.js";

const device = await requestTestDevice();
const octahedron = octahedronPerceptron(0.5);
const domain = { bounds: cube, clampDistance: 0.4 };

/** Software adapters on busy machines take their time. */
const until = <Value>(read: () => Value) => expect.poll(read, { timeout: 30_000 });

describe.skipIf(!device)("LiveSurface", () => {
    let counts: DeviceCounts;
    let maker: GpuSurfaceMaker;
    let field: FusedField;

    beforeAll(async () => {
        counts = countDevice(device!);
        maker = await GpuSurfaceMaker.CreateAsync(device!);
        field = await FusedField.CreateAsync(device!, octahedron);
    }, 60_000);
    afterAll(() => device?.destroy());

    /** A surface with what it told. */
    const watch = (slope = 1.25, decoder = field, onSeen = () => {}) => {
        const seen: SurfaceStatistics[] = [];
        const errors: unknown[] = [];
        let front: LiveFront | null = null;
        const live = new LiveSurface(decoder, maker, domain, slope, "counterClockwise", {
            onFront: (next) => {
                for (const buffer of front ? [front.positions, front.normals, front.indices] : []) buffer.destroy();
                front = next;
            },
            onEncode: () => {},
            onStatistics: (statistics) => {
                seen.push(statistics);
                onSeen();
            },
            onError: (error) => errors.push(error),
        });
        const shown = async () => {
            const { positions, indices } = front!;
            const [indexCount] = new Uint32Array(await readBuffer(device!, live.drawArguments, 20));
            const all = new Uint32Array(await readBuffer(device!, indices, indices.size));
            expect(all.subarray(indexCount).every((index) => index === 0)).toBe(true);
            return {
                positions: new Float32Array(await readBuffer(device!, positions, positions.size)),
                indices: all.subarray(0, indexCount),
            };
        };
        const dispose = () => {
            live.dispose();
            for (const buffer of [front!.positions, front!.normals, front!.indices]) buffer.destroy();
        };
        return { live, seen, errors, shown, dispose, front: () => front! };
    };
    const expected = (size: number, resolution: number) =>
        extractSurfaceAsync(new ReferenceField(octahedron), Float32Array.of(size, 0), domain, { resolution });
    const request = (size: number, resolution = 16) => ({ latent: Float32Array.of(size, 0), resolution });

    it("shows what its CPU twin makes, after one submit, no wait and nothing read back", async () => {
        const { live, seen, shown, dispose } = watch();
        live.update(request(0));
        live.beginFrame();
        await until(() => seen.length).toBe(1);
        const before = { ...counts };
        live.update(request(0.1));
        // The remesh, and the copy for the late read, which is the only wait and holds up nothing.
        expect(counts.submits - before.submits).toBe(2);
        expect(counts.waits - before.waits).toBe(1);
        await until(() => seen.length).toBe(2);
        const cpu = await expected(0.1, 16);
        const gpu = await shown();
        expect(gpu.indices).toEqual(cpu.mesh.indices);
        expect(seen[1]).toMatchObject({
            awaits: 0,
            bytesReadBack: 0,
            attempts: 1,
            evaluations: cpu.statistics.evaluations,
            triangles: cpu.statistics.triangles,
        });
        expect(seen[1].lateBytes).toBe(counts.bytesMapped - before.bytesMapped - seenBytes(gpu, live));
        expect(seen[1].dispatches).toBeGreaterThan(20);
        dispose();
    });

    /** Bytes that `shown` has read. */
    const seenBytes = (gpu: { positions: Float32Array }, _: LiveSurface) => {
        const capacity = gpu.positions.length / 3;
        return 20 + 12 * 2 * capacity + 12 * capacity;
    };

    it("shows the latest of many, and works on no more than it must", async () => {
        const { live, seen, shown, dispose } = watch();
        const before = counts.submits;
        for (let i = 0; i < 50; i++) live.update(request(-0.2 + 0.006 * i));
        live.beginFrame();
        await until(async () => (await shown()).indices.length).toBe(
            (await expected(-0.2 + 0.006 * 49, 16)).mesh.indices.length,
        );
        expect(seen.length).toBeLessThanOrEqual(3);
        expect(counts.submits - before).toBeLessThan(40);
        dispose();
    });

    it("grows when a shape does not fit, and shows the one before until then", async () => {
        // Nearly as many sheets as cells: more triangles than the buffers begin with.
        const sheets = await FusedField.CreateAsync(device!, sheetsPerceptron(20));
        const { live, seen, shown, front, dispose } = watch(10, sheets);
        live.update({ latent: Float32Array.of(1), resolution: 24 });
        live.beginFrame();
        await until(() => seen.length).toBe(1);
        const few = await shown();
        const { vertexCapacity } = front();
        expect(few.indices.length).toBeGreaterThan(300);

        live.update({ latent: Float32Array.of(0), resolution: 24 });
        live.beginFrame();
        const drawn = new Uint32Array(await readBuffer(device!, live.drawArguments, 4));
        expect(drawn[0]).toBe(few.indices.length);
        await until(async () => (await shown()).indices.length).toBeGreaterThan(few.indices.length);
        expect(front().vertexCapacity).toBeGreaterThan(vertexCapacity);
        const { positions, indices } = await shown();
        expect(topologyOf(positions, indices)).toMatchObject(closed);
        dispose();
        sheets.dispose();
    });

    it("never shows a surface with holes: it widens the search first", async () => {
        const steep = await FusedField.CreateAsync(device!, platePerceptron(0.06, 4));
        const seen: SurfaceStatistics[] = [];
        let front: LiveFront | null = null;
        const live = new LiveSurface(steep, maker, { bounds: cube, clampDistance: 2 }, 1, "counterClockwise", {
            onFront: (next) => {
                front = next;
            },
            onEncode: () => {},
            onStatistics: (statistics) => seen.push(statistics),
            onError: (error) => expect.fail(String(error)),
        });
        live.update({ latent: Float32Array.of(0.03), resolution: 24 });
        live.beginFrame();
        let indexCount = 0;
        await until(async () => {
            [indexCount] = new Uint32Array(await readBuffer(device!, live.drawArguments, 4));
            return indexCount;
        }).toBeGreaterThan(0);
        expect(seen.length).toBeGreaterThan(1);
        const { positions, indices } = front as unknown as LiveFront;
        const topology = topologyOf(
            new Float32Array(await readBuffer(device!, positions, positions.size)),
            new Uint32Array(await readBuffer(device!, indices, 4 * indexCount)),
        );
        expect(topology).toMatchObject(closed);
        live.dispose();
        for (const buffer of [positions, indices, (front as unknown as LiveFront).normals]) buffer.destroy();
        steep.dispose();
    });

    it("holds no more memory after 1 000 remeshes of changing size than after the first few", async () => {
        let done = () => {};
        const { live, dispose } = watch(1.25, field, () => done());
        const remesh = (index: number) =>
            new Promise<void>((resolve) => {
                done = resolve;
                live.update(request(-0.3 + (index % 13) * 0.03, 4 + (index % 5)));
                live.beginFrame();
            });
        for (let i = 0; i < 40; i++) await remesh(i);
        const { buffers, bytes } = counts;
        for (let i = 0; i < 1000; i++) await remesh(i);
        expect(counts.buffers).toBe(buffers);
        expect(counts.bytes).toBe(bytes);
        dispose();
    }, 120_000);

    it("frees everything", () => {
        field.dispose();
        maker.dispose();
        expect(counts.buffers).toBe(0);
        expect(uncapturedErrors).toEqual([]);
    });
});

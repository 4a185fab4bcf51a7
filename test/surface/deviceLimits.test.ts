import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { readBuffer } from "../../plugin/field/gpu/buffers.js";
import { batchSize, extractBatchAsync } from "../../plugin/surface/gpu/gpuBatch.js";
import { createMeshBuffers, encodeSurface, GpuSurfaceMaker, planSearch } from "../../plugin/surface/gpu/gpuSurface.js";
import { LiveSurface } from "../../plugin/surface/gpu/liveSurface.js";
import { checkSearchFits } from "../../plugin/surface/gpu/searchBytes.js";
import { defaultCapacity, roomyCount, SearchRoom } from "../../plugin/surface/gpu/searchRoom.js";
import { summaryBytes } from "../../plugin/surface/gpu/summary.js";
import { countDevice, type DeviceCounts } from "../support/countingDevice.js";
import { downloadSurface } from "../support/downloadSurface.js";
import { cube } from "../support/fields.js";
import { requestTestDevice, uncapturedErrors } from "../support/gpu.js";
import { requestNullDevice } from "../support/nullDevice.js";
import { octahedronPerceptron, randomPerceptron } from "../support/perceptrons.js";

const MIB = 2 ** 20;
const domain = { bounds: cube, clampDistance: 0.4 };
const octahedron = octahedronPerceptron(0.5);
const code = Float32Array.of(0.1, 0);

/** The least that WebGPU promises; `requestDevice()` without more gives just these. */
const LEAST = {
    maxBufferSize: 256 * MIB,
    maxStorageBufferBindingSize: 128 * MIB,
    maxUniformBufferBindingSize: 65536,
    maxComputeWorkgroupsPerDimension: 65535,
};

/** What is dispatched directly, and the largest buffer, from now on. */
function watchSizes(device: GPUDevice) {
    const seen = { workgroups: 0, bytes: 0 };
    const createCommandEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => {
        const encoder = createCommandEncoder(descriptor);
        const beginComputePass = encoder.beginComputePass.bind(encoder);
        encoder.beginComputePass = (ofPass) => {
            const pass = beginComputePass(ofPass);
            const dispatch = pass.dispatchWorkgroups.bind(pass);
            pass.dispatchWorkgroups = (x, y = 1, z = 1) => {
                seen.workgroups = Math.max(seen.workgroups, x, y, z);
                dispatch(x, y, z);
            };
            return pass;
        };
        return encoder;
    };
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
        seen.bytes = Math.max(seen.bytes, descriptor.size);
        return createBuffer(descriptor);
    };
    return seen;
}

const device = await requestTestDevice();
const compiler = await requestNullDevice([]);

describe.skipIf(!compiler)("a device with the least limits", () => {
    it("has room for the finest search there is, alone and together; no dispatch or buffer is larger", async () => {
        const checker = compiler!;
        for (const [name, least] of Object.entries(LEAST)) {
            expect([name, checker.limits[name as keyof typeof LEAST]]).toEqual([name, least]);
        }
        const errors: string[] = [];
        checker.addEventListener("uncapturederror", (event) => errors.push(event.error.message));
        const seen = watchSizes(checker);
        const maker = await GpuSurfaceMaker.CreateAsync(checker);
        const field = await FusedField.CreateAsync(checker, octahedron, "barrierFree");
        // It runs nothing, but checks what it is asked for.
        const search = (resolution: number, codeCount: number) => {
            const workspace = maker.borrow();
            const capacity = defaultCapacity(resolution);
            const inside = { bounds: cube, clampDistance: 0.1 };
            const plan = planSearch(workspace, new SearchRoom(), inside, { resolution }, capacity, codeCount);
            expect(plan.levels.length).toBeGreaterThan(0);
            const summary = workspace.storage("summary", summaryBytes(plan.levels.length, codeCount));
            const codes = field.createCodes(new Array(codeCount).fill(code));
            const encoder = checker.createCommandEncoder();
            encodeSurface(encoder, maker.kernels, workspace, plan, summary, field, codes);
            checker.queue.submit([encoder.finish()]);
            codes.dispose();
            workspace.dispose();
        };
        const check = (resolution: number) => {
            const options = { resolution, exact: true };
            checkSearchFits(checker, new SearchRoom().plan(domain, options, defaultCapacity(resolution)));
        };
        check(222);
        expect(() => check(223)).toThrow(/resolution 223, every corner: surface corners points/);
        search(512, 1);
        search(64, 16);
        await checker.queue.onSubmittedWorkDone();
        expect(errors).toEqual([]);
        expect(seen.workgroups).toBeGreaterThan(1000);
        expect(seen.workgroups).toBeLessThanOrEqual(LEAST.maxComputeWorkgroupsPerDimension);
        expect(seen.bytes).toBeGreaterThan(64 * MIB);
        expect(seen.bytes).toBeLessThanOrEqual(LEAST.maxStorageBufferBindingSize);
        maker.dispose();
        field.dispose();
    });
});

describe.skipIf(!device)("where a device's limits end", () => {
    let seen: ReturnType<typeof watchSizes>;
    let counts: DeviceCounts;
    let field: FusedField;
    let maker: GpuSurfaceMaker;

    /** Lets the device say that it can do less than it can; a field's own scratch is made before, for it is of one size. */
    const narrow = (limits: Partial<typeof LEAST>) =>
        Object.defineProperty(device!, "limits", { value: { ...LEAST, ...limits }, configurable: true });

    beforeAll(async () => {
        seen = watchSizes(device!);
        counts = countDevice(device!);
        maker = await GpuSurfaceMaker.CreateAsync(device!);
        field = await FusedField.CreateAsync(device!, octahedron, "barrierFree");
        await field.evaluateAsync(code, Float32Array.of(0, 0, 0));
        await field.evaluateGradientAsync(code, Float32Array.of(0, 0, 0));
    }, 60_000);
    afterEach(() => {
        narrow({});
        Object.assign(seen, { workgroups: 0, bytes: 0 });
    });
    afterAll(() => device!.destroy());

    it("gradients by the code come in as many parts as buffers need, the same as at once", async () => {
        const points = Float32Array.from({ length: 3 * 1000 }, (_, i) => Math.sin(7 * i));
        const whole = await field.evaluateGradientAsync(code, points, { latentGradients: true });
        narrow({ maxStorageBufferBindingSize: 4096 });
        Object.assign(seen, { bytes: 0 });
        const parts = await field.evaluateGradientAsync(code, points, { latentGradients: true });
        expect(seen.bytes).toBeLessThanOrEqual(4096);
        expect(parts).toEqual(whole);
    });

    it("a search is refused before anything is allocated, and a coarser one runs", async () => {
        narrow({ maxStorageBufferBindingSize: 2 * MIB });
        const before = { ...counts };
        await expect(maker.extractAsync(field, code, domain, { resolution: 256 })).rejects.toThrow(
            /resolution 256: surface corners \w+: \d+ bytes are needed; .* up to 2097152 \(maxStorageBufferBindingSize\); use a lower resolution/,
        );
        await expect(maker.extractAsync(field, code, domain, { resolution: 64, exact: true })).rejects.toThrow(
            /resolution 64, every corner: .* leave exact out/,
        );
        await expect(extractBatchAsync(maker, field, [code, code], domain, { resolution: 256 })).rejects.toThrow(
            /resolution 256/,
        );
        expect(counts).toEqual(before);
        const surface = await maker.extractAsync(field, code, domain, { resolution: 16 });
        expect(surface.triangleCount).toBeGreaterThan(100);
    });

    it("the tighter of binding and buffer counts", async () => {
        narrow({ maxBufferSize: MIB });
        await expect(maker.extractAsync(field, code, domain, { resolution: 128 })).rejects.toThrow(
            /up to 1048576 \(maxBufferSize\)/,
        );
    });

    it("batches become smaller, and each surface is what it is with all the room", async () => {
        const latents = Array.from({ length: 5 }, (_, i) => Float32Array.of(0.02 * i, 0));
        const sizes: number[] = [];
        const surfacesWith = async (limits: Partial<typeof LEAST>) => {
            narrow(limits);
            sizes.push(batchSize(device!, domain, { resolution: 20 }));
            const surfaces = await extractBatchAsync(maker, field, latents, domain, { resolution: 20 });
            return Promise.all(surfaces.map((surface) => downloadSurface(device!, surface)));
        };
        const whole = await surfacesWith({});
        expect(await surfacesWith({ maxStorageBufferBindingSize: MIB / 4 })).toEqual(whole);
        expect(sizes).toEqual([16, 2]);
    });

    it("room to spare ends where buffers do, so that what fits exactly is made", () => {
        expect(roomyCount(1000, MIB)).toBe(1250);
        expect(roomyCount(80_000, MIB)).toBe(Math.floor(MIB / 12));
        expect(roomyCount(90_000, MIB)).toBe(90_000);
    });

    it("dispatches are split: with 512 workgroups along an axis a surface is what it is with thousands", async () => {
        const surfaceWith = async (limits: Partial<typeof LEAST>) => {
            narrow(limits);
            const ownMaker = await GpuSurfaceMaker.CreateAsync(device!);
            const surface = await ownMaker.extractAsync(field, code, domain, { resolution: 33, sparse: false });
            const groups = ownMaker.borrow().storage("corners groups", 12, GPUBufferUsage.INDIRECT);
            return {
                surface: await downloadSurface(device!, surface),
                indirect: Math.max(...new Uint32Array(await readBuffer(device!, groups, 12))),
                direct: seen.workgroups,
            };
        };
        const split = await surfaceWith({ maxComputeWorkgroupsPerDimension: 512 });
        const whole = await surfaceWith({});
        expect([split.direct, split.indirect]).toEqual([512, 512]);
        expect([whole.direct, whole.indirect]).toEqual([Math.ceil(34 ** 3 / 64), Math.ceil(34 ** 3 / 64)]);
        expect(split.surface).toEqual(whole.surface);
    });

    it("a live surface refuses what is asked for at once, and goes on with what fits", async () => {
        const triangles: number[] = [];
        const errors: unknown[] = [];
        const live = new LiveSurface(field, maker, domain, 1.25, "clockwise", {
            onFront: () => {},
            onEncode: () => {},
            onStatistics: (statistics) => triangles.push(statistics.triangles),
            onError: (error) => errors.push(error),
        });
        narrow({ maxStorageBufferBindingSize: 2 * MIB });
        const before = counts.bytes;
        expect(() => live.update({ latent: code, resolution: 256 })).toThrow(/resolution 256: surface corners/);
        expect(counts.bytes).toBe(before);
        live.update({ latent: code, resolution: 12 });
        // The second of a frame waits for the next, and is judged all the same.
        expect(() => live.update({ latent: code, resolution: 256 })).toThrow(/resolution 256: surface corners/);
        live.beginFrame();
        await expect.poll(() => triangles[0], { timeout: 30_000 }).toBeGreaterThan(100);
        expect(errors).toEqual([]);
        // What no longer fits when its frame begins is said aside, and the frame goes on.
        live.update({ latent: code, resolution: 13 });
        live.update({ latent: code, resolution: 60 });
        narrow({ maxStorageBufferBindingSize: MIB / 4 });
        live.beginFrame();
        expect(String(errors[0])).toMatch(/shape \w+: \d+ bytes are needed/);
        live.dispose();
    });

    it("meshes and decoders too large are refused by the buffer's name, with nothing left behind", async () => {
        narrow({ maxBufferSize: MIB / 4, maxStorageBufferBindingSize: MIB / 4 });
        const before = { ...counts };
        expect(() => createMeshBuffers(device!, 1000, 30_000)).toThrow(
            /shape indices: 360000 bytes are needed; .* up to 262144 .* lower resolution/,
        );
        const wide = randomPerceptron({ width: 256, depth: 3, skips: [] });
        await expect(FusedField.CreateAsync(device!, wide)).rejects.toThrow(
            /perceptron weights: \d+ bytes are needed; .*maxBufferSize/,
        );
        expect(counts).toEqual(before);
    });

    it("long evaluations go in parts that fit the least limits many times over", async () => {
        const points = Float32Array.from({ length: 3 * 300_000 }, (_, i) => Math.sin(i));
        const submits = counts.submits;
        const distances = await field.evaluateAsync(code, points);
        expect([distances.length, seen.bytes]).toEqual([300_000, 12 * 2 ** 18]);
        // Each part is evaluated and read.
        expect(counts.submits - submits).toBe(4);
    });

    it("raises no validation error", () => {
        expect(uncapturedErrors).toEqual([]);
    });
});

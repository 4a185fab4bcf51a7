import { describe, expect, it } from "vitest";
import { completeScanAsync } from "../../plugin/completion/completeScan.js";
import { rotationOf, toModel, toScan } from "../../plugin/completion/pose.js";
import { MAX_SCAN_POINTS, MAX_SCAN_TRIANGLES, type Scan, toUnitScan } from "../../plugin/completion/scan.js";
import { surfaceOfCompletionAsync } from "../../plugin/completion/surfaceOfCompletion.js";
import { ReferenceField } from "../../plugin/field/referenceField.js";
import { cpuMilliseconds } from "../support/cpuTime.js";
import { FULL_SIZES, octahedronDecoder } from "../support/decoders.js";
import { createTestRandom } from "../support/perceptrons.js";
import { octahedronMesh, UPRIGHT } from "./support/octahedron.js";

const decoder = octahedronDecoder(FULL_SIZES);
const field = new ReferenceField(decoder.perceptron!);
const complete = (scan: Scan) => completeScanAsync(field, decoder, scan, { count: 1 });
const half = octahedronMesh(0.8, 20, UPRIGHT, (x) => x < 0);
const cloud = (count: number, of: (n: number) => readonly [number, number, number]): Scan => ({
    positions: Float32Array.from({ length: count }, (_, n) => n).reduce<Float32Array>(
        (all, n) => {
            all.set(of(n), 3 * n);
            return all;
        },
        new Float32Array(3 * count),
    ),
});

/** Mean distance of the scan's points to a result's octahedron, in units of the scan. */
function differs(found: { latent: Float32Array; pose: Parameters<typeof toModel>[0] }, scan: Float32Array): number {
    const radius = 0.6 + Math.sqrt(3) * found.latent[0];
    const local = toModel(found.pose, scan);
    let sum = 0;
    for (let i = 0; i < local.length; i += 3) {
        const distance = Math.abs(local[i]) + Math.abs(local[i + 1]) + Math.abs(local[i + 2]) - radius;
        sum += (Math.abs(distance) * found.pose.scale) / Math.sqrt(3);
    }
    return sum / (local.length / 3);
}

describe("a scan that can't be completed is refused with the reason", () => {
    const refused: [string, Scan, RegExp][] = [
        ["nothing", { positions: new Float32Array(0) }, /scan of 0 points, 0 of them finite; expected at least 16/],
        ["one point", { positions: Float32Array.of(1, 2, 3) }, /scan of 1 points/],
        ["all the same point", cloud(100, () => [1, 2, 3]), /all 100 points of the scan lie within 0 of each other/],
        ["all at the origin", cloud(100, () => [0, 0, 0]), /all 100 points of the scan lie within 0/],
        ["a line", cloud(100, (n) => [n, 2 * n, 0]), /lie in one plane or line/],
        ["a sheet", cloud(400, (n) => [n % 20, Math.floor(n / 20), 0]), /lie in one plane or line/],
        ["no numbers", cloud(100, () => [Number.NaN, 0, 0]), /100 points, 0 of them finite/],
        ["infinities", cloud(100, () => [0, Number.POSITIVE_INFINITY, 0]), /100 points, 0 of them finite/],
        ["half a point", { positions: new Float32Array(100) }, /got 100 numbers as positions/],
        ["too few normals", { ...half, normals: new Float32Array(9) }, /got 9 numbers as normals/],
        ["triangles of no vertices", { ...half, indices: Uint32Array.of(0, 1, 99_999) }, /got 3 indices into/],
        ["an array", { positions: [1, 2, 3] as unknown as Float32Array }, /got object as positions/],
        ["null", null as unknown as Scan, /got null as scan/],
    ];
    it.each(refused)("%s", async (_, scan, message) => {
        await expect(complete(scan)).rejects.toThrow(message);
    });
    it("an unknown category", async () => {
        await expect(completeScanAsync(field, decoder, half, { category: "sofa" })).rejects.toThrow(
            'completeScanAsync: got category "sofa"; expected one of small, large',
        );
    });
    it("no direction as up", async () => {
        await expect(completeScanAsync(field, decoder, half, { up: [0, 0, 0] })).rejects.toThrow(
            "completeScanAsync: got up [0,0,0]",
        );
    });
});

describe("a scan with something wrong is completed all the same", () => {
    it("a body that is as thick in all directions, which lies in no plane", async () => {
        const { positions } = octahedronMesh(0.8, 20, UPRIGHT, () => false);
        const [best] = await complete({ positions });
        expect(differs(best, positions)).toBeLessThan(0.02);
    });

    it("a tenth of the points are no numbers", async () => {
        const positions = half.positions.map((value, i) => (Math.floor(i / 3) % 10 === 0 ? Number.NaN : value));
        const [best] = await complete({ positions });
        expect(differs(best, finite(positions))).toBeLessThan(0.02);
    });

    it.each([1e-6, 1e6])("a scale of %d", async (scale) => {
        const positions = toScan({ ...UPRIGHT, scale, translation: [3 * scale, 0, 0] }, half.positions);
        const [best] = await complete({ positions });
        expect(differs(best, positions)).toBeLessThan(0.02 * scale);
    });

    it("normals that look inside", async () => {
        const outward = half.positions.map((value) => Math.sign(Math.round(1e6 * value)));
        const [best] = await complete({ ...half, normals: outward.map((value) => -value || 0) });
        expect(differs(best, half.positions)).toBeLessThan(0.02);
        expect(best.confidence.explained).toBeGreaterThan(0.9);
    });

    it("stray points all around, when they are to be removed", async () => {
        const random = createTestRandom(5);
        const stray = Float32Array.from({ length: 3 * 40 }, () => 6 * random() - 3);
        const positions = Float32Array.of(...half.positions, ...stray);
        const [best] = await completeScanAsync(field, decoder, { positions }, { removeOutliers: true, count: 1 });
        expect(best.scan.positions.length).toBeLessThan(half.positions.length + 3 * 8);
        expect(differs(best, half.positions)).toBeLessThan(0.02);
    });

    it("a table under it, when it is to be removed", async () => {
        const top = cloud(3600, (n) => [(n % 60) / 15 - 2, -0.8, Math.floor(n / 60) / 15 - 2]).positions;
        const positions = Float32Array.of(...half.positions, ...top);
        const [best] = await completeScanAsync(field, decoder, { positions }, { removeSupport: true, count: 1 });
        expect(Math.max(...best.scan.positions)).toBeLessThan(0.81);
        expect(best.scan.positions.length).toBeGreaterThan(0.9 * half.positions.length);
        expect(differs(best, half.positions)).toBeLessThan(0.02);
    });
});

it("has little confidence in another kind of object", async () => {
    const random = createTestRandom(3);
    // A ring: an octahedron is none.
    const ring = cloud(2000, () => {
        const [a, b] = [2 * Math.PI * random(), 2 * Math.PI * random()];
        const out = 0.8 + 0.08 * Math.cos(b);
        return [out * Math.cos(a), 0.08 * Math.sin(b), out * Math.sin(a)];
    });
    const [best] = await complete(ring);
    expect(best.confidence.value).toBeLessThan(0.3);
    const [other] = await complete(half);
    expect(other.confidence.value).toBeGreaterThan(0.7);
});

it("takes ten million points without copying them all", () => {
    const positions = new Float32Array(30_000_000);
    for (let i = 0; i < positions.length; i++) positions[i] = ((i * 2654435761) % 4294967296) / 4294967296;
    const before = process.memoryUsage().arrayBuffers;
    const started = cpuMilliseconds();
    const unit = toUnitScan("test", { positions }, 1.8);
    expect(unit.positions.length / 3).toBeLessThanOrEqual(MAX_SCAN_POINTS + 1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
    expect(cpuMilliseconds() - started).toBeLessThan(20_000);
});

it("completes ten million points, cleaned and fused or filled, by a few of them, without copying them all", async () => {
    const random = createTestRandom(8);
    const positions = new Float32Array(30_000_000);
    for (let at = 0; at < positions.length; at += 3) {
        const from = 3 * Math.floor((random() * half.positions.length) / 3);
        for (let k = 0; k < 3; k++) positions[at + k] = half.positions[from + k] + 0.02 * (random() - 0.5);
    }
    const before = process.memoryUsage().arrayBuffers;
    const options = { count: 1, removeOutliers: true };
    const [best] = await completeScanAsync(field, decoder, { positions }, options);
    expect(best.scan.positions.length / 3).toBeLessThanOrEqual(MAX_SCAN_POINTS + 1);
    expect(differs(best, half.positions)).toBeLessThan(0.03);
    for (const mode of ["fuse", "fill"] as const) {
        const made = await surfaceOfCompletionAsync(field, decoder, { positions }, best, { mode, resolution: 16 });
        expect(made.indices.length).toBeGreaterThan(0);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300e6);
}, 300_000);

it("refuses meshes of too many triangles where triangles are worked on", async () => {
    const indices = new Uint32Array(3 * (MAX_SCAN_TRIANGLES + 1));
    const scan = { ...half, indices };
    const pose = { rotation: rotationOf([0, 0, 0]), scale: 1, translation: [0, 0, 0] } as const;
    const best = { latent: new Float32Array(2), pose };
    const filled = surfaceOfCompletionAsync(field, decoder, scan, best, { mode: "fill", resolution: 8 });
    await expect(filled).rejects.toThrow(/1000001 triangles; expected at most 1000000; simplify the mesh, or choose/);
    const cleaned = completeScanAsync(field, decoder, scan, { removeOutliers: true });
    await expect(cleaned).rejects.toThrow(/1000001 triangles; expected at most 1000000; simplify the mesh, or leave/);
});

it("takes three million empty points without keeping them all", () => {
    const emptyPoints = new Float32Array(9_000_000).fill(1);
    emptyPoints.fill(Number.NaN, 0, 3);
    const unit = toUnitScan("test", { ...half, emptyPoints, emptySensorPositions: Float32Array.of(0, 0, 5) }, 1.8);
    expect(unit.emptyPoints.length / 3).toBeLessThanOrEqual(MAX_SCAN_POINTS);
    expect(unit.emptySensors).toHaveLength(unit.emptyPoints.length);
    expect(unit.emptyPoints.every(Number.isFinite)).toBe(true);
});

function finite(points: Float32Array): Float32Array {
    return points.filter((_, i) => Number.isFinite(points[i - (i % 3)]));
}

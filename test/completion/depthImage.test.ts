import { describe, expect, it } from "vitest";
import { scanFromDepthImage } from "../../plugin/completion/depthImage.js";
import { scanFromOccupancy } from "../../plugin/completion/occupancyGrid.js";

/** A sphere of radius 1, 4 before a camera of 64 × 48 pixels. */
function spherePicture() {
    const [width, height] = [64, 48];
    const intrinsics = { fx: 60, fy: 60, cx: 31.5, cy: 23.5 };
    const depths = Float32Array.from({ length: width * height }, (_, at) => {
        const [x, y] = [((at % width) - intrinsics.cx) / 60, (Math.floor(at / width) - intrinsics.cy) / 60];
        // |t (x, y, 1) − (0, 0, 4)| = 1
        const [a, b, c] = [x * x + y * y + 1, -8, 15];
        const root = b * b - 4 * a * c;
        return root >= 0 ? (-b - Math.sqrt(root)) / (2 * a) : Number.POSITIVE_INFINITY;
    });
    return { width, height, depths, intrinsics };
}

describe("scanFromDepthImage", () => {
    it("puts pixels where they were seen and the empty ones' rays past the object", () => {
        const scan = scanFromDepthImage(spherePicture());
        expect(scan.positions.length / 3).toBeGreaterThan(500);
        for (let i = 0; i < scan.positions.length; i += 3) {
            const [x, y, z] = scan.positions.subarray(i, i + 3);
            expect(Math.hypot(x, y, z + 4)).toBeCloseTo(1, 4);
            expect(z).toBeGreaterThan(-4.1);
        }
        expect(Array.from(scan.sensorPositions!)).toEqual([0, 0, 0]);
        const empty = scan.emptyPoints!;
        expect(empty.length).toBeGreaterThan(300);
        for (let i = 0; i < empty.length; i += 3) {
            expect(Math.hypot(empty[i], empty[i + 1], empty[i + 2] + 4)).toBeGreaterThan(1);
        }
    });

    it("says nothing of pixels without a measure, and of masked ones only what lies before what they measured", () => {
        const picture = spherePicture();
        const blind = picture.depths.map((depth) => (Number.isFinite(depth) ? depth : 0));
        expect(scanFromDepthImage({ ...picture, depths: blind }).emptyPoints!.length).toBe(0);
        const wall = picture.depths.map((depth) => (Number.isFinite(depth) ? depth : 3));
        const mask = Uint8Array.from(picture.depths, (depth) => (Number.isFinite(depth) ? 1 : 0));
        const scan = scanFromDepthImage({ ...picture, depths: wall, mask });
        const depthsOfEmpty = scan.emptyPoints!.filter((_, i) => i % 3 === 2).map((z) => -z);
        expect(depthsOfEmpty.length).toBeGreaterThan(0);
        expect(Math.max(...depthsOfEmpty)).toBeLessThan(3);
    });

    it("stands where the camera stood", () => {
        const cameraToWorld = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 7, 8, 9, 1];
        const scan = scanFromDepthImage({ ...spherePicture(), cameraToWorld });
        expect(Array.from(scan.sensorPositions!)).toEqual([7, 8, 9]);
        const [x, y, z] = scan.positions;
        expect(Math.hypot(x - 7, y - 8, z - 13)).toBeCloseTo(1, 4);
    });

    it("refuses sizes and intrinsics that do not fit", () => {
        const picture = spherePicture();
        expect(() => scanFromDepthImage({ ...picture, width: 65 })).toThrow(/scanFromDepthImage: got 3072 depths/);
        expect(() => scanFromDepthImage({ ...picture, intrinsics: { fx: 0, fy: 1, cx: 0, cy: 0 } })).toThrow(/fx 0/);
        expect(() => scanFromDepthImage({ ...picture, cameraToWorld: [1, 2] })).toThrow(/got 2 numbers/);
    });
});

describe("scanFromOccupancy", () => {
    const size = [20, 20, 20] as const;
    const ball = Uint8Array.from({ length: 8000 }, (_, at) => {
        const place = [at % 20, Math.floor(at / 20) % 20, Math.floor(at / 400)];
        return Math.hypot(...place.map((value) => value - 9.5)) < 7 ? 1 : 0;
    });

    it("puts points on the faces between filled and empty, with smooth outward normals", () => {
        const { positions, normals, emptyPoints } = scanFromOccupancy({
            size,
            cells: ball,
            cellSize: 0.1,
            origin: [1, 2, 3],
        });
        const centre = [2, 3, 4];
        let worst = 1;
        for (let i = 0; i < positions.length; i += 3) {
            const out = centre.map((value, axis) => positions[i + axis] - value);
            const radius = Math.hypot(...out);
            expect(Math.abs(radius - 0.7)).toBeLessThan(0.1);
            const normal = normals!.subarray(i, i + 3);
            worst = Math.min(
                worst,
                out.reduce((sum, value, axis) => sum + value * normal[axis], 0) / radius / Math.hypot(...normal),
            );
        }
        expect(worst).toBeGreaterThan(0.85);
        expect(emptyPoints!.length).toBeGreaterThan(1000);
    });

    it("says nothing at faces to unknown cells", () => {
        const unknown = ball.map((cell, at) => (cell === 0 && at % 20 < 10 ? 2 : cell));
        const all = scanFromOccupancy({ size, cells: ball }).positions.length;
        const { positions } = scanFromOccupancy({ size, cells: unknown });
        expect(positions.length).toBeLessThan(0.6 * all);
        expect(Math.min(...positions.filter((_, i) => i % 3 === 0))).toBeGreaterThan(9);
    });

    it("refuses sizes that do not fit", () => {
        expect(() => scanFromOccupancy({ size, cells: new Uint8Array(7) })).toThrow(/scanFromOccupancy: got 7 cells/);
        expect(() => scanFromOccupancy({ size, cells: ball, cellSize: 0 })).toThrow(/got cellSize 0/);
    });
});

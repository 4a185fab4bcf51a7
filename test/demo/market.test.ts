import { describe, expect, it } from "vitest";
import { Blocks } from "../../demo/market/blocks.js";
import { sizeText } from "../../demo/market/downloads.js";
import { tradesOf, traitsOf } from "../../demo/market/families.js";
import { hullPoints, spreadDirections } from "../../demo/market/hull.js";
import {
    AISLE,
    COUNTER_LENGTH,
    COUNTER_STEPS,
    FRONT,
    SEGMENT_LENGTH,
    slotsOf,
    stallsOf,
} from "../../demo/market/layout.js";
import { cobbleTile } from "../../demo/market/materials/cobbles.js";
import { substanceOf } from "../../demo/market/materials/substances.js";
import { placeBox } from "../../demo/market/placement.js";
import { resolutionFor } from "../../demo/market/resolution.js";
import { PropStream } from "../../demo/market/stream.js";
import { townInParts } from "../../demo/market/town.js";
import { Places, REACH } from "../../demo/market/wanted.js";

const SIX = ["chair", "table", "barrel", "vase", "lamp", "mushroom"];
const FOURTEEN = [...SIX, "crate", "bottle", "mug", "bowl", "rock", "can", "bench", "signpost"];

describe("the street's places for props", () => {
    it.each([
        ["six families", SIX],
        ["fourteen", FOURTEEN],
        ["one that nobody trades in", ["octahedron"]],
    ])("are the same for the same seed and enough for hundreds with %s", (_, families) => {
        const street = [-3, -2, -1, 0, 1, 2, 3, 4].flatMap((segment) => slotsOf(segment, 7, families));
        expect(street).toEqual([-3, -2, -1, 0, 1, 2, 3, 4].flatMap((segment) => slotsOf(segment, 7, families)));
        expect(street.length).toBeGreaterThan(200);
        expect(new Set(street.map(({ id }) => id)).size).toBe(street.length);
        expect(new Set(street.map(({ seed }) => seed)).size).toBe(street.length);
        expect(slotsOf(0, 8, families)).not.toEqual(slotsOf(0, 7, families));
    });

    it("use every family within a short walk", () => {
        const seen = new Set(
            Array.from({ length: 20 }, (_, segment) => slotsOf(segment, 1, FOURTEEN)).flatMap((slots) =>
                slots.map(({ family }) => family),
            ),
        );
        expect([...seen].sort()).toEqual([...FOURTEEN].sort());
    });

    it("leave the aisle free, stay before the houses and do not overlap in their row", () => {
        for (let segment = 0; segment < 30; segment++) {
            const rows = new Map<string, { from: number; to: number }[]>();
            for (const slot of slotsOf(segment, 3, FOURTEEN).filter(({ on }) => !on)) {
                const half = (slot.size * traitsOf(slot.family).footprint) / 2;
                expect(Math.abs(slot.x) - half).toBeGreaterThan(AISLE);
                expect(Math.abs(slot.x)).toBeLessThan(FRONT - 0.5);
                const row = `${slot.x} ${slot.y}`;
                const taken = rows.get(row) ?? [];
                for (const { from, to } of taken) {
                    expect(slot.z - half >= to - 1e-9 || slot.z + half <= from + 1e-9).toBe(true);
                }
                rows.set(row, [...taken, { from: slot.z - half, to: slot.z + half }]);
            }
        }
    });

    it("on a counter lie on one of its steps, within its length and depth", () => {
        for (let segment = 0; segment < 30; segment++) {
            const stalls = stallsOf(segment, 5);
            const onCounter = slotsOf(segment, 5, FOURTEEN).filter(({ y }) => y > 0);
            expect(onCounter.length).toBeGreaterThan(10);
            for (const slot of onCounter) {
                const stall = stalls.find(({ side }) => side === Math.sign(slot.x))!;
                const step = COUNTER_STEPS.find(({ y }) => y === slot.y)!;
                const width = slot.size * traitsOf(slot.family).footprint;
                expect(Math.abs(slot.x)).toBe(step.x);
                expect(width).toBeLessThanOrEqual(step.depth + 1e-9);
                expect(Math.abs(slot.z - stall.z) + width / 2).toBeLessThanOrEqual(COUNTER_LENGTH / 2);
            }
        }
    });

    it("put small goods on tables that are for sale, within their tops", () => {
        let count = 0;
        for (let segment = 0; segment < 40; segment++) {
            const slots = slotsOf(segment, 6, FOURTEEN);
            for (const slot of slots.filter(({ on }) => on)) {
                const host = slots.find(({ id }) => id === slot.on)!;
                expect(host.family).toBe("table");
                expect(slots.indexOf(host)).toBeLessThan(slots.indexOf(slot));
                const half = (slot.size * traitsOf(slot.family).footprint) / 2;
                expect(Math.hypot(slot.x - host.x, slot.z - host.z) + half).toBeLessThan(host.size / 2);
                count++;
            }
        }
        expect(count).toBeGreaterThan(20);
    });

    it("give things the sizes they have: a mug is smaller than a bottle, that than a chair, that than a signpost", () => {
        const slots = Array.from({ length: 60 }, (_, segment) => slotsOf(segment, 2, FOURTEEN)).flat();
        const largest = (family: string) => Math.max(...slots.filter((s) => s.family === family).map((s) => s.size));
        const smallest = (family: string) => Math.min(...slots.filter((s) => s.family === family).map((s) => s.size));
        expect(largest("mug")).toBeLessThan(smallest("bottle"));
        expect(largest("bottle")).toBeLessThan(smallest("chair"));
        expect(largest("chair")).toBeLessThan(smallest("signpost"));
    });

    it("are none where a decoder has no families", () => {
        expect(slotsOf(0, 1, [])).toEqual([]);
        expect(tradesOf(SIX).every(({ counter, ground }) => counter.length * ground.length > 0)).toBe(true);
    });
});

describe("what is wanted around a walker", () => {
    it.each([
        ["a wide view", 0, 0.74],
        ["a narrow one", -0.3, 0.4],
        ["one across the street", Math.PI / 2, 0.74],
        ["one back along it", Math.PI + 0.2, 0.5],
    ])("is first what is in %s, the nearest first, and never more than the limit", (_, yaw, halfAngle) => {
        const view = { x: 0, z: 12, yaw, halfAngle };
        const places = new Places(4, FOURTEEN);
        const slots = places.around(view, 120);
        expect(slots).toHaveLength(120);
        const angle = (slot: { x: number; z: number }) => {
            const turn = Math.atan2(slot.x, slot.z - 12) - yaw;
            return Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn)));
        };
        const seen = slots.filter((slot) => !slot.on && angle(slot) < halfAngle);
        const distances = seen.map(({ x, z, size }) => Math.hypot(x, z - 12) - 2 * size);
        expect(distances).toEqual([...distances].sort((a, b) => a - b));
        const isSeen = (slot: { x: number; z: number }) => angle(slot) < halfAngle;
        const total = places.around(view, 1000).filter(isSeen).length;
        expect(slots.slice(0, 40).filter(isSeen).length).toBeGreaterThanOrEqual(Math.min(12, total));
        // Round about as well, for somebody who turns.
        expect(slots.some((slot) => angle(slot) > halfAngle + 0.7)).toBe(true);
    });

    it("holds hundreds in reach, and what stays in reach stays wanted while walking on", () => {
        const places = new Places(4, FOURTEEN);
        const before = places.around({ x: 0, z: 0, yaw: 0, halfAngle: 0.7 }, 1000);
        expect(before.length).toBeGreaterThan(300);
        const grounded = before.filter(({ on }) => !on);
        expect(grounded.every(({ z }) => Math.abs(z) < REACH)).toBe(true);
        const ahead = { x: 0, z: 3, yaw: 0, halfAngle: 0.7 };
        const after = new Set(places.around(ahead, 1000).map(({ id }) => id));
        for (const { id, z } of grounded) expect(after.has(id)).toBe(Math.abs(z - 3) < REACH);
        // Nothing on a table comes without its table, or before it.
        for (const limit of [40, 90, 200]) {
            const some = places.around(ahead, limit);
            some.forEach(({ on }, n) => {
                if (on) expect(some.slice(0, n).some(({ id }) => id === on)).toBe(true);
            });
        }
    });
});

describe("putting a prop up", () => {
    it("sets the middle of its foot on its place at any turn, its longest side as long as wanted", () => {
        const [min, max] = [
            [-0.9, -0.5, -0.3],
            [0.7, 0.4, 0.2],
        ] as [[number, number, number], [number, number, number]];
        for (const yaw of [0, 0.4, 2, -1.3]) {
            const { scale, x, y, z } = placeBox(min, max, { x: 3, y: 0.8, z: -7, yaw, size: 0.4 });
            expect(scale * 1.6).toBeCloseTo(0.4, 12);
            expect(y + scale * min[1]).toBeCloseTo(0.8, 12);
            // Babylon turns (x, z) to (x cos + z sin, z cos − x sin).
            const [mx, mz] = [-0.1 * scale, -0.05 * scale];
            expect(x + mx * Math.cos(yaw) + mz * Math.sin(yaw)).toBeCloseTo(3, 12);
            expect(z + mz * Math.cos(yaw) - mx * Math.sin(yaw)).toBeCloseTo(-7, 12);
        }
        const sunk = placeBox(min, max, { x: 0, y: 0, z: 0, yaw: 0, size: 0.4 }, 0.1);
        expect(sunk.y + sunk.scale * (min[1] + 0.1 * 0.9)).toBeCloseTo(0, 12);
    });

    it("takes fewer cells for small props", () => {
        expect(resolutionFor(0.14, 64)).toBeLessThan(resolutionFor(1, 64));
        expect(resolutionFor(2, 64)).toBe(64);
        expect(resolutionFor(0.1, 20)).toBe(16);
    });
});

describe("a prop's hull", () => {
    it("has the eight corners of a box among many points inside", () => {
        const inside = Array.from({ length: 3000 }, (_, n) => 0.9 * Math.sin(12.9898 * n));
        const corners = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].flatMap((z) => [x, y, z])));
        const points = hullPoints([...inside, ...corners]);
        expect(points.length / 3).toBe(8);
        expect(points.every((value) => Math.abs(value) === 1)).toBe(true);
    });

    it("reaches as far as a ball along the axes and nearly as far elsewhere", () => {
        const ball = [...spreadDirections(4000), 0, 1, 0, 0, -1, 0];
        const points = hullPoints(ball);
        expect(points.length / 3).toBeLessThanOrEqual(54);
        const reach = (x: number, y: number, z: number) =>
            Math.max(
                ...Array.from(
                    { length: points.length / 3 },
                    (_, n) => x * points[3 * n] + y * points[3 * n + 1] + z * points[3 * n + 2],
                ),
            );
        expect(reach(0, 1, 0)).toBeCloseTo(1, 6);
        for (let n = 0; n < 300; n += 3) expect(reach(ball[n], ball[n + 1], ball[n + 2])).toBeGreaterThan(0.9);
    });

    it("of nothing is nothing", () => {
        expect(hullPoints([])).toHaveLength(0);
    });
});

/** What a generator comes to. */
function finished<T>(work: Generator<void, T>): T {
    for (;;) {
        const step = work.next();
        if (step.done) return step.value;
    }
}

describe("the town", () => {
    it("turns every face outward: a box's triangles enclose its volume", () => {
        const { positions, normals, indices } = new Blocks().box([1, 2, 3], [2, 4, 6], [1, 1, 1], 0.5).build();
        let volume = 0;
        for (let t = 0; t < indices.length; t += 3) {
            const [a, b, c] = [0, 1, 2].map((k) => positions.subarray(3 * indices[t + k], 3 * indices[t + k] + 3));
            const cross = [
                (b[1] - a[1]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[1] - a[1]),
                (b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2]),
                (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]),
            ];
            volume += (a[0] * cross[0] + a[1] * cross[1] + a[2] * cross[2]) / 6;
            // Babylon's triangles go the other way round than their normals.
            const n = normals.subarray(3 * indices[t], 3 * indices[t] + 3);
            expect(cross[0] * n[0] + cross[1] * n[1] + cross[2] * n[2]).toBeLessThan(0);
        }
        expect(volume).toBeCloseTo(-6, 5);
    });

    it("keeps the walker's way free of walls and counters, and gives every counter something to rest on", () => {
        for (let segment = -3; segment < 3; segment++) {
            const { blocks, colliders } = finished(townInParts(segment, 9));
            expect(blocks.positions.every(Number.isFinite)).toBe(true);
            expect(colliders.every(({ min, max }) => min[0] >= AISLE || max[0] <= -AISLE)).toBe(true);
            expect(colliders.every(({ min, max }) => min.every((low, axis) => low < max[axis]))).toBe(true);
            const slots = slotsOf(segment, 9, FOURTEEN).filter(({ y }) => y > 0);
            for (const { x, y, z } of slots) {
                expect(
                    colliders.some(
                        ({ min, max }) => max[1] === y && x > min[0] && x < max[0] && z > min[2] && z < max[2],
                    ),
                ).toBe(true);
            }
            const inside = [...blocks.positions].filter((_, at) => at % 3 === 2);
            expect(Math.min(...inside)).toBeGreaterThan(segment * SEGMENT_LENGTH - 1.6);
            expect(Math.max(...inside)).toBeLessThan((segment + 1) * SEGMENT_LENGTH + 1.6);
        }
    });

    it("has cobbles that meet at the tile's edges", () => {
        const { size, colors, normals } = finished(cobbleTile(64));
        const step = (a: number, b: number) => Math.abs(normals[4 * a] - normals[4 * b]);
        let [across, inner] = [0, 0];
        for (let y = 0; y < size; y++) {
            across += step(y * size, y * size + size - 1);
            inner += step(y * size + 31, y * size + 32);
        }
        expect(across).toBeLessThan(2 * inner + 8 * size);
        expect(colors.filter((_, at) => at % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
        expect(new Set(colors).size).toBeGreaterThan(50);
    });
});

describe("the stream of props", () => {
    /** A stream whose props are made at once; what is put up has names. */
    function streamOf(startsBetweenFrames: boolean) {
        const made: string[] = [];
        const standing: string[] = [];
        const shapes = {
            sampleLatent: () => Float32Array.of(0),
            createMeshAsync: async (name: string) => {
                made.push(name);
                return { setEnabled() {}, dispose() {}, getTotalVertices: () => 3, getTotalIndices: () => 3 };
            },
        };
        const shelf = { put: (_: unknown, { id }: { id: string }) => standing.push(id), take() {}, fail() {} };
        const stream = new PropStream(shapes as never, shelf as never, {
            limit: 30,
            resolution: 16,
            frameBudget: 1000,
            concurrency: 1,
            temperature: 1,
            startsBetweenFrames,
        });
        const slots = slotsOf(0, 7, FOURTEEN).filter(({ on }) => !on);
        stream.want(slots.slice(0, 30));
        return { stream, made, standing };
    }
    const rest = () => new Promise((done) => setTimeout(done));

    it("goes on between frames that are rare, until enough wait for one", async () => {
        const { stream, made, standing } = streamOf(true);
        stream.update();
        await rest();
        expect([made.length, standing.length]).toEqual([8, 0]);
        stream.update();
        await rest();
        expect([made.length, standing.length]).toEqual([16, 8]);
        for (let frame = 0; frame < 3; frame++) {
            stream.update();
            await rest();
        }
        expect(stream.isSettled).toBe(true);
        expect(standing).toEqual(made);
    });

    it("begins one a frame where frames and props share a GPU", async () => {
        const { stream, made } = streamOf(false);
        for (let frame = 1; frame <= 3; frame++) {
            stream.update();
            await rest();
            expect(made).toHaveLength(frame);
        }
    });
});

it("every family has substances of its own, told apart by tint", () => {
    for (const family of FOURTEEN) {
        const names = new Set([0, 0.2, 0.4, 0.6, 0.8, 0.999, 1].map((tint) => substanceOf(family, tint).index));
        expect(names.size).toBeGreaterThan(2);
    }
    expect(substanceOf("octahedron", 0.5).substance.color).toHaveLength(3);
});

it("writes sizes as people read them", () => {
    expect([502_496, 999_600, 3_240_000, 148_000_000].map(sizeText)).toEqual(["502 kB", "1.0 MB", "3.2 MB", "148 MB"]);
});

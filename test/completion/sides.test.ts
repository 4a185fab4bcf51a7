import { describe, expect, it } from "vitest";
import { PointTree } from "../../plugin/completion/pointTree.js";
import { noiseOf, Sides } from "../../plugin/completion/sides.js";
import { LatentRandom } from "../../plugin/latent/random.js";

/** Points with the outward normals that they truly have. */
interface Cloud {
    readonly points: number[];
    readonly outward: number[];
}

/** Points of a cylinder's wall and its normals: outward, or towards the axis. */
function wall(radius: number, height: number, facing: 1 | -1, { points, outward }: Cloud, noise = 0): void {
    const random = new LatentRandom(0x51de, Math.round(1000 * radius));
    // About as dense as 4000 points over a prop.
    const count = Math.round(4000 * radius * height);
    for (let n = 0; n < count; n++) {
        const angle = 2 * Math.PI * random.uniform();
        const r = radius + noise * (2 * random.uniform() - 1);
        points.push(r * Math.cos(angle), height * (random.uniform() - 0.5), r * Math.sin(angle));
        outward.push(facing * Math.cos(angle), 0, facing * Math.sin(angle));
    }
}

/** Of some points of a cloud whose normals are turned at random: the share that is told, and that of those told wrong. */
function judge({ points, outward }: Cloud): { told: number; wrong: number } {
    const random = new LatentRandom(0x7a1e, 1);
    const signs = Array.from({ length: points.length / 3 }, () => (random.uniform() < 0.5 ? -1 : 1));
    const normals = Float32Array.from(outward, (value, i) => value * signs[Math.floor(i / 3)]);
    const sides = new Sides(new PointTree(Float32Array.from(points)), normals);
    let [told, wrong, total] = [0, 0, 0];
    for (let n = 0; n < signs.length; n += 7) {
        const side = sides.of(n);
        total++;
        if (side !== 0) told++;
        if (side !== 0 && side !== signs[n]) wrong++;
    }
    return { told: told / total, wrong: wrong / Math.max(1, told) };
}

const emptyCloud = (): Cloud => ({ points: [], outward: [] });

describe("which side of a point is outward, without a sensor", () => {
    it.each([0, 0.02])("is told by the opposite wall of a can, noise %d", (noise) => {
        const can = emptyCloud();
        wall(0.5, 1.8, 1, can, noise);
        const { told, wrong } = judge(can);
        expect(told).toBeGreaterThan(0.9);
        expect(wrong).toBeLessThan(0.02);
    });

    it("is told by the back of a thin part", () => {
        const leg = emptyCloud();
        wall(0.05, 1.8, 1, leg);
        const { told, wrong } = judge(leg);
        expect(told).toBeGreaterThan(0.8);
        expect(wrong).toBeLessThan(0.05);
    });

    it("is not told inside a thin cup, and told right outside of it", () => {
        const outside = emptyCloud();
        wall(0.5, 1.6, 1, outside);
        const cup = { points: [...outside.points], outward: [...outside.outward] };
        wall(0.44, 1.6, -1, cup);
        const { told, wrong } = judge(cup);
        expect(told).toBeGreaterThan(0.4);
        expect(wrong).toBeLessThan(0.1);
    });

    it("is not told of a sheet, which has no other side", () => {
        const sheet = emptyCloud();
        for (let i = 0; i < 40; i++) {
            for (let j = 0; j < 40; j++) {
                sheet.points.push(0.04 * i, 0.04 * j, 0);
                sheet.outward.push(0, 0, 1);
            }
        }
        expect(judge(sheet).told).toBe(0);
    });
});

describe("noise", () => {
    it.each([0, 0.005, 0.02])("of a plane is told by how far neighbours lie off it (%s)", (deviation) => {
        const random = new LatentRandom(0x5, 1);
        const points = Float32Array.from({ length: 3 * 2000 }, (_, i) =>
            i % 3 === 2 ? deviation * random.normal() : 2 * random.uniform() - 1,
        );
        const normals = Float32Array.from(points, (_, i) => (i % 3 === 2 ? 1 : 0));
        const noise = noiseOf(new PointTree(points), normals);
        // Off a point that is off the plane itself.
        expect(noise).toBeGreaterThanOrEqual(0.9 * deviation);
        expect(noise).toBeLessThanOrEqual(1.5 * deviation);
    });
});

import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec3, Workbench } from "./workbench.js";

/** Rocks: facetted or worn boulders, groups, stacked slabs, standing stones and clusters of crystals. */
export const rock: Family = {
    name: "rock",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["boulder", "boulder", "pebble", "group", "stack", "standing", "crystals"] as const);
        const facets = random.pick([14, 24, 40]);
        const parts: Manifold[] = [];
        let count = 1;
        if (kind === "boulder") {
            const size: Vec3 = [0.9, random.between(0.45, 0.9), random.between(0.6, 0.9)];
            parts.push(lump(bench, random, [0, size[1] * 0.5, 0], size, facets, 0.72));
        } else if (kind === "pebble") {
            // Many corners on a smooth ellipsoid.
            const size: Vec3 = [0.9, random.between(0.4, 0.65), random.between(0.6, 0.85)];
            parts.push(lump(bench, random, [0, size[1] * 0.7, 0], size, 160, 0.97));
        } else if (kind === "group") {
            count = random.pick([2, 3, 4]);
            const turn = random.between(0, 2 * Math.PI);
            for (let i = 0; i < count; i++) {
                const size = i === 0 ? random.between(0.55, 0.7) : random.between(0.28, 0.45);
                const angle = turn + i * random.between(1.2, 2.2);
                const away = i === 0 ? 0 : 0.5 + size * 0.2;
                const height = size * random.between(0.7, 1.2);
                const centre: Vec3 = [away * Math.cos(angle), height * 0.45, away * Math.sin(angle)];
                parts.push(lump(bench, random, centre, [size, height, size * random.between(0.8, 1)], facets, 0.8));
            }
        } else if (kind === "stack") {
            count = random.pick([3, 4, 5]);
            let top = 0;
            for (let i = 0; i < count; i++) {
                const thick = random.between(0.16, 0.3);
                const wide = 0.8 * (1 - 0.14 * i) * random.between(0.85, 1);
                const shift = i === 0 ? 0 : 0.12 * wide;
                const centre: Vec3 = [random.between(-shift, shift), top + thick * 0.7, random.between(-shift, shift)];
                parts.push(lump(bench, random, centre, [wide, thick, wide * random.between(0.7, 1)], 60, 0.9));
                // Each lies a good way in the one below, so that they never part.
                top += thick * 1.15;
            }
        } else if (kind === "standing") {
            const height = random.between(1.4, 1.8);
            const half = random.between(0.22, 0.4);
            const lean = random.between(-0.15, 0.15);
            const points: Vec3[] = [];
            for (const [y, grow] of [
                [0, 1],
                [height * 0.5, random.between(0.85, 1.1)],
                [height * 0.85, random.between(0.6, 0.9)],
                [height, random.between(0.3, 0.6)],
            ]) {
                for (let i = 0; i < 5; i++) {
                    const angle = (2 * Math.PI * (i + random.between(-0.3, 0.3))) / 5;
                    const reach = half * grow * random.between(0.8, 1.1);
                    points.push([
                        lean * y + reach * Math.cos(angle),
                        y - random.between(0, 0.15) * (y > 0 ? 1 : 0),
                        reach * 0.75 * Math.sin(angle),
                    ]);
                }
            }
            parts.push(bench.hull(points));
            if (random.chance(0.5))
                parts.push(lump(bench, random, [half, 0.1, half * 0.5], [0.32, 0.24, 0.3], facets, 0.8));
        } else {
            count = random.pick([3, 4, 5, 6]);
            parts.push(lump(bench, random, [0, 0.06, 0], [0.62, 0.22, 0.55], 30, 0.8));
            for (let i = 0; i < count; i++) {
                const angle = (2 * Math.PI * (i + random.between(-0.25, 0.25))) / count;
                const tilt = i === 0 ? random.between(0, 6) : random.between(12, 34);
                const length = (i === 0 ? 1.5 : random.between(0.7, 1.2)) * random.between(0.85, 1.05);
                const size = random.between(0.13, 0.21) * (i === 0 ? 1.3 : 1);
                const away = i === 0 ? 0 : 0.24;
                const lean: Vec3 = [tilt * Math.sin(angle), 0, -tilt * Math.cos(angle)];
                parts.push(
                    bench.move(bench.turn(crystal(bench, size, length), lean), [
                        away * Math.cos(angle),
                        0.02,
                        away * Math.sin(angle),
                    ]),
                );
            }
        }
        let solid = bench.above(bench.union(parts), 0);
        if (kind === "group" && bench.pieceCount(solid) > 1) {
            // Once in a thousand a flank turned inwards leaves a gap; gravel fills it.
            solid = bench.union([solid, bench.above(bench.ball([0, 0, 0], 0.75, 20, [1, 0.2, 1]), 0)]);
        }
        const { min, max } = solid.boundingBox();
        return {
            solid,
            traits: {
                flatness: (max[1] - min[1]) / Math.max(max[0] - min[0], max[2] - min[2]),
                count,
                facets: kind === "pebble" ? 160 : facets,
                stack: kind === "stack" ? 1 : 0,
                standing: kind === "standing" ? 1 : 0,
                crystals: kind === "crystals" ? 1 : 0,
                group: kind === "group" ? 1 : 0,
            },
        };
    },
};

/** The hull of random points between an ellipsoid and the `rough` part of it. */
function lump(bench: Workbench, random: Random, centre: Vec3, half: Vec3, corners: number, rough: number): Manifold {
    const turn = random.between(0, 2 * Math.PI);
    const points = Array.from({ length: corners }, (_, i): Vec3 => {
        // A spiral over the sphere keeps the corners apart; the jitter keeps it from showing.
        const y = 1 - (2 * i + 1) / corners;
        const angle = turn + i * Math.PI * (3 - Math.sqrt(5)) + random.between(-0.25, 0.25);
        const ring = Math.sqrt(1 - y * y);
        const reach = random.between(rough, 1);
        return [
            centre[0] + half[0] * reach * ring * Math.cos(angle),
            centre[1] + half[1] * reach * y,
            centre[2] + half[2] * reach * ring * Math.sin(angle),
        ];
    });
    return bench.hull(points);
}

/** A six-sided prism with a blunt tip, standing on the origin. */
function crystal(bench: Workbench, radius: number, length: number): Manifold {
    const ring = (y: number, size: number): Vec3[] =>
        Array.from({ length: 6 }, (_, i): Vec3 => {
            const angle = (Math.PI * i) / 3;
            return [size * Math.cos(angle), y, size * Math.sin(angle)];
        });
    return bench.hull([...ring(0, radius * 0.85), ...ring(length * 0.75, radius), ...ring(length, radius * 0.28)]);
}

import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import { hollow, type Manifold, smooth, type Vec2, type Vec3, type Workbench } from "./workbench.js";

/** Vases, urns, jugs and amphorae: one turned profile, open or with a lid, with none, one or two handles. */
export const vase: Family = {
    name: "vase",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["vase", "vase", "urn", "jug", "amphora"] as const);
        const height = 1.8;
        const wide = random.between(0.42, 0.75);
        const bellyAt = random.between(0.3, 0.6);
        const foot = wide * random.between(0.5, 0.95);
        const neck = Math.max(0.15, wide * random.between(0.3, 0.7));
        const neckAt = random.between(0.72, 0.84);
        const mouth = neck * random.between(1, 1.5) + 0.03;
        const wall = random.between(0.085, 0.12);
        const open = kind !== "urn";

        // Outside, from the foot up; the inside follows it at one wall's distance.
        const outer = smooth(
            [
                [foot, 0],
                [(foot + wide) / 2 + 0.04, height * bellyAt * 0.45],
                [wide, height * bellyAt],
                [(wide + neck) / 2, height * (bellyAt + neckAt) * 0.5],
                [neck, height * neckAt],
                [mouth, height],
            ],
            6,
        );
        const outline: Vec2[] = open ? hollow(outer, wall, 0.14) : [[0, 0], ...outer, [0, height]];
        const parts: Manifold[] = [bench.lathe(outline, 40)];
        if (!open) {
            // A lid that overhangs, with a knob.
            const rise = random.between(0.12, 0.3);
            parts.push(bench.rod([0, height - 0.06, 0], [0, height + 0.06, 0], mouth + 0.07, mouth + 0.07, 36));
            parts.push(bench.rod([0, height, 0], [0, height + rise, 0], mouth, 0.12, 36));
            parts.push(bench.ball([0, height + rise + 0.06, 0], random.between(0.1, 0.16), 20));
        }
        if (random.chance(0.35)) parts.push(bench.rod([0, 0, 0], [0, 0.1, 0], foot + 0.07, foot + 0.05, 40));

        // A handle leaves the neck, swings out and comes back to the shoulder.
        const handles = kind === "jug" ? [1] : kind === "amphora" ? [-1, 1] : [];
        const reach = random.between(0.2, 0.36);
        const outside = (y: number): number => {
            const index = outer.findIndex(([, h]) => h >= y);
            return outer[Math.max(0, index)][0];
        };
        const high = height * random.between(0.86, 0.93);
        const low = height * random.between(bellyAt + 0.05, bellyAt + 0.18);
        for (const side of handles) {
            const start = outside(high) - 0.06;
            const end = outside(low) - 0.05;
            const points: Vec3[] = Array.from({ length: 9 }, (_, i) => {
                const t = i / 8;
                const swing = Math.max(start, end) * (4 * t * (1 - t)) * 0.25 + reach * Math.sin(Math.PI * t) ** 0.8;
                return [side * (start + (end - start) * t + swing), high + (low - high) * t, 0];
            });
            parts.push(bench.pipe(points, 0.06, 12));
        }
        return {
            solid: bench.union(parts),
            traits: {
                width: wide,
                "belly height": bellyAt,
                foot,
                neck,
                mouth,
                wall,
                open: open ? 1 : 0,
                handles: handles.length,
            },
        };
    },
};

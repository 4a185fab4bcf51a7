import type { Random } from "../random.js";
import { fourLegs, pedestal } from "./chair.js";
import type { Family, FamilyShape } from "./family.js";
import { ellipse, type Manifold, roundedRectangle, type Workbench } from "./workbench.js";

/** Tables: round, oval or rectangular tops on four legs, trestles or a pedestal; aprons, shelves, side panels. */
export const table: Family = {
    name: "table",
    build(bench: Workbench, random: Random): FamilyShape {
        const base = random.pick(["legs", "legs", "trestle", "pedestal", "panels"] as const);
        const round = base === "pedestal" ? random.chance(0.7) : base === "legs" && random.chance(0.3);
        const width = random.between(1.3, 1.8);
        const depth = base === "pedestal" && round ? width * random.between(0.85, 1) : random.between(0.8, 1.25);
        const height = random.between(0.7, 1.35);
        const top = random.between(0.08, 0.15);
        const thickness = random.between(0.095, 0.16);
        const under = height - top;
        const parts: Manifold[] = [];

        const outline = round
            ? ellipse(width / 2, depth / 2, 40)
            : roundedRectangle(width, depth, random.chance(0.4) ? random.between(0.1, 0.25) : 0.02);
        parts.push(bench.slab(outline, under, height));

        const overhang = random.between(0.02, 0.14) + thickness / 2;
        const x = (round ? 0.36 : 0.5) * width - overhang;
        const z = (round ? 0.36 : 0.5) * depth - overhang;
        let apron = 0;
        let shelf = 0;
        if (base === "legs") {
            parts.push(...fourLegs(bench, random, x, z, under + 0.03, thickness));
            if (random.chance(0.5)) {
                apron = random.between(0.12, 0.24);
                const y = under - apron / 2 + 0.02;
                for (const side of [-1, 1]) {
                    parts.push(bench.box([2 * x, apron, thickness * 0.8], [0, y, side * z]));
                    parts.push(bench.box([thickness * 0.8, apron, 2 * z], [side * x, y, 0]));
                }
            }
            if (under > 0.65 && random.chance(0.3)) {
                shelf = 1;
                const y = under * random.between(0.25, 0.4);
                parts.push(bench.box([2 * x + thickness + 0.08, 0.09, 2 * z + thickness + 0.08], [0, y, 0]));
            }
        } else if (base === "trestle") {
            const crossed = random.chance(0.5);
            for (const side of [-1, 1]) {
                const at = side * (x - 0.05);
                if (crossed) {
                    parts.push(bench.bar([at, 0, -z], [at, under + 0.03, z], thickness, thickness));
                    parts.push(bench.bar([at, 0, z], [at, under + 0.03, -z], thickness, thickness));
                } else {
                    parts.push(bench.box([thickness, thickness, 2 * z + thickness], [at, thickness / 2, 0]));
                    parts.push(bench.box([thickness, under, thickness * 1.6], [at, under / 2 + 0.02, 0]));
                    parts.push(bench.box([thickness, thickness, 1.6 * z], [at, under - thickness / 2 + 0.02, 0]));
                }
            }
            const level = crossed ? (under + 0.03) / 2 : under * random.between(0.3, 0.5);
            parts.push(bench.box([2 * x - 0.1, thickness * 0.9, thickness * 0.9], [0, level, 0]));
        } else if (base === "panels") {
            for (const side of [-1, 1])
                parts.push(bench.box([thickness, under + 0.02, 2 * z], [side * x, (under + 0.02) / 2, 0]));
            if (random.chance(0.6)) {
                apron = random.between(0.2, 0.6) * under;
                parts.push(bench.box([2 * x, apron, 0.1], [0, under - apron / 2 + 0.02, -z * 0.7]));
            } else {
                shelf = 1;
                parts.push(bench.box([2 * x, 0.09, 2 * z], [0, under * random.between(0.15, 0.5), 0]));
            }
        } else {
            const stout = thickness * random.between(1, 1.5);
            parts.push(...pedestal(bench, random, Math.min(width, depth) * 0.4, under + 0.03, stout));
        }
        return {
            solid: bench.union(parts),
            traits: {
                width,
                depth,
                height,
                thickness,
                "round top": round ? 1 : 0,
                legs: base === "legs" ? 1 : 0,
                trestle: base === "trestle" ? 1 : 0,
                pedestal: base === "pedestal" ? 1 : 0,
                apron,
                shelf,
            },
        };
    },
};

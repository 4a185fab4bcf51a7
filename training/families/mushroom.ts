import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec2, Vec3, Workbench } from "./workbench.js";

/** Mushrooms: domed, flat, pointed or funnel caps on straight, swollen or leaning stems; alone or in clusters. */
export const mushroom: Family = {
    name: "mushroom",
    build(bench: Workbench, random: Random): FamilyShape {
        const cap = random.pick(["dome", "flat", "bell", "funnel"] as const);
        const count = random.pick([1, 1, 1, 2, 3]);
        const stemHeight = random.between(0.6, 1.15);
        const stem = random.between(0.12, 0.24);
        const swell = random.between(1, 1.7);
        const capRadius = random.between(0.5, 0.85);
        const capHeight = random.between(0.28, 0.65);
        const ring = random.chance(0.3);
        const parts: Manifold[] = [];

        // Small ones get a domed cap without a ring: rims and rings would become too thin.
        const one = (foot: Vec3, lean: Vec3, size: number, kind: typeof cap): void => {
            const grown: Manifold[] = [];
            const top = stemHeight;
            const outline: Vec2[] = [
                [0, 0],
                [stem * swell, 0],
                [stem * (0.35 * swell + 0.65) * 1.05, top * 0.22],
                [stem, top * 0.5],
                [stem * 0.92, top + 0.1],
                [0, top + 0.1],
            ];
            grown.push(bench.lathe(outline, 28));
            grown.push(bench.move(bench.lathe(capOutline(kind, capRadius, capHeight, stem), 36), [0, top, 0]));
            if (ring && size === 1)
                grown.push(bench.rod([0, top * 0.62, 0], [0, top * 0.62 + 0.1, 0], stem + 0.14, stem + 0.03, 28));
            const whole = bench.scale(bench.turn(bench.union(grown), lean), [size, size, size]);
            parts.push(bench.move(whole, foot));
        };
        one([0, 0, 0], [random.between(-8, 8), 0, random.between(-8, 8)], 1, cap);
        let spread = 0;
        const around = random.between(0, 2 * Math.PI);
        for (let i = 1; i < count; i++) {
            spread = random.between(0.4, 0.6);
            const angle = around + (i - 1) * random.between(1.8, 3.2);
            const foot: Vec3 = [spread * Math.sin(angle), 0, spread * Math.cos(angle)];
            const tilt = random.between(8, 20);
            one(
                foot,
                [tilt * Math.cos(angle), 0, -tilt * Math.sin(angle)],
                random.between(0.4, 0.65),
                cap === "bell" ? "bell" : "dome",
            );
        }
        // Clusters stand on a mound, so that all of it hangs together.
        if (count > 1) parts.push(bench.ball([0, 0.02, 0], 0.75, 28, [1, 0.22, 1]));
        return {
            solid: bench.union(parts),
            traits: {
                "stem height": stemHeight,
                "stem thickness": stem,
                swell,
                "cap width": capRadius,
                "cap height": capHeight,
                count,
                flat: cap === "flat" ? 1 : 0,
                bell: cap === "bell" ? 1 : 0,
                funnel: cap === "funnel" ? 1 : 0,
                ring: ring ? 1 : 0,
            },
        };
    },
};

/** The cap's closed outline around y = 0, where the stem meets it. */
function capOutline(kind: "dome" | "flat" | "bell" | "funnel", radius: number, height: number, stem: number): Vec2[] {
    const curve = (from: number, power: number): Vec2[] =>
        Array.from({ length: 11 }, (_, i): Vec2 => {
            const angle = (Math.PI / 2) * (i / 10);
            return [radius * Math.cos(angle) ** power, from + (height - from) * Math.sin(angle)];
        });
    if (kind === "dome") return [[0, 0.06], [stem, 0.06], [radius * 0.94, -0.05], ...curve(0.02, 1)];
    if (kind === "flat")
        return [
            [0, -0.04],
            [radius * 0.6, -0.06],
            [radius, -0.02],
            [radius, 0.09],
            [radius * 0.7, 0.16],
            [0, 0.2],
        ];
    if (kind === "bell") return [[0, 0.02], [stem, 0.0], [radius * 0.85, -0.14], ...curve(-0.08, 1.7)];
    return [
        [0, -0.12],
        [stem * 0.9, -0.12],
        [radius * 0.55, height * 0.3 - 0.1],
        [radius, height * 0.75],
        [radius * 0.94, height * 0.75 + 0.09],
        [radius * 0.45, height * 0.42],
        [0, height * 0.3],
    ];
}

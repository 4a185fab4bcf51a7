import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import { hollow, type Manifold, type Vec2, type Vec3, type Workbench } from "./workbench.js";

/** Bowls, dishes, pans, cauldrons and mortars: round or many-sided, on feet or a ring, empty or filled. */
export const bowl: Family = {
    name: "bowl",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["round", "round", "flared", "dish", "pan", "cauldron", "mortar"] as const);
        const radius = random.between(0.72, 0.9);
        const depth =
            radius *
            { round: random.between(0.6, 0.95), flared: 0.75, dish: 0.38, pan: 0.36, cauldron: 1.35, mortar: 1.1 }[
                kind
            ];
        const wall = kind === "mortar" ? random.between(0.16, 0.22) : random.between(0.095, 0.13);
        const segments = random.chance(0.2) ? random.pick([6, 8, 10]) : 40;
        const foot = kind === "pan" ? 0.78 : random.between(0.35, 0.55);

        // Outside from the foot up; the inside is the same curve, drawn in by one wall along its normal.
        const curve = (t: number): Vec2 => {
            const round = Math.sin((Math.PI / 2) * t);
            if (kind === "cauldron")
                return [radius * (foot + (1 - foot) * Math.sin(Math.PI * (0.05 + 0.75 * t)) ** 0.8), depth * t];
            if (kind === "flared")
                return [radius * (foot + (1 - foot) * (0.3 * t + 0.7 * t ** 2.2)), depth * (0.35 * t + 0.65 * round)];
            if (kind === "pan" || kind === "mortar") return [radius * (foot + (1 - foot) * t), depth * t];
            return [radius * (foot + (1 - foot) * round), depth * (1 - Math.cos((Math.PI / 2) * t))];
        };
        const steps = 14;
        const outer = Array.from({ length: steps + 1 }, (_, i) => curve(i / steps));
        const floor = wall + 0.02;
        let solid = bench.lathe(hollow(outer, wall, floor), segments);

        const filled = kind !== "mortar" && kind !== "pan" && random.chance(0.3);
        if (filled) {
            const level = depth * random.between(0.6, 0.8);
            const reach = (insideAt(outer, level) - wall * 0.5) * Math.cos(Math.PI / segments);
            const heap = random.chance(0.5) ? random.between(0.15, 0.4) : 0.02;
            const low = bench.lathe(
                [
                    [0, 0.01],
                    [outer[0][0], 0.01],
                    ...outer.filter(([, y]) => y > 0.02 && y < level).map(([r, y]): Vec2 => [r - 0.03, y]),
                    [reach, level],
                    [0, level],
                ],
                segments,
            );
            solid = bench.union([solid, low, bench.ball([0, level - 0.05, 0], reach, 32, [1, heap / reach, 1])]);
        }
        const parts: Manifold[] = [solid];
        const stand =
            kind === "cauldron"
                ? "legs"
                : kind === "pan"
                  ? "none"
                  : random.pick(["none", "ring", "legs", "pedestal"] as const);
        if (stand === "ring")
            parts.push(bench.rod([0, -0.1, 0], [0, 0.06, 0], radius * foot * 0.95, radius * foot * 0.95, 32));
        else if (stand === "pedestal") {
            const rise = random.between(0.2, 0.4);
            parts.push(bench.rod([0, -rise, 0], [0, 0.05, 0], radius * 0.62, radius * foot * 0.6, 32));
        } else if (stand === "legs") {
            for (let i = 0; i < 3; i++) {
                const angle = (2 * Math.PI * i) / 3;
                const [u, v] = [Math.sin(angle), Math.cos(angle)];
                const end: Vec3 = [u * radius * 0.72, -0.25, v * radius * 0.72];
                parts.push(bench.rod(end, [u * radius * foot * 0.7, 0.08, v * radius * foot * 0.7], 0.075, 0.1));
            }
        }
        const grips = kind === "pan" ? 1 : kind === "cauldron" || random.chance(0.15) ? 2 : 0;
        if (grips === 1) {
            const reach = radius * random.between(0.9, 1.3);
            const y = depth * 0.75;
            parts.push(
                bench.bar(
                    [radius * 0.92, y, 0],
                    [radius + reach, y + random.between(0, 0.2), 0],
                    random.between(0.15, 0.22),
                    0.12,
                ),
            );
        } else if (grips === 2) {
            const y = depth * 0.72;
            // Their ends, 0.24 to either side, must lie in the wall, which is nearest amid a flat side.
            const from = Math.sqrt((insideAt(outer, y) * Math.cos(Math.PI / segments)) ** 2 - 0.24 ** 2) - 0.03;
            for (const side of [-1, 1]) {
                const points = Array.from({ length: 7 }, (_, i): Vec3 => {
                    const angle = Math.PI * (i / 6 - 0.5);
                    return [side * (from + 0.26 * Math.cos(angle)), y, 0.24 * Math.sin(angle)];
                });
                parts.push(bench.pipe(points, 0.065, 12));
            }
        }
        if (kind === "mortar") {
            // The pestle leans on the rim.
            const tilt = random.between(0.2, 0.45);
            parts.push(bench.rod([-0.05, floor - 0.02, 0], [depth * tilt + 0.3, depth * 1.45, 0.1], 0.13, 0.09, 20));
            parts.push(bench.ball([-0.03, floor + 0.05, 0], 0.17, 20));
            parts.push(bench.ring(depth - 0.14, depth, radius - wall, radius + 0.07, 40));
        }
        return {
            solid: bench.union(parts),
            traits: {
                width: radius,
                depth,
                wall,
                foot,
                filled: filled ? 1 : 0,
                flared: kind === "flared" ? 1 : 0,
                pan: kind === "pan" ? 1 : 0,
                cauldron: kind === "cauldron" ? 1 : 0,
                mortar: kind === "mortar" ? 1 : 0,
                legs: stand === "legs" ? 1 : 0,
                pedestal: stand === "pedestal" ? 1 : 0,
            },
        };
    },
};

/** The outline's radius at a height. */
function insideAt(outline: readonly Vec2[], height: number): number {
    const above = outline.findIndex(([, y]) => y >= height);
    return outline[above < 0 ? outline.length - 1 : above][0];
}

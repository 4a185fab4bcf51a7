import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import { hollow, type Manifold, smooth, type Vec2, type Vec3, type Workbench } from "./workbench.js";

/** Mugs, cups, steins and goblets: hollow, with a looped, angular or ear-shaped handle to the right, or two; goblets without. */
export const mug: Family = {
    name: "mug",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["straight", "tapered", "belly", "stein", "cup", "goblet"] as const);
        const height = { straight: 1.3, tapered: 1.3, belly: 1.25, stein: 1.7, cup: 0.85, goblet: 0.8 }[kind];
        const radius = random.between(0.5, 0.68) * (kind === "stein" ? 0.85 : 1);
        const wall = random.between(0.09, 0.12);
        const flare = {
            straight: 0,
            tapered: random.between(0.1, 0.25),
            belly: 0,
            stein: -0.12,
            cup: 0.2,
            goblet: 0.05,
        }[kind];
        const segments = random.chance(0.15) ? random.pick([6, 8]) : 36;

        // Outside from the foot up; the inside follows it at one wall's distance down to a thick floor.
        const at = (t: number): number => {
            if (kind === "belly") return radius * (0.78 + 0.27 * Math.sin(Math.PI * (0.08 + 0.84 * t)));
            if (kind === "cup" || kind === "goblet")
                return radius * (0.5 + 0.5 * Math.sqrt(Math.min(1, 0.06 + t))) + flare * t * 0.5;
            return radius + flare * (t - 0.5);
        };
        const outer = Array.from({ length: 11 }, (_, i): Vec2 => [at(i / 10), (height * i) / 10]);
        let body = bench.lathe(hollow(outer, wall, 0.12), segments);
        const parts: Manifold[] = [];

        const banded = kind === "stein" || (segments === 36 && kind !== "goblet" && random.chance(0.2));
        if (banded) {
            for (const t of [0.1, 0.86]) {
                const y = t * height;
                parts.push(bench.ring(y - 0.07, y + 0.07, at(t) - 0.04, at(t) + 0.06, 36));
            }
        }
        const lift = kind === "goblet" ? random.between(0.5, 0.8) : 0;
        if (kind === "goblet") {
            const stem = smooth(
                [
                    [radius * random.between(0.65, 0.8), 0],
                    [radius * 0.6, 0.09],
                    [0.13, 0.22],
                    [0.14, lift * 0.8],
                    [0.3, lift + 0.05],
                ],
                5,
            );
            body = bench.union([bench.move(body, [0, lift, 0]), bench.lathe([[0, 0], ...stem, [0, lift + 0.05]], 32)]);
            if (random.chance(0.5)) parts.push(bench.ball([0, lift * 0.55, 0], 0.2, 24, [1, 0.7, 1]));
        }
        const saucer = kind === "cup" && random.chance(0.55);
        if (saucer) {
            const wide = radius * random.between(1.35, 1.6);
            parts.push(
                bench.lathe(
                    [
                        [0, -0.1],
                        [wide * 0.55, -0.1],
                        [wide, 0.02],
                        [wide, 0.12],
                        [wide * 0.55, 0.03],
                        [0, 0.03],
                    ],
                    36,
                ),
            );
        }
        const handle = kind === "goblet" ? "none" : random.pick(["loop", "loop", "angular", "ear", "strap"] as const);
        const reach = random.between(0.3, 0.48);
        const grip = random.between(0.07, 0.1);
        const sides = handle === "none" ? [] : kind === "cup" && random.chance(0.3) ? [1, -1] : [1];
        const high = height * (kind === "cup" ? 0.82 : random.between(0.76, 0.86));
        const low = height * (kind === "cup" ? 0.32 : random.between(0.18, 0.32));
        for (const side of sides) parts.push(handleOf(bench, handle, side, at, height, high, low, reach, grip));
        return {
            solid: bench.union([body, ...parts]),
            traits: {
                width: radius,
                height: height + lift,
                flare,
                wall,
                handles: sides.length,
                "handle reach": sides.length > 0 ? reach : 0,
                belly: kind === "belly" ? 1 : 0,
                cup: kind === "cup" ? 1 : 0,
                goblet: kind === "goblet" ? 1 : 0,
                saucer: saucer ? 1 : 0,
                banded: banded ? 1 : 0,
            },
        };
    },
};

/** A handle on one side, its ends a little inside the wall. */
function handleOf(
    bench: Workbench,
    kind: "loop" | "angular" | "ear" | "strap" | "none",
    side: number,
    at: (t: number) => number,
    height: number,
    high: number,
    low: number,
    reach: number,
    grip: number,
): Manifold {
    const top = at(high / height) - 0.04;
    const bottom = at(low / height) - 0.04;
    const out = Math.max(top, bottom) + reach;
    if (kind === "angular" || kind === "strap") {
        const corners: Vec3[] = [
            [side * top, high, 0],
            [side * out, high - (kind === "strap" ? 0.1 : 0), 0],
            [side * out, low + (kind === "strap" ? 0.15 : 0), 0],
            [side * bottom, low, 0],
        ];
        // A strap is broader than it is deep and cuts its lower corner.
        const [broad, deep] = kind === "strap" ? [grip * 2.6, grip * 1.3] : [grip * 1.8, grip * 1.8];
        const bars = corners.slice(1).map((end, i) => bench.bar(corners[i], end, broad, deep));
        const joints = corners.slice(1, 3).map((corner) => bench.box([deep, deep, broad], corner));
        return bench.union([...bars, ...joints]);
    }
    const points = Array.from({ length: 10 }, (_, i): Vec3 => {
        const t = i / 9;
        const base = top + (bottom - top) * t;
        // An ear swings out above its middle, a loop evenly.
        const bow = kind === "ear" ? Math.sin(Math.PI * t ** 0.7) ** 0.9 : Math.sin(Math.PI * t) ** 0.6;
        return [side * (base + (out - base) * bow), high + (low - high) * t, 0];
    });
    return bench.pipe(points, grip, 14);
}

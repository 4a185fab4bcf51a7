import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import { ellipse, type Manifold, roundedRectangle, type Vec2, type Workbench } from "./workbench.js";

/** Bottles, flasks and flacons: round, square, flat or many-sided bodies, four shoulders, six ways to close them. */
export const bottle: Family = {
    name: "bottle",
    build(bench: Workbench, random: Random): FamilyShape {
        const section = random.pick(["round", "round", "square", "flat", "sided"] as const);
        const waist =
            section === "round" ? random.pick(["straight", "waisted", "bulb", "tapered"] as const) : "straight";
        const shoulder = random.pick(["round", "sloped", "flat"] as const);
        const closure = random.pick(["open", "cork", "cap", "ball", "pump", "crown"] as const);
        const height = 1.5;
        const radius = random.between(0.26, 0.48);
        const neck = Math.max(0.13, radius * random.between(0.3, 0.5));
        const neckHeight = closure === "pump" ? 0.16 : random.between(0.16, 0.5);
        const shoulderHeight = { round: radius * 0.8, sloped: random.between(0.35, 0.55), flat: 0.1 }[shoulder];
        const bodyHeight = height - neckHeight - shoulderHeight;

        const shape: Outline = { radius, neck, bodyHeight, shoulderHeight, height, shoulder, waist };
        const parts: Manifold[] =
            section === "round" || section === "sided"
                ? [bench.lathe(turned(shape), section === "round" ? 36 : random.pick([5, 6, 8]))]
                : prismatic(bench, random, shape, section);

        // A label or a grip stands out of a straight body.
        const label = waist === "straight" && section === "round" && random.chance(0.4);
        if (label)
            parts.push(
                bench.rod([0, bodyHeight * 0.25, 0], [0, bodyHeight * 0.75, 0], radius + 0.055, radius + 0.055, 36),
            );

        let solid = bench.union(parts);
        if (closure === "open") {
            const lip = neck + 0.06;
            solid = bench.union([solid, bench.rod([0, height - 0.2, 0], [0, height, 0], lip, lip, 28)]);
            const bore = bench.rod(
                [0, height - random.between(0.12, 0.18), 0],
                [0, height + 1, 0],
                lip - 0.09,
                lip - 0.09,
                28,
            );
            solid = bench.subtract(solid, bore);
        } else {
            solid = bench.union([solid, ...closureOf(bench, random, closure, neck, height)]);
        }
        return {
            solid,
            traits: {
                width: radius,
                "neck width": neck,
                "neck height": neckHeight,
                "body height": bodyHeight,
                "shoulder height": shoulderHeight,
                round: section === "round" ? 1 : 0,
                square: section === "square" ? 1 : 0,
                flat: section === "flat" ? 1 : 0,
                bulb: waist === "bulb" ? 1 : 0,
                open: closure === "open" ? 1 : 0,
                pump: closure === "pump" ? 1 : 0,
                label: label ? 1 : 0,
            },
        };
    },
};

interface Outline {
    readonly radius: number;
    readonly neck: number;
    readonly bodyHeight: number;
    readonly shoulderHeight: number;
    readonly height: number;
    readonly shoulder: "round" | "sloped" | "flat";
    readonly waist: "straight" | "waisted" | "bulb" | "tapered";
}

/** The closed outline [radius, height] of a turned bottle. */
function turned({ radius, neck, bodyHeight, shoulderHeight, height, shoulder, waist }: Outline): Vec2[] {
    const steps = 10;
    const body = (t: number): number => {
        if (waist === "waisted") return radius * (1 - 0.2 * Math.sin(Math.PI * t));
        if (waist === "tapered") return radius * (0.72 + 0.28 * t);
        if (waist === "bulb") return radius * (0.7 + 0.65 * Math.sin(Math.PI * (0.12 + 0.76 * t)));
        return radius;
    };
    const outline: Vec2[] = [[0, 0]];
    for (let i = 0; i <= steps; i++) outline.push([body(i / steps), bodyHeight * (i / steps)]);
    const top = body(1);
    for (let i = 1; i <= steps; i++) {
        const t = i / steps;
        const blend =
            shoulder === "round"
                ? 1 - Math.sqrt(1 - t * t)
                : shoulder === "sloped"
                  ? 0.5 - 0.5 * Math.cos(Math.PI * t)
                  : t;
        outline.push([top + (neck - top) * blend, bodyHeight + shoulderHeight * t]);
    }
    outline.push([neck, height], [0, height]);
    return outline;
}

/** A bottle of square or flat section: a straight body, a shoulder that narrows, a round neck. */
function prismatic(bench: Workbench, random: Random, outline: Outline, section: "square" | "flat"): Manifold[] {
    const { radius, neck, bodyHeight, shoulderHeight, height, shoulder } = outline;
    const [halfX, halfZ] =
        section === "square" ? [radius, radius] : [radius * 1.25, radius * random.between(0.45, 0.65)];
    const rounded = Math.min(halfX, halfZ) * random.between(0.15, 0.5);
    const base =
        section === "flat" && random.chance(0.5)
            ? ellipse(halfX, halfZ)
            : roundedRectangle(2 * halfX, 2 * halfZ, rounded);
    const parts = [bench.slab(base, 0, bodyHeight)];
    const scaled = (grow: number): Vec2[] => base.map(([x, z]): Vec2 => [x * grow, z * grow]);
    // A rounded shoulder is three frusta, a sloped or flat one a single frustum.
    const target = Math.max(neck / halfX, neck / halfZ) * 0.9;
    const steps = shoulder === "round" ? 4 : 1;
    const at = (i: number): number => {
        const t = i / steps;
        return 1 + (Math.min(0.95, target) - 1) * (steps > 1 ? 1 - Math.sqrt(1 - t * t) : t);
    };
    for (let i = 0; i < steps; i++) {
        const [low, high] = [
            bodyHeight + (shoulderHeight * i) / steps,
            bodyHeight + (shoulderHeight * (i + 1)) / steps,
        ];
        const ratio = at(i + 1) / at(i);
        parts.push(bench.frustum(scaled(at(i)), low - (i === 0 ? 0.001 : 0), high, [ratio, ratio]));
    }
    parts.push(bench.rod([0, bodyHeight - 0.05, 0], [0, height, 0], neck, neck, 24));
    return parts;
}

/** What sits on the neck. */
function closureOf(
    bench: Workbench,
    random: Random,
    closure: "cork" | "cap" | "ball" | "pump" | "crown",
    neck: number,
    height: number,
): Manifold[] {
    if (closure === "cork") {
        const top = height + random.between(0.14, 0.25);
        return [
            bench.rod([0, height - 0.14, 0], [0, height, 0], neck + 0.06, neck + 0.06, 24),
            bench.rod([0, height - 0.05, 0], [0, top, 0], neck * 0.8, neck * 0.95, 20),
        ];
    }
    if (closure === "cap") {
        const wide = neck + random.between(0.05, 0.1);
        return [bench.rod([0, height - 0.1, 0], [0, height + random.between(0.1, 0.3), 0], wide, wide * 0.95, 24)];
    }
    if (closure === "ball") {
        const size = neck * random.between(1.1, 1.5);
        return [bench.ball([0, height + size * 0.7, 0], size, 24, [1, random.between(0.8, 1.3), 1])];
    }
    if (closure === "crown") {
        return [
            bench.rod([0, height - 0.08, 0], [0, height + 0.02, 0], neck + 0.09, neck + 0.09, 20),
            bench.rod([0, height, 0], [0, height + 0.08, 0], neck + 0.08, neck * 0.8, 20),
            bench.rod([0, height - 0.3, 0], [0, height - 0.18, 0], neck + 0.06, neck + 0.06, 20),
        ];
    }
    // A pump: collar, stem and a head with a nozzle to the front.
    const head = height + random.between(0.22, 0.34);
    const reach = random.between(0.28, 0.45);
    return [
        bench.rod([0, height - 0.08, 0], [0, height + 0.08, 0], neck + 0.06, neck + 0.04, 24),
        bench.rod([0, height, 0], [0, head, 0], 0.075),
        bench.rod([0, head - 0.06, 0], [0, head + 0.08, 0], 0.14, 0.12, 20),
        bench.bar([0, head, 0], [0, head - 0.03, reach], 0.13, 0.12),
    ];
}

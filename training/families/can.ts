import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import { type Manifold, roundedRectangle, type Vec2, type Vec3, type Workbench } from "./workbench.js";

/** Cans: food tins, drink cans, spray cans, jerrycans, oil cans and watering cans. */
export const can: Family = {
    name: "can",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["tin", "drink", "spray", "jerrycan", "oil", "watering"] as const);
        const { parts, height, width, opened } = { tin, drink, spray, jerrycan, oil, watering }[kind](bench, random);
        return {
            solid: bench.union(parts),
            traits: {
                height,
                width,
                tin: kind === "tin" ? 1 : 0,
                drink: kind === "drink" ? 1 : 0,
                spray: kind === "spray" ? 1 : 0,
                jerrycan: kind === "jerrycan" ? 1 : 0,
                oil: kind === "oil" ? 1 : 0,
                watering: kind === "watering" ? 1 : 0,
                opened,
            },
        };
    },
};

interface Made {
    readonly parts: Manifold[];
    readonly height: number;
    readonly width: number;
    /** 0 or 1 */
    readonly opened: number;
}

/** A ribbed cylinder between two rims, its lid let in, open and empty, or open with the lid bent up. */
function tin(bench: Workbench, random: Random): Made {
    const height = random.between(0.8, 1.6);
    const radius = random.between(0.4, 0.62);
    const rim = 0.06;
    const state = random.pick(["shut", "empty", "lid"] as const);
    const parts = [bench.rod([0, 0.01, 0], [0, height - 0.02, 0], radius, radius, 40)];
    // Ribs run close together about the middle, away from the rims.
    const ribs = random.below(Math.min(5, Math.floor((height - 0.4) / 0.2)) + 1);
    for (let i = 0; i < ribs; i++) {
        const y = height / 2 + 0.2 * (i - (ribs - 1) / 2);
        parts.push(bench.ring(y - 0.05, y + 0.05, radius - 0.05, radius + 0.045, 40));
    }
    const deep = state === "shut" ? random.between(0.06, 0.1) : height - 0.1;
    const body = bench.subtract(
        bench.union([
            ...parts,
            ...[0, height - 0.1].map((y) => bench.ring(y, y + 0.1, radius - 0.16, radius + rim, 40)),
        ]),
        bench.rod([0, height - deep, 0], [0, height + 1, 0], radius - 0.1, radius - 0.1, 40),
    );
    const whole = [body];
    if (state === "lid") {
        const angle = random.between(0.9, 1.4);
        const disc = bench.rod([0, -0.05, 0], [0, 0.05, 0], radius * 0.9, radius * 0.9, 32);
        const hinged = bench.turn(bench.move(disc, [0, 0, radius * 0.86]), [(-angle * 180) / Math.PI, 0, 0]);
        whole.push(bench.move(hinged, [0, height - 0.04, -radius]));
    }
    return { parts: whole, height, width: radius, opened: state === "shut" ? 0 : 1 };
}

/** A drawn can: waisted ends, a sunk top with a tab. */
function drink(bench: Workbench, random: Random): Made {
    const radius = random.between(0.34, 0.56);
    const height = 1.7;
    const shoulder = random.between(0.12, 0.22);
    const top = radius * random.between(0.75, 0.88);
    const outline: Vec2[] = [
        [0, 0.08],
        [top - 0.16, 0.08],
        [top - 0.1, 0],
        [top, 0],
        [radius, 0.13],
        [radius, height - shoulder],
        [top, height - 0.08],
        [top, height],
        [top - 0.09, height],
        [top - 0.13, height - 0.09],
        [0, height - 0.09],
    ];
    const parts = [bench.lathe(outline, 40)];
    const tab = random.chance(0.6);
    if (tab) parts.push(bench.box([0.15, 0.16, top * 0.9], [0, height - 0.07, 0.05]));
    return { parts, height, width: radius, opened: 0 };
}

/** A cylinder under a dome or a cone, with a nozzle or a cap. */
function spray(bench: Workbench, random: Random): Made {
    const radius = random.between(0.26, 0.4);
    const body = random.between(1.05, 1.3);
    const dome = random.chance(0.5);
    const parts = [
        bench.rod([0, 0, 0], [0, body, 0], radius, radius, 36),
        bench.rod([0, 0, 0], [0, 0.1, 0], radius + 0.05, radius + 0.05, 36),
        bench.rod([0, body - 0.06, 0], [0, body + 0.04, 0], radius + 0.05, radius + 0.05, 36),
    ];
    if (random.chance(0.5)) {
        const high = random.between(0.3, 0.5);
        const wide = radius * random.between(0.75, 0.98);
        parts.push(bench.rod([0, body, 0], [0, body + high, 0], wide, wide * random.between(0.8, 1), 32));
    } else {
        const rise = dome ? radius * 0.55 : radius * 0.7;
        parts.push(
            dome
                ? bench.ball([0, body, 0], radius * 0.95, 32, [1, 0.6, 1])
                : bench.rod([0, body, 0], [0, body + rise, 0], radius * 0.95, radius * 0.4, 32),
        );
        parts.push(bench.rod([0, body + rise - 0.1, 0], [0, body + rise + 0.16, 0], 0.13, 0.12, 20));
        parts.push(bench.rod([0, body + rise + 0.08, 0], [0, body + rise + 0.08, 0.2], 0.065));
    }
    return { parts, height: body, width: radius, opened: 0 };
}

/** A flat canister with pressed ribs, one to three grips and a spout at an upper corner. */
function jerrycan(bench: Workbench, random: Random): Made {
    const width = random.between(1.05, 1.3);
    const depth = random.between(0.42, 0.62);
    const height = random.between(1.2, 1.45);
    const chamfer = random.between(0.1, 0.3);
    const parts: Manifold[] = [];
    const half = width / 2;
    // The front seen from +Z, upper corner cut on the spout's side.
    const front: Vec2[] = [
        [-half, 0],
        [half, 0],
        [half, height - chamfer],
        [half - chamfer, height],
        [-half, height],
    ];
    const points = (inset: number, z: number): Vec3[] =>
        front.map(([x, y]): Vec3 => {
            const [cx, cy] = [0, height / 2];
            return [cx + (x - cx) * (1 - inset / half), cy + (y - cy) * (1 - inset / (height / 2)), z];
        });
    const soft = 0.07;
    parts.push(
        bench.hull([
            ...points(0, -depth / 2 + soft),
            ...points(0, depth / 2 - soft),
            ...points(soft, -depth / 2),
            ...points(soft, depth / 2),
        ]),
    );
    const cross = random.chance(0.5);
    for (const side of [-1, 1]) {
        const z = side * (depth / 2);
        if (cross) {
            const [u, v] = [half * 0.62, height * 0.33];
            parts.push(bench.bar([-u, height / 2 - v, z], [u, height / 2 + v, z], 0.13, 0.13));
            parts.push(bench.bar([-u, height / 2 + v, z], [u, height / 2 - v, z], 0.13, 0.13));
        } else parts.push(bench.box([width * 0.66, height * 0.6, 0.12], [0, height * 0.47, z]));
    }
    const grips = random.pick([1, 1, 3]);
    const rise = random.between(0.2, 0.26);
    const [from, to] = [-half + 0.1, half - chamfer - 0.12];
    const gripDepth = grips === 3 ? [-depth * 0.36, 0, depth * 0.36] : [0];
    for (const z of gripDepth) {
        if (grips === 3 && depth < 0.5 && z === 0) continue;
        parts.push(bench.box([to - from, 0.11, 0.11], [(from + to) / 2, height + rise, z]));
        for (const x of [from + 0.055, to - 0.055]) {
            parts.push(bench.box([0.11, rise + 0.1, 0.11], [x, height + rise / 2 - 0.02, z]));
        }
    }
    const [sx, sy] = [half - chamfer / 2, height - chamfer / 2];
    parts.push(bench.rod([sx - 0.1, sy - 0.1, 0], [sx + 0.1, sy + 0.1, 0], 0.13, 0.13, 20));
    return { parts, height, width, opened: 0 };
}

/** A flat-bottomed cone or drum with a long thin spout upwards. */
function oil(bench: Workbench, random: Random): Made {
    const radius = random.between(0.45, 0.62);
    const body = random.between(0.35, 0.65);
    const rise = random.between(0.2, 0.4);
    const tip = random.between(1.35, 1.7);
    const lean = random.chance(0.5) ? random.between(0.15, 0.5) : 0;
    const parts = [
        bench.rod([0, 0, 0], [0, body, 0], radius, radius * random.between(0.85, 1), 36),
        bench.rod([0, body - 0.001, 0], [0, body + rise, 0], radius * 0.85, 0.14, 36),
        bench.rod([0, body + rise - 0.15, 0], [lean, tip, 0], 0.12, 0.065, 20),
    ];
    const handle = random.chance(0.5);
    if (handle) parts.push(loop(bench, -radius + 0.04, body * 0.2, body + rise * 0.45, 0.34));
    return { parts, height: tip, width: radius, opened: 0 };
}

/** An open tank with a spout to the right, a rose on it, and a handle behind or over the top. */
function watering(bench: Workbench, random: Random): Made {
    const radius = random.between(0.42, 0.52);
    const height = random.between(0.75, 1);
    const oval = random.chance(0.35);
    const taper = random.between(0.8, 1);
    const segments = 36;
    const wall = 0.1;
    let tank: Manifold;
    if (oval) {
        const outline = (inset: number): Vec2[] =>
            roundedRectangle(2 * (radius - inset), 1.5 * (radius - inset), 0.5 * (radius - inset), 8);
        tank = bench.subtract(bench.slab(outline(0), 0, height), bench.slab(outline(wall), 0.12, height + 0.2));
    } else {
        const at = (y: number): number => radius * (1 - (1 - taper) * (y / height));
        tank = bench.lathe(
            [
                [0, 0],
                [at(0), 0],
                [at(height), height],
                [at(height) - wall, height],
                [at(0.12) - wall, 0.12],
                [0, 0.12],
            ],
            segments,
        );
    }
    const spoutFrom: Vec3 = [radius * 0.94 - 0.02, height * 0.22, 0];
    const spoutTo: Vec3 = [radius + random.between(0.5, 0.75), height * random.between(0.9, 1.2), 0];
    const parts = [tank, bench.rod(spoutFrom, spoutTo, 0.11, 0.075, 18)];
    if (random.chance(0.7)) {
        const along = spoutTo.map((value, axis) => value - spoutFrom[axis]);
        const end = spoutTo.map((value, axis) => value + (0.16 * along[axis]) / Math.hypot(...along)) as Vec3;
        const start = spoutTo.map((value, axis) => value - (0.05 * along[axis]) / Math.hypot(...along)) as Vec3;
        parts.push(bench.rod(start, end, 0.075, random.between(0.16, 0.24), 24));
    }
    if (random.chance(0.5)) parts.push(loop(bench, -radius * taper + 0.05, height * 0.25, height * 0.9, 0.34));
    else {
        const rim = radius * (oval ? 1 : taper) - 0.05;
        const points = Array.from({ length: 10 }, (_, i): Vec3 => {
            const angle = (Math.PI * i) / 9;
            return [rim * Math.cos(angle), height - 0.04 + random.between(0.4, 0.4) * Math.sin(angle), 0];
        });
        parts.push(bench.pipe(points, 0.065, 12));
    }
    return { parts, height, width: radius, opened: 1 };
}

/** A round handle bulging to the left between two heights. */
function loop(bench: Workbench, x: number, low: number, high: number, reach: number): Manifold {
    const points = Array.from({ length: 9 }, (_, i): Vec3 => {
        const t = i / 8;
        return [x - reach * Math.sin(Math.PI * t) ** 0.7, low + (high - low) * t, 0];
    });
    return bench.pipe(points, 0.07, 12);
}

import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec2, Workbench } from "./workbench.js";

/** Barrels, kegs on cradles, tubs and buckets: bulging or tapering staves, hoops, lids let in, a tap or a handle. */
export const barrel: Family = {
    name: "barrel",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["barrel", "barrel", "tub", "keg"] as const);
        const height = kind === "tub" ? random.between(0.9, 1.5) : random.between(1.4, 1.8);
        const radius = random.between(0.45, 0.68);
        const bulge = kind === "tub" ? 0 : random.between(0.03, 0.2);
        const flare = kind === "tub" ? random.between(-0.12, 0.22) : 0;
        const staves = random.pick([12, 16, 20, 32]);
        const hoops = random.pick([2, 2, 3, 4]);
        const hoopWidth = random.between(0.08, 0.14);
        const hoopDepth = random.between(0.03, 0.055);
        const open = kind === "tub" || (kind === "barrel" && random.chance(0.3));
        const at = (t: number): number => radius + flare * (t - 0.5) + bulge * (1 - (2 * t - 1) ** 2);

        // Staves: a polygon turned about the axis, hollow from the top by the lid's recess or all the way down.
        const steps = 10;
        const outline: Vec2[] = [[0, 0]];
        for (let i = 0; i <= steps; i++) outline.push([at(i / steps), (height * i) / steps]);
        outline.push([0, height]);
        const parts: Manifold[] = [bench.lathe(outline, staves)];
        for (let i = 0; i < hoops; i++) {
            const centre = 0.12 + (0.76 * i) / (hoops - 1);
            const low = centre - hoopWidth / 2 / height;
            const high = centre + hoopWidth / 2 / height;
            const ring: Vec2[] = [
                [0, low * height],
                [at(low) + hoopDepth, low * height],
                [at(high) + hoopDepth, high * height],
                [0, high * height],
            ];
            parts.push(bench.lathe(ring, staves));
        }
        let body = bench.union(parts);
        const wall = 0.1;
        const recess = open ? height - 0.14 : random.between(0.05, 0.12);
        body = bench.subtract(body, cavity(bench, at, height, recess, wall, staves));
        if (kind === "barrel" && !open && random.chance(0.4)) {
            body = bench.subtract(body, bench.rod([0, -0.1, 0], [0, 0.07, 0], at(0) - wall, at(0) - wall, staves));
        }
        const pieces: Manifold[] = [body];

        let extra = 0;
        if (kind === "tub" && random.chance(0.6)) {
            // A handle over the opening, or two ears.
            extra = 1;
            const rim = at(1) - 0.05;
            if (random.chance(0.5)) {
                const rise = random.between(0.25, 0.5);
                pieces.push(
                    bench.pipe(
                        Array.from({ length: 9 }, (_, i) => {
                            const angle = (Math.PI * i) / 8;
                            return [rim * Math.cos(angle), height - 0.05 + rise * Math.sin(angle), 0];
                        }),
                        0.055,
                    ),
                );
            } else {
                for (const side of [-1, 1]) {
                    pieces.push(bench.box([0.1, 0.3, 0.3], [side * (at(0.95) - 0.04), height, 0]));
                }
            }
        } else if (kind === "barrel" && random.chance(0.3)) {
            extra = 1;
            const y = height * random.between(0.15, 0.3);
            const reach = at(y / height);
            pieces.push(bench.rod([0, y, reach - 0.1], [0, y, reach + 0.16], 0.06));
            pieces.push(bench.rod([0, y - 0.06, reach + 0.12], [0, y + 0.16, reach + 0.12], 0.055));
        }
        let solid = bench.union(pieces);
        if (kind === "keg") {
            // Laid on its side, its axis along X, on two cradles.
            const top = bench.turn(bench.move(solid, [0, -height / 2, 0]), [0, 0, 90]);
            const low = radius + bulge + hoopDepth;
            const cradles = [-0.28, 0.28].map((x) =>
                bench.box([0.16, low * 0.8, low * 1.5], [x * height, -low * 0.78, 0]),
            );
            solid = bench.union([top, ...cradles]);
            extra = 1;
        }
        return {
            solid,
            traits: {
                slenderness: height / (2 * (radius + bulge)),
                bulge,
                flare,
                hoops,
                "hoop width": hoopWidth,
                open: open ? 1 : 0,
                lying: kind === "keg" ? 1 : 0,
                tub: kind === "tub" ? 1 : 0,
                fittings: extra,
            },
        };
    },
};

/** What is cut out from the top: down by `recess`, leaving a wall. */
function cavity(
    bench: Workbench,
    radiusAt: (t: number) => number,
    height: number,
    recess: number,
    wall: number,
    segments: number,
): Manifold {
    const steps = 8;
    const outline: Vec2[] = [[0, height - recess]];
    for (let i = 0; i <= steps; i++) {
        const y = height - recess + (recess * i) / steps;
        outline.push([radiusAt(y / height) - wall, y]);
    }
    outline.push([radiusAt(1) - wall, height + 0.1], [0, height + 0.1]);
    return bench.lathe(outline, segments);
}

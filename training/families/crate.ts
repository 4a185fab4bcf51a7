import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec2, Vec3, Workbench } from "./workbench.js";

/** Crates: boarded with battens and braces, slatted and open, cartons shut or open, chests with vaulted lids. */
export const crate: Family = {
    name: "crate",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["boarded", "boarded", "slatted", "carton", "chest"] as const);
        const width = random.between(1.2, 1.8);
        const depth = width * random.between(0.6, 1);
        const height = width * (kind === "slatted" ? random.between(0.45, 0.85) : random.between(0.5, 1));
        const batten = random.between(0.16, 0.24);
        const make = { boarded, slatted, carton, chest }[kind];
        const { parts, open, braced } = make(bench, random, [width, height, depth], batten);
        return {
            solid: bench.union(parts),
            traits: {
                width,
                depth,
                height,
                "batten width": batten,
                boarded: kind === "boarded" ? 1 : 0,
                slatted: kind === "slatted" ? 1 : 0,
                carton: kind === "carton" ? 1 : 0,
                chest: kind === "chest" ? 1 : 0,
                open,
                braced,
            },
        };
    },
};

interface Made {
    readonly parts: Manifold[];
    /** 0 or 1 */
    readonly open: number;
    readonly braced: number;
}

/** A closed core, battens along its edges and, across its faces, braces or boards. */
function boarded(bench: Workbench, random: Random, [w, h, d]: Vec3, batten: number): Made {
    const relief = random.between(0.06, 0.085);
    const core: Vec3 = [w - 2 * relief, h - 2 * relief, d - 2 * relief];
    const parts = [bench.box(core, [0, h / 2, 0]), ...edges(bench, [w, h, d], batten)];
    const brace = random.pick(["none", "diagonal", "cross", "middle"] as const);
    const thick = 2 * relief;
    // Braces lie in a face's plane, as deep into the core as they stand out of it.
    const face = (at: (u: number, v: number) => Vec3, half: Vec2, turned: boolean): void => {
        const [u, v] = half;
        const bar = (from: Vec2, to: Vec2): void => {
            const [a, b] = [at(...from), at(...to)];
            parts.push(turned ? bench.bar(a, b, thick, batten * 0.8) : bench.bar(a, b, batten * 0.8, thick));
        };
        if (brace === "diagonal" || brace === "cross") bar([-u, -v], [u, v]);
        if (brace === "cross") bar([-u, v], [u, -v]);
        if (brace === "middle") bar([-u, 0], [u, 0]);
    };
    const inset = batten * 0.6;
    for (const side of [-1, 1]) {
        const z = side * (d / 2 - relief);
        face((u, v) => [side * u, h / 2 + v, z], [w / 2 - inset, h / 2 - inset], brace === "middle");
        const x = side * (w / 2 - relief);
        face((u, v) => [x, h / 2 + v, side * u], [d / 2 - inset, h / 2 - inset], true);
    }
    if (random.chance(0.3)) {
        // A lid that sticks out, and what fills the space under it.
        parts.push(bench.box([w + 0.1, 0.12, d + 0.1], [0, h, 0]));
        parts.push(bench.box([w - batten, 0.3, d - batten], [0, h - 0.1, 0]));
    }
    return { parts, open: 0, braced: brace === "none" ? 0 : 1 };
}

/** Posts in the corners, a floor, slats with gaps between them; with or without slats on top. */
function slatted(bench: Workbench, random: Random, [w, h, d]: Vec3, batten: number): Made {
    const thick = random.between(0.09, 0.12);
    const post = Math.max(0.13, batten * 0.8);
    const parts: Manifold[] = [bench.box([w - 0.04, 0.11, d - 0.04], [0, 0.055, 0])];
    for (const x of [-1, 1]) {
        for (const z of [-1, 1]) {
            parts.push(
                bench.box([post, h, post], [x * (w / 2 - post / 2 - 0.02), h / 2, z * (d / 2 - post / 2 - 0.02)]),
            );
        }
    }
    const gap = random.between(0.1, 0.16);
    const rows = Math.max(2, Math.floor((h + gap) / (0.2 + gap)));
    const slat = (h - gap * (rows - 1)) / rows;
    for (let row = 0; row < rows; row++) {
        const y = slat / 2 + row * (slat + gap);
        for (const side of [-1, 1]) {
            parts.push(bench.box([w, slat, thick], [0, y, side * (d / 2 - thick / 2)]));
            parts.push(bench.box([thick, slat, d], [side * (w / 2 - thick / 2), y, 0]));
        }
    }
    const open = random.chance(0.7);
    if (!open) {
        const count = Math.max(2, Math.floor((d + gap) / (0.26 + gap)));
        const board = (d - gap * (count - 1)) / count;
        for (let i = 0; i < count; i++) {
            parts.push(bench.box([w, thick, board], [0, h - 0.01, board / 2 - d / 2 + i * (board + gap)]));
        }
    }
    return { parts, open: open ? 1 : 0, braced: 0 };
}

/** A cardboard box, shut with a strip of tape or with its flaps standing open; its printed band stands out. */
function carton(bench: Workbench, random: Random, [w, h, d]: Vec3): Made {
    const open = random.chance(0.55);
    const wall = random.between(0.09, 0.11);
    let box = bench.box([w, h, d], [0, h / 2, 0]);
    const parts: Manifold[] = [];
    if (open) {
        const inside = h - 0.11;
        box = bench.subtract(box, bench.box([w - 2 * wall, inside, d - 2 * wall], [0, h - inside / 2 + 0.001, 0]));
        const flap = random.between(0.3, 0.5) * d;
        for (const side of [-1, 1]) {
            const angle = random.between(0.5, 1.15);
            const [out, up] = [flap * Math.sin(angle), flap * Math.cos(angle)];
            const rim = h - 0.05;
            const x = w / 2 - wall / 2;
            const z = d / 2 - wall / 2;
            parts.push(flapOf(bench, [0, rim, side * z], [0, rim + up, side * (z + out)], w, wall));
            if (random.chance(0.7)) {
                const reach = Math.min(0.8, (0.5 * w) / flap);
                const tip: Vec3 = [side * (x + out * reach), rim + up * reach, 0];
                parts.push(flapOf(bench, [side * x, rim, 0], tip, d - 0.02, wall));
            }
        }
    } else {
        parts.push(bench.box([w * 1.02, 0.12, d * random.between(0.16, 0.24)], [0, h, 0]));
        if (random.chance(0.5)) parts.push(bench.box([w * 1.05, h * 0.25, d * 1.07], [0, h * 0.45, 0]));
        else for (const side of [-1, 1]) box = bench.subtract(box, handHole(bench, [side * (w / 2), h * 0.66, 0], d));
    }
    return { parts: [box, ...parts], open: open ? 1 : 0, braced: 0 };
}

function flapOf(bench: Workbench, from: Vec3, to: Vec3, width: number, thickness: number): Manifold {
    return bench.bar(from, to, width, thickness);
}

function handHole(bench: Workbench, centre: Vec3, depth: number): Manifold {
    return bench.box([0.2, 0.16, depth * 0.4], centre);
}

/** A box on feet or flat, its lid a vault, a slope or flat, with bands around it and a lock in front. */
function chest(bench: Workbench, random: Random, [w, , d]: Vec3, batten: number): Made {
    const body = random.between(0.45, 0.7) * d;
    const rise = random.between(0.2, 0.5) * d;
    const profile = random.pick(["vault", "vault", "facets", "flat"] as const);
    const section = (grow: number): Vec2[] => {
        const half = d / 2 + grow;
        if (profile === "flat") {
            const top = body + 0.16 + grow;
            return [
                [-half, -grow],
                [half, -grow],
                [half, top],
                [-half, top],
            ];
        }
        const steps = profile === "vault" ? 14 : 4;
        const arc = Array.from({ length: steps + 1 }, (_, i): Vec2 => {
            const angle = (Math.PI * i) / steps;
            return [half * Math.cos(angle), body + (rise + grow) * Math.sin(angle)];
        });
        return [[-half, -grow], [half, -grow], ...arc];
    };
    // The section lies in the plane of depth and height: extruded upwards, then turned so that it runs along X.
    const along = (outline: Vec2[], from: number, to: number): Manifold =>
        bench.turn(
            bench.slab(
                outline.map(([z, y]): Vec2 => [y, z]),
                from,
                to,
            ),
            [0, 0, 90],
        );
    const parts = [along(section(0), -w / 2, w / 2)];
    const relief = random.between(0.06, 0.08);
    const bands = random.pick([0, 2, 2, 3]);
    for (let i = 0; i < bands; i++) {
        const x = (i / (bands - 1) - 0.5) * (w - batten) * random.pick([0.99, 0.99, 0.6]);
        parts.push(along(section(relief), x - batten / 2, x + batten / 2));
    }
    parts.push(bench.box([w + 0.12, 0.12, d + 0.12], [0, body - 0.02, 0]));
    parts.push(bench.box([0.22, 0.26, 0.2], [0, body - 0.06, d / 2 + 0.04]));
    const feet = random.chance(0.4) ? 0.14 : 0;
    if (feet > 0) {
        for (const x of [-1, 1]) {
            for (const z of [-1, 1]) {
                parts.push(bench.box([0.22, 2 * feet, 0.22], [x * (w / 2 - 0.09), 0, z * (d / 2 - 0.09)]));
            }
        }
    }
    return { parts, open: 0, braced: bands > 0 ? 1 : 0 };
}

/** Battens along the twelve edges of a box standing on the ground. */
function edges(bench: Workbench, [w, h, d]: Vec3, batten: number): Manifold[] {
    const parts: Manifold[] = [];
    for (const a of [-1, 1]) {
        for (const b of [-1, 1]) {
            const [x, z] = [a * (w / 2 - batten / 2), b * (d / 2 - batten / 2)];
            const y = h / 2 + a * (h / 2 - batten / 2);
            parts.push(bench.box([batten, h, batten], [x, h / 2, z]));
            parts.push(bench.box([w, batten, batten], [0, y, z]));
            parts.push(bench.box([batten, batten, d], [b * (w / 2 - batten / 2), y, 0]));
        }
    }
    return parts;
}

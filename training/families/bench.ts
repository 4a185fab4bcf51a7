import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec3, Workbench } from "./workbench.js";

/** Benches: plank, log or stone seats on slabs, posts, crossed legs or blocks; with or without back and arms. */
export const bench: Family = {
    name: "bench",
    build(tools: Workbench, random: Random): FamilyShape {
        const width = random.between(1.6, 1.9);
        const depth = random.between(0.5, 0.8);
        const seatHeight = random.between(0.45, 0.65);
        const seat = random.pick(["plank", "plank", "slats", "log", "stone"] as const);
        const ends = seat === "stone" ? "blocks" : random.pick(["slabs", "posts", "crossed", "blocks"] as const);
        const back =
            seat === "log" || seat === "stone" ? "none" : random.pick(["none", "rails", "panel", "pickets"] as const);
        const thickness = random.between(0.1, 0.14);
        const arms = back !== "none" && random.chance(0.4);
        const parts: Manifold[] = [];

        // Seat
        const top = seatHeight + thickness;
        if (seat === "slats") {
            const count = random.pick([2, 3]);
            const gap = 0.11;
            const board = (depth - gap * (count - 1)) / count;
            for (let i = 0; i < count; i++) {
                const z = board / 2 - depth / 2 + i * (board + gap);
                parts.push(tools.box([width, thickness, board], [0, seatHeight + thickness / 2, z]));
            }
        } else if (seat === "log") {
            // Half a trunk, its flat side up.
            const radius = depth / 2;
            const trunk = tools.rod(
                [-width / 2, top, 0],
                [width / 2, top, 0],
                radius,
                radius * random.between(0.85, 1),
                20,
            );
            parts.push(tools.subtract(trunk, tools.box([width + 1, 1, depth + 1], [0, top + 0.5, 0])));
        } else {
            const stout = seat === "stone" ? thickness * 1.5 : thickness;
            parts.push(tools.box([width, stout, depth], [0, top - stout / 2, 0]));
        }

        // Ends: pairs of supports a little inside the seat's ends, joined lengthwise where they could part.
        const x = width / 2 - random.between(0.12, 0.3);
        // Under a log they stand closer together and reach into its rounded side.
        const spread = seat === "log" ? depth * 0.72 : depth;
        const reach = seatHeight + (seat === "log" ? thickness * 0.6 : 0.04);
        for (const side of [-x, x]) parts.push(...support(tools, ends, side, spread, reach, thickness));
        const stretcher = ends !== "blocks" && (seat === "slats" || random.chance(0.5));
        if (stretcher) {
            parts.push(tools.box([2 * x, thickness, thickness], [0, seatHeight * 0.5, 0]));
            if (ends === "posts") {
                for (const side of [-x, x]) {
                    parts.push(tools.box([thickness, thickness, spread - thickness], [side, seatHeight * 0.5, 0]));
                }
            }
        }
        if (seat === "slats") {
            for (const side of [-x, x]) {
                parts.push(tools.box([thickness, 0.12, depth - 0.02], [side, seatHeight - 0.02, 0]));
            }
        }

        const backHeight = back === "none" ? 0 : random.between(0.5, 0.75);
        if (back !== "none") parts.push(...backOf(tools, random, back, width, depth, top, backHeight, thickness, x));
        if (arms) {
            const y = top + random.between(0.24, 0.34);
            for (const side of [-x, x]) {
                parts.push(tools.box([thickness, thickness, depth], [side, y, 0]));
                parts.push(
                    tools.box(
                        [thickness, y - seatHeight, thickness],
                        [side, (y + seatHeight) / 2, depth / 2 - thickness],
                    ),
                );
            }
        }
        return {
            solid: tools.union(parts),
            traits: {
                width,
                depth,
                "seat height": seatHeight,
                "back height": backHeight,
                thickness,
                slats: seat === "slats" ? 1 : 0,
                log: seat === "log" ? 1 : 0,
                posts: ends === "posts" ? 1 : 0,
                crossed: ends === "crossed" ? 1 : 0,
                blocks: ends === "blocks" ? 1 : 0,
                arms: arms ? 1 : 0,
            },
        };
    },
};

function support(
    tools: Workbench,
    kind: "slabs" | "posts" | "crossed" | "blocks",
    x: number,
    depth: number,
    height: number,
    thickness: number,
): Manifold[] {
    const z = depth / 2 - thickness / 2 - 0.02;
    if (kind === "slabs") return [tools.box([thickness, height, depth * 0.9], [x, height / 2, 0])];
    if (kind === "blocks") return [tools.box([0.3, height, depth * 0.85], [x, height / 2, 0])];
    if (kind === "crossed") {
        return [
            tools.bar([x, 0, -z - 0.05], [x, height, z], thickness, thickness),
            tools.bar([x, 0, z + 0.05], [x, height, -z], thickness, thickness),
        ];
    }
    return [-z, z].map((at) => tools.box([thickness, height, thickness], [x, height / 2, at]));
}

/** Uprights behind the seat and what is between them. */
function backOf(
    tools: Workbench,
    random: Random,
    kind: "rails" | "panel" | "pickets",
    width: number,
    depth: number,
    top: number,
    height: number,
    thickness: number,
    x: number,
): Manifold[] {
    const lean = random.between(0, 0.15);
    const z = -depth / 2 + thickness / 2;
    const low = top - 0.1;
    const at = (side: number, y: number): Vec3 => [side, y, z - (lean * (y - low)) / (height + 0.1)];
    const parts = [-x, x].map((side) => tools.bar(at(side, low), at(side, top + height), thickness, thickness));
    const rail = (from: number, to: number, span: number): void => {
        parts.push(tools.bar(at(0, from), at(0, to), span, thickness * 0.95));
    };
    if (kind === "panel") rail(top + height * random.between(0.05, 0.4), top + height, width);
    else if (kind === "rails") {
        const count = random.pick([1, 2, 2]);
        for (let i = 0; i < count; i++) {
            const upper = top + height - i * height * 0.48;
            rail(upper - height * 0.26, upper, width);
        }
    } else {
        rail(top + height - 0.14, top + height, width);
        const count = random.pick([3, 4, 5]);
        for (let i = 0; i < count; i++) {
            const side = (2 * x * (i + 1)) / (count + 1) - x;
            parts.push(tools.bar(at(side, low), at(side, top + height - 0.05), thickness, thickness * 0.9));
        }
    }
    return parts;
}

import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec2, Vec3, Workbench } from "./workbench.js";

/** Signposts: arrows, boards and hanging signs on one post or two, on a mound, a base or a cross of feet. */
export const signpost: Family = {
    name: "signpost",
    build(bench: Workbench, random: Random): FamilyShape {
        const kind = random.pick(["arrows", "arrows", "board", "hanging", "notice"] as const);
        const height = 1.8;
        const post = random.between(0.07, 0.1);
        const round = random.chance(0.4);
        const thickness = random.between(0.1, 0.13);
        const base = random.pick(["none", "mound", "block", "cross"] as const);
        const parts: Manifold[] = [];
        const upright = (x: number, top: number): void => {
            parts.push(
                round
                    ? bench.rod([x, 0, 0], [x, top, 0], post * 1.15, post * 1.1)
                    : bench.box([2 * post, top, 2 * post], [x, top / 2, 0]),
            );
        };
        let boards = 1;
        let width = 0;
        const posts = kind === "notice" || (kind === "board" && random.chance(0.35)) ? 2 : 1;
        if (kind === "arrows") {
            boards = random.pick([1, 2, 3]);
            upright(0, height);
            const side = random.pick([-1, 1]);
            for (let i = 0; i < boards; i++) {
                const tall = random.between(0.24, 0.32);
                const y = height - 0.28 - i * 0.42;
                width = random.between(0.85, 1.2);
                const direction = i % 2 === 0 ? side : -side * random.pick([1, 1, -1]);
                parts.push(
                    bench.move(
                        bench.turn(arrow(bench, width, tall, thickness, direction, random.chance(0.4)), [
                            0,
                            0,
                            random.between(-7, 7),
                        ]),
                        [direction * width * random.between(0.1, 0.3), y, post + thickness * 0.25],
                    ),
                );
            }
            if (random.chance(0.3)) parts.push(bench.ball([0, height, 0], post * 1.7, 20));
        } else if (kind === "board") {
            width = random.between(0.9, 1.4);
            const tall = random.between(0.45, 0.8);
            const x = posts === 2 ? width / 2 - 0.16 : 0;
            for (const side of posts === 2 ? [-x, x] : [0]) upright(side, height * 0.86);
            const y = height - tall / 2 - random.between(0.02, 0.15);
            const facing = post + thickness * 0.2;
            const shape = random.pick(["rectangle", "disc", "diamond", "framed"] as const);
            if (shape === "disc" && posts === 1) {
                parts.push(
                    bench.rod(
                        [0, y, facing - thickness / 2],
                        [0, y, facing + thickness / 2],
                        tall * 0.6,
                        tall * 0.6,
                        36,
                    ),
                );
            } else if (shape === "diamond" && posts === 1) {
                parts.push(
                    bench.move(bench.turn(bench.box([tall, tall, thickness], [0, 0, 0]), [0, 0, 45]), [0, y, facing]),
                );
            } else {
                parts.push(bench.box([width, tall, thickness], [0, y, facing]));
                if (shape === "framed") {
                    for (const s of [-1, 1]) {
                        parts.push(bench.box([width + 0.12, 0.14, thickness + 0.14], [0, y + (s * tall) / 2, facing]));
                        parts.push(bench.box([0.14, tall + 0.14, thickness + 0.14], [(s * width) / 2, y, facing]));
                    }
                }
            }
        } else if (kind === "hanging") {
            width = random.between(0.55, 0.8);
            const tall = random.between(0.4, 0.65);
            const reach = width + 0.25;
            upright(0, height);
            const y = height - 0.2;
            parts.push(bench.box([reach + post, 0.14, 0.14], [reach / 2, y, 0]));
            if (random.chance(0.6)) parts.push(bench.bar([0, y - 0.42, 0], [0.42, y, 0], 0.12, 0.12));
            const centre = post + 0.16 + width / 2;
            const drop = random.between(0.14, 0.2);
            for (const s of [-0.3, 0.3]) {
                parts.push(bench.box([0.11, drop + 0.16, 0.11], [centre + s * width, y - drop / 2 - 0.07, 0]));
            }
            const top = y - 0.07 - drop;
            parts.push(
                random.chance(0.3)
                    ? bench.rod(
                          [centre, top - width * 0.45, -thickness / 2],
                          [centre, top - width * 0.45, thickness / 2],
                          width * 0.5,
                          width * 0.5,
                          32,
                      )
                    : bench.box([width, tall, thickness], [centre, top - tall / 2, 0]),
            );
        } else {
            // A notice board under a small roof.
            width = random.between(1.1, 1.5);
            const x = width / 2 - post;
            for (const side of [-x, x]) upright(side, height * 0.82);
            const tall = random.between(0.6, 0.8);
            parts.push(bench.box([width, tall, thickness], [0, height * 0.78 - tall / 2, 0]));
            if (random.chance(0.7)) parts.push(roof(bench, width + 0.2, height * 0.76, random.between(0.16, 0.3)));
        }

        const feet =
            posts === 2 ? [-1, 1].map((s) => s * (kind === "notice" ? width / 2 - post : width / 2 - 0.16)) : [0];
        for (const x of feet) {
            if (base === "mound") parts.push(bench.above(bench.ball([x, 0, 0], 0.3, 24, [1, 0.6, 1]), 0));
            else if (base === "block") parts.push(bench.box([0.4, 0.16, 0.4], [x, 0.08, 0]));
            else if (base === "cross") {
                parts.push(bench.box([0.13, 0.13, 0.7], [x, 0.065, 0]));
                if (posts === 1) parts.push(bench.box([0.7, 0.13, 0.13], [x, 0.065, 0]));
            }
        }
        return {
            solid: bench.union(parts),
            traits: {
                "post thickness": post,
                "board width": width,
                thickness,
                boards,
                posts,
                arrows: kind === "arrows" ? 1 : 0,
                hanging: kind === "hanging" ? 1 : 0,
                notice: kind === "notice" ? 1 : 0,
                mound: base === "mound" ? 1 : 0,
                cross: base === "cross" ? 1 : 0,
            },
        };
    },
};

/** A board about the origin, pointed towards ±X; notched at its other end or not. */
function arrow(
    bench: Workbench,
    width: number,
    tall: number,
    thickness: number,
    side: number,
    notched: boolean,
): Manifold {
    const [u, v] = [width / 2, tall / 2];
    const outline: Vec2[] = [
        [-u, -v],
        [u - v, -v],
        [u, 0],
        [u - v, v],
        [-u, v],
        ...(notched ? [[-u + v * 0.7, 0] as Vec2] : []),
    ];
    const flat = bench.slab(
        outline.map(([x, y]): Vec2 => [side * x, -y]),
        -thickness / 2,
        thickness / 2,
    );
    return bench.turn(flat, [90, 0, 0]);
}

/** Two slopes meeting in a ridge along X. */
function roof(bench: Workbench, width: number, eaves: number, rise: number): Manifold {
    const points: Vec3[] = [];
    for (const x of [-width / 2, width / 2]) {
        for (const z of [-0.36, 0.36]) points.push([x, eaves, z], [x, eaves + 0.1, z]);
        points.push([x, eaves + rise, 0], [x, eaves + rise + 0.1, 0]);
    }
    return bench.hull(points);
}

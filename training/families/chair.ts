import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec3, Workbench } from "./workbench.js";
import { ellipse, roundedRectangle } from "./workbench.js";

/** Chairs: four legs, a pedestal or sled runners; solid, ladder, spindle or framed backs; with or without arms. */
export const chair: Family = {
    name: "chair",
    build(bench: Workbench, random: Random): FamilyShape {
        const width = random.between(0.8, 1.25);
        const depth = random.between(0.8, 1.15);
        const seatHeight = random.between(0.65, 0.95);
        const backHeight = random.between(0.6, 1.05);
        const seatThickness = random.between(0.09, 0.17);
        const thickness = random.between(0.095, 0.14);
        const lean = random.between(0, 0.22);
        const base = random.pick(["legs", "legs", "pedestal", "sled"] as const);
        const back = random.pick(["solid", "ladder", "spindle", "frame"] as const);
        const arms = random.chance(0.35);
        const roundSeat = base === "pedestal" ? random.chance(0.6) : random.chance(0.15);
        const parts: Manifold[] = [];

        // Seat: its top is the plane everything else is measured from.
        const seatTop = seatHeight + seatThickness;
        const outline = roundSeat
            ? ellipse(width / 2, depth / 2)
            : roundedRectangle(width, depth, random.between(0.03, 0.15));
        parts.push(bench.slab(outline, seatHeight, seatTop));

        const inset = thickness / 2 + 0.01;
        const x = (roundSeat ? 0.36 : 0.5) * width - inset;
        const z = (roundSeat ? 0.36 : 0.5) * depth - inset;
        if (base === "legs") parts.push(...fourLegs(bench, random, x, z, seatHeight + 0.03, thickness));
        else if (base === "sled") parts.push(...sledRunners(bench, x, z, seatHeight + 0.03, thickness));
        else parts.push(...pedestal(bench, random, Math.min(width, depth) / 2, seatHeight + 0.03, thickness));

        // Back: uprights start inside the seat and lean backwards.
        const low: number = seatTop - 0.05;
        const top = seatTop + backHeight;
        const zLow = -z;
        const zTop = zLow - lean;
        const at = (side: number, height: number): Vec3 => {
            const t = (height - low) / (top - low);
            return [side, height, zLow + (zTop - zLow) * t];
        };
        const span = 2 * x + thickness;
        if (back === "solid") {
            const from = roundSeat ? 0.8 * span : span;
            parts.push(bench.bar(at(0, low), at(0, top), from, thickness));
        } else {
            for (const side of [-x, x]) parts.push(bench.bar(at(side, low), at(side, top), thickness, thickness));
            const rail = (height: number, size: number): void => {
                parts.push(bench.bar(at(0, height - size / 2), at(0, height + size / 2), span, thickness * 0.9));
            };
            const railSize = random.between(0.11, 0.2);
            rail(top - railSize / 2, railSize);
            if (back === "ladder") {
                const count = backHeight > 0.8 ? random.pick([1, 2]) : 1;
                for (let i = 1; i <= count; i++) {
                    rail(seatTop + ((backHeight - railSize) * i) / (count + 1) + 0.02, railSize * 0.8);
                }
            } else if (back === "spindle") {
                const count = x > 0.45 ? random.pick([2, 3]) : random.pick([1, 2]);
                for (let i = 1; i <= count; i++) {
                    const side = -x + (2 * x * i) / (count + 1);
                    parts.push(bench.rod(at(side, low), at(side, top - 0.05), thickness * 0.45));
                }
            }
        }

        if (arms) {
            const armHeight = seatTop + random.between(0.28, 0.42);
            const front = z * random.between(0.5, 0.95);
            for (const side of [-x, x]) {
                const end = at(side, armHeight);
                parts.push(
                    bench.bar(
                        [side, armHeight, end[2] - 0.02],
                        [side, armHeight, front + thickness / 2],
                        thickness,
                        thickness,
                    ),
                );
                parts.push(bench.bar([side, seatHeight + 0.02, front], [side, armHeight, front], thickness, thickness));
            }
            if (roundSeat)
                parts.push(bench.box([span, seatThickness, thickness], [0, seatTop - seatThickness / 2, front]));
        }
        return {
            solid: bench.union(parts),
            traits: {
                width,
                depth,
                "seat height": seatHeight,
                "back height": backHeight,
                thickness,
                lean,
                legs: base === "legs" ? 1 : 0,
                pedestal: base === "pedestal" ? 1 : 0,
                "solid back": back === "solid" ? 1 : 0,
                arms: arms ? 1 : 0,
            },
        };
    },
};

/** Four legs, square or round, straight or splayed, with or without stretchers. */
export function fourLegs(
    bench: Workbench,
    random: Random,
    x: number,
    z: number,
    height: number,
    thickness: number,
): Manifold[] {
    const round = random.chance(0.4);
    const splay = random.chance(0.5) ? random.between(0.03, 0.14) : 0;
    const taper = random.between(0.75, 1);
    const parts: Manifold[] = [];
    const foot = (sx: number, sz: number): Vec3 => [sx * (x + splay), 0, sz * (z + splay)];
    for (const sx of [-1, 1]) {
        for (const sz of [-1, 1]) {
            const top: Vec3 = [sx * x, height, sz * z];
            const radius = thickness * 0.56;
            parts.push(
                round
                    ? bench.rod(foot(sx, sz), top, radius * taper, radius)
                    : bench.bar(foot(sx, sz), top, thickness, thickness),
            );
        }
    }
    if (random.chance(0.35)) {
        const t = random.between(0.25, 0.45);
        const level = height * t;
        const reach = (1 - t) * splay;
        for (const sx of [-1, 1]) {
            const side = sx * (x + reach);
            parts.push(
                bench.bar([side, level, -z - reach], [side, level, z + reach], thickness * 0.8, thickness * 0.8),
            );
        }
    }
    return parts;
}

/** Two runners on the ground with front and back posts. */
function sledRunners(bench: Workbench, x: number, z: number, height: number, thickness: number): Manifold[] {
    const parts: Manifold[] = [];
    for (const side of [-x, x]) {
        parts.push(bench.box([thickness, thickness, 2 * z + thickness], [side, thickness / 2, 0]));
        for (const end of [-z, z]) parts.push(bench.box([thickness, height, thickness], [side, height / 2, end]));
    }
    return parts;
}

/** A column on a disc, a dome or a cross of feet. */
export function pedestal(
    bench: Workbench,
    random: Random,
    reach: number,
    height: number,
    thickness: number,
): Manifold[] {
    const foot = random.pick(["disc", "dome", "star"] as const);
    const radius = thickness * random.between(0.7, 1);
    const parts = [bench.rod([0, 0.02, 0], [0, height, 0], radius, radius, 20)];
    if (foot === "disc") parts.push(bench.rod([0, 0, 0], [0, thickness, 0], reach * 0.8, reach * 0.75, 32));
    else if (foot === "dome") {
        // A rim under the cone, so that it does not end in an edge.
        parts.push(bench.rod([0, 0, 0], [0, 0.08, 0], reach * 0.8, reach * 0.78, 32));
        parts.push(bench.rod([0, 0.06, 0], [0, 0.06 + height * 0.3, 0], reach * 0.8, radius * 0.9, 32));
    } else {
        const arms = random.pick([4, 5]);
        for (let i = 0; i < arms; i++) {
            const angle = (2 * Math.PI * (i + 0.5)) / arms;
            const [u, v] = [Math.sin(angle), Math.cos(angle)];
            const y = thickness / 2;
            parts.push(bench.bar([0, y + 0.03, 0], [u * reach * 0.95, y, v * reach * 0.95], thickness, thickness));
        }
    }
    return parts;
}

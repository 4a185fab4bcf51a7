import type { Random } from "../random.js";
import type { Family, FamilyShape } from "./family.js";
import type { Manifold, Vec2, Vec3, Workbench } from "./workbench.js";

/** Table and desk lamps, lanterns on posts: several feet, straight, beaded or bent stems, five kinds of shade. */
export const lamp: Family = {
    name: "lamp",
    build(bench: Workbench, random: Random): FamilyShape {
        const shade = random.pick(["cone", "drum", "globe", "dome", "lantern"] as const);
        const foot = random.pick(["disc", "block", "tripod", "urn"] as const);
        const bent = shade !== "lantern" && foot !== "urn" && random.chance(0.3);
        const stemHeight = random.between(0.7, 1.15);
        const stem = random.between(0.055, 0.085);
        const footSize = random.between(0.3, 0.5);
        const shadeSize = random.between(0.32, 0.55);
        const shadeHeight = random.between(0.4, 0.7);
        const parts: Manifold[] = [];

        // Foot
        if (foot === "disc")
            parts.push(bench.rod([0, 0, 0], [0, random.between(0.09, 0.16), 0], footSize, footSize * 0.85, 32));
        else if (foot === "block") parts.push(bench.box([footSize * 1.5, 0.14, footSize * 1.5], [0, 0.07, 0]));
        else if (foot === "urn") {
            parts.push(bench.rod([0, 0, 0], [0, 0.1, 0], footSize * 0.75, footSize * 0.7, 32));
            parts.push(bench.ball([0, 0.1 + footSize * 0.75, 0], footSize * 0.8, 28, [1, 1.15, 1]));
        } else {
            for (let i = 0; i < 3; i++) {
                const angle = (2 * Math.PI * i) / 3;
                const end: Vec3 = [Math.sin(angle) * footSize * 1.1, 0.02, Math.cos(angle) * footSize * 1.1];
                parts.push(bench.rod(end, [0, stemHeight * 0.45, 0], stem * 0.95, stem));
            }
        }

        // Stem: its end carries the shade.
        let end: Vec3 = [0, stemHeight, 0];
        if (bent) {
            const elbow: Vec3 = [0, stemHeight * random.between(0.75, 0.95), -footSize * 0.7];
            end = [0, stemHeight + random.between(0, 0.3), footSize * random.between(0.3, 0.9)];
            const rise = foot === "tripod" ? stemHeight * 0.42 : 0.05;
            parts.push(bench.pipe([[0, rise, 0], elbow, end], stem));
            parts.push(bench.ball(elbow, stem * 1.4, 16));
        } else {
            const rise = foot === "tripod" ? stemHeight * 0.4 : 0.02;
            parts.push(bench.rod([0, rise, 0], [0, stemHeight + 0.05, 0], stem));
            const beads = random.pick([0, 0, 1, 2]);
            for (let i = 1; i <= beads; i++) {
                parts.push(bench.ball([0, rise + ((stemHeight - rise) * i) / (beads + 1), 0], stem * 2, 20));
            }
        }

        // Shade
        const tilt = bent ? random.between(10, 40) : 0;
        const place = (part: Manifold): Manifold => bench.move(bench.turn(part, [-tilt, 0, 0]), end);
        const low = -0.12;
        const high = low + shadeHeight;
        if (shade === "cone")
            parts.push(
                place(bench.rod([0, low, 0], [0, high, 0], shadeSize, shadeSize * random.between(0.3, 0.65), 32)),
            );
        else if (shade === "drum")
            parts.push(place(bench.rod([0, low, 0], [0, high, 0], shadeSize, shadeSize * 0.95, 32)));
        else if (shade === "globe") parts.push(place(bench.ball([0, shadeSize * 0.85, 0], shadeSize * 0.9, 28)));
        else if (shade === "dome") {
            const outline: Vec2[] = [[0, low]];
            for (let i = 0; i <= 10; i++) {
                const angle = (Math.PI / 2) * (i / 10);
                outline.push([shadeSize * Math.cos(angle), low + shadeHeight * 0.8 * Math.sin(angle)]);
            }
            parts.push(place(bench.lathe(outline, 32)));
        } else {
            // A lantern: four corner posts between a floor and a pyramid roof, with a candle inside.
            const half = shadeSize * 0.75;
            const floor = end[1];
            const roof = floor + shadeHeight + 0.1;
            const post = 0.095;
            parts.push(bench.box([2 * half, 0.12, 2 * half], [0, floor, 0]));
            for (const x of [-1, 1]) {
                for (const z of [-1, 1]) {
                    const [px, pz] = [x * (half - post / 2), z * (half - post / 2)];
                    parts.push(bench.box([post, roof - floor + 0.04, post], [px, (roof + floor) / 2, pz]));
                }
            }
            parts.push(bench.rod([0, floor, 0], [0, roof - 0.2, 0], half * 0.3));
            const cap = bench.rod([0, roof, 0], [0, roof + random.between(0.2, 0.4), 0], half * 1.6, 0.06, 4);
            parts.push(bench.turn(cap, [0, 45, 0]));
            // Eaves under the roof, so that it does not end in an edge.
            parts.push(bench.box([half * 2.27, 0.1, half * 2.27], [0, roof - 0.04, 0]));
        }
        return {
            solid: bench.union(parts),
            traits: {
                "stem height": stemHeight,
                "stem thickness": stem,
                "foot width": footSize,
                "shade width": shadeSize,
                "shade height": shadeHeight,
                bent: bent ? 1 : 0,
                lantern: shade === "lantern" ? 1 : 0,
                globe: shade === "globe" ? 1 : 0,
                tripod: foot === "tripod" ? 1 : 0,
                urn: foot === "urn" ? 1 : 0,
            },
        };
    },
};

export interface Triangles {
    /** [n, 3] */
    readonly positions: ArrayLike<number>;
    /** [m, 3], any winding. */
    readonly indices: ArrayLike<number>;
}

/** Triangles of a real thing that no decoder has made: what the sensor looks at. */
export interface Thing extends Triangles {
    readonly positions: Float32Array;
    readonly indices: Uint32Array;
}

type Profile = readonly (readonly [radius: number, height: number])[];

/** Solids put together; they may overlap. */
class Parts {
    private readonly positions: number[] = [];
    private readonly indices: number[] = [];

    box(x: number, y: number, z: number, width: number, height: number, depth: number): this {
        const first = this.positions.length / 3;
        for (let corner = 0; corner < 8; corner++) {
            this.positions.push(
                x + (corner & 1 ? 0.5 : -0.5) * width,
                y + (corner & 2 ? 0.5 : -0.5) * height,
                z + (corner & 4 ? 0.5 : -0.5) * depth,
            );
        }
        const faces = [
            [0, 1, 3, 2],
            [4, 6, 7, 5],
            [0, 4, 5, 1],
            [2, 3, 7, 6],
            [0, 2, 6, 4],
            [1, 5, 7, 3],
        ];
        for (const [a, b, c, d] of faces) this.indices.push(...[a, b, c, a, c, d].map((corner) => first + corner));
        return this;
    }

    /** A profile turned around an upright axis. */
    turned(profile: Profile, x = 0, z = 0, around = 40): this {
        const first = this.positions.length / 3;
        for (const [radius, height] of profile) {
            for (let n = 0; n < around; n++) {
                const angle = (2 * Math.PI * n) / around;
                this.positions.push(x + radius * Math.cos(angle), height, z + radius * Math.sin(angle));
            }
        }
        for (let ring = 0; ring + 1 < profile.length; ring++) {
            for (let n = 0; n < around; n++) {
                const [a, b] = [first + ring * around + n, first + ring * around + ((n + 1) % around)];
                this.indices.push(a, b, b + around, a, b + around, a + around);
            }
        }
        return this;
    }

    build(): Thing {
        return { positions: Float32Array.from(this.positions), indices: Uint32Array.from(this.indices) };
    }
}

const BUILDERS: Readonly<Record<string, () => Parts>> = {
    chair() {
        const parts = new Parts().box(0, 0.45, 0, 0.46, 0.06, 0.46);
        for (const x of [-0.2, 0.2]) {
            parts.box(x, 0.22, 0.2, 0.055, 0.44, 0.055).box(x, 0.5, -0.2, 0.055, 1, 0.055);
        }
        for (const y of [0.66, 0.8, 0.94]) parts.box(0, y, -0.2, 0.42, 0.075, 0.045);
        return parts;
    },
    table() {
        const parts = new Parts().box(0, 0.71, 0, 1.2, 0.07, 0.8);
        for (const x of [-0.52, 0.52]) {
            for (const z of [-0.32, 0.32]) parts.box(x, 0.34, z, 0.09, 0.68, 0.09);
        }
        return parts.box(0, 0.62, 0, 1, 0.1, 0.06);
    },
    barrel: () =>
        new Parts().turned(
            [
                [0, 0],
                [0.28, 0],
                [0.33, 0.18],
                [0.355, 0.42],
                [0.355, 0.5],
                [0.33, 0.74],
                [0.28, 0.92],
                [0, 0.92],
            ],
            0,
            0,
            48,
        ),
    vase: () =>
        new Parts().turned(
            [
                [0, 0],
                [0.16, 0],
                [0.2, 0.05],
                [0.3, 0.25],
                [0.33, 0.42],
                [0.28, 0.6],
                [0.16, 0.76],
                [0.13, 0.84],
                [0.19, 0.96],
                [0.15, 0.96],
                [0.09, 0.84],
                [0.11, 0.74],
                [0.22, 0.58],
                [0.26, 0.42],
                [0, 0.3],
            ],
            0,
            0,
            48,
        ),
    lamp: () =>
        new Parts()
            .turned([
                [0, 0],
                [0.2, 0],
                [0.2, 0.05],
                [0.05, 0.09],
                [0, 0.09],
            ])
            .turned([
                [0, 0.05],
                [0.035, 0.05],
                [0.035, 0.62],
                [0, 0.62],
            ])
            .turned([
                [0, 0.56],
                [0.29, 0.56],
                [0.17, 0.95],
                [0, 0.95],
            ]),
    mushroom: () =>
        new Parts().turned([
            [0, 0],
            [0.17, 0],
            [0.14, 0.12],
            [0.11, 0.3],
            [0.12, 0.46],
            [0.36, 0.46],
            [0.4, 0.52],
            [0.36, 0.66],
            [0.24, 0.78],
            [0.1, 0.83],
            [0, 0.84],
        ]),
};

/** Names of the things there are, those that a decoder knows the like of first. */
export function thingNames(families: readonly string[]): string[] {
    const names = Object.keys(BUILDERS);
    const known = names.filter((name) => families.includes(name));
    return known.length > 0 ? known : names;
}

/** Height of a thing in the world. */
const SIZE = 1.7;

/**
 * A thing standing in the world: turned, its longest side 1.7 units, its foot on the ground.
 *
 * @param ground height of the ground, world units
 * @param yaw radians
 */
export function thingInWorld(name: string, ground: number, yaw: number): Thing {
    const { positions, indices } = (BUILDERS[name] ?? BUILDERS.chair)().build();
    const [min, max] = [
        [Infinity, Infinity, Infinity],
        [-Infinity, -Infinity, -Infinity],
    ];
    positions.forEach((value, at) => {
        min[at % 3] = Math.min(min[at % 3], value);
        max[at % 3] = Math.max(max[at % 3], value);
    });
    const scale = SIZE / Math.max(...max.map((high, axis) => high - min[axis]));
    const middle = [0, 2].map((axis) => (min[axis] + max[axis]) / 2);
    const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
    const moved = new Float32Array(positions.length);
    for (let at = 0; at < positions.length; at += 3) {
        const [x, z] = [scale * (positions[at] - middle[0]), scale * (positions[at + 2] - middle[1])];
        moved.set([cos * x + sin * z, ground + scale * (positions[at + 1] - min[1]), cos * z - sin * x], at);
    }
    return { positions: moved, indices };
}

/** Points spread evenly over a surface, to measure distances from. @returns [count, 3] */
export function pointsOn({ positions, indices }: Triangles, count: number, random: () => number): Float32Array {
    const corner = (at: number) => [0, 1, 2].map((axis) => positions[3 * indices[at] + axis]);
    const areas: number[] = [];
    let total = 0;
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [corner(t), corner(t + 1), corner(t + 2)];
        const [u, v] = [b, c].map((p) => p.map((value, axis) => value - a[axis]));
        total += Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
        areas.push(total);
    }
    const points = new Float32Array(3 * count);
    for (let n = 0; n < count; n++) {
        const wanted = random() * total;
        const t = 3 * areas.findIndex((sum) => sum >= wanted);
        let [p, q] = [random(), random()];
        if (p + q > 1) [p, q] = [1 - p, 1 - q];
        const [a, b, c] = [corner(t), corner(t + 1), corner(t + 2)];
        points.set(
            a.map((value, axis) => value + p * (b[axis] - value) + q * (c[axis] - value)),
            3 * n,
        );
    }
    return points;
}

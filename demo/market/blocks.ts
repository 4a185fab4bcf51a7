export type Color = readonly [number, number, number];
export type Point = readonly [number, number, number];

/** Positions, normals, colours and indices of flat-shaded solids, as Babylon takes them. */
export interface BlockData {
    positions: Float32Array;
    normals: Float32Array;
    colors: Float32Array;
    indices: Uint32Array;
}

/** "#rrggbb" as parts from 0 to 1. */
export function colorOf(hex: string): Color {
    return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Color;
}

/** Solids of flat faces, gathered into one mesh. */
export class Blocks {
    private readonly positions: number[] = [];
    private readonly normals: number[] = [];
    private readonly colors: number[] = [];
    private readonly indices: number[] = [];

    /** A flat face; its corners go clockwise as seen from outside, in left-handed axes. */
    face(corners: readonly Point[], color: Color): this {
        const [a, b, c] = corners;
        const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
        const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
        const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
        // Math.hypot is several times slower, and a street has thousands of faces.
        const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
        const first = this.positions.length / 3;
        for (const corner of corners) {
            this.positions.push(corner[0], corner[1], corner[2]);
            this.normals.push(nx / length, ny / length, nz / length);
            this.colors.push(color[0], color[1], color[2], 1);
        }
        for (let n = 2; n < corners.length; n++) this.indices.push(first, first + n, first + n - 1);
        return this;
    }

    /** A box between two corners of space; `lift` raises the side towards the larger |x|, to slope a roof or awning. */
    box(from: Point, to: Point, color: Color, lift = 0): this {
        const [x0, x1] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
        const [y0, y1] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
        const [z0, z1] = [Math.min(from[2], to[2]), Math.max(from[2], to[2])];
        const [l0, l1] = x0 + x1 < 0 ? [lift, 0] : [0, lift];
        const corner = (x: 0 | 1, y: 0 | 1, z: 0 | 1): Point => [
            x ? x1 : x0,
            (y ? y1 : y0) + (x ? l1 : l0),
            z ? z1 : z0,
        ];
        const faces: [0 | 1, 0 | 1, 0 | 1][][] = [
            [
                [0, 0, 0],
                [0, 1, 0],
                [1, 1, 0],
                [1, 0, 0],
            ],
            [
                [1, 0, 1],
                [1, 1, 1],
                [0, 1, 1],
                [0, 0, 1],
            ],
            [
                [0, 0, 1],
                [0, 1, 1],
                [0, 1, 0],
                [0, 0, 0],
            ],
            [
                [1, 0, 0],
                [1, 1, 0],
                [1, 1, 1],
                [1, 0, 1],
            ],
            [
                [0, 1, 0],
                [0, 1, 1],
                [1, 1, 1],
                [1, 1, 0],
            ],
            [
                [0, 0, 1],
                [0, 0, 0],
                [1, 0, 0],
                [1, 0, 1],
            ],
        ];
        for (const face of faces)
            this.face(
                face.map((place) => corner(...place)),
                color,
            );
        return this;
    }

    /** A roof over a rectangle, its ridge along z. */
    gable(from: Point, to: Point, rise: number, roof: Color, wall: Color): this {
        const [x0, x1] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
        const [z0, z1] = [Math.min(from[2], to[2]), Math.max(from[2], to[2])];
        const y = from[1];
        const [ridge, top] = [(x0 + x1) / 2, y + rise];
        this.face(
            [
                [x0, y, z1],
                [ridge, top, z1],
                [ridge, top, z0],
                [x0, y, z0],
            ],
            roof,
        );
        this.face(
            [
                [x1, y, z0],
                [ridge, top, z0],
                [ridge, top, z1],
                [x1, y, z1],
            ],
            roof,
        );
        this.face(
            [
                [x0, y, z0],
                [ridge, top, z0],
                [x1, y, z0],
            ],
            wall,
        );
        this.face(
            [
                [x1, y, z1],
                [ridge, top, z1],
                [x0, y, z1],
            ],
            wall,
        );
        return this.face(
            [
                [x0, y, z1],
                [x0, y, z0],
                [x1, y, z0],
                [x1, y, z1],
            ],
            roof,
        );
    }

    /** A thin sheet, seen from both sides. */
    sheet(corners: readonly Point[], color: Color): this {
        return this.face(corners, color).face([...corners].reverse(), color);
    }

    build(): BlockData {
        return {
            positions: Float32Array.from(this.positions),
            normals: Float32Array.from(this.normals),
            colors: Float32Array.from(this.colors),
            indices: Uint32Array.from(this.indices),
        };
    }
}

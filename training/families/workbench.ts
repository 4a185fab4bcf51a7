import Module, { type Manifold, type ManifoldToplevel, type Mat4, type Vec2, type Vec3 } from "manifold-3d";

export type { Manifold, Vec2, Vec3 };

let kernel: Promise<ManifoldToplevel> | undefined;

/** The solid modelling kernel, loaded once. */
export function loadKernel(): Promise<ManifoldToplevel> {
    kernel ??= Module().then((module) => {
        module.setup();
        return module;
    });
    return kernel;
}

/**
 * Parts for one prop: everything made here is a closed manifold, in a right-handed frame with +Y up.
 *
 * The kernel's memory is not garbage-collected; `dispose` frees all parts at once.
 */
export class Workbench {
    private readonly parts: Manifold[] = [];

    constructor(private readonly kernel: ManifoldToplevel) {}

    private keep(part: Manifold): Manifold {
        this.parts.push(part);
        return part;
    }

    /** Frees every part made here. */
    dispose(): void {
        for (const part of this.parts) part.delete();
        this.parts.length = 0;
    }

    /** A box by size and centre. */
    box(size: Vec3, centre: Vec3): Manifold {
        return this.move(this.keep(this.kernel.Manifold.cube(size, true)), centre);
    }

    /** A round rod from `a` to `b`, with a radius at each end; flat ends. */
    rod(a: Vec3, b: Vec3, radius: number, endRadius = radius, segments = 16): Manifold {
        const length = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
        const rod = this.keep(this.kernel.Manifold.cylinder(length, radius, endRadius, segments));
        return this.keep(rod.transform(alongZ(a, b)));
    }

    /** A bar of rectangular section from `a` to `b`: `width` along its horizontal side, `depth` along the other. */
    bar(a: Vec3, b: Vec3, width: number, depth: number): Manifold {
        const length = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
        const bar = this.keep(this.kernel.Manifold.cube([width, depth, length], true));
        return this.keep(this.move(bar, [0, 0, length / 2]).transform(alongZ(a, b)));
    }

    /** A bent rod with round joints through the given points. */
    pipe(points: readonly Vec3[], radius: number, segments = 16): Manifold {
        const pieces: Manifold[] = [];
        for (let i = 0; i + 1 < points.length; i++) {
            pieces.push(this.rod(points[i], points[i + 1], radius, radius, segments));
        }
        for (const point of points) pieces.push(this.ball(point, radius, segments));
        return this.union(pieces);
    }

    /** A ball; `scale` squashes it along the axes. */
    ball(centre: Vec3, radius: number, segments = 24, scale: Vec3 = [1, 1, 1]): Manifold {
        const ball = this.keep(this.kernel.Manifold.sphere(radius, segments));
        return this.move(this.keep(ball.scale(scale)), centre);
    }

    /** A solid of revolution about the Y axis of the closed outline [radius, height]…, radii ≥ 0. */
    lathe(outline: readonly Vec2[], segments = 32): Manifold {
        const solid = this.keep(this.kernel.Manifold.revolve([...counterClockwise(outline)], segments));
        return this.keep(solid.rotate([-90, 0, 0]));
    }

    /** A ring of rectangular section about the Y axis. */
    ring(bottom: number, top: number, inner: number, outer: number, segments = 32): Manifold {
        const outline: Vec2[] = [
            [inner, bottom],
            [outer, bottom],
            [outer, top],
            [inner, top],
        ];
        return this.lathe(outline, segments);
    }

    /** The outline [x, z]… extruded from height `bottom` to `top`. */
    slab(outline: readonly Vec2[], bottom: number, top: number): Manifold {
        // Extruding goes along +Z; turning it upright maps the outline's second axis to −Z.
        const flat = counterClockwise(outline.map(([x, z]): Vec2 => [x, -z]));
        const solid = this.keep(this.kernel.Manifold.extrude([...flat], top - bottom));
        return this.move(this.keep(solid.rotate([-90, 0, 0])), [0, bottom, 0]);
    }

    /** The outline [x, z]… extruded as `slab` does, its top scaled about the Y axis by `scaleTop`. */
    frustum(outline: readonly Vec2[], bottom: number, top: number, scaleTop: Vec2): Manifold {
        const flat = counterClockwise(outline.map(([x, z]): Vec2 => [x, -z]));
        const solid = this.keep(this.kernel.Manifold.extrude([...flat], top - bottom, 0, 0, scaleTop));
        return this.move(this.keep(solid.rotate([-90, 0, 0])), [0, bottom, 0]);
    }

    /** The convex hull of points. */
    hull(points: readonly Vec3[]): Manifold {
        return this.keep(this.kernel.Manifold.hull([...points]));
    }

    /** The part of a solid above the height `floor`. */
    above(part: Manifold, floor: number): Manifold {
        return this.keep(part.trimByPlane([0, 1, 0], floor));
    }

    move(part: Manifold, by: Vec3): Manifold {
        return this.keep(part.translate(by));
    }

    /** Turns by degrees about X, then Y, then Z. */
    turn(part: Manifold, degrees: Vec3): Manifold {
        return this.keep(part.rotate(degrees));
    }

    scale(part: Manifold, by: Vec3): Manifold {
        return this.keep(part.scale(by));
    }

    union(parts: readonly Manifold[]): Manifold {
        return this.keep(this.kernel.Manifold.union(parts));
    }

    subtract(part: Manifold, ...cutters: Manifold[]): Manifold {
        return cutters.reduce((rest, cutter) => this.keep(rest.subtract(cutter)), part);
    }

    /** A solid without the hollows that nothing outside can see. */
    filled(part: Manifold): Manifold {
        const pieces = part.decompose().map((piece) => this.keep(piece));
        const outsides = pieces.filter((piece) => piece.volume() > 0);
        return outsides.length === pieces.length ? part : this.union(outsides);
    }

    /** How many separate pieces a solid has. */
    pieceCount(part: Manifold): number {
        return part.decompose().map((piece) => this.keep(piece)).length;
    }
}

/** Column-major transform taking the Z axis from the origin onto the line from `a` towards `b`. */
function alongZ(a: Vec3, b: Vec3): Mat4 {
    const direction: Vec3 = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const length = Math.hypot(...direction);
    const z: Vec3 = [direction[0] / length, direction[1] / length, direction[2] / length];
    // The section's first side stays horizontal; a vertical line takes the X axis.
    const flat = Math.hypot(z[0], z[2]);
    const x: Vec3 = flat > 1e-6 ? [z[2] / flat, 0, -z[0] / flat] : [1, 0, 0];
    const y: Vec3 = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]];
    return [...x, 0, ...y, 0, ...z, 0, ...a, 1] as Mat4;
}

function counterClockwise(outline: readonly Vec2[]): Vec2[] {
    let area = 0;
    for (let i = 0; i < outline.length; i++) {
        const [x, y] = outline[i];
        const [u, v] = outline[(i + 1) % outline.length];
        area += x * v - u * y;
    }
    return area < 0 ? [...outline].reverse() : [...outline];
}

/** Points of a circle or an ellipse, for `slab`. */
export function ellipse(radiusX: number, radiusZ: number, segments = 32): Vec2[] {
    return Array.from({ length: segments }, (_, i): Vec2 => {
        const angle = (2 * Math.PI * i) / segments;
        return [radiusX * Math.cos(angle), radiusZ * Math.sin(angle)];
    });
}

/** A rectangle [x, z] with rounded corners, for `slab`. */
export function roundedRectangle(width: number, depth: number, radius: number, cornerSegments = 5): Vec2[] {
    const corners: Vec2[] = [
        [width / 2 - radius, depth / 2 - radius],
        [radius - width / 2, depth / 2 - radius],
        [radius - width / 2, radius - depth / 2],
        [width / 2 - radius, radius - depth / 2],
    ];
    return corners.flatMap(([x, z], corner) =>
        Array.from({ length: cornerSegments + 1 }, (_, i): Vec2 => {
            const angle = (Math.PI / 2) * (corner + i / cornerSegments);
            return [x + radius * Math.cos(angle), z + radius * Math.sin(angle)];
        }),
    );
}

/**
 * The closed outline of a vessel, for `lathe`: outside along `outer`, from the foot up, back inside it at one wall's
 * distance everywhere, and along the floor at the height `floor`.
 */
export function hollow(outer: readonly Vec2[], wall: number, floor: number): Vec2[] {
    const inner: Vec2[] = [];
    for (let i = 0; i < outer.length; i++) {
        const [before, after] = [outer[Math.max(0, i - 1)], outer[Math.min(outer.length - 1, i + 1)]];
        const [u, v] = [after[0] - before[0], after[1] - before[1]];
        const length = Math.hypot(u, v);
        const point: Vec2 = [outer[i][0] - (wall * v) / length, outer[i][1] + (wall * u) / length];
        // In a narrow bend the offset curve crosses itself; what comes too near to the outside is left out.
        const near = outer.slice(1).some((end, k) => distanceToSegment(point, outer[k], end) < 0.97 * wall);
        if (!near && point[1] > floor + 0.02 && point[0] > 0.03) inner.push(point);
    }
    inner.reverse();
    const last = inner[inner.length - 1];
    return [[0, 0], ...outer, ...inner, [Math.max(0.03, last[0] - 0.02), floor], [0, floor]];
}

function distanceToSegment(p: Vec2, a: Vec2, b: Vec2): number {
    const [u, v] = [b[0] - a[0], b[1] - a[1]];
    const t = Math.min(1, Math.max(0, ((p[0] - a[0]) * u + (p[1] - a[1]) * v) / (u * u + v * v || 1)));
    return Math.hypot(p[0] - a[0] - t * u, p[1] - a[1] - t * v);
}

/** A smooth outline through `points` (Catmull and Rom), `steps` pieces between two of them. */
export function smooth(points: readonly Vec2[], steps = 6): Vec2[] {
    const at = (i: number): Vec2 => points[Math.min(points.length - 1, Math.max(0, i))];
    const result: Vec2[] = [];
    for (let i = 0; i + 1 < points.length; i++) {
        const [p, q, r, s] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
        for (let k = 0; k < steps; k++) {
            const t = k / steps;
            const blend = (a: number, b: number, c: number, d: number): number =>
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
            result.push([blend(p[0], q[0], r[0], s[0]), blend(p[1], q[1], r[1], s[1])]);
        }
    }
    result.push(at(points.length - 1));
    return result;
}

import type { Thing } from "./objects.js";

type Vector = readonly [number, number, number];

/** What one look of a depth camera gives. */
export interface DepthScan {
    /** [n, 3], world units. */
    readonly positions: Float32Array;
    /** [n, 3] */
    readonly normals: Float32Array;
    /** [m, 3], neighbours of the picture joined where the depth does not jump. */
    readonly indices: Uint32Array;
    /** [n, 3], the sensor for each point. */
    readonly sensorPositions: Float32Array;
    /** [k, 3], places that rays passed which met nothing. */
    readonly emptyPoints: Float32Array;
    /** [k, 3], the sensor for each of them. */
    readonly emptySensorPositions: Float32Array;
}

export interface DepthCamera {
    readonly position: Vector;
    readonly target: Vector;
    /** Pixels along a side of the picture. */
    readonly size: number;
    /** Standard deviation of the depths, world units. */
    readonly noise: number;
    /** Places where the surface gave no answer, as shiny and dark ones do. */
    readonly holeCount: number;
}

/** Half the picture's side at the target, world units: the sensor looks at the whole thing from anywhere. */
const HALF_VIEW = 1.15;
/** Depths of neighbours that differ by more than this many pixels' width belong to different surfaces. */
const JUMP = 6;

/**
 * Looks at a thing once: the nearest surface along each ray, with noise and holes.
 *
 * @param random `normal` gives normally distributed numbers, `uniform` numbers in [0, 1)
 */
export function lookAt(thing: Thing, camera: DepthCamera, random: { normal(): number; uniform(): number }): DepthScan {
    const { size, noise } = camera;
    const axes = axesOf(camera);
    const halfView = HALF_VIEW / distance(camera);
    const depths = depthPicture(thing, camera, axes, halfView);
    punchHoles(depths, size, camera.holeCount, () => random.uniform());

    const places = new Int32Array(size * size).fill(-1);
    const [positions, empty]: [number[], number[]] = [[], []];
    for (let pixel = 0; pixel < depths.length; pixel++) {
        const ray = rayOf(pixel, size, axes, halfView);
        const depth = depths[pixel];
        if (Number.isFinite(depth) && depth > 0) {
            places[pixel] = positions.length / 3;
            positions.push(...along(camera.position, ray, depth + noise * random.normal()));
        } else if (depth === Infinity && pixel % 7 === 0) {
            for (const share of [0.8, 0.95, 1.1]) {
                empty.push(...along(camera.position, ray, share * distance(camera)));
            }
        }
    }
    const indices = joinNeighbours(places, depths, size, halfView);
    const points = Float32Array.from(positions);
    const sensors = (of: ArrayLike<number>) => Float32Array.from(of, (_, at) => camera.position[at % 3]);
    return {
        positions: points,
        normals: normalsOf(points, indices, camera.position),
        indices,
        sensorPositions: sensors(points),
        emptyPoints: Float32Array.from(empty),
        emptySensorPositions: sensors(empty),
    };
}

/** Several looks as one scan. */
export function joinScans(scans: readonly DepthScan[]): DepthScan {
    const join = (key: Exclude<keyof DepthScan, "indices">) =>
        Float32Array.from(scans.flatMap((scan) => Array.from(scan[key])));
    let first = 0;
    const indices = scans.flatMap((scan) => {
        const shifted = Array.from(scan.indices, (index) => index + first);
        first += scan.positions.length / 3;
        return shifted;
    });
    return {
        positions: join("positions"),
        normals: join("normals"),
        sensorPositions: join("sensorPositions"),
        emptyPoints: join("emptyPoints"),
        emptySensorPositions: join("emptySensorPositions"),
        indices: Uint32Array.from(indices),
    };
}

interface Axes {
    readonly right: Vector;
    readonly up: Vector;
    readonly ahead: Vector;
}

function axesOf({ position, target }: DepthCamera): Axes {
    const ahead = unit(subtract(target, position));
    const right = unit(cross([0, 1, 0], ahead));
    return { ahead, right, up: cross(ahead, right) };
}

/** Through the middle of a pixel, one unit deep. */
function rayOf(pixel: number, size: number, { right, up, ahead }: Axes, halfView: number): Vector {
    const [column, row] = [pixel % size, Math.floor(pixel / size)];
    const [u, v] = [(2 * (column + 0.5)) / size - 1, 1 - (2 * (row + 0.5)) / size].map((side) => side * halfView);
    return [0, 1, 2].map((axis) => ahead[axis] + u * right[axis] + v * up[axis]) as unknown as Vector;
}

/** Depth of the nearest surface in each pixel, infinite where there is none. */
function depthPicture(
    { positions, indices }: Thing,
    { position, size }: DepthCamera,
    axes: Axes,
    halfView: number,
): Float32Array {
    const depths = new Float32Array(size * size).fill(Infinity);
    const project = (at: number): [number, number, number] => {
        const from = subtract([positions[3 * at], positions[3 * at + 1], positions[3 * at + 2]], position);
        const depth = Math.max(1e-4, dot(from, axes.ahead));
        const [u, v] = [dot(from, axes.right), dot(from, axes.up)].map((side) => side / depth / halfView);
        return [((u + 1) / 2) * size, ((1 - v) / 2) * size, 1 / depth];
    };
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [project(indices[t]), project(indices[t + 1]), project(indices[t + 2])];
        const area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
        if (area === 0) continue;
        const [x0, x1] = [Math.floor(Math.min(a[0], b[0], c[0])), Math.ceil(Math.max(a[0], b[0], c[0]))];
        const [y0, y1] = [Math.floor(Math.min(a[1], b[1], c[1])), Math.ceil(Math.max(a[1], b[1], c[1]))];
        for (let y = Math.max(0, y0); y < Math.min(size, y1); y++) {
            for (let x = Math.max(0, x0); x < Math.min(size, x1); x++) {
                const [px, py] = [x + 0.5, y + 0.5];
                const wc = ((b[0] - a[0]) * (py - a[1]) - (b[1] - a[1]) * (px - a[0])) / area;
                const wb = ((px - a[0]) * (c[1] - a[1]) - (py - a[1]) * (c[0] - a[0])) / area;
                const wa = 1 - wb - wc;
                if (wa < 0 || wb < 0 || wc < 0) continue;
                // One over the depth is linear in the picture.
                const depth = 1 / (wa * a[2] + wb * b[2] + wc * c[2]);
                if (depth < depths[y * size + x]) depths[y * size + x] = depth;
            }
        }
    }
    return depths;
}

/** Round spots without an answer: marked by a depth of 0. */
function punchHoles(depths: Float32Array, size: number, count: number, uniform: () => number): void {
    const seen = [...depths.keys()].filter((pixel) => Number.isFinite(depths[pixel]));
    for (let n = 0; n < count && seen.length > 0; n++) {
        const middle = seen[Math.floor(uniform() * seen.length)];
        const radius = size * (0.02 + 0.04 * uniform());
        const [x, y] = [middle % size, Math.floor(middle / size)];
        for (const pixel of seen) {
            if (Math.hypot((pixel % size) - x, Math.floor(pixel / size) - y) < radius) depths[pixel] = 0;
        }
    }
}

function joinNeighbours(places: Int32Array, depths: Float32Array, size: number, halfView: number): Uint32Array {
    const indices: number[] = [];
    const join = (...pixels: [number, number, number]) => {
        const ds = pixels.map((pixel) => depths[pixel]);
        const jump = Math.max(...ds) - Math.min(...ds);
        const pixelWidth = (2 * halfView * Math.max(...ds)) / size;
        if (pixels.every((pixel) => places[pixel] >= 0) && jump < JUMP * pixelWidth) {
            indices.push(...pixels.map((pixel) => places[pixel]));
        }
    };
    for (let y = 0; y + 1 < size; y++) {
        for (let x = 0; x + 1 < size; x++) {
            const pixel = y * size + x;
            // Their fronts face the sensor.
            join(pixel, pixel + size, pixel + 1);
            join(pixel + 1, pixel + size, pixel + size + 1);
        }
    }
    return Uint32Array.from(indices);
}

/** Means of the triangles around, towards the sensor. */
function normalsOf(positions: Float32Array, indices: Uint32Array, sensor: Vector): Float32Array {
    const normals = new Float32Array(positions.length);
    const point = (at: number): Vector => [positions[3 * at], positions[3 * at + 1], positions[3 * at + 2]];
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [0, 1, 2].map((k) => point(indices[t + k]));
        const face = cross(subtract(b, a), subtract(c, a));
        const sign = dot(face, subtract(sensor, a)) < 0 ? -1 : 1;
        for (let k = 0; k < 3; k++) {
            for (let axis = 0; axis < 3; axis++) normals[3 * indices[t + k] + axis] += sign * face[axis];
        }
    }
    for (let at = 0; at < normals.length; at += 3) {
        const own: Vector = [normals[at], normals[at + 1], normals[at + 2]];
        // A point without neighbours faces the sensor.
        const fallback = subtract(sensor, point(at / 3));
        normals.set(unit(Math.hypot(...own) > 0 ? own : fallback), at);
    }
    return normals;
}

function distance({ position, target }: DepthCamera): number {
    return Math.hypot(...subtract(position, target));
}

function along(from: Vector, ray: Vector, depth: number): Vector {
    return [from[0] + depth * ray[0], from[1] + depth * ray[1], from[2] + depth * ray[2]];
}

function subtract(a: Vector, b: Vector): Vector {
    return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Vector, b: Vector): number {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector, b: Vector): Vector {
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(a: Vector): Vector {
    const length = Math.hypot(...a) || 1;
    return [a[0] / length, a[1] / length, a[2] / length];
}

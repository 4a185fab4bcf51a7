import * as THREE from "three";
import { MeshBVH } from "three-mesh-bvh";
import type { Similarity } from "../../../plugin/completion/pose.js";
import { rotationOf, toScan } from "../../../plugin/completion/pose.js";
import type { Scan } from "../../../plugin/completion/scan.js";
import { Random } from "../../../training/random.js";
import type { TriangleMesh } from "../../../training/samples/mesh.js";

/** What is left of an object in a virtual scan. */
export type ScanKind = "one view" | "two views" | "random half" | "slab";

export const SCAN_KINDS: readonly ScanKind[] = ["one view", "two views", "random half", "slab"];

/** Pixels along a side of a virtual depth camera; about a quarter of them meet the object. */
const PIXELS = 112;
/** Distance of a camera from the object's centre, in half boxes of the object. */
const CAMERA_DISTANCE = 4;
const FIELD_OF_VIEW = (34 * Math.PI) / 180;
/** Points of scans that no camera took. */
const SURFACE_POINTS = 4000;

/**
 * A scan of a mesh that stands in the world at `placed`, with Gaussian noise along the line of sight or in all
 * directions.
 *
 * @param noise deviation as a part of the mesh's longest side
 */
export function virtualScan(mesh: TriangleMesh, placed: Similarity, kind: ScanKind, noise: number, seed: number): Scan {
    const random = new Random(0x5ca7, seed);
    const world: TriangleMesh = { positions: toScan(placed, mesh.positions), indices: mesh.indices };
    const size = 1.8 * placed.scale;
    if (kind === "one view" || kind === "two views") {
        const first = random.between(0, 2 * Math.PI);
        const turns = kind === "one view" ? [first] : [first, first + random.between(1.2, 2.2)];
        return views(world, placed, turns, random, noise * size);
    }
    const points = sampleMesh(world, SURFACE_POINTS * 2, random);
    const keep = kind === "slab" ? outsideSlab(points, random) : () => random.uniform() < 0.5;
    const kept: number[] = [];
    for (let i = 0; i < points.length; i += 3) {
        if (keep(i)) {
            for (let axis = 0; axis < 3; axis++) kept.push(points[i + axis] + noise * size * random.normal());
        }
    }
    return { positions: Float32Array.from(kept) };
}

/** Any yaw, up to ±20 % in scale, up to ±10 % of the size in each direction. */
export function randomPlacement(seed: number): Similarity {
    const random = new Random(0x9ace, seed);
    const scale = random.between(0.8, 1.2);
    const shift = () => random.between(-0.18, 0.18);
    return {
        rotation: rotationOf([0, random.between(-Math.PI, Math.PI), 0]),
        scale,
        translation: [shift(), shift(), shift()],
    };
}

/** What depth cameras see that look at the object from slightly above, and what they look through. */
function views(world: TriangleMesh, placed: Similarity, turns: readonly number[], random: Random, noise: number): Scan {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(world.positions, 3));
    geometry.setIndex(new THREE.BufferAttribute(world.indices.slice(), 1));
    const bvh = new MeshBVH(geometry);
    const centre = new THREE.Vector3(...placed.translation);
    const positions: number[] = [];
    const sensors: number[] = [];
    const empty: number[] = [];
    const emptySensors: number[] = [];
    for (const turn of turns) {
        const elevation = random.between(0.15, 0.6);
        const reach = CAMERA_DISTANCE * 0.9 * placed.scale;
        const eye = new THREE.Vector3(
            Math.sin(turn) * Math.cos(elevation),
            Math.sin(elevation),
            Math.cos(turn) * Math.cos(elevation),
        )
            .multiplyScalar(reach)
            .add(centre);
        const camera = new THREE.PerspectiveCamera();
        camera.position.copy(eye);
        camera.lookAt(centre);
        camera.updateMatrixWorld();
        const half = Math.tan(FIELD_OF_VIEW / 2);
        for (let row = 0; row < PIXELS; row++) {
            for (let column = 0; column < PIXELS; column++) {
                const direction = new THREE.Vector3(
                    half * ((2 * (column + 0.5)) / PIXELS - 1),
                    half * (1 - (2 * (row + 0.5)) / PIXELS),
                    -1,
                )
                    .transformDirection(camera.matrixWorld)
                    .normalize();
                const hit = bvh.raycastFirst(new THREE.Ray(eye, direction), THREE.DoubleSide);
                if (hit) {
                    const distance = hit.distance + noise * random.normal();
                    positions.push(...eye.clone().addScaledVector(direction, distance).toArray());
                    sensors.push(eye.x, eye.y, eye.z);
                } else if ((row + column) % 3 === 0) {
                    for (let k = 0; k < 3; k++) {
                        const distance = reach + placed.scale * random.between(-1, 1);
                        empty.push(...eye.clone().addScaledVector(direction, distance).toArray());
                        emptySensors.push(eye.x, eye.y, eye.z);
                    }
                }
            }
        }
    }
    return {
        positions: Float32Array.from(positions),
        sensorPositions: Float32Array.from(sensors),
        emptyPoints: Float32Array.from(empty),
        emptySensorPositions: Float32Array.from(emptySensors),
    };
}

/** Which points lie outside a slab through the object, 35 % of its extent thick, of any direction. */
function outsideSlab(points: Float32Array, random: Random): (index: number) => boolean {
    const direction = [random.normal(), random.normal(), random.normal()];
    const length = Math.hypot(...direction);
    const along = Float32Array.from({ length: points.length / 3 }, (_, n) =>
        direction.reduce((sum, value, axis) => sum + (value / length) * points[3 * n + axis], 0),
    );
    const sorted = along.slice().sort();
    const [low, high] = [sorted[Math.floor(0.02 * sorted.length)], sorted[Math.floor(0.98 * sorted.length)]];
    const start = low + random.between(0, 0.65) * (high - low);
    return (i) => along[i / 3] < start || along[i / 3] > start + 0.35 * (high - low);
}

/** Points evenly over a mesh by area. [count, 3] */
export function sampleMesh({ positions, indices }: TriangleMesh, count: number, random: Random): Float32Array {
    const areas = new Float64Array(indices.length / 3);
    let total = 0;
    for (let t = 0; t < areas.length; t++) {
        const [a, b, c] = [0, 1, 2].map((k) => 3 * indices[3 * t + k]);
        const u = [0, 1, 2].map((axis) => positions[b + axis] - positions[a + axis]);
        const v = [0, 1, 2].map((axis) => positions[c + axis] - positions[a + axis]);
        total += Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
        areas[t] = total;
    }
    const points = new Float32Array(3 * count);
    for (let n = 0; n < count; n++) {
        const pick = random.uniform() * total;
        let [low, high] = [0, areas.length - 1];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (areas[middle] < pick) low = middle + 1;
            else high = middle;
        }
        let [s, t] = [random.uniform(), random.uniform()];
        if (s + t > 1) [s, t] = [1 - s, 1 - t];
        for (let axis = 0; axis < 3; axis++) {
            const at = (k: number) => positions[3 * indices[3 * low + k] + axis];
            points[3 * n + axis] = at(0) + s * (at(1) - at(0)) + t * (at(2) - at(0));
        }
    }
    return points;
}

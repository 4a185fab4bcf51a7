import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { LatentRandom, type ScanCompletion, type ShapeModel } from "babylon-deepsdf";
import { pointsOn, type Thing } from "./objects.js";

const POINTS = 1500;
/** Half the longest side of the shapes a decoder knows, model units. */
const LONGEST_SIDE = 1.8;

/**
 * How far the surface of the real thing is from a completed one, as parts of its size: the median, and the distance
 * that a tenth of the points exceed. Measured over the whole thing, what was never seen included.
 */
export async function measureMissAsync(
    shapes: ShapeModel,
    { latent, transform }: ScanCompletion,
    thing: Thing,
    signal: AbortSignal,
): Promise<{ median: number; worst: number }> {
    const random = new LatentRandom(5);
    const world = pointsOn(thing, POINTS, () => random.uniform());
    const toModel = transform.clone().invert();
    const point = new Vector3();
    const { min, max } = shapes.bounds;
    const excess = new Float32Array(POINTS);
    const model = new Float32Array(world.length);
    for (let n = 0; n < POINTS; n++) {
        Vector3.TransformCoordinatesFromFloatsToRef(world[3 * n], world[3 * n + 1], world[3 * n + 2], toModel, point);
        const inside = point.asArray().map((value, axis) => Math.max(min[axis], Math.min(max[axis], value)));
        excess[n] = Math.hypot(point.x - inside[0], point.y - inside[1], point.z - inside[2]);
        model.set(inside, 3 * n);
    }
    const distances = await shapes.evaluateAsync(latent, model, { signal });
    const misses = Array.from(distances, (distance, n) => (Math.abs(distance) + excess[n]) / LONGEST_SIDE).sort(
        (a, b) => a - b,
    );
    return { median: misses[POINTS >> 1], worst: misses[Math.floor(0.9 * POINTS)] };
}

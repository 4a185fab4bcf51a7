import { LatentRandom } from "babylon-deepsdf";
import { type BlockData, Blocks, type Color, colorOf, type Point } from "./blocks.js";
import { addHouses } from "./houses.js";
import { COUNTER_LENGTH, COUNTER_STEPS, FRONT, SEGMENT_LENGTH, type Stall, stallsOf } from "./layout.js";

/** A box that props rest on and bump into. */
export interface Collider {
    readonly min: Point;
    readonly max: Point;
}

export interface Town {
    readonly blocks: BlockData;
    readonly colliders: readonly Collider[];
}

const AWNINGS = ["#b5453a", "#2f6f73", "#c98b2b", "#4d6a92", "#7d4a6b", "#5d7a3e"].map(colorOf);
const CLOTH = colorOf("#efe4cf");
const TIMBER = colorOf("#7b5836");
const DARK_TIMBER = colorOf("#4f3823");
const FLAGS = ["#c4503f", "#e0b04b", "#3f7f86", "#efe4cf"].map(colorOf);

/** Houses, stalls and bunting along one stretch of street; a generator, so that it can be built a part at a time. */
export function* townInParts(segment: number, seed: number): Generator<void, Town> {
    const blocks = new Blocks();
    const colliders: Collider[] = [];
    const start = segment * SEGMENT_LENGTH;
    for (const side of [-1, 1] as const) {
        yield* addHouses(blocks, new LatentRandom(seed, segment, side < 0 ? 4 : 5), side, start, SEGMENT_LENGTH);
        colliders.push({
            min: [side < 0 ? -FRONT - 1 : FRONT, 0, start],
            max: [side < 0 ? -FRONT : FRONT + 1, 4, start + SEGMENT_LENGTH],
        });
    }
    for (const stall of stallsOf(segment, seed)) {
        yield;
        colliders.push(...addStall(blocks, stall));
    }
    yield;
    addBunting(blocks, new LatentRandom(seed, segment, 6), start + 5);
    yield;
    return { blocks: blocks.build(), colliders };
}

/** A stepped counter with a cloth front, four posts and a striped awning. */
function addStall(blocks: Blocks, { side, z, look }: Stall): Collider[] {
    const half = COUNTER_LENGTH / 2;
    const stripe = AWNINGS[Math.floor(look * AWNINGS.length)];
    const colliders = COUNTER_STEPS.map(({ x, y, depth }): Collider => {
        const [near, far] = [side * (x - depth / 2), side * (x + depth / 2)];
        const from: Point = [Math.min(near, far), 0, z - half];
        const to: Point = [Math.max(near, far), y, z + half];
        blocks.box([from[0], y - 0.04, from[2]], to, TIMBER);
        blocks.box([from[0] + 0.02, 0, from[2] + 0.04], [to[0] - 0.02, y - 0.04, to[2] - 0.04], DARK_TIMBER);
        return { min: from, max: to };
    });

    // The cloth hangs from the edge of the lowest step in a row of scallops.
    const front = side * (COUNTER_STEPS[0].x - COUNTER_STEPS[0].depth / 2 - 0.015);
    const scallops = 8;
    for (let n = 0; n < scallops; n++) {
        const [z0, z1] = [n, n + 1].map((at) => z - half + (COUNTER_LENGTH * at) / scallops);
        const points: Point[] = [
            [front, 0.77, z0],
            [front, 0.77, z1],
            [front, 0.5, z1],
            [front, 0.42, (z0 + z1) / 2],
            [front, 0.5, z0],
        ];
        blocks.sheet(points, n % 2 ? CLOTH : stripe);
    }

    const [postNear, postFar] = [side * 2.3, side * 3.56];
    for (const at of [z - half - 0.06, z + half + 0.06]) {
        blocks.box([postNear - 0.035, 0, at - 0.035], [postNear + 0.035, 2.3, at + 0.035], TIMBER);
        blocks.box([postFar - 0.035, 0, at - 0.035], [postFar + 0.035, 2.72, at + 0.035], TIMBER);
    }
    addAwning(blocks, side, z, half + 0.2, stripe);
    return colliders;
}

function addAwning(blocks: Blocks, side: -1 | 1, z: number, half: number, stripe: Color): void {
    const [near, far] = [side * 2.05, side * 3.65];
    const stripes = 12;
    for (let n = 0; n < stripes; n++) {
        const [z0, z1] = [n, n + 1].map((at) => z - half + (2 * half * at) / stripes);
        const color = n % 2 ? CLOTH : stripe;
        blocks.box([near, 2.27, z0], [far, 2.29, z1], color, 0.46);
        // A valance, pointed at the bottom.
        blocks.sheet(
            [
                [near, 2.29, z0],
                [near, 2.29, z1],
                [near, 2.1, z1],
                [near, 2.04, (z0 + z1) / 2],
                [near, 2.1, z0],
            ],
            color,
        );
    }
}

/** A rope of small flags from house to house. */
function addBunting(blocks: Blocks, random: LatentRandom, z: number): void {
    const [flags, sag, height] = [26, 0.9, 4.5];
    const lean = 3 * (random.uniform() - 0.5);
    const at = (n: number): Point => {
        const t = (2 * n) / flags - 1;
        return [t * FRONT, height - sag * (1 - t * t), z + lean * t];
    };
    for (let n = 0; n < flags; n++) {
        const [a, b] = [at(n), at(n + 1)];
        blocks.sheet([a, b, [b[0], b[1] - 0.025, b[2]], [a[0], a[1] - 0.025, a[2]]], DARK_TIMBER);
        if (n % 2 === 0) {
            const low: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - 0.34, (a[2] + b[2]) / 2];
            blocks.sheet([a, b, low], FLAGS[(n / 2) % FLAGS.length]);
        }
    }
}

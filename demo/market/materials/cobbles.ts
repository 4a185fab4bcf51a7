import { LatentRandom } from "babylon-deepsdf";

/** Colours and slopes of a tile of cobblestones, four bytes a texel, that repeats without a seam. */
export interface CobbleTile {
    readonly size: number;
    readonly colors: Uint8Array;
    readonly normals: Uint8Array;
}

/** Stones along each side of a tile. */
const STONES = 8;
/** Height of a stone over its joints, as a part of its width. */
const HEIGHT = 0.55;

/**
 * Rounded stones in staggered rows, each with a shade of its own, sand in the joints.
 *
 * A generator, so that it can be made a row of texels at a time.
 */
export function* cobbleTile(size: number, seed = 1): Generator<void, CobbleTile> {
    const random = new LatentRandom(seed);
    const stones = Array.from({ length: STONES * STONES }, () => ({
        dx: 0.22 * (random.uniform() - 0.5),
        dy: 0.16 * (random.uniform() - 0.5),
        shade: 0.78 + 0.32 * random.uniform(),
        warmth: random.uniform() - 0.5,
    }));
    const heights = new Float32Array(size * size);
    const colors = new Uint8Array(4 * size * size);
    for (let y = 0; y < size; y++) {
        yield;
        for (let x = 0; x < size; x++) {
            const { stone, edge } = nearest(stones, (x / size) * STONES, (y / size) * STONES);
            const dome = smooth(Math.min(1, edge / 0.3));
            heights[y * size + x] = dome;
            const speck = 0.94 + 0.12 * random.uniform();
            const joint = smooth(Math.min(1, edge / 0.11));
            const shade = stone.shade * speck * (0.8 + 0.2 * dome);
            const tones = [150 + 14 * stone.warmth, 143, 133 - 16 * stone.warmth];
            const sand = [92, 82, 68];
            for (let k = 0; k < 3; k++) {
                colors[4 * (y * size + x) + k] = sand[k] * speck + joint * (tones[k] * shade - sand[k] * speck);
            }
            colors[4 * (y * size + x) + 3] = 255;
        }
    }
    return { size, colors, normals: yield* slopesOf(heights, size) };
}

/** The stone that covers a place, and how far its border is: the gap between the two nearest centres. */
function nearest<Stone extends { dx: number; dy: number }>(stones: readonly Stone[], x: number, y: number) {
    let [first, second, stone] = [Infinity, Infinity, stones[0]];
    for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
        for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
            const candidate = stones[wrap(row) * STONES + wrap(column)];
            const stagger = wrap(row) % 2 ? 0.5 : 0;
            const centreX = column + 0.25 + stagger + candidate.dx;
            const [dx, dy] = [x - centreX, y - row - 0.5 - candidate.dy];
            const distance = Math.sqrt(dx * dx + dy * dy);
            if (distance < first) [first, second, stone] = [distance, first, candidate];
            else if (distance < second) second = distance;
        }
    }
    return { stone, edge: (second - first) / 2 };
}

function* slopesOf(heights: Float32Array, size: number): Generator<void, Uint8Array> {
    const normals = new Uint8Array(4 * size * size);
    const steepness = (HEIGHT * size) / STONES / 2;
    const at = (x: number, y: number) => heights[((y + size) % size) * size + ((x + size) % size)];
    for (let y = 0; y < size; y++) {
        yield;
        for (let x = 0; x < size; x++) {
            const dx = steepness * (at(x - 1, y) - at(x + 1, y));
            const dy = steepness * (at(x, y - 1) - at(x, y + 1));
            const length = Math.sqrt(dx * dx + dy * dy + 1);
            normals.set(
                [127.5 + (127.5 * dx) / length, 127.5 + (127.5 * dy) / length, 127.5 + 127.5 / length, 255],
                4 * (y * size + x),
            );
        }
    }
    return normals;
}

function wrap(n: number): number {
    return (n + STONES) % STONES;
}

function smooth(t: number): number {
    return t * t * (3 - 2 * t);
}

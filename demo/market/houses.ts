import type { LatentRandom } from "babylon-deepsdf";
import { type Blocks, type Color, colorOf } from "./blocks.js";
import { FRONT } from "./layout.js";

const PLASTER = ["#e6d6b8", "#dcc4a0", "#cfae8c", "#e0cfc0", "#b9c2b4", "#d8b98f", "#c9a79a"].map(colorOf);
const ROOFS = ["#8a4b36", "#75402f", "#6a5348", "#93583c"].map(colorOf);
const SHUTTERS = ["#3f6d6a", "#7a3d33", "#4b5f86", "#5f7145"].map(colorOf);
const BEAM = colorOf("#54402d");
const PLINTH = colorOf("#8f887d");
const FRAME = colorOf("#efe6d6");
const PANE = colorOf("#39475a");
const LIT_PANE = colorOf("#f2c877");
const GREEN = colorOf("#557a3c");
const BLOSSOM = ["#d2607a", "#e8d04f", "#e9e4ee"].map(colorOf);

const DEPTH = 4;

/** Timber-framed houses side by side along one side of a stretch of street. */
export function* addHouses(
    blocks: Blocks,
    random: LatentRandom,
    side: -1 | 1,
    start: number,
    length: number,
): Generator<void, void> {
    const widths = random.uniform() < 0.5 ? [0.44, 0.56] : [0.58, 0.42];
    let z = start;
    for (const share of widths) {
        const width = share * length;
        yield;
        addHouse(blocks, random, side, z, z + width);
        z += width;
    }
}

function addHouse(blocks: Blocks, random: LatentRandom, side: -1 | 1, z0: number, z1: number): void {
    const pick = <T>(from: readonly T[]) => from[Math.floor(random.uniform() * from.length)];
    const [plaster, roof, shutter] = [pick(PLASTER), pick(ROOFS), pick(SHUTTERS)];
    const height = 5.2 + 1.6 * random.uniform();
    const front = side * FRONT;
    const back = side * (FRONT + DEPTH);
    /** A panel on the front, `out` metres before it. */
    const panel = (za: number, zb: number, ya: number, yb: number, out: number, color: Color) =>
        blocks.box([front - side * out, ya, za], [front + side * 0.02, yb, zb], color);

    blocks.box([front, 0, z0], [back, height, z1], plaster);
    blocks.gable([front - side * 0.4, height, z0], [back, height, z1], 1.9 + 0.6 * random.uniform(), roof, plaster);
    panel(z0, z1, 0, 0.55, 0.06, PLINTH);
    panel(z0, z1, 2.62, 2.8, 0.07, BEAM);
    panel(z0, z1, height - 0.2, height, 0.07, BEAM);
    for (const z of [z0 + 0.08, z1 - 0.08]) panel(z - 0.08, z + 0.08, 0.55, height, 0.06, BEAM);

    // Upper floor: windows with shutters and flowers between posts.
    const columns = z1 - z0 > 5 ? 3 : 2;
    for (let n = 0; n < columns; n++) {
        const z = z0 + ((n + 0.5) * (z1 - z0)) / columns;
        addWindow(panel, z, 3.35, 0.42, 1.2, shutter, random.uniform() < 0.3);
        panel(z - 0.5, z + 0.5, 3.12, 3.3, 0.2, BEAM);
        panel(z - 0.46, z + 0.46, 3.26, 3.42, 0.18, GREEN);
        for (let k = 0; k < 5; k++) {
            const at = z - 0.38 + 0.19 * k;
            const top = 3.46 + 0.06 * random.uniform();
            panel(at - 0.05, at + 0.05, top - 0.08, top, 0.2, pick(BLOSSOM));
        }
        if (n > 0) {
            const between = z0 + (n * (z1 - z0)) / columns;
            panel(between - 0.07, between + 0.07, 2.8, height - 0.2, 0.05, BEAM);
        }
    }

    // Ground floor: a door and a window.
    const doorFirst = random.uniform() < 0.5;
    const [door, window] = doorFirst ? [z0 + 1, z1 - 1.3] : [z1 - 1, z0 + 1.3];
    panel(door - 0.6, door + 0.6, 0, 2.25, 0.08, BEAM);
    panel(door - 0.48, door + 0.48, 0.06, 2.12, 0.1, shutter);
    panel(door + 0.3, door + 0.38, 1, 1.08, 0.16, LIT_PANE);
    addWindow(panel, window, 1, 0.5, 1.1, shutter, random.uniform() < 0.4);
}

function addWindow(
    panel: (za: number, zb: number, ya: number, yb: number, out: number, color: Color) => void,
    z: number,
    y: number,
    half: number,
    height: number,
    shutter: Color,
    isLit: boolean,
): void {
    panel(z - half, z + half, y, y + height, 0.06, FRAME);
    const pane = isLit ? LIT_PANE : PANE;
    for (const [za, zb] of [
        [z - half + 0.07, z - 0.03],
        [z + 0.03, z + half - 0.07],
    ]) {
        panel(za, zb, y + 0.07, y + height / 2 - 0.03, 0.07, pane);
        panel(za, zb, y + height / 2 + 0.03, y + height - 0.07, 0.07, pane);
    }
    panel(z - half - 0.4, z - half - 0.02, y, y + height, 0.08, shutter);
    panel(z + half + 0.02, z + half + 0.4, y, y + height, 0.08, shutter);
}

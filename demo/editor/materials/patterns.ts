import { DynamicTexture } from "@babylonjs/core/Materials/Textures/dynamicTexture.js";
import { Texture } from "@babylonjs/core/Materials/Textures/texture.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { LatentRandom } from "babylon-deepsdf";

const SIZE = 256;

/** Draws one tile; whatever crosses an edge comes in again at the other side. */
type Draw = (context: CanvasRenderingContext2D, random: LatentRandom) => void;

/** Long grain lines of many widths, along the tile's vertical. */
const wood: Draw = (context, random) => {
    fill(context, "#ffffff");
    for (let i = 0; i < 90; i++) {
        const x = random.uniform() * SIZE;
        const bend = 6 * (random.uniform() - 0.5);
        context.strokeStyle = `rgba(70, 38, 12, ${0.06 + 0.22 * random.uniform() ** 3})`;
        context.lineWidth = 0.6 + 3 * random.uniform() ** 2;
        for (const shift of [-SIZE, 0, SIZE]) {
            context.beginPath();
            context.moveTo(x + shift, 0);
            context.bezierCurveTo(x + bend + shift, SIZE / 3, x - bend + shift, (2 * SIZE) / 3, x + shift, SIZE);
            context.stroke();
        }
    }
};

/** Overlapping soft blotches and fine specks. */
const stone: Draw = (context, random) => {
    fill(context, "#e6e4e0");
    for (let i = 0; i < 900; i++) {
        const large = i < 120;
        const radius = large ? 8 + 26 * random.uniform() : 0.5 + 1.6 * random.uniform();
        const tone = random.uniform() < 0.5 ? "40, 42, 48" : "255, 250, 240";
        const alpha = large ? 0.07 : 0.35;
        context.fillStyle = `rgba(${tone}, ${alpha})`;
        disc(context, random.uniform() * SIZE, random.uniform() * SIZE, radius);
    }
};

/** Short horizontal scratches. */
const metal: Draw = (context, random) => {
    fill(context, "#d9dde2");
    for (let i = 0; i < 700; i++) {
        const [x, y] = [random.uniform() * SIZE, random.uniform() * SIZE];
        context.strokeStyle = `rgba(${random.uniform() < 0.5 ? "255, 255, 255" : "60, 66, 74"}, 0.12)`;
        context.lineWidth = 0.5 + random.uniform();
        for (const shift of [-SIZE, 0]) {
            context.beginPath();
            context.moveTo(x + shift, y);
            context.lineTo(x + shift + 30 + 90 * random.uniform(), y);
            context.stroke();
        }
    }
};

const DRAWINGS = { wood, stone, metal };

/** A tiling picture made on the spot, so that nothing is downloaded. */
export function createPattern(name: keyof typeof DRAWINGS, scene: Scene): Texture {
    const texture = new DynamicTexture(`${name} pattern`, SIZE, scene, true);
    DRAWINGS[name](texture.getContext() as CanvasRenderingContext2D, new LatentRandom(1));
    texture.update();
    texture.wrapU = Texture.WRAP_ADDRESSMODE;
    texture.wrapV = Texture.WRAP_ADDRESSMODE;
    texture.anisotropicFilteringLevel = 8;
    return texture;
}

function fill(context: CanvasRenderingContext2D, color: string): void {
    context.fillStyle = color;
    context.fillRect(0, 0, SIZE, SIZE);
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
    for (const dx of [-SIZE, 0, SIZE]) {
        for (const dy of [-SIZE, 0, SIZE]) {
            context.beginPath();
            context.arc(x + dx, y + dy, radius, 0, 2 * Math.PI);
            context.fill();
        }
    }
}

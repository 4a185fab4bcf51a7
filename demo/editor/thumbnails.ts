import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import type { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Viewport } from "@babylonjs/core/Maths/math.viewport.js";
import { decodeLatent, type ShapeModel } from "babylon-deepsdf";
import type { Stage } from "../stage.js";
import type { Materials } from "./materials/index.js";

/** Seen by the thumbnails' camera only. */
const LAYER = 0x10000000;
/** Side of a picture, pixels. */
export const THUMBNAIL_SIZE = 112;

/** Small pictures of codes, one after the other, each made once. */
export class Thumbnails {
    private readonly pictures = new Map<string, HTMLCanvasElement>();
    private readonly camera: ArcRotateCamera;
    private readonly material: StandardMaterial;
    private queue: Promise<unknown> = Promise.resolve();

    constructor(
        private readonly shapes: ShapeModel,
        private readonly stage: Stage,
        materials: Materials,
        private readonly mostPictures = 400,
    ) {
        // Nothing throws a shadow here, so that the stage's light would be too much.
        this.material = materials.get("clay").clone("thumbnail");
        this.material.diffuseColor = this.material.diffuseColor.scale(0.62);
        this.camera = new ArcRotateCamera("thumbnails", 1.05, 1.25, 3.6, Vector3.Zero(), shapes.scene, false);
        this.camera.layerMask = LAYER;
    }

    /** A square picture, not to be drawn on; rejects when the signal is aborted. */
    pictureAsync(code: string, signal: AbortSignal): Promise<HTMLCanvasElement> {
        const made = this.pictures.get(code);
        if (made) return Promise.resolve(made);
        const picture = this.queue.then(() => this.take(code, signal));
        this.queue = picture.catch(() => {});
        return picture;
    }

    dispose(): void {
        this.camera.dispose();
        this.material.dispose();
    }

    private async take(code: string, signal: AbortSignal): Promise<HTMLCanvasElement> {
        signal.throwIfAborted();
        const { shapes } = this;
        const latent = decodeLatent(code);
        const resolution = shapes.backend === "webgpu" ? 32 : 40;
        const mesh = await shapes.createMeshAsync("thumbnail", { latent, resolution, signal });
        try {
            mesh.layerMask = LAYER;
            mesh.material = this.material;
            await this.material.forceCompilationAsync(mesh);
            signal.throwIfAborted();
            const picture = await this.draw();
            if (this.pictures.size >= this.mostPictures) this.pictures.clear();
            this.pictures.set(code, picture);
            return picture;
        } finally {
            mesh.dispose();
        }
    }

    /** What the thumbnails' camera sees, drawn in a corner of the canvas that nobody gets to see. */
    private draw(): Promise<HTMLCanvasElement> {
        const canvas = this.stage.canvas;
        const picture = createPictureCanvas();
        const side = Math.min(THUMBNAIL_SIZE, canvas.width, canvas.height);
        this.camera.viewport = new Viewport(0, 0, side / canvas.width, side / canvas.height);
        return this.stage.withCameraAsync(this.camera, () => {
            const context = picture.getContext("2d") as CanvasRenderingContext2D;
            context.drawImage(canvas, 0, canvas.height - side, side, side, 0, 0, THUMBNAIL_SIZE, THUMBNAIL_SIZE);
            return picture;
        });
    }
}

/** A canvas that pictures are shown on. */
export function createPictureCanvas(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.width = THUMBNAIL_SIZE;
    canvas.height = THUMBNAIL_SIZE;
    return canvas;
}

export function showPicture(canvas: HTMLCanvasElement, picture: HTMLCanvasElement | null): void {
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (picture) context.drawImage(picture, 0, 0);
}

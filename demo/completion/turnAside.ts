import type { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";

/** Radians and milliseconds. */
const ANGLE = 2.3;
const TIME = 2600;

/** Turns to the side that was not seen, at once unless it may take its time; a touch of the visitor's then stops it. */
export function turnAside(camera: ArcRotateCamera, mayMove: boolean): void {
    if (!mayMove) {
        camera.alpha += ANGLE;
        return;
    }
    const from = camera.alpha;
    let expected = from;
    const start = performance.now();
    const turn = () => {
        if (camera.isDisposed() || camera.alpha !== expected) return;
        const t = Math.min(1, (performance.now() - start) / TIME);
        camera.alpha = from + ANGLE * t * t * (3 - 2 * t);
        expected = camera.alpha;
        if (t < 1) requestAnimationFrame(turn);
    };
    turn();
}

import type { TargetCamera } from "@babylonjs/core/Cameras/targetCamera.js";
import { AISLE } from "./layout.js";

/** Metres a second. */
const WALK = 2.6;
const STROLL = 0.85;
/** Radians a second with the arrow keys, and a pixel when dragging. */
const TURN = 1.5;
const DRAG_TURN = 0.0042;
/** Metres a pixel when dragging up or down with a finger. */
const DRAG_WALK = 0.016;
/** Pixels that a tap may move. */
const TAP = 6;
const STEEPEST = 0.9;

const KEYS: Readonly<Record<string, "forward" | "back" | "left" | "right" | "turnLeft" | "turnRight">> = {
    KeyW: "forward",
    ArrowUp: "forward",
    KeyS: "back",
    ArrowDown: "back",
    KeyA: "left",
    KeyD: "right",
    ArrowLeft: "turnLeft",
    ArrowRight: "turnRight",
};

/** The visitor: walks with keys, finger or on its own, looks around by dragging, and taps. */
export class Walker {
    x = 0;
    /** A few steps before the first stall, which is in the view. */
    z = -3.2;
    yaw = -0.2;
    pitch = -0.06;
    /** Walks along the street by itself. */
    isStrolling = false;
    private readonly held = new Set<string>();
    private readonly fingers = new Map<number, { x: number; y: number; travelled: number }>();
    private strolled = 0;
    private changed = true;

    constructor(
        canvas: HTMLCanvasElement,
        private readonly camera: TargetCamera,
        private readonly onTap: (x: number, y: number) => void,
        private readonly onInput: () => void,
    ) {
        canvas.addEventListener("pointerdown", (event) => {
            canvas.setPointerCapture(event.pointerId);
            this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, travelled: 0 });
        });
        canvas.addEventListener("pointermove", (event) => this.drag(event));
        const release = (event: PointerEvent, isTap: boolean) => {
            const finger = this.fingers.get(event.pointerId);
            this.fingers.delete(event.pointerId);
            if (isTap && finger && finger.travelled <= TAP) this.onTap(event.clientX, event.clientY);
        };
        canvas.addEventListener("pointerup", (event) => release(event, true));
        canvas.addEventListener("pointercancel", (event) => release(event, false));
        canvas.addEventListener(
            "wheel",
            (event) => {
                event.preventDefault();
                this.walk(-0.004 * event.deltaY, 0);
                this.onInput();
            },
            { passive: false },
        );
        window.addEventListener("keydown", (event) => {
            const isTyping = event.target instanceof HTMLElement && event.target.closest("input, select, textarea");
            if (!(event.code in KEYS) || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            this.held.add(event.code);
            this.onInput();
        });
        window.addEventListener("keyup", (event) => this.held.delete(event.code));
        window.addEventListener("blur", () => this.held.clear());
    }

    /** Moves on by `seconds`. @returns whether the view changed */
    update(seconds: number): boolean {
        const pressed = (name: string) => [...this.held].some((code) => KEYS[code] === name);
        const axis = (plus: string, minus: string) => Number(pressed(plus)) - Number(pressed(minus));
        const turn = axis("turnRight", "turnLeft");
        const [ahead, aside] = [axis("forward", "back"), axis("right", "left")];
        if (turn) this.look(TURN * seconds * turn, 0);
        if (ahead || aside) {
            const length = Math.hypot(ahead, aside);
            this.walk((WALK * seconds * ahead) / length, (WALK * seconds * aside) / length);
        } else if (this.isStrolling) {
            this.stroll(seconds);
        }
        const { changed } = this;
        this.changed = false;
        if (changed) {
            this.camera.position.set(this.x, 1.65, this.z);
            this.camera.rotation.set(-this.pitch, this.yaw, 0);
        }
        return changed;
    }

    /** @param ahead metres along the view, @param aside metres to its right */
    walk(ahead: number, aside: number): void {
        const [sin, cos] = [Math.sin(this.yaw), Math.cos(this.yaw)];
        this.x = Math.max(-AISLE + 0.2, Math.min(AISLE - 0.2, this.x + ahead * sin + aside * cos));
        this.z += ahead * cos - aside * sin;
        this.changed = true;
    }

    /** @param right radians, @param up radians */
    look(right: number, up: number): void {
        this.yaw += right;
        this.pitch = Math.max(-STEEPEST, Math.min(STEEPEST, this.pitch + up));
        this.changed = true;
    }

    /** Along the street, glancing from side to side. */
    private stroll(seconds: number): void {
        const direction = Math.cos(this.yaw) < 0 ? -1 : 1;
        this.strolled += seconds;
        this.z += direction * STROLL * seconds;
        this.x *= Math.exp(-0.5 * seconds);
        const wanted = (direction < 0 ? Math.PI : 0) + direction * 0.42 * Math.sin(0.32 * this.strolled);
        const away = Math.atan2(Math.sin(wanted - this.yaw), Math.cos(wanted - this.yaw));
        this.look(away * Math.min(1, 1.2 * seconds), 0);
    }

    private drag(event: PointerEvent): void {
        const finger = this.fingers.get(event.pointerId);
        if (!finger) return;
        const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
        finger.travelled += Math.hypot(dx, dy);
        [finger.x, finger.y] = [event.clientX, event.clientY];
        if (finger.travelled <= TAP) return;
        this.onInput();
        // One finger turns and walks, two turn and look up and down; a mouse has the keys to walk.
        const walks = event.pointerType === "touch" && this.fingers.size === 1;
        this.look(-DRAG_TURN * dx, walks ? 0 : DRAG_TURN * dy);
        if (walks) this.walk(DRAG_WALK * dy, 0);
    }
}

import { MOST_KEPT } from "./state.js";
import { createPictureCanvas, showPicture } from "./thumbnails.js";

const CORNERS = ["top left", "top right", "bottom left", "bottom right"];
const KEY_STEP = 0.05;

/** A square to blend up to four kept props on: one a corner, a knob between them. */
export class MorphPad {
    private readonly square: HTMLElement;
    private readonly knob: HTMLElement;
    private readonly corners: HTMLButtonElement[];
    private place: readonly [number, number] = [0.5, 0.5];

    constructor(
        private readonly root: HTMLElement,
        private readonly move: (place: readonly [number, number], finished: boolean) => void,
        remove: (corner: number) => void,
    ) {
        this.square = root.querySelector<HTMLElement>(".square")!;
        this.knob = root.querySelector<HTMLElement>(".knob")!;
        this.corners = Array.from({ length: MOST_KEPT }, (_, i) => {
            const button = document.createElement("button");
            button.type = "button";
            button.className = `corner corner-${i}`;
            button.addEventListener("click", () => remove(i));
            button.append(createPictureCanvas());
            this.square.append(button);
            return button;
        });
        this.listen();
    }

    /** @param pictures of the kept props, null while one is being made */
    show(pictures: readonly (HTMLCanvasElement | null)[], place: readonly [number, number] | null): void {
        const count = pictures.length;
        this.root.hidden = count === 0;
        this.square.classList.toggle("is-line", count === 2);
        this.knob.hidden = count < 2;
        this.corners.forEach((button, i) => {
            button.hidden = i >= count;
            showPicture(button.firstElementChild as HTMLCanvasElement, pictures[i] ?? null);
            button.setAttribute("aria-label", `Remove the kept prop at the ${CORNERS[i]}`);
            button.title = "remove from the pad";
        });
        if (place) this.place = place;
        const [x, y] = this.place;
        this.knob.style.left = `${100 * x}%`;
        this.knob.style.top = `${100 * (count === 2 ? 0.5 : y)}%`;
        const [right, down] = [Math.round(100 * x), Math.round(100 * y)];
        this.knob.setAttribute("aria-valuenow", String(right));
        this.knob.setAttribute("aria-valuetext", count === 2 ? `${right} % right` : `${right} % right, ${down} % down`);
        this.knob.classList.toggle("is-resting", place === null);
    }

    private listen(): void {
        const { square, knob } = this;
        const placeOf = (event: PointerEvent): readonly [number, number] => {
            const box = square.getBoundingClientRect();
            const share = (value: number, size: number) => Math.min(1, Math.max(0, value / size));
            return [share(event.clientX - box.left, box.width), share(event.clientY - box.top, box.height)];
        };
        square.addEventListener("pointerdown", (event) => {
            if ((event.target as Element).closest(".corner") || knob.hidden) return;
            square.setPointerCapture(event.pointerId);
            this.move(placeOf(event), false);
        });
        square.addEventListener("pointermove", (event) => {
            if (square.hasPointerCapture(event.pointerId)) this.move(placeOf(event), false);
        });
        square.addEventListener("pointerup", (event) => {
            if (square.hasPointerCapture(event.pointerId)) this.move(placeOf(event), true);
        });
        // A phone may take the finger away, to scroll or for a call.
        square.addEventListener("pointercancel", (event) => {
            if (square.hasPointerCapture(event.pointerId)) this.move(this.place, true);
        });
        knob.addEventListener("keydown", (event) => {
            const steps: Record<string, [number, number]> = {
                ArrowLeft: [-KEY_STEP, 0],
                ArrowRight: [KEY_STEP, 0],
                ArrowUp: [0, -KEY_STEP],
                ArrowDown: [0, KEY_STEP],
            };
            const step = steps[event.key];
            if (!step) return;
            event.preventDefault();
            const clamp = (value: number) => Math.min(1, Math.max(0, value));
            this.move([clamp(this.place[0] + step[0]), clamp(this.place[1] + step[1])], true);
        });
    }
}

import { showStop } from "../shared/stop.js";

/** One line for the visitor, or what went wrong and a way on. */
export class Notice {
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly root: HTMLElement) {}

    /** @param milliseconds after which it goes away; stays unless given */
    say(text: string, milliseconds?: number): void {
        if (this.root.classList.contains("error")) return;
        clearTimeout(this.timer);
        this.root.textContent = text;
        this.root.hidden = false;
        if (milliseconds) this.timer = setTimeout(() => this.hide(), milliseconds);
    }

    hide(): void {
        clearTimeout(this.timer);
        if (!this.root.classList.contains("error")) this.root.hidden = true;
    }

    error(error: Error): void {
        clearTimeout(this.timer);
        this.root.classList.add("error");
        showStop(this.root, error);
    }
}

import { showStop } from "../shared/stop.js";

/** One line in the middle of the page, or a short note at its foot. */
export class Message {
    private timer: ReturnType<typeof setTimeout> | null = null;

    constructor(private readonly element: HTMLElement) {}

    /** Something takes time. */
    wait(text: string): void {
        this.show(text, "wait");
    }

    /** Something went wrong; stays until the next message or its button is pressed. */
    fail(error: Error): void {
        this.show(error.message, "error");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "Close";
        button.addEventListener("click", () => this.hide());
        this.element.append(button);
        console.info(error.message);
    }

    /** Nothing works without what went wrong. */
    failStart(error: Error): void {
        this.hide();
        this.element.dataset.kind = "error";
        showStop(this.element, error);
    }

    /** Something was done; goes by itself. */
    note(text: string): void {
        this.show(text, "note");
        this.timer = setTimeout(() => this.hide(), 2500);
    }

    hide(): void {
        if (this.timer) clearTimeout(this.timer);
        this.timer = null;
        this.element.hidden = true;
    }

    private show(text: string, kind: "wait" | "error" | "note"): void {
        this.hide();
        this.element.dataset.kind = kind;
        this.element.setAttribute("role", kind === "error" ? "alert" : "status");
        this.element.hidden = false;
        this.element.textContent = text;
    }
}

/** One line for the visitor, or what went wrong and a way on. */
export class Notice {
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly root: HTMLElement) {}

    /** @param milliseconds after which it goes away; stays unless given */
    say(text: string, milliseconds?: number): void {
        if (this.root.classList.contains("error")) return;
        this.show(text);
        if (milliseconds) this.timer = setTimeout(() => this.hide(), milliseconds);
    }

    hide(): void {
        clearTimeout(this.timer);
        if (!this.root.classList.contains("error")) this.root.hidden = true;
    }

    error(text: string): void {
        this.show(text);
        this.root.classList.add("error");
        this.root.setAttribute("role", "alert");
        const again = document.createElement("button");
        again.type = "button";
        again.textContent = "Try again";
        again.addEventListener("click", () => location.reload());
        const line = document.createElement("p");
        line.append(again);
        this.root.append(line);
    }

    private show(text: string): void {
        clearTimeout(this.timer);
        const line = document.createElement("p");
        line.textContent = text;
        this.root.replaceChildren(line);
        this.root.hidden = false;
    }
}

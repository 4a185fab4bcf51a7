import { createPictureCanvas, showPicture } from "./thumbnails.js";

/** A row of pictures to click: variations of the present prop. */
export class Strip {
    private readonly buttons: HTMLButtonElement[];
    private codes: readonly string[] = [];
    private work = new AbortController();

    constructor(
        root: HTMLElement,
        count: number,
        private readonly picture: (code: string, signal: AbortSignal) => Promise<HTMLCanvasElement>,
        choose: (code: string) => void,
        private readonly fail: (error: Error) => void,
    ) {
        this.buttons = Array.from({ length: count }, (_, i) => {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "variation";
            button.disabled = true;
            button.setAttribute("aria-label", `Variation ${i + 1}`);
            button.title = `variation ${i + 1} (key ${i + 1})`;
            button.addEventListener("click", () => choose(this.codes[i]));
            button.append(createPictureCanvas());
            root.append(button);
            return button;
        });
    }

    /** Shows these codes, one picture after the other; those of an earlier call are given up. */
    async show(codes: readonly string[]): Promise<void> {
        this.work.abort();
        this.work = new AbortController();
        const { signal } = this.work;
        this.codes = codes;
        for (const button of this.buttons) button.disabled = true;
        try {
            for (const [i, code] of codes.entries()) {
                const picture = await this.picture(code, signal);
                signal.throwIfAborted();
                showPicture(this.buttons[i].firstElementChild as HTMLCanvasElement, picture);
                this.buttons[i].disabled = false;
            }
        } catch (error) {
            if (!signal.aborted) this.fail(error as Error);
        }
    }

    /** Gives up the pictures under way: the prop is changing. */
    pause(): void {
        this.work.abort();
    }

    choose(i: number): void {
        this.buttons[i]?.click();
    }
}

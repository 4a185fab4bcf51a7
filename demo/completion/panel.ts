import { showStop } from "../shared/stop.js";

/** The page's controls by their ids, which are in completion.html. */
export class Panel {
    readonly thing = select("thing");
    readonly category = select("category");
    readonly mode = select("mode");
    readonly look = button("look");
    readonly clear = button("clear");
    readonly complete = button("complete");
    readonly file = element<HTMLInputElement>("file");
    /** From the scan alone, 0, past both, to the completion alone, 1. */
    readonly between = element<HTMLInputElement>("between");
    readonly showsTruth = element<HTMLInputElement>("shows-truth");
    private readonly results = element("results");
    private readonly status = element("status");
    private readonly remark = element("note");
    private readonly progress = element<HTMLProgressElement>("progress");

    fill(list: HTMLSelectElement, entries: readonly (readonly [value: string, text: string])[]): void {
        list.replaceChildren(
            ...entries.map(([value, text]) => {
                const option = document.createElement("option");
                option.value = value;
                option.textContent = text;
                return option;
            }),
        );
    }

    say(text: string, isError = false): void {
        this.status.textContent = text;
        this.status.classList.toggle("error", isError);
    }

    /** Nothing works without what went wrong. */
    stop(error: Error): void {
        this.status.classList.add("error");
        showStop(this.status, error);
    }

    /** What holds as long as the page is open. */
    note(text: string): void {
        this.remark.textContent = text;
        this.remark.hidden = false;
    }

    /** @param share from 0 to 1; null when nothing is under way */
    setProgress(share: number | null): void {
        this.progress.hidden = share === null;
        this.progress.value = share ?? 0;
        this.complete.textContent = share === null ? "Complete" : "Stop";
    }

    /** Radio buttons, the first chosen. */
    setResults(lines: readonly { title: string; detail: string }[], choose: (place: number) => void): void {
        this.results.replaceChildren(
            ...lines.map(({ title, detail }, place) => {
                const label = document.createElement("label");
                const radio = document.createElement("input");
                radio.type = "radio";
                radio.name = "result";
                radio.checked = place === 0;
                radio.addEventListener("change", () => choose(place));
                const [strong, small] = [document.createElement("strong"), document.createElement("small")];
                strong.textContent = title;
                small.textContent = detail;
                const text = document.createElement("span");
                text.append(strong, small);
                label.append(radio, text);
                return label;
            }),
        );
    }

    /** Where the panel is lower than its content, the results come into view. */
    revealResults(): void {
        this.results.scrollIntoView({ block: "nearest" });
    }
}

function element<T extends HTMLElement>(id: string): T {
    return document.getElementById(id) as T;
}

function select(id: string): HTMLSelectElement {
    return element<HTMLSelectElement>(id);
}

function button(id: string): HTMLButtonElement {
    return element<HTMLButtonElement>(id);
}

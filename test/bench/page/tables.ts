import { nameOf, rounded } from "../suite/markdown.js";
import type { SuiteReport } from "../suite/types.js";

/** Tables of the times, the figures and the notes. */
export function showReport({ rows, adapter }: SuiteReport): DocumentFragment {
    const shown = document.createDocumentFragment();
    const times = rows.flatMap((row) =>
        Object.entries(row.milliseconds).map(([arm, { median, quartiles }]) => [
            nameOf(row),
            arm,
            median,
            `${quartiles[0]} to ${quartiles[1]}`,
        ]),
    );
    const figures = rows.flatMap((row) =>
        Object.entries(row.figures).map(([figure, value]) => [nameOf(row), figure, rounded(value)]),
    );
    shown.append(
        table(`Milliseconds on ${adapter}`, ["What", "Arm", "Median", "Quartiles"], times),
        table("Figures", ["What", "Figure", "Value"], figures),
    );
    const notes = document.createElement("ul");
    for (const row of rows) {
        for (const note of row.notes) {
            notes.append(cell("li", `${nameOf(row)}: ${note}`));
        }
    }
    shown.append(notes);
    return shown;
}

function table(caption: string, heads: readonly string[], lines: readonly (string | number)[][]): HTMLElement {
    const made = document.createElement("table");
    made.append(cell("caption", caption));
    const head = made.createTHead().insertRow();
    for (const text of heads) {
        const th = cell("th", text);
        th.setAttribute("scope", "col");
        head.append(th);
    }
    const body = made.createTBody();
    for (const line of lines) {
        const row = body.insertRow();
        for (const [place, value] of line.entries()) {
            const td = cell("td", String(value));
            td.className = place > 1 ? "number" : "";
            row.append(td);
        }
    }
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    scroll.append(made);
    return scroll;
}

function cell(kind: string, text: string): HTMLElement {
    const made = document.createElement(kind);
    made.textContent = text;
    return made;
}

import type { SuiteReport, SuiteRow } from "./types.js";

/** The goals that a row's figures are for, as the project states them. */
const GOALS: Readonly<Record<string, string>> = {
    "remesh 128 denseOnnxRuntimeToLibrary": "≥ 40, aim 150",
    "remesh 256 denseOnnxRuntimeToLibrary": "≥ 150, aim 500",
    "remesh 128 floorToBackToBack": "≥ 0.25, aim 0.5",
    "remesh 256 floorToBackToBack": "≥ 0.25, aim 0.5",
    "Marching Cubes alone 256 usherToLibrary": "≥ 5, aim 15",
};

/** The report as a page: a table of times, a table of figures, and what it was measured with. */
export function toMarkdown({ adapter, date, options, rows, versions }: SuiteReport): string {
    const times = rows.flatMap((row) =>
        Object.entries(row.milliseconds).map(([arm, { median, quartiles, least, most }]) =>
            line(nameOf(row), arm, median, quartiles.join(" to "), `${least} to ${most}`),
        ),
    );
    const figures = rows.flatMap((row) =>
        Object.entries(row.figures).map(([figure, value]) =>
            line(nameOf(row), figure, rounded(value), GOALS[`${row.what} ${row.resolution} ${figure}`] ?? ""),
        ),
    );
    const notes = rows.flatMap((row) => row.notes.map((note) => `- ${nameOf(row)}: ${note}`));
    return [
        `# ${adapter}`,
        "",
        `Written by \`npm run bench\` on ${date}. Times are milliseconds on the host's clock; arms ran in turn, ${options.runCount} rounds after one to warm up, over ${options.codeCount} codes.`,
        "",
        "| what | arm | median | quartiles | all |",
        "|---|---|---|---|---|",
        ...times,
        "",
        "| what | figure | value | goal |",
        "|---|---|---|---|",
        ...figures,
        "",
        ...(notes.length > 0 ? [...notes, ""] : []),
        Object.entries(versions)
            .map(([name, version]) => `${name} ${version}`)
            .join("; "),
        "",
    ].join("\n");
}

export function nameOf({ what, decoder, resolution }: SuiteRow): string {
    return [what, decoder, resolution ? `${resolution}³` : ""].filter(Boolean).join(", ");
}

export function rounded(value: number): number {
    return Number(value.toPrecision(3));
}

function line(...cells: readonly (string | number)[]): string {
    return `| ${cells.join(" | ")} |`;
}

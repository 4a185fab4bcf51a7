import type { ShapeModel, SurfaceStatistics } from "babylon-deepsdf";

const count = new Intl.NumberFormat("en");

/** Shows what the last surface took. */
export function showFigures(list: HTMLElement, shapes: ShapeModel, statistics: SurfaceStatistics): void {
    const rows: [string, string][] = [
        ["backend", `${shapes.backend}, ${shapes.evaluator}`],
        ["engine", shapes.scene.getEngine().description],
        ["triangles", count.format(statistics.triangles)],
        ["milliseconds", statistics.milliseconds.toFixed(1)],
        ["evaluations", count.format(statistics.evaluations)],
        ["surface cells", count.format(statistics.surfaceCells)],
        ["dispatches", count.format(statistics.dispatches)],
        ["awaits", count.format(statistics.awaits)],
        ["bytes read back", count.format(statistics.bytesReadBack)],
    ];
    list.replaceChildren(
        ...rows.flatMap(([name, value]) => {
            const [term, description] = [document.createElement("dt"), document.createElement("dd")];
            term.textContent = name;
            description.textContent = value;
            description.dataset.figure = name;
            return [term, description];
        }),
    );
}

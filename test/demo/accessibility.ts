import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES: RunOptions = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };

/**
 * What axe-core finds wrong with a page: labels, roles, and contrast at its worst, which is over a white or a black
 * picture.
 *
 * @param excluded selectors of parts that are others' work
 */
export async function barriersOn(page: Page, excluded: readonly string[] = []): Promise<string[]> {
    await page.addScriptTag({ path: AXE });
    const barriers: string[] = [];
    for (const colour of ["black", "white"]) {
        // axe-core cannot see what a canvas shows.
        const style = await page.addStyleTag({
            content: `canvas { visibility: hidden !important; } body { background: ${colour} !important; }`,
        });
        const { violations } = await page.evaluate(
            ({ exclude, rules }) =>
                (window as unknown as { axe: { run(context: object, options: object): Promise<AxeResults> } }).axe.run(
                    { exclude },
                    rules,
                ),
            { exclude: excluded.map((selector) => [selector]), rules: RULES },
        );
        await style.evaluate((element) => (element as HTMLElement).remove());
        for (const { id, nodes } of violations) {
            for (const { html, failureSummary } of nodes) {
                barriers.push(`over ${colour}, ${id}: ${html.slice(0, 120)} ${failureSummary ?? ""}`);
            }
        }
    }
    return barriers;
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright";
import { PNG } from "pngjs";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BuiltSite } from "../demo/builtSite.js";

const ROOT = resolve(import.meta.dirname, "../..");
const SITE = join(ROOT, "plugin/docs/site");
/** Pages of the guide with examples, and how many of those leave meshes. */
const PAGES: readonly (readonly [name: string, file: string, drawings: number])[] = [
    ["For_a_game", "game.md", 1],
    ["For_a_level_designer", "level-designer.md", 2],
    ["For_scans", "scans.md", 1],
    ["Your_own_decoder", "own-decoder.md", 0],
];
/** Of a desktop and of a phone. */
const WIDTHS = [1280, 390];
const examplesIn = (file: string) =>
    [...readFileSync(join(ROOT, "plugin/docs", file), "utf8").matchAll(/^```ts$/gm)].length;

let site: BuiltSite;
let folder: string;

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "deepsdf-site-"));
    const pages = spawnSync("npm", ["run", "--silent", "pages", "--", "--out", folder, "--logLevel", "Warn"], {
        cwd: SITE,
        encoding: "utf8",
        shell: process.platform === "win32",
    });
    expect([pages.stderr + pages.stdout, pages.status]).toEqual(["", 0]);
    await build({
        configFile: join(SITE, "vite.config.mjs"),
        logLevel: "error",
        build: { outDir: join(folder, "live"), reportCompressedSize: false },
    });
    site = await BuiltSite.ServeAsync(folder, "index");
}, 300_000);
afterEach(() => site.closePagesAsync());
afterAll(async () => {
    await site?.closeAsync();
    rmSync(folder, { recursive: true, force: true });
});

/** Colours on the last canvas, read in the frame that draws it. */
async function tintsOf(page: Page): Promise<number> {
    const url = await page.evaluate(
        () =>
            new Promise<string>((resolve) => {
                const canvas = [...document.querySelectorAll<HTMLCanvasElement>(".live-canvas")].at(-1)!;
                canvas.dispatchEvent(new Event("pointermove"));
                requestAnimationFrame(() => resolve(canvas.toDataURL("image/png")));
            }),
    );
    const { data } = PNG.sync.read(Buffer.from(url.split(",")[1], "base64"));
    return new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size;
}

describe("the built site", () => {
    it("has every example of the guide on a page that is tested here", () => {
        const files = readdirSync(join(ROOT, "plugin/docs")).filter((name) => name.endsWith(".md"));
        expect(files.filter((file) => examplesIn(file) > 0).sort()).toEqual(PAGES.map(([, file]) => file).sort());
    });

    it.each(PAGES)(
        "runs each example of %s when asked and draws what it made, and fits a desktop and a phone",
        async (name, file, drawings) => {
            const { page, complaints, strangers } = await site.openAsync("", {}, undefined, name);
            const runs = page.locator(".live-run");
            await runs.first().waitFor();
            const count = await runs.count();
            expect(count).toBe(examplesIn(file));
            let drawn = 0;
            for (let n = 0; n < count; n++) {
                await runs.nth(n).click();
                const said = page.locator(".live-said").nth(n);
                await expect.poll(() => said.textContent(), { timeout: 60_000 }).toMatch(/^\d+ mesh|^It ran/);
                if (/^\d/.test((await said.textContent()) ?? "")) {
                    drawn++;
                    // A shaded shape has many tints, an empty stage one; all of one colour would be a cleared canvas.
                    await expect.poll(() => tintsOf(page), { timeout: 30_000 }).toBeGreaterThan(50);
                }
            }
            for (const width of WIDTHS) {
                await page.setViewportSize({ width, height: 800 });
                const isWide = () => (document.scrollingElement as HTMLElement).scrollWidth > window.innerWidth;
                expect([width, await page.evaluate(isWide)]).toEqual([width, false]);
            }
            expect(drawn).toBe(drawings);
            expect(strangers).toEqual([]);
            expect(complaints).toEqual([]);
        },
        180_000,
    );
});

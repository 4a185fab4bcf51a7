import type { Page } from "playwright";
import { PNG } from "pngjs";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { barriersOn } from "./accessibility.js";
import { BuiltSite } from "./builtSite.js";
import { octahedra, openEditor, reshape, type, typeAxis } from "./hands.js";
import { keepPicture } from "./keepPicture.js";
import { boxesOf, overlaps } from "./layoutOfPage.js";
import { difference, pictureOf, propShare } from "./pixels.js";

let site: BuiltSite;

beforeAll(async () => {
    site = await BuiltSite.ServeAsync(inject("demo"), "index");
}, 60_000);
afterEach(() => site.closePagesAsync());
afterAll(() => site?.closeAsync());

const figure = (page: Page, name: string) => page.textContent(`[data-figure="${name}"]`);

const chairs = { query: "category=chair&seed=5&resolution=32" };

describe.each([
    ["WebGL and WASM", { ...chairs, query: `${chairs.query}&engine=webgl` }, "wasm, fused"],
    ["WebGPU and WASM, chosen because the adapter is software", chairs, "wasm, fused"],
    ["WebGPU throughout", octahedra, "webgpu, fused"],
])("the editor on %s", (_, { query }, backend) => {
    it("shows a prop that follows seed and axis, takes them back, and says what it took", async () => {
        const { page, complaints, strangers } = await openEditor(site, query);
        const first = await pictureOf(page);
        expect(propShare(first)).toBeGreaterThan(0.02);
        expect(propShare(first)).toBeLessThan(0.5);
        await page.click("#about summary");

        const bySeed = await reshape(page, () => type(page, "seed", "6"));
        expect(difference(first, bySeed)).toBeGreaterThan(0.004);
        expect(propShare(bySeed)).toBeGreaterThan(0.02);
        expect(await figure(page, "backend")).toBe(backend);
        expect(Number((await figure(page, "triangles"))?.replaceAll(",", ""))).toBeGreaterThan(500);
        expect(Number(await figure(page, "milliseconds"))).toBeGreaterThan(0);

        const byAxis = await reshape(page, () => typeAxis(page, "1.5"));
        expect(difference(bySeed, byAxis)).toBeGreaterThan(0.002);

        await reshape(page, () => page.click("#undo"));
        const back = await reshape(page, () => page.keyboard.press("Control+z"));
        expect(difference(first, back)).toBeLessThan(0.001);
        const forth = await reshape(page, () => page.click("#redo"));
        expect(difference(bySeed, forth)).toBeLessThan(0.001);

        if (backend.startsWith("webgpu")) {
            expect(await figure(page, "awaits")).toBe("0");
            expect(await figure(page, "bytes read back")).toBe("0");
        }
        expect(strangers).toEqual([]);
        expect(complaints).toEqual([]);
    }, 240_000);
});

/** Boxes of the page's parts, each inside the page and apart from all others. */
async function expectApart(page: Page, size: { width: number; height: number }, more: readonly string[] = []) {
    const boxes = await boxesOf(page, ["nav.scenes", "#about", "#tools .row", "#strip", ".lil-root", ...more]);
    expect(boxes).toHaveLength(5 + more.length);
    expect(overlaps(boxes)).toEqual([]);
    for (const { selector, x, y, width, height } of boxes) {
        expect(Math.min(x, y), selector).toBeGreaterThanOrEqual(0);
        expect(x + width, selector).toBeLessThanOrEqual(size.width);
        expect(y + height, selector).toBeLessThanOrEqual(size.height);
    }
    return boxes;
}

describe("the editor", () => {
    it.each([
        ["desktop", { width: 1280, height: 800 }],
        ["phone", { width: 390, height: 844 }],
    ])(
        "has a picture at %s size in which nothing overlaps",
        async (name, size) => {
            const query = "category=chair&seed=1&temperature=1&engine=webgl&resolution=96";
            const { page } = await openEditor(site, query, { viewport: size });
            await page.waitForFunction(() => document.querySelectorAll(".variation:enabled").length === 6, null, {
                timeout: 120_000,
            });
            await pictureOf(page);
            const picture = await page.screenshot();
            expect(propShare(PNG.sync.read(picture))).toBeGreaterThan(0.02);
            await expectApart(page, size);
            expect(await barriersOn(page)).toEqual([]);

            const isPhone = size.width < 700;
            if (isPhone) await page.click(".lil-root > .lil-title");
            await page.keyboard.press("k");
            await page.waitForSelector("#pad", { state: "visible" });
            await page.waitForTimeout(1000);
            const [, , tools] = await expectApart(page, size, ["#pad"]);
            const above = { x: 0, y: 70, width: isPhone ? 230 : 900, height: tools.y - 70 };
            expect(propShare(PNG.sync.read(await page.screenshot({ clip: above })))).toBeGreaterThan(0.05);
            const [seed, axis, lock] = await boxesOf(page, [
                ".lil-slider",
                ".lil-controller:has(.lock) .lil-slider",
                ".lock",
            ]);
            expect(axis.width).toBeCloseTo(seed.width, 0);
            expect(axis.width).toBeGreaterThan(100);
            expect(lock.width).toBe(lock.height);
            if (isPhone) expect(await barriersOn(page)).toEqual([]);
            keepPicture(`editor-${name}.png`, picture);
        },
        300_000,
    );
});

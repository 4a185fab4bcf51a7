import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { BuiltSite } from "./builtSite.js";
import { codeOf, exported, openEditor, openFolder, press, reshape, typeAxis } from "./hands.js";
import { propInGlb, propOnStage } from "./loadGlb.js";
import { difference, pictureOf, propShare } from "./pixels.js";

/** A browser that draws, but offers no WebGPU. */
const WITHOUT_WEBGPU = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--no-first-run"];
const octahedron = "model=octahedron.onnx&category=large&seed=5&resolution=24";

let site: BuiltSite;

beforeAll(async () => {
    site = await BuiltSite.ServeAsync(inject("demo"), "index", WITHOUT_WEBGPU);
}, 60_000);
afterAll(() => site?.closeAsync());

const present = (page: Page) =>
    page.evaluate(
        () =>
            (window as unknown as { demo: { editor: { present: { pad: number[] | null; kept: string[] } } } }).demo
                .editor.present,
    );

describe("the editor in a browser without WebGPU", () => {
    afterEach(() => site.closePagesAsync());

    it("opens without a complaint and says that the CPU does the work", async () => {
        const { page, complaints } = await openEditor(site, octahedron);
        expect(propShare(await pictureOf(page))).toBeGreaterThan(0.02);
        expect(await page.textContent("#processor")).toBe("Computed on the CPU, no GPU here");
        expect(await page.isVisible("#processor")).toBe(true);
        // The browser says itself that there is no adapter.
        expect(complaints.filter((text) => text !== "No available adapters.")).toEqual([]);
    }, 180_000);
});

describe("a GLB that the editor exports", () => {
    afterEach(() => site.closePagesAsync());

    it("is in a game's scene what stands on the stage, whatever its look", async () => {
        const { page } = await openEditor(site, "category=chair&seed=5&resolution=24");
        const choice = (label: RegExp) => page.locator(".lil-controller", { hasText: label }).locator("select");
        await openFolder(page, "Files");
        const expectSame = async () => {
            const [loaded, shown] = [await propInGlb(await exported(page, /export GLB/)), await propOnStage(page)];
            expect(loaded.triangles).toBe(shown.triangles);
            for (const part of ["minimum", "maximum", "middle", "color"] as const) {
                loaded[part].forEach((value, i) => {
                    expect(value, part).toBeCloseTo(shown[part][i], 4);
                });
            }
            return loaded;
        };
        const whole = await expectSame();
        await choice(/^material/).selectOption("metal");
        await page.locator("#stage").press("w");
        const metal = await expectSame();
        expect(metal.color).not.toEqual(whole.color);
        await choice(/triangles at most/).selectOption("300");
        await expect.poll(async () => (await propOnStage(page)).triangles, { timeout: 30_000 }).toBeLessThan(301);
        expect((await expectSame()).triangles).toBeGreaterThan(50);
    }, 180_000);
});

describe("the editor, open all the while", () => {
    let page: Page;

    beforeAll(async () => {
        const permissions = ["clipboard-read", "clipboard-write"];
        ({ page } = await openEditor(site, octahedron, { permissions }));
    }, 180_000);

    it("has a wireframe, materials and a hull that are seen, and taken back", async () => {
        const plain = await pictureOf(page);
        await page.locator("#stage").focus();
        const seen = async (action: () => Promise<unknown>) => {
            await action();
            await page.waitForTimeout(700);
            const picture = await pictureOf(page);
            await page.click("#undo");
            await page.waitForTimeout(500);
            return difference(plain, picture);
        };
        expect(await seen(() => page.keyboard.press("w"))).toBeGreaterThan(0.01);
        expect(await seen(() => page.keyboard.press("h"))).toBeGreaterThan(0.002);
        const material = page.locator(".lil-controller", { hasText: /^material/ }).locator("select");
        for (const name of ["wood", "stone", "metal"]) {
            expect(await seen(() => material.selectOption(name)), name).toBeGreaterThan(0.01);
        }
        expect(difference(plain, await pictureOf(page))).toBeLessThan(0.001);
    }, 180_000);

    it("gives the code as text, and presets as a file that it reads back, all undone by one key", async () => {
        await openFolder(page, "Files");
        await press(page, /copy the code/);
        await page.waitForSelector('#message[data-kind="note"]');
        expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await codeOf(page));

        await openFolder(page, "Presets");
        await press(page, /^save$/);
        const file = await exported(page, /all into a file/);
        const saved = page.locator(".lil-controller", { hasText: /^saved/ }).locator("option");
        expect(await saved.allTextContents()).toEqual(["my prop"]);
        await press(page, /remove the chosen one/);
        expect(await saved.allTextContents()).toEqual([]);

        const choosing = page.waitForEvent("filechooser");
        await press(page, /from a file/);
        await (await choosing).setFiles({ name: "presets.json", mimeType: "application/json", buffer: file });
        await page.waitForFunction(() => document.getElementById("message")!.textContent === "1 presets read");
        expect(await saved.allTextContents()).toEqual(["my prop"]);
        await page.click("#undo");
        expect(await saved.allTextContents()).toEqual([]);
        await page.click("#undo");
        expect(await saved.allTextContents()).toEqual(["my prop"]);
    }, 180_000);

    it("goes through scenes, stage, tools, pad and panel, and shows where it is", async () => {
        await page.keyboard.press("k");
        await reshape(page, () => typeAxis(page, "-1.5"));
        await page.locator("input.lock").first().focus();
        await page.keyboard.press("k");
        await page.waitForSelector(".variation:enabled >> nth=5");
        await page.focus(".scenes a");
        const stops: string[] = [];
        while (stops.length < 60) {
            await page.keyboard.press("Tab");
            const stop = await page.evaluate(() => {
                const element = document.activeElement as HTMLElement;
                const { outlineStyle, outlineWidth } = getComputedStyle(element);
                const isSeen = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
                const part = element.closest("nav, #stage, #about, #tools, #pad, .lil-root");
                const name = part ? part.id || part.classList[part.classList.length > 1 ? 1 : 0] : "";
                return { part: name, what: element.outerHTML.slice(0, 80), isSeen };
            });
            if (!stop.part) break;
            expect(stop.isSeen, stop.what).toBe(true);
            stops.push(stop.part);
        }
        const parts = stops.filter((part, i) => part !== stops[i - 1]);
        expect(parts).toEqual(["scenes", "stage", "about", "tools", "pad", expect.stringMatching(/^lil-/)]);
        const knob = page.locator(".knob");
        expect(await knob.getAttribute("aria-valuenow")).toBe("50");
        await knob.press("ArrowRight");
        expect(await knob.getAttribute("aria-valuenow")).toBe("55");
        expect(await knob.getAttribute("aria-valuetext")).toBe("55 % right");
    }, 180_000);
});

describe("the editor under a finger", () => {
    it("follows it on a slider and on the pad", async () => {
        const phone = { hasTouch: true, isMobile: true };
        const finer = octahedron.replace("resolution=24", "resolution=48");
        const { page } = await openEditor(site, finer, { viewport: { width: 390, height: 844 }, ...phone });
        const triangles = async () =>
            Number((await page.textContent('[data-figure="triangles"]'))?.replaceAll(",", ""));
        const whole = await triangles();
        const first = await codeOf(page);
        await page.tap(".lil-root > .lil-title");
        await page.waitForTimeout(600);
        await page.locator("input.lock").first().scrollIntoViewIfNeeded();
        await press(page, /keep on the morph pad/);
        await drag(page, ".lil-controller:has(.lock) .lil-slider", [0.3, 0.5], [0.9, 0.5]);
        const second = await codeOf(page);
        expect(second).not.toBe(first);
        // Let go of at once, it is fine again: a draft has less than half the triangles.
        await expect.poll(triangles, { timeout: 30_000 }).toBeGreaterThan(0.6 * whole);
        await press(page, /keep on the morph pad/);
        await drag(page, ".square", [0.5, 0.5], [0.25, 0.5]);
        expect((await present(page)).kept).toEqual([first, second]);
        expect((await present(page)).pad?.[0]).toBeCloseTo(0.25, 1);
        expect([first, second]).not.toContain(await codeOf(page));
    }, 180_000);
});

/** A finger moves over an element, between places that are parts of its size. */
async function drag(page: Page, selector: string, from: readonly number[], to: readonly number[]): Promise<void> {
    const box = (await page.locator(selector).first().boundingBox())!;
    const touch = await page.context().newCDPSession(page);
    const at = (share: number) => [
        {
            x: box.x + box.width * (from[0] + share * (to[0] - from[0])),
            y: box.y + box.height * (from[1] + share * (to[1] - from[1])),
        },
    ];
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
    for (const share of [0.25, 0.5, 0.75, 1]) {
        await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(share) });
    }
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await page.waitForTimeout(500);
}

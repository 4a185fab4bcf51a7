import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { BuiltSite } from "./builtSite.js";
import {
    codeOf,
    drop,
    exported,
    octahedra,
    openEditor,
    openFolder,
    press,
    reshape,
    surfaces,
    typeAxis,
    waitForSurfaces,
} from "./hands.js";
import { propInGlb } from "./loadGlb.js";
import { difference, pictureOf } from "./pixels.js";
import { octahedronXyz } from "./scanText.js";

const FIXTURES = join(import.meta.dirname, "../fixtures/decoders");

let site: BuiltSite;

beforeAll(async () => {
    site = await BuiltSite.ServeAsync(inject("demo"), "index");
}, 60_000);
afterAll(() => site?.closeAsync());

const BACKENDS = [
    ["WebGPU", octahedra.query],
    ["WebGL and WASM", `${octahedra.query.replace("webgpu", "wasm")}&engine=webgl`],
] as const;

describe.each(BACKENDS)("the editor in a person's hands, on %s", (_, query) => {
    afterEach(() => site.closePagesAsync());

    it("follows a slider while it is dragged, and takes the drag back as one step", async () => {
        const { page } = await openEditor(site, query);
        const code = await codeOf(page);
        const before = await pictureOf(page);
        const slider = (await page.locator(".lil-controller:has(.lock) .lil-slider").first().boundingBox())!;
        const count = await surfaces(page);
        await page.mouse.move(slider.x + 0.5 * slider.width, slider.y + slider.height / 2);
        await page.mouse.down();
        for (const share of [0.6, 0.7, 0.8, 0.9]) {
            await page.mouse.move(slider.x + share * slider.width, slider.y + slider.height / 2);
            await page.waitForTimeout(150);
        }
        // Before the mouse is let go.
        await waitForSurfaces(page, count + 1);
        const during = await pictureOf(page);
        expect(difference(before, during)).toBeGreaterThan(0.002);
        await page.mouse.up();
        await page.waitForTimeout(1000);
        await reshape(page, () => page.click("#undo"));
        expect(await codeOf(page)).toBe(code);
    }, 180_000);

    it("keeps locked axes through a roll, morphs between kept props, offers variations", async () => {
        const { page } = await openEditor(site, query);
        const size = page.locator(".lil-controller:has(.lock) .lil-widget input").first();
        const before = await size.inputValue();
        await page.check("input.lock");
        await reshape(page, () => page.click("#roll"));
        expect(await size.inputValue()).toBe(before);

        const first = await codeOf(page);
        await page.keyboard.press("k");
        await reshape(page, () => typeAxis(page, "-1.5"));
        await page.keyboard.press("k");
        await page.focus(".knob");
        // From the middle to the left edge, where the first prop is; the corners' pictures are being made meanwhile.
        const steps = Array.from({ length: 10 }, () => () => page.keyboard.press("ArrowLeft"));
        for (const step of steps) await step();
        expect(await codeOf(page)).toBe(first);

        await page.waitForSelector(".variation:enabled");
        await reshape(page, () => page.click(".variation >> nth=0"));
        expect(await codeOf(page)).not.toBe(first);
    }, 180_000);

    it("finds presets and the linked prop again after a reload", async () => {
        const { page } = await openEditor(site, query);
        await reshape(page, () => page.click("#roll"));
        const code = await codeOf(page);
        await openFolder(page, "Presets");
        await press(page, /^save$/);
        await reshape(page, () => page.click("#roll"));
        const linked = await codeOf(page);
        await page.reload();
        await waitForSurfaces(page, 1);
        expect(await codeOf(page)).toBe(linked);
        await openFolder(page, "Presets");
        await page.locator(".lil-controller", { hasText: "saved" }).locator("select").selectOption("my prop");
        expect(await codeOf(page)).toBe(code);
    }, 180_000);
});

describe.each(BACKENDS)("the editor, open while files come and go, on %s", (_, query) => {
    let page: Page;

    beforeAll(async () => {
        ({ page } = await openEditor(site, query));
    }, 120_000);
    afterAll(() => site.closePagesAsync());

    it("completes a scan that is dropped on it", async () => {
        const before = await codeOf(page);
        await drop(page, "thing.xyz", Buffer.from(octahedronXyz(800, 3, [10, 2, -5])));
        await page.waitForSelector('#message[data-kind="note"]', { timeout: 120_000 });
        expect(await page.textContent("#message")).toMatch(/^thing\.xyz completed, confidence \d+ %$/);
        expect(await codeOf(page)).not.toBe(before);
    }, 180_000);

    it("exports a GLB with no more triangles than asked for, and a graph", async () => {
        await page.locator(".lil-controller", { hasText: "triangles at most" }).locator("select").selectOption("300");
        await openFolder(page, "Files");
        const { triangles } = await propInGlb(await exported(page, /export GLB/));
        expect(triangles).toBeGreaterThan(50);
        expect(triangles).toBeLessThanOrEqual(300);

        const graph = (await exported(page, /export Node Geometry graph/)).toString();
        expect(graph).toContain("DecodeShapeBlock");
        expect(graph).toContain(await codeOf(page));
    }, 180_000);

    it("opens a foreign decoder that is dropped on it, and says what is wrong with another file", async () => {
        await drop(page, "broken.onnx", Uint8Array.of(1, 2, 3));
        await page.waitForSelector('#message[data-kind="error"]');
        expect(await page.textContent("#message")).toMatch(/broken\.onnx.*; expected .*; /);
        await page.click("#message button");
        const before = await codeOf(page);
        await drop(page, "two-inputs.onnx", readFileSync(join(FIXTURES, "two-inputs.onnx")));
        await page.waitForSelector('#message[data-kind="note"]', { timeout: 120_000 });
        expect(await codeOf(page)).not.toBe(before);
        expect(await page.isHidden("#light")).toBe(true);
    }, 180_000);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NodeIO } from "@gltf-transform/core";
import type { Page } from "playwright";
import { PNG } from "pngjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { barriersOn } from "./accessibility.js";
import { keepPicture } from "./keepPicture.js";
import { DemoSite, waitForSurfaces } from "./page.js";
import { difference, pictureOf, propShare } from "./pixels.js";
import { octahedronXyz } from "./scanText.js";

const FIXTURES = join(import.meta.dirname, "../fixtures/decoders");
const SMALL = { width: 720, height: 420 };

let site: DemoSite;

beforeAll(async () => {
    site = await DemoSite.OpenAsync();
}, 120_000);
afterEach(() => site.closePagesAsync());
afterAll(() => site?.closeAsync());

const surfaces = (page: Page) => page.evaluate(() => Number(document.body.dataset.surfaces));

/** Does something and waits for the shape that comes of it. */
async function reshape(page: Page, action: () => Promise<unknown>): Promise<PNG> {
    const before = await surfaces(page);
    await action();
    await waitForSurfaces(page, before + 1);
    // The fine surface follows the coarse one.
    await page.waitForTimeout(600);
    return pictureOf(page);
}

/** Types a value beside the first axis. */
async function typeAxis(page: Page, value: string): Promise<void> {
    const input = page.locator(".lil-controller:has(.lock) .lil-widget input").first();
    await input.fill(value);
    await input.press("Enter");
}

/** Types a value into the panel. */
async function type(page: Page, label: string, value: string): Promise<void> {
    const name = page.locator(".lil-name", { hasText: new RegExp(`^${label}$`) });
    const input = page.locator(".lil-controller", { has: name }).first().locator(".lil-widget input");
    await input.first().fill(value);
    await input.first().press("Enter");
}

async function press(page: Page, button: RegExp): Promise<void> {
    await page.locator(".lil-controller button", { hasText: button }).click();
}

async function openFolder(page: Page, title: string): Promise<void> {
    await page.locator(".lil-title", { hasText: title }).click();
}

const figure = (page: Page, name: string) => page.textContent(`[data-figure="${name}"]`);
const codeOf = (page: Page) =>
    page.evaluate(
        () => (window as unknown as { demo: { editor: { present: { code: string } } } }).demo.editor.present.code,
    );

/** Lets a file fall on the page. */
async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
    const transfer = await page.evaluateHandle(
        ([fileName, base64]) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], fileName));
            return data;
        },
        [name, Buffer.from(bytes).toString("base64")] as const,
    );
    await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

/** Reading the canvas back makes WebGL drivers talk about performance; without a GPU even a 2D canvas does. */
const serious = (complaints: readonly string[]) => complaints.filter((text) => !text.includes("ReadPixels"));

const chairs = { query: "category=chair&seed=5&resolution=32" };
// A software adapter takes minutes for a real decoder, so what runs there is a tiny one.
const octahedra = { query: "model=octahedron.onnx&category=large&seed=5&resolution=24&backend=webgpu" };

describe.each([
    ["WebGL and WASM", { ...chairs, query: `${chairs.query}&engine=webgl` }, "wasm, onnxruntime"],
    ["WebGPU and WASM, chosen because the adapter is software", chairs, "wasm, onnxruntime"],
    ["WebGPU throughout", octahedra, "webgpu, fused"],
])("the editor on %s", (_, { query }, backend) => {
    it("shows a prop that follows seed, axis and roll, takes it back, and says what it took", async () => {
        const { page, complaints } = await site.openAsync(query, SMALL);
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
        const rolled = await reshape(page, () => page.click("#roll"));
        expect(difference(byAxis, rolled)).toBeGreaterThan(0.002);

        await reshape(page, () => page.click("#undo"));
        await reshape(page, () => page.keyboard.press("Control+z"));
        const back = await reshape(page, () => page.keyboard.press("Control+z"));
        expect(difference(first, back)).toBeLessThan(0.001);
        const forth = await reshape(page, () => page.click("#redo"));
        expect(difference(bySeed, forth)).toBeLessThan(0.001);

        if (backend.startsWith("webgpu")) {
            expect(await figure(page, "awaits")).toBe("0");
            expect(await figure(page, "bytes read back")).toBe("0");
        }
        expect(serious(complaints)).toEqual([]);
    }, 240_000);
});

describe.each([
    ["WebGPU", octahedra.query],
    ["WebGL and WASM", `${octahedra.query.replace("webgpu", "wasm")}&engine=webgl`],
])("the editor for a person on %s", (_, query) => {
    it("follows a slider while it is dragged, and takes the drag back as one step", async () => {
        const { page } = await site.openAsync(query, SMALL);
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
        const after = await reshape(page, () => page.mouse.up());
        expect(difference(before, after)).toBeGreaterThan(0.002);
        await reshape(page, () => page.click("#undo"));
        expect(await codeOf(page)).toBe(code);
    }, 180_000);

    it("completes a scan that is dropped on it", async () => {
        const { page } = await site.openAsync(query, SMALL);
        const before = await codeOf(page);
        await drop(page, "thing.xyz", Buffer.from(octahedronXyz(800, 3, [10, 2, -5])));
        await page.waitForSelector('#message[data-kind="note"]', { timeout: 120_000 });
        expect(await page.textContent("#message")).toMatch(/^thing\.xyz completed, confidence \d+ %$/);
        expect(await codeOf(page)).not.toBe(before);
    }, 180_000);

    it("keeps locked axes through a roll, morphs between kept props, offers variations", async () => {
        const { page } = await site.openAsync(query, SMALL);
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
        // From the middle to the left edge, where the first prop is.
        const steps = Array.from({ length: 10 }, () => () => page.keyboard.press("ArrowLeft"));
        for (const step of steps) await step();
        await page.waitForFunction(
            (code) =>
                (window as unknown as { demo: { editor: { present: { code: string } } } }).demo.editor.present.code ===
                code,
            first,
        );

        await page.waitForSelector(".variation:enabled");
        await reshape(page, () => page.click(".variation >> nth=0"));
        expect(await codeOf(page)).not.toBe(first);
    }, 180_000);

    it("finds presets and the linked prop again after a reload", async () => {
        const { page } = await site.openAsync(query, SMALL);
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

    it("exports a GLB with no more triangles than asked for, and a graph", async () => {
        const { page } = await site.openAsync(query, SMALL);
        await page.locator(".lil-controller", { hasText: "triangles at most" }).locator("select").selectOption("300");
        await openFolder(page, "Files");
        const downloading = page.waitForEvent("download");
        await press(page, /export GLB/);
        const bytes = readFileSync((await (await downloading).path()) as string);
        const document = await new NodeIO().readBinary(bytes);
        const [primitive] = document.getRoot().listMeshes()[0].listPrimitives();
        const triangles = (primitive.getIndices()?.getCount() ?? 0) / 3;
        expect(triangles).toBeGreaterThan(50);
        expect(triangles).toBeLessThanOrEqual(300);

        const second = page.waitForEvent("download");
        await press(page, /export Node Geometry graph/);
        const graph = readFileSync((await (await second).path()) as string, "utf8");
        expect(graph).toContain("DecodeShapeBlock");
        expect(graph).toContain(await codeOf(page));
    }, 180_000);

    it("opens a foreign decoder that is dropped on it, and says what is wrong with another file", async () => {
        const { page } = await site.openAsync(query, SMALL);
        await drop(page, "broken.onnx", Uint8Array.of(1, 2, 3));
        await page.waitForSelector('#message[data-kind="error"]');
        expect(await page.textContent("#message")).toMatch(/broken\.onnx.*; expected .*; /);
        await page.click("#message");
        const before = await codeOf(page);
        await drop(page, "two-inputs.onnx", readFileSync(join(FIXTURES, "two-inputs.onnx")));
        await page.waitForSelector('#message[data-kind="note"]');
        expect(await codeOf(page)).not.toBe(before);
        expect(await page.isHidden("#light")).toBe(true);
    }, 180_000);
});

describe("the editor", () => {
    it("says in words what it cannot load", async () => {
        const page = await site.newPageAsync("model=nowhere.onnx&engine=webgl");
        await page.waitForFunction(() => !document.getElementById("message")!.textContent!.endsWith("…"));
        expect(await page.textContent("#message")).toMatch(/nowhere\.onnx.*; expected .*; /);
    }, 60_000);

    it.each([
        ["desktop", { width: 1280, height: 800 }],
        ["phone", { width: 390, height: 844 }],
    ])(
        "has a picture at %s size in which nothing overlaps",
        async (name, size) => {
            const { page } = await site.openAsync(
                "category=chair&seed=1&temperature=1&engine=webgl&resolution=96",
                size,
            );
            await page.waitForFunction(() => document.querySelectorAll(".variation:enabled").length === 6, null, {
                timeout: 120_000,
            });
            await pictureOf(page);
            const picture = await page.screenshot();
            expect(propShare(PNG.sync.read(picture))).toBeGreaterThan(0.02);
            const parts = ["nav.scenes", "#about", "#tools .row", "#strip", ".lil-root"];
            const boxes = await Promise.all(parts.map((part) => page.locator(part).first().boundingBox()));
            boxes.forEach((a, i) => {
                if (!a) return;
                expect(a.x + a.width).toBeLessThanOrEqual(size.width);
                for (const [j, b] of boxes.entries()) {
                    if (!b || j <= i) continue;
                    const apart =
                        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
                    expect(apart, `${parts[i]} and ${parts[j]}`).toBe(true);
                }
            });
            expect(await barriersOn(page)).toEqual([]);
            keepPicture(`editor-${name}.png`, picture);
        },
        180_000,
    );
});

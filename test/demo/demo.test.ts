import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { PNG } from "pngjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DemoSite, waitForSurfaces } from "./page.js";

let site: DemoSite;

beforeAll(async () => {
    site = await DemoSite.OpenAsync();
}, 120_000);
afterEach(() => site.closePagesAsync());
afterAll(() => site?.closeAsync());

/** What is on the canvas, as drawn: page screenshots leave WebGPU canvases out on software adapters. */
async function pictureOf(page: Page): Promise<PNG> {
    const url = await page.evaluate(
        () =>
            new Promise<string>((resolve) => {
                const { engine, stage } = (
                    window as unknown as {
                        demo: {
                            engine: { onEndFrameObservable: { addOnce(f: () => void): void } };
                            stage: { invalidate(): void };
                        };
                    }
                ).demo;
                const canvas = document.getElementById("stage") as HTMLCanvasElement;
                engine.onEndFrameObservable.addOnce(() => resolve(canvas.toDataURL("image/png")));
                stage.invalidate();
            }),
    );
    return PNG.sync.read(Buffer.from(url.split(",")[1], "base64"));
}

/** Share of pixels with the prop's warm colour; the rest of the scene is grey and blue. */
function propShare({ data, width, height }: PNG): number {
    let warm = 0;
    for (let i = 0; i < data.length; i += 4) warm += data[i] > 1.25 * data[i + 2] + 10 ? 1 : 0;
    return warm / (width * height);
}

/** Share of pixels that differ clearly. */
function difference(a: PNG, b: PNG): number {
    let changed = 0;
    for (let i = 0; i < a.data.length; i += 4) {
        const distance = [0, 1, 2].reduce((sum, c) => sum + Math.abs(a.data[i + c] - b.data[i + c]), 0);
        changed += distance > 40 ? 1 : 0;
    }
    return changed / (a.width * a.height);
}

/** Types a value into the panel and waits for the shape. */
async function set(page: Page, label: string, value: string): Promise<void> {
    const before = Number(await page.evaluate(() => document.body.dataset.surfaces));
    const name = page.locator(".lil-name", { hasText: new RegExp(`^${label}$`) });
    const input = page.locator(".lil-controller", { has: name }).first().locator("input");
    await input.fill(value);
    await input.press("Enter");
    await waitForSurfaces(page, before + 1);
}

async function figure(page: Page, name: string): Promise<string> {
    return (await page.textContent(`[data-figure="${name}"]`)) ?? "";
}

const chairs = { query: "category=chair&seed=5&resolution=40", axis: "back height" };
// A software adapter takes minutes for a real decoder, so what runs there is a tiny one.
const octahedra = { query: "model=octahedron.onnx&category=large&seed=5&resolution=24&backend=webgpu", axis: "size" };

describe.each([
    ["WebGL and WASM", { ...chairs, query: `${chairs.query}&engine=webgl` }, "wasm, onnxruntime"],
    ["WebGPU and WASM, chosen because the adapter is software", chairs, "wasm, onnxruntime"],
    ["WebGPU throughout", octahedra, "webgpu, fused"],
])("the demo on %s", (_, { query, axis }, backend) => {
    it("shows a prop that follows seed, axis and blend, and says what it took", async () => {
        const { page, complaints } = await site.openAsync(query, {
            width: 640,
            height: 480,
        });
        const first = await pictureOf(page);
        expect(propShare(first)).toBeGreaterThan(0.02);
        expect(propShare(first)).toBeLessThan(0.5);
        expect(await figure(page, "backend")).toBe(backend);
        expect(Number((await figure(page, "triangles")).replaceAll(",", ""))).toBeGreaterThan(500);
        expect(Number(await figure(page, "milliseconds"))).toBeGreaterThan(0);

        await set(page, "seed", "6");
        const bySeed = await pictureOf(page);
        expect(difference(first, bySeed)).toBeGreaterThan(0.004);
        expect(propShare(bySeed)).toBeGreaterThan(0.02);

        await set(page, axis, "2");
        const byAxis = await pictureOf(page);
        expect(difference(bySeed, byAxis)).toBeGreaterThan(0.002);

        await set(page, "amount", "1");
        expect(difference(byAxis, await pictureOf(page))).toBeGreaterThan(0.002);

        if (backend.startsWith("webgpu")) {
            expect(await figure(page, "awaits")).toBe("0");
            expect(await figure(page, "bytes read back")).toBe("0");
        }
        // Reading the canvas back makes WebGL drivers talk about performance; that is the test's doing.
        expect(complaints.filter((text) => !text.includes("ReadPixels"))).toEqual([]);
    }, 240_000);
});

describe("the demo when something is missing", () => {
    it("says so in words", async () => {
        const page = await site.newPageAsync("model=nowhere.onnx&engine=webgl");
        await page.waitForFunction(() => !document.getElementById("message")!.textContent!.endsWith("…"));
        expect(await page.textContent("#message")).toMatch(/nowhere\.onnx.*; expected .*; /);
    }, 60_000);
});

it("has a picture for the readme", async () => {
    const { page } = await site.openAsync("category=chair&seed=5&engine=webgl&resolution=96", {
        width: 960,
        height: 600,
    });
    await pictureOf(page);
    const picture = await page.screenshot();
    expect(propShare(PNG.sync.read(picture))).toBeGreaterThan(0.02);
    if (process.env.UPDATE_PICTURES) {
        const folder = join(import.meta.dirname, "../../demo/pictures");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "chair.png"), picture);
    }
}, 120_000);

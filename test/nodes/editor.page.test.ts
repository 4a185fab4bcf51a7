import type { Page } from "playwright";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { barriersOn } from "../demo/accessibility.js";
import { BuiltSite } from "../demo/builtSite.js";
import { KEEPS_PICTURES, keepPicture } from "../demo/keepPicture.js";
import { categoryFile } from "./categoryDecoder.js";

let site: BuiltSite;

beforeAll(async () => {
    site = await BuiltSite.ServeAsync(inject("demo"), "nodes");
}, 60_000);
afterAll(() => site?.closeAsync());

const size = { width: 1440, height: 900 };

/** The pictures for the documents show the shipped decoder; tests make do with octahedra of many sizes. */
const decoder = KEEPS_PICTURES ? "props.onnx" : "octahedra.onnx";

/** The editor with a graph in it. */
async function openAsync(graph: string): Promise<{ page: Page; complaints: string[] }> {
    const complaints: string[] = [];
    const file = Buffer.from(categoryFile(["chair", "vase", "barrel", "lamp"]));
    const { page } = await site.openAsync(`graph=${graph}&model=${decoder}`, { viewport: size }, async (fresh) => {
        await fresh.route("**/octahedra.onnx", (route) => route.fulfill({ body: file }));
        // The preview draws all the time, which leaves a software renderer no time for anything else.
        await fresh.addInitScript(() => {
            window.requestAnimationFrame = (frame) => window.setTimeout(() => frame(performance.now()), 300);
        });
        fresh.on("pageerror", (error) => complaints.push(error.message));
    });
    await page.waitForSelector("#ngeNodeList [data-shapes]", { timeout: 240_000 });
    await page.waitForFunction(() => document.getElementById("message")!.hidden, null, { timeout: 120_000 });
    return { page, complaints };
}

const buildsOf = (page: Page) => page.evaluate(() => Number(document.body.dataset.builds));

async function waitForBuild(page: Page, after: number): Promise<void> {
    await page.waitForFunction((count) => Number(document.body.dataset.builds) > count, after, { timeout: 120_000 });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.waitForTimeout(500);
}

/** Class names of the graph's blocks. */
const classesIn = (page: Page) =>
    page.evaluate(() => {
        const { nodes } = window as unknown as { nodes: { graph: { attachedBlocks: { getClassName(): string }[] } } };
        return nodes.graph.attachedBlocks.map((block) => block.getClassName());
    });

/** What the preview shows. */
async function previewOf(page: Page): Promise<PNG> {
    return PNG.sync.read(await page.locator("#preview-canvas").screenshot());
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

/** Share of pixels unlike the one in the corner. */
function covered(picture: PNG): number {
    const corner = new PNG({ width: picture.width, height: picture.height });
    for (let i = 0; i < corner.data.length; i++) corner.data[i] = picture.data[i % 4];
    return difference(picture, corner);
}

/** Holds a file back until released. */
async function hold(page: Page, pattern: string): Promise<() => void> {
    let release = () => {};
    const isReleased = new Promise<void>((done) => {
        release = done;
    });
    await page.route(pattern, async (route) => {
        await isReleased;
        await route.continue();
    });
    return release;
}

describe("until the editor is there", () => {
    it("a shape is shown, then what the graph makes", async () => {
        const releases: (() => void)[] = [];
        const { page, complaints } = await site.openAsync(
            "graph=marketStall&model=octahedra.onnx",
            {},
            async (fresh) => {
                const body = Buffer.from(categoryFile(["chair", "vase", "barrel", "lamp"]));
                await fresh.route("**/octahedra.onnx", (route) => route.fulfill({ body }));
                releases.push(await hold(fresh, "**/marketStall*"), await hold(fresh, "**/nodeEditor*"));
            },
        );
        const shows = (what: string) => page.waitForSelector(`body[data-preview=${what}]`, { timeout: 90_000 });
        const picture = async () => PNG.sync.read(await page.locator("canvas.preview").screenshot());
        await shows("shape");
        const shape = await picture();
        expect(covered(shape)).toBeGreaterThan(0.03);
        expect(await barriersOn(page)).toEqual([]);
        releases[0]();
        await shows("graph");
        const graph = await picture();
        expect(covered(graph)).toBeGreaterThan(0.03);
        expect(difference(shape, graph)).toBeGreaterThan(0.03);
        // Later ones are the editor's, whose logo comes from a server that may be out of reach.
        expect(complaints).toEqual([]);
        releases[1]();
        await page.waitForSelector("#ngeNodeList [data-shapes]", { timeout: 120_000 });
        expect(await page.locator("canvas.preview").count()).toBe(0);
        await page.context().close();
    }, 240_000);
});

describe("the Node Geometry Editor", () => {
    it("shows a graph with our blocks, lists them under a heading, and its preview follows edits", async () => {
        const { page, complaints } = await openAsync("morphRow");
        const heading = await page.textContent("[data-shapes] .title");
        expect(heading).toBe("SHAPES");
        expect(await page.locator("[data-shapes] .draggableLine").allTextContents()).toEqual([
            "Decode Shape",
            "Latent Axis",
            "Latent Code",
            "Latent Interpolate",
            "Latent Sample",
            "Scan Completion",
        ]);
        const before = await previewOf(page);
        expect(covered(before)).toBeGreaterThan(0.01);

        // The panel of a sample block.
        await page.getByText("First code", { exact: true }).first().click();
        const panel = page.locator("#propertyTab");
        const panelText = ((await panel.textContent()) ?? "").replaceAll(/\s+/g, " ");
        for (const label of ["LatentSampleBlock", "SHAPES", "Category", "Seed per instance", "Decoder"]) {
            expect(panelText).toContain(label);
        }
        const picture = await page.screenshot();
        keepPicture("nodes.png", picture);
        expect(covered(PNG.sync.read(picture))).toBeGreaterThan(0.1);

        // Another category for the first code: the row turns from a lamp into a chair.
        const builds = await buildsOf(page);
        const category = panel.locator("select").filter({ has: page.locator("option", { hasText: "lamp" }) });
        await category.selectOption({ label: "lamp" });
        await waitForBuild(page, builds);
        expect(difference(before, await previewOf(page))).toBeGreaterThan(0.005);
        expect(complaints).toEqual([]);
        await page.close();
    }, 300_000);

    it("takes a block of ours from the list", async () => {
        const { page, complaints } = await openAsync("morphRow");
        const classesBefore = await classesIn(page);
        await page.evaluate(() => {
            const dataTransfer = new DataTransfer();
            const [line] = [...document.querySelectorAll("[data-shapes] .draggableLine")].filter(
                ({ textContent }) => textContent === "Latent Axis",
            );
            line.dispatchEvent(new DragEvent("dragstart", { dataTransfer, bubbles: true }));
            const place = { dataTransfer, bubbles: true, clientX: 600, clientY: 500 };
            document.querySelector(".diagram-container")!.dispatchEvent(new DragEvent("drop", place));
        });
        await page.waitForTimeout(1000);
        expect(await classesIn(page)).toEqual([...classesBefore, "LatentAxisBlock"]);
        expect(await page.getByText("Latent Axis", { exact: true }).count()).toBeGreaterThan(1);
        expect(complaints).toEqual([]);
        await page.close();
    }, 300_000);

    it("shows the market stall", async () => {
        const { page, complaints } = await openAsync("marketStall");
        const picture = await previewOf(page);
        expect(covered(picture)).toBeGreaterThan(0.05);
        keepPicture("marketStall.png", await page.screenshot());
        // The graph is in sight as a whole.
        const canvas = (await page.locator(".diagram-container").boundingBox())!;
        for (const name of ["Output", "Ware code", "Golden angle"]) {
            const box = (await page.getByText(name, { exact: true }).first().boundingBox())!;
            expect(box.x, name).toBeGreaterThan(canvas.x);
            expect(box.x + box.width, name).toBeLessThan(canvas.x + canvas.width);
            expect(box.y, name).toBeGreaterThan(canvas.y);
            expect(box.y + box.height, name).toBeLessThan(canvas.y + canvas.height);
        }
        expect(await barriersOn(page, ["#editor"])).toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
    }, 300_000);
});

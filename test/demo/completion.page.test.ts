import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { barriersOn } from "./accessibility.js";
import { BuiltSite } from "./builtSite.js";
import { KEEPS_PICTURES, keepPicture } from "./keepPicture.js";
import { boxesOf, overlaps } from "./layoutOfPage.js";
import { difference, pictureOf } from "./pixels.js";
import { octahedronXyz } from "./scanText.js";

let site: BuiltSite;

beforeAll(async () => {
    site = await BuiltSite.ServeAsync(inject("demo"), "completion");
}, 60_000);
afterEach(() => site.closePagesAsync());
afterAll(() => site?.closeAsync());

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A decoder of octahedra is searched in seconds, so that what is tested is the page. */
const SMALL = "model=octahedron.onnx&engine=webgl&sensor=48&resolution=16&thing=vase";

async function ready(page: Page): Promise<void> {
    await page.waitForFunction(() => document.body.dataset.state === "ready", null, { timeout: 120_000 });
}

async function completed(page: Page): Promise<void> {
    await page.waitForFunction(() => document.body.dataset.completed, null, { timeout: 180_000 });
    await page.waitForFunction(() => document.getElementById("progress")!.hidden);
}

function points(page: Page): Promise<number> {
    return page.evaluate(() => Number(document.body.dataset.points));
}

/** The middles of what is drawn by these names, and how many vertices it has. */
function shapesNamed(page: Page, name: string): Promise<{ count: number; middle: number[]; visibility: number }[]> {
    return page.evaluate((wanted) => {
        interface Drawn {
            name: string;
            visibility: number;
            isEnabled(): boolean;
            getTotalVertices(): number;
            getBoundingInfo(): { boundingBox: { centerWorld: { asArray(): number[] } } };
        }
        const { stage } = (window as unknown as { demo: { stage: { scene: { meshes: Drawn[] } } } }).demo;
        return stage.scene.meshes
            .filter((mesh) => mesh.name === wanted && mesh.isEnabled())
            .map((mesh) => ({
                count: mesh.getTotalVertices(),
                visibility: mesh.visibility,
                middle: mesh.getBoundingInfo().boundingBox.centerWorld.asArray(),
            }));
    }, name);
}

describe("the completion scene", () => {
    it("scans a thing, completes it in place, and completes it again after another look", async () => {
        const { page, complaints, strangers } = await site.openAsync(`${SMALL}&auto=0`);
        await ready(page);
        const first = await points(page);
        expect(first).toBeGreaterThan(100);
        const scanned = await pictureOf(page);

        await page.click("#complete");
        await completed(page);
        const results = await page.$$("#results input");
        expect(results.length).toBeGreaterThan(0);
        const [shape] = await shapesNamed(page, "completed");
        expect(shape.count).toBeGreaterThan(50);
        // In place: around where the scan is, which is off the middle of the stage.
        const [scan] = await shapesNamed(page, "scan");
        expect(Math.hypot(...shape.middle.map((value, axis) => value - scan.middle[axis]))).toBeLessThan(0.6);
        expect(difference(scanned, await pictureOf(page))).toBeGreaterThan(0.005);
        expect(Number(await page.evaluate(() => document.body.dataset.miss))).toBeGreaterThan(0);

        // From the scan alone, past both, to the completion alone.
        const between = async (value: string) => {
            await page.fill("#between", value);
            const shown = await Promise.all(["scan", "completed"].map((name) => shapesNamed(page, name)));
            return shown.flat().map(({ visibility }) => visibility);
        };
        const both = await pictureOf(page);
        expect(await between("0")).toEqual([1]);
        expect(difference(both, await pictureOf(page))).toBeGreaterThan(0.005);
        expect(await between("0.75")).toEqual([0.5, 1]);
        expect(await shapesNamed(page, "scan")).toHaveLength(1);
        expect(await between("1")).toEqual([1]);
        expect(await shapesNamed(page, "scan")).toEqual([]);
        expect(await between("0.5")).toEqual([1, 1]);

        // The missing part alone is less than the whole.
        await page.selectOption("#mode", "fill");
        await page.waitForFunction(() => document.body.dataset.mode === "fill", null, { timeout: 60_000 });
        const [part] = await shapesNamed(page, "completed");
        expect(part.count).toBeGreaterThan(0);
        expect(part.count).toBeLessThan(shape.count);
        await page.selectOption("#mode", "replace");

        // From the other side: more points, and the former result is gone.
        await page.evaluate(() => {
            const { stage } = (window as unknown as { demo: { stage: { scene: { activeCamera: { alpha: number } } } } })
                .demo;
            stage.scene.activeCamera.alpha += Math.PI;
        });
        await page.waitForTimeout(300);
        await page.click("#look");
        expect(await points(page)).toBeGreaterThan(1.5 * first);
        expect(await shapesNamed(page, "completed")).toEqual([]);
        await page.click("#complete");
        await completed(page);
        expect(await shapesNamed(page, "completed")).toHaveLength(1);
        expect(strangers).toEqual([]);
        expect(complaints).toEqual([]);
    }, 500_000);

    it("completes a scan from a file on a phone, in the file's own place and size, and shows what it found", async () => {
        const { page, complaints } = await site.openAsync(`${SMALL}&auto=0`, PHONE);
        await ready(page);
        const text = octahedronXyz(1500, 300, [1000, 200, -500]);
        const file = { name: "thing.xyz", mimeType: "text/plain", buffer: Buffer.from(text) };
        await page.setInputFiles("#file", file);
        await completed(page);
        const [shape] = await shapesNamed(page, "completed");
        const off = Math.hypot(...shape.middle.map((value, axis) => value - [1000, 200, -500][axis]));
        expect(off).toBeLessThan(60);
        // Above the panel's foot, where more would fade away.
        const [panel, result] = await boxesOf(page, ["#panel", "#results label:last-child"]);
        expect(result.y).toBeGreaterThan(panel.y);
        expect(result.y + result.height).toBeLessThanOrEqual(panel.y + panel.height - 28);
        // Back to a thing of the stage's own, on its ground, as it was first looked at.
        await page.selectOption("#thing", "barrel");
        expect(await points(page)).toBeGreaterThan(100);
        const [scan] = await shapesNamed(page, "scan");
        expect(Math.hypot(...scan.middle)).toBeLessThan(1);
        expect(await shapesNamed(page, "ground")).toHaveLength(1);
        expect(complaints).toEqual([]);
    }, 400_000);

    it("completes a file that is dropped on it, and stops on demand", async () => {
        const { page, complaints } = await site.openAsync(`${SMALL}&auto=0`);
        await ready(page);
        // In one go: the search may be over before another message reaches the page.
        const seen = await page.evaluate(
            (text) => {
                const data = new DataTransfer();
                data.items.add(new File([text], "thing.xyz", { type: "text/plain" }));
                window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
                const button = document.getElementById("complete")!;
                const found = { button: button.textContent, hasBar: !document.getElementById("progress")!.hidden };
                button.click();
                return found;
            },
            octahedronXyz(1500, 300, [0, 0, 0]),
        );
        expect(seen).toEqual({ button: "Stop", hasBar: true });
        await page.waitForFunction(() => document.getElementById("status")!.textContent === "Stopped.");
        expect(await page.isVisible("#progress")).toBe(false);
        expect(await shapesNamed(page, "completed")).toEqual([]);
        await page.click("#complete");
        await completed(page);
        expect(await shapesNamed(page, "completed")).toHaveLength(1);
        expect(complaints).toEqual([]);
    }, 240_000);

    it("says in words what is wrong with a file, and goes on", async () => {
        const { page } = await site.openAsync(`${SMALL}&auto=0`);
        await ready(page);
        const file = { name: "notes.xyz", mimeType: "text/plain", buffer: Buffer.from("1 2 3\n4 5 6\n") };
        await page.setInputFiles("#file", file);
        await page.waitForSelector("#status.error", { timeout: 60_000 });
        expect(await page.textContent("#status")).toMatch(/; expected .*; /);
        await page.selectOption("#thing", "barrel");
        expect(await points(page)).toBeGreaterThan(100);
        expect(await page.$("#status.error")).toBeNull();
    }, 240_000);

    it.each([
        ["a desktop", { viewport: { width: 1280, height: 800 } }],
        ["a phone", PHONE],
    ])(
        "on %s has controls inside the page and apart, and no barriers",
        async (_, options) => {
            const { page } = await site.openAsync(`${SMALL}&auto=0`, options);
            await ready(page);
            const boxes = await boxesOf(page, [".scenes", "#panel"]);
            expect(boxes).toHaveLength(2);
            expect(overlaps(boxes)).toEqual([]);
            for (const { x, y, width, height } of boxes) {
                expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
                expect(x + width).toBeLessThanOrEqual(options.viewport.width);
                expect(y + height).toBeLessThanOrEqual(options.viewport.height);
            }
            expect(await barriersOn(page)).toEqual([]);
        },
        200_000,
    );
});

it.runIf(KEEPS_PICTURES)(
    "the picture of a completed chair",
    async () => {
        const { page } = await site.openAsync("engine=webgl", { viewport: { width: 1280, height: 720 } });
        await ready(page);
        await completed(page);
        keepPicture("completion.png", await page.screenshot());
    },
    600_000,
);

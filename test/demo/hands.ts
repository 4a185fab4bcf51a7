import { readFileSync } from "node:fs";
import type { BrowserContextOptions, Page } from "playwright";
import type { PNG } from "pngjs";
import type { BuiltSite, OpenedPage } from "./builtSite.js";
import { pictureOf } from "./pixels.js";

export const SMALL = { width: 720, height: 420 };

/** A software adapter takes minutes for a real decoder, so what runs there is a tiny one. */
export const octahedra = { query: "model=octahedron.onnx&category=large&seed=5&resolution=24&backend=webgpu" };

/** The editor with its first prop drawn. */
export async function openEditor(
    site: BuiltSite,
    query: string,
    options: BrowserContextOptions = {},
): Promise<OpenedPage> {
    const opened = await site.openAsync(query, { viewport: SMALL, ...options });
    await waitForSurfaces(opened.page, 1);
    return opened;
}

interface Inside {
    demo?: { stage: { isAtRest: boolean } };
}

/** Waits until so many surfaces were made and the last is on screen. */
export async function waitForSurfaces(page: Page, count: number): Promise<void> {
    await page.waitForFunction((least) => Number(document.body.dataset.surfaces ?? 0) >= least, count, {
        timeout: 120_000,
    });
    await page.waitForFunction(() => document.getElementById("message")!.hidden);
    await page.waitForFunction(() => (window as unknown as Inside).demo?.stage.isAtRest);
}

export const surfaces = (page: Page) => page.evaluate(() => Number(document.body.dataset.surfaces));

/** Does something and waits for the shape that comes of it: one surface, where no finer one is asked for than a draft. */
export async function reshape(page: Page, action: () => Promise<unknown>): Promise<PNG> {
    const before = await surfaces(page);
    await action();
    await waitForSurfaces(page, before + 1);
    return pictureOf(page);
}

/** Types a value beside the first axis. */
export async function typeAxis(page: Page, value: string): Promise<void> {
    const input = page.locator(".lil-controller:has(.lock) .lil-widget input").first();
    await input.fill(value);
    await input.press("Enter");
}

/** Types a value into the panel. */
export async function type(page: Page, label: string, value: string): Promise<void> {
    const name = page.locator(".lil-name", { hasText: new RegExp(`^${label}$`) });
    const input = page.locator(".lil-controller", { has: name }).first().locator(".lil-widget input");
    await input.first().fill(value);
    await input.first().press("Enter");
}

export async function press(page: Page, button: RegExp): Promise<void> {
    await page.locator(".lil-controller button", { hasText: button }).click();
}

/** The file that a button saves. */
export async function exported(page: Page, button: RegExp): Promise<Buffer> {
    const downloading = page.waitForEvent("download");
    await press(page, button);
    return readFileSync(await (await downloading).path());
}

export async function openFolder(page: Page, title: string): Promise<void> {
    await page.locator(".lil-title", { hasText: title }).click();
}

export const codeOf = (page: Page) =>
    page.evaluate(
        () => (window as unknown as { demo: { editor: { present: { code: string } } } }).demo.editor.present.code,
    );

/** Lets a file fall on the page. */
export async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
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

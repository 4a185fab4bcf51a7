import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";
import { createServer, type ViteDevServer } from "vite";
import { findBrowser, SOFTWARE_WEBGPU_FLAGS } from "../browser.mjs";
import { octahedronFile } from "../support/decoders.js";

/** The demo as served, and a browser to look at it with. */
export class DemoSite {
    /** @param flags of the browser; they give it a software GPU unless given */
    static async OpenAsync(flags: readonly string[] = SOFTWARE_WEBGPU_FLAGS): Promise<DemoSite> {
        const server = await createServer({
            configFile: join(import.meta.dirname, "../../vite.config.ts"),
            server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
            // Apart from the cache of other servers, which may hold other dependencies or be written just now.
            cacheDir: join(import.meta.dirname, `../../node_modules/.vite-demo-test-${process.pid}`),
            logLevel: "error",
        });
        await server.listen();
        const browser = await chromium.launch({
            executablePath: findBrowser() ?? undefined,
            args: [...flags],
        });
        return new DemoSite(server, browser);
    }

    private constructor(
        private readonly server: ViteDevServer,
        private readonly browser: Browser,
    ) {}

    /** A page as it opens. @param prepare called before the page goes to its address */
    async newPageAsync(
        query: string,
        size = { width: 900, height: 600 },
        file = "",
        prepare?: (page: Page) => Promise<unknown>,
    ): Promise<Page> {
        const page = await this.blankPageAsync({ viewport: size });
        await prepare?.(page);
        await page.goto(`${this.server.resolvedUrls!.local[0]}${file}?${query}`);
        return page;
    }

    /** The page with its first prop drawn; console errors and warnings are collected. */
    async openAsync(
        query: string,
        size = { width: 900, height: 600 },
        options: BrowserContextOptions = {},
    ): Promise<{ page: Page; complaints: string[] }> {
        const page = await this.blankPageAsync({ viewport: size, ...options });
        const complaints: string[] = [];
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("console", (entry) => {
            if (["error", "warning"].includes(entry.type())) complaints.push(entry.text());
        });
        await page.goto(`${this.server.resolvedUrls!.local[0]}?${query}`);
        await waitForSurfaces(page, 1);
        return { page, complaints };
    }

    /** Pages that stay open go on drawing. */
    async closePagesAsync(): Promise<void> {
        await Promise.all(this.browser.contexts().map((context) => context.close()));
    }

    private async blankPageAsync(options: BrowserContextOptions): Promise<Page> {
        const page = await this.browser.newPage(options);
        page.setDefaultTimeout(20_000);
        // The first page waits for the server to bundle what it needs.
        page.setDefaultNavigationTimeout(120_000);
        await page.route("**/octahedron.onnx", (route) => route.fulfill({ body: Buffer.from(octahedronFile()) }));
        return page;
    }

    async closeAsync(): Promise<void> {
        await this.browser.close();
        await this.server.close();
        rmSync(this.server.config.cacheDir, { recursive: true, force: true });
    }
}

/** Waits until so many surfaces were made and the last is on screen. */
export async function waitForSurfaces(page: Page, count: number): Promise<void> {
    await page.waitForFunction((least) => Number(document.body.dataset.surfaces ?? 0) >= least, count, {
        timeout: 120_000,
    });
    await page.waitForFunction(() => document.getElementById("message")!.hidden);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.waitForTimeout(500);
}

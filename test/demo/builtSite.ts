import { readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";
import { findBrowser, SOFTWARE_WEBGPU_FLAGS } from "../browser.mjs";
import { octahedronFile } from "../support/decoders.js";
import { mainThreadTasks, type Task } from "./mainThread.js";

/** A folder that no part of the site knows of. */
const FOLDER = "/some/where/";
const TYPES: Record<string, string> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".wasm": "application/wasm",
};

export interface OpenedPage {
    readonly page: Page;
    /** Console errors and warnings, and errors that nobody caught. */
    readonly complaints: string[];
    /** Addresses outside the site that were asked for. */
    readonly strangers: string[];
}

/** A site as it is built, served from some folder by a server that knows nothing, and a browser to look at it. */
export class BuiltSite {
    /**
     * @param folder the site's files
     * @param page the one that is opened unless another is named, without ".html"
     * @param flags of the browser; they give it a software GPU unless given
     */
    static async ServeAsync(
        folder: string,
        page: string,
        flags: readonly string[] = SOFTWARE_WEBGPU_FLAGS,
    ): Promise<BuiltSite> {
        const server = createServer((request, response) => {
            const { pathname } = new URL(request.url ?? "/", "http://localhost");
            const file = join(folder, normalize(pathname.slice(FOLDER.length)));
            if (!pathname.startsWith(FOLDER) || !file.startsWith(folder) || !isFile(file)) {
                response.writeHead(404).end();
                return;
            }
            response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
            response.end(readFileSync(file));
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const browser = await chromium.launch({
            executablePath: findBrowser() ?? undefined,
            args: [...flags],
        });
        return new BuiltSite(page, server, browser);
    }

    private constructor(
        private readonly mainPage: string,
        private readonly server: Server,
        private readonly browser: Browser,
    ) {}

    /** @param prepare called before the page goes to its address */
    async openAsync(
        query: string,
        options: BrowserContextOptions = {},
        prepare?: (page: Page) => Promise<unknown>,
        name = this.mainPage,
    ): Promise<OpenedPage> {
        const context = await this.browser.newContext({ viewport: { width: 640, height: 400 }, ...options });
        const page = await context.newPage();
        // Two browsers that render in software share the machine.
        page.setDefaultTimeout(100_000);
        const [complaints, strangers]: [string[], string[]] = [[], []];
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("console", (entry) => {
            // Reading the canvas back makes WebGL drivers talk about performance; that is the test's doing.
            const isOurs = ["error", "warning"].includes(entry.type()) && !entry.text().includes("ReadPixels");
            if (isOurs) complaints.push(entry.text());
        });
        const home = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
        page.on("request", (request) => {
            const url = request.url();
            if (!url.startsWith(home + FOLDER) && !/^(blob|data):/.test(url)) strangers.push(url);
        });
        await page.route("**/octahedron.onnx", (route) => route.fulfill({ body: Buffer.from(octahedronFile()) }));
        await prepare?.(page);
        await page.goto(`${home}${FOLDER}${name}.html?${query}`, { waitUntil: "commit", timeout: 60_000 });
        return { page, complaints, strangers };
    }

    /** Each task of the page's main thread while `work` runs. */
    tasksOf(page: Page, work: () => Promise<void>): Promise<Task[]> {
        return mainThreadTasks(this.browser, page, work);
    }

    /** Pages that stay open go on drawing. */
    async closePagesAsync(): Promise<void> {
        await Promise.all(this.browser.contexts().map((context) => context.close()));
    }

    async closeAsync(): Promise<void> {
        await this.browser.close();
        this.server.close();
    }
}

function isFile(path: string): boolean {
    try {
        return statSync(path).isFile();
    } catch {
        return false;
    }
}

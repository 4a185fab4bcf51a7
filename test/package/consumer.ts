import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { chromium } from "playwright";
import { findBrowser, SOFTWARE_WEBGPU_FLAGS } from "../browser.mjs";

export const root = resolve(import.meta.dirname, "../..");

export interface Packed {
    /** Path of the tarball. */
    readonly file: string;
    readonly files: readonly string[];
    readonly packedBytes: number;
    readonly unpackedBytes: number;
}

/** What `npm publish` would send. */
export function pack(into: string): Packed {
    const text = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", into], {
        cwd: root,
        encoding: "utf8",
    });
    const parsed = JSON.parse(text) as unknown;
    const [packed] = (Array.isArray(parsed) ? parsed : Object.values(parsed as object)) as {
        filename: string;
        files: { path: string }[];
        size: number;
        unpackedSize: number;
    }[];
    return {
        file: join(into, packed.filename),
        files: packed.files.map(({ path }) => path),
        packedBytes: packed.size,
        unpackedBytes: packed.unpackedSize,
    };
}

/** An empty folder in which `packages` were installed, as a stranger does. */
export function install(packages: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), "consumer-"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "game", private: true, type: "module" }));
    run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], folder);
    return folder;
}

/** Output of a command; its error holds what it printed. */
export function run(command: string, args: readonly string[], cwd: string): string {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

export function write(folder: string, files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
    }
}

const TYPES: Readonly<Record<string, string>> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
};

export interface Visit {
    /** What the page said by `document.title`. */
    readonly title: string;
    readonly errors: readonly string[];
    /** Addresses asked for, without the host where it is the page's own. */
    readonly requests: readonly string[];
}

/** Opens a built site in Chromium and waits until it has set its title; `headers` go with every answer. */
export async function visit(
    folder: string,
    headers: Record<string, string> = {},
    page = "/index.html",
): Promise<Visit> {
    const server = createServer((request, response) => {
        const path = join(folder, new URL(request.url ?? "/", "http://localhost").pathname);
        if (!existsSync(path) || !statSync(path).isFile()) {
            response.writeHead(404).end();
            return;
        }
        response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", ...headers });
        createReadStream(path).pipe(response);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address() as { port: number };
    const origin = `http://127.0.0.1:${address.port}`;
    const browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: SOFTWARE_WEBGPU_FLAGS });
    try {
        const tab = await browser.newPage();
        const errors: string[] = [];
        const requests: string[] = [];
        tab.on("pageerror", (error) => errors.push(error.message));
        tab.on("console", (message) => {
            if (message.type() === "error") errors.push(message.text());
        });
        tab.on("request", (request) => requests.push(request.url().replace(origin, "")));
        await tab.goto(origin + page);
        await tab
            .waitForFunction(() => document.title.startsWith("done") || document.title.startsWith("failed"), null, {
                timeout: 120_000,
            })
            .catch(() => errors.push("the page never said that it is done"));
        return { title: await tab.title(), errors, requests };
    } finally {
        await browser.close();
        server.close();
    }
}

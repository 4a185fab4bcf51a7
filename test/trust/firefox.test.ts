import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { build, type Rollup } from "vite";
import { afterAll, expect, it } from "vitest";
import golden from "../fixtures/latent/golden.json";

const root = resolve(import.meta.dirname, "../..");
const names = ["firefox", "firefox-esr"];
const inPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
const candidates = [
    process.env.FIREFOX_EXECUTABLE ?? "",
    ...inPath,
    "/Applications/Firefox.app/Contents/MacOS/firefox",
];
const firefox = candidates.find((path) => path !== "" && existsSync(path));
if (!firefox) console.warn("Skipped: no Firefox found; install one, or set FIREFOX_EXECUTABLE, to compare codes in it");

/** What the page computes, and sends back. */
const page = `
import { sampleLatent, sampleLatentAround } from ${JSON.stringify(join(root, "plugin/latent/index.ts"))};
import { hexOf, testMetadata } from ${JSON.stringify(join(root, "test/support/prior.ts"))};
const cases = ${JSON.stringify(golden.samples)};
const bits = cases.map(({ seed, category, temperature }) =>
    hexOf(sampleLatent(testMetadata(), { seed, category: category ?? undefined, temperature })));
let hash = 0;
for (let seed = 0; seed < 1000; seed++)
    for (const word of new Uint32Array(sampleLatentAround(16, 0.3, { seed }).buffer))
        hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
fetch("/result", { method: "POST", body: JSON.stringify({ bits, hash, agent: navigator.userAgent }) });
`;

let server: Server | undefined;
let browser: ChildProcess | undefined;
const profile = mkdtempSync(join(tmpdir(), "firefox-"));
afterAll(() => {
    server?.close();
    if (browser?.pid) process.kill(-browser.pid, "SIGKILL");
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

it.skipIf(!firefox)("codes have the same bits in Firefox as in Node and Chromium", async () => {
    const entry = "\0page";
    const built = (await build({
        configFile: false,
        root,
        logLevel: "silent",
        build: { write: false, rollupOptions: { input: entry } },
        plugins: [
            { name: "page", resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? page : null) },
        ],
    })) as Rollup.RollupOutput;
    const script = built.output[0].code;
    const answer = new Promise<{ bits: string[][]; hash: number; agent: string }>((done) => {
        server = createServer((request, response) => {
            if (request.url === "/page.js") {
                response.writeHead(200, { "content-type": "text/javascript" }).end(script);
            } else if (request.url === "/result") {
                let text = "";
                request.on("data", (part) => {
                    text += part;
                });
                request.on("end", () => {
                    response.end();
                    done(JSON.parse(text));
                });
            } else {
                response
                    .writeHead(200, { "content-type": "text/html" })
                    .end('<!doctype html><script type="module" src="/page.js"></script>');
            }
        });
    });
    const own = server as unknown as Server;
    await new Promise<void>((done) => own.listen(0, "127.0.0.1", done));
    const { port } = own.address() as { port: number };
    const options = ["--headless", "--no-remote", "--profile", profile, `http://127.0.0.1:${port}/`];
    browser = spawn(firefox as string, options, { stdio: "ignore", detached: true });
    const { bits, hash, agent } = await answer;
    expect(agent).toMatch(/Firefox\/\d+/);
    expect(bits).toEqual(golden.samples.map((sample) => sample.bits));
    expect(hash).toBe(golden.hashOfThousandSeeds);
});

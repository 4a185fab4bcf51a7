/**
 * `npm run bench:first-picture`: from the click to the first prop on screen, of each scene as it is built and served,
 * nothing cached.
 */
import { rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { buildDemoAsync } from "../demo/buildDemo.js";
import { BuiltSite } from "../demo/builtSite.js";

/** What tells that a scene shows its first prop. */
const SCENES: Readonly<Record<string, () => boolean>> = {
    index: () => Number(document.body.dataset.surfaces ?? 0) > 0,
    market: () => /^[1-9]/.test(document.querySelector('[data-figure="props"]')?.textContent ?? ""),
    completion: () => document.body.dataset.state === "ready",
    nodes: () => document.body.dataset.preview !== undefined,
};

const { values } = parseArgs({
    options: {
        scenes: { type: "string", default: Object.keys(SCENES).join(",") },
        runs: { type: "string", default: "5" },
        query: { type: "string", default: "" },
        out: { type: "string" },
    },
});

const rows = [];
const folder = await buildDemoAsync();
for (const scene of values.scenes.split(",")) {
    const isThere = SCENES[scene];
    if (!isThere) throw new Error(`first-picture: got scene "${scene}"; expected ${Object.keys(SCENES).join(", ")}`);
    const site = await BuiltSite.ServeAsync(folder, scene);
    const times: number[] = [];
    let backend = "";
    for (let run = 0; run < Number(values.runs); run++) {
        const { page } = await site.openAsync(values.query, { viewport: { width: 1280, height: 720 } });
        await page.waitForFunction(isThere, null, { timeout: 120_000, polling: "raf" });
        // Since the navigation began; the frame that shows the prop has yet to be drawn.
        times.push(
            await page.evaluate(
                () => new Promise<number>((drawn) => requestAnimationFrame(() => drawn(performance.now()))),
            ),
        );
        backend = await page.evaluate(() => document.querySelector('[data-figure="backend"]')?.textContent ?? "");
        await site.closePagesAsync();
    }
    await site.closeAsync();
    times.sort((a, b) => a - b);
    const row = { scene, backend, milliseconds: times.map(Math.round), median: Math.round(times[times.length >> 1]) };
    rows.push(row);
    console.log(`${scene}: median ${row.median} ms of ${times.length} (${row.milliseconds.join(", ")}) ${backend}`);
}
rmSync(folder, { recursive: true });
if (values.out) {
    const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? "CPU"}, Node ${process.version}`;
    writeFileSync(values.out, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}

/**
 * `npm run bench:frames -- --out FILE.json`: each frame of the market while 300 props stream in, on a GPU, in Chromium
 * without a display. Paced: at the browser's 60 Hz. Free: as fast as frames come, so that an interval is a frame's cost.
 */
import { rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Page } from "playwright";
import { PNG } from "pngjs";
import { QUIET_FLAGS, SOFTWARE_WEBGPU_FLAGS } from "../browser.mjs";
import { BuiltSite, type OpenedPage } from "../demo/builtSite.js";
import type { Task } from "../demo/mainThread.js";
import { pictureOf } from "../demo/pixels.js";
import { countLonger, type FrameFigures, frameFigures, tail } from "./frameFigures.js";
import { type Recorded, type Recording, recordFrames } from "./frameRecorder.js";
import { versions } from "./versions.js";

const GPU_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--enable-features=Vulkan,VulkanFromANGLE,DefaultANGLEVulkan",
    "--use-gl=angle",
    "--use-angle=vulkan",
    "--use-vulkan=native",
    "--disable-vulkan-surface",
    "--ignore-gpu-blocklist",
    ...QUIET_FLAGS,
];
const MODES: Readonly<Record<string, readonly string[]>> = {
    paced: [],
    free: ["--disable-frame-rate-limit", "--disable-gpu-vsync"],
};
const VIEW = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 };
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software/i;
/** Browsers tried until one has a GPU: its process may end while it starts, and the page then does without. */
const OPENINGS = 6;
/** Seconds that a page may take besides its run. */
const OPENING_SECONDS = 90;

const { values } = parseArgs({
    options: {
        out: { type: "string" },
        /** Every frame of every run, as it was recorded. */
        raw: { type: "string" },
        /** A demo that was built. */
        site: { type: "string" },
        /** Of the end of the first run. */
        picture: { type: "string" },
        runs: { type: "string", default: "3" },
        props: { type: "string", default: "300" },
        modes: { type: "string", default: Object.keys(MODES).join(",") },
        /** Limit of one run. */
        seconds: { type: "string", default: "60" },
        /** Added to the page's address; `marks` tells what its frames are spent on. */
        query: { type: "string", default: "marks" },
        /** More of the browser's flags, parted by spaces. */
        flags: { type: "string", default: "" },
        software: { type: "boolean", default: false },
    },
});
const props = Number(values.props);
const runMilliseconds = 1000 * Number(values.seconds);

interface Adapter {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallback: boolean;
}

interface Measured {
    readonly mode: string;
    readonly seed: number;
    readonly figures: FrameFigures;
}

const result: Record<string, unknown> = {};
const raw: unknown[] = [];
/** The page has no adapter to measure. */
class NoGpuError extends Error {}

await main().then(
    () => process.exit(0),
    (error: Error) => {
        console.error(error.message);
        process.exit(1);
    },
);

async function main(): Promise<void> {
    const folder = values.site ?? (await (await import("../demo/buildDemo.js")).buildDemoAsync());
    const runs: Measured[] = [];
    Object.assign(result, { props, versions: versions(), view: VIEW.viewport, query: values.query, runs });
    try {
        for (const mode of values.modes.split(",")) await measureMode(folder, mode, runs);
        await withSite(folder, [], async (site) => {
            result.tasks = await taskFigures(site).catch((error: Error) => {
                if (error instanceof NoGpuError) throw error;
                complain(error);
            });
            keep();
        });
    } finally {
        if (!values.site) rmSync(folder, { recursive: true });
    }
    console.log(table(runs));
    console.log(`tasks of the main thread: ${JSON.stringify(result.tasks)}`);
}

async function measureMode(folder: string, mode: string, runs: Measured[]): Promise<void> {
    const flags = MODES[mode];
    if (!flags) throw new Error(`frames: got mode "${mode}"; expected ${Object.keys(MODES).join(", ")}`);
    await withSite(folder, flags, async (site) => {
        for (let seed = 1; seed <= Number(values.runs); seed++) {
            try {
                runs.push(await runOnce(site, mode, seed, runs.length === 0 ? values.picture : undefined));
            } catch (error) {
                // One page that failed is no reason to lose the others.
                if (error instanceof NoGpuError) throw error;
                complain(error as Error);
                await within(10, "the page to close", site.closePagesAsync()).catch(complain);
            }
            keep();
        }
    });
}

/** What has been measured so far. */
function keep(): void {
    if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
    if (values.raw) writeFileSync(values.raw, JSON.stringify(raw));
}

/** A browser and a server for some work; a browser that does not close is left behind. */
async function withSite(folder: string, flags: readonly string[], work: (site: BuiltSite) => Promise<void>) {
    const base = values.software ? SOFTWARE_WEBGPU_FLAGS : GPU_FLAGS;
    const more = values.flags.split(" ").filter(Boolean);
    for (let opening = 1; ; opening++) {
        const site = await BuiltSite.ServeAsync(folder, "market", [...base, ...flags, ...more]);
        try {
            await work(site);
            return;
        } catch (error) {
            if (!(error instanceof NoGpuError) || opening === OPENINGS) throw error;
            complain(error);
        } finally {
            await within(10, "the browser to close", site.closeAsync()).catch(complain);
        }
    }
}

async function runOnce(site: BuiltSite, mode: string, seed: number, picture: string | undefined): Promise<Measured> {
    const opened = await openAsync(site, seed);
    await began(opened);
    const recording = await recorded(opened.page);
    if (picture) await within(30, "a picture", takePicture(opened.page, picture)).catch(complain);
    for (const complaint of new Set(opened.complaints)) console.log(`  the page says: ${complaint}`);
    await within(10, "the page to close", site.closePagesAsync()).catch(complain);
    const figures = frameFigures(recording, props);
    raw.push({ mode, seed, ...recording });
    console.log(`${mode}, seed ${seed}: ${figures.putUp} props in ${figures.seconds} s, ${brief(figures)}`);
    return { mode, seed, figures };
}

function openAsync(site: BuiltSite, seed: number, prepare?: (page: Page) => Promise<unknown>): Promise<OpenedPage> {
    return site.openAsync(`props=${props}&seed=${seed}&${values.query}`, VIEW, async (page) => {
        // Names that the compiler keeps for functions mean nothing in the page.
        await page.addInitScript("globalThis.__name = (named) => named");
        await page.addInitScript(recordFrames, props);
        await prepare?.(page);
    });
}

/** Waits until props arrive, and sees that they are made and drawn on a GPU. */
async function began({ page, complaints }: OpenedPage): Promise<void> {
    const timeout = 1000 * OPENING_SECONDS;
    const hasBegun = () => (window as unknown as Recorded).recording?.start > 0;
    await page.waitForFunction(hasBegun, null, { timeout, polling: 100 }).catch((error: Error) => {
        throw new Error(`frames: no market to measure (${error.message}); the page says:\n${complaints.join("\n")}`);
    });
    const { adapter, backend } = await within(60, "the page's adapter", page.evaluate(readAdapter));
    Object.assign(result, { adapter, backend, browser: page.context().browser()?.version() });
    console.log(`Chromium ${result.browser}, shapes by ${backend}, adapter ${JSON.stringify(adapter)}`);
    const isReal = adapter && !adapter.isFallback && !SOFTWARE.test(JSON.stringify(adapter));
    if (!values.software && (!isReal || backend !== "webgpu")) {
        throw new NoGpuError(
            `frames: got ${adapter ? `adapter ${JSON.stringify(adapter)}` : "no WebGPU adapter"} and shapes by ${backend}; expected a GPU and webgpu (--software shows without one that this runs); the page says:\n${complaints.join("\n")}`,
        );
    }
}

async function readAdapter(): Promise<{ adapter: Adapter | null; backend: string }> {
    const { demo } = window as unknown as { demo?: { shapes: { backend: string } } };
    const info = (await navigator.gpu?.requestAdapter())?.info;
    const backend = demo?.shapes.backend ?? "";
    if (!info) return { adapter: null, backend };
    const { vendor, architecture, device, description, isFallbackAdapter } = info;
    return { adapter: { vendor, architecture, device, description, isFallback: isFallbackAdapter }, backend };
}

/** Every frame until all props stand or time is up. */
async function recorded(page: Page): Promise<Recording> {
    const isOver = () => (window as unknown as Recorded).recording.end > 0;
    await page.waitForFunction(isOver, null, { timeout: runMilliseconds, polling: 200 }).catch(complain);
    // The GPU's last answers.
    await page.waitForTimeout(300);
    const read = page.evaluate(() => (window as unknown as Recorded).recording);
    return await within(30, "the page's recording", read);
}

/** Tasks of the page's main thread from the decoder's arrival until all props stand; the decoder waits for the trace. */
async function taskFigures(site: BuiltSite): Promise<unknown> {
    console.log("tasks of the main thread…");
    let release = () => {};
    const isTraced = new Promise<void>((traced) => {
        release = traced;
    });
    const opened = await openAsync(site, 1, (page) =>
        page.route("**/props.onnx", async (route) => {
            await isTraced;
            await route.continue();
        }),
    );
    const isStreet = () => document.body.dataset.state === "street";
    await opened.page.waitForFunction(isStreet, null, { timeout: 1000 * OPENING_SECONDS, polling: 100 });
    const work = async () => {
        release();
        await began(opened);
        await recorded(opened.page);
    };
    const tracing = site.tasksOf(opened.page, work);
    const tasks = await within(2 * OPENING_SECONDS + runMilliseconds / 1000, "the trace", tracing);
    const figures = (kind: keyof Task) => {
        const times = tasks.map((task) => task[kind]);
        return { ...tail(times), longerThan: countLonger(times, [16.7, 50]) };
    };
    return { count: tasks.length, wall: figures("wall"), processor: figures("processor") };
}

/** The canvas as its next frame draws it, and beside it, in `….page.png`, what the browser shows of the page. */
async function takePicture(page: Page, path: string): Promise<void> {
    writeFileSync(path, PNG.sync.write(await pictureOf(page)));
    await page.screenshot({ path: path.replace(/(\.png)?$/, ".page.png") });
}

/** Something that may never happen. */
async function within<T>(seconds: number, what: string, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, give) => {
        timer = setTimeout(() => give(new Error(`frames: waited ${seconds} s for ${what}`)), 1000 * seconds);
    });
    try {
        return await Promise.race([work, limit]);
    } finally {
        clearTimeout(timer);
    }
}

function complain(error: Error): void {
    console.log(`  ${error.message.split("\n")[0]}`);
}

function brief({ intervals, longerThan, own, gpu, skipped }: FrameFigures): string {
    const over = Object.entries(longerThan).map(([limit, count]) => `${count} over ${limit}`);
    return `intervals median ${intervals.median}, p99 ${intervals.p99}, longest ${intervals.longest} ms (${over.join(", ")}), own work p99 ${own.p99}, longest ${own.longest}, GPU p99 ${gpu.p99}, ${skipped} skipped`;
}

function table(runs: readonly Measured[]): string {
    const head =
        "mode seed props seconds frames skipped median p95 p99 longest >16.7 >17.7 >33.4 own-p99 own-most gpu-p99";
    const rows = runs.map(({ mode, seed, figures }) => {
        const { putUp, seconds, frames, skipped, intervals, longerThan, own, gpu } = figures;
        const { median, p95, p99, longest } = intervals;
        const over = [longerThan[16.7], longerThan[17.7], longerThan[33.4]];
        return [
            mode,
            seed,
            putUp,
            seconds,
            frames,
            skipped,
            median,
            p95,
            p99,
            longest,
            ...over,
            own.p99,
            own.longest,
            gpu.p99,
        ];
    });
    return [head.split(" "), ...rows].map((row) => row.map((cell) => String(cell).padStart(9)).join("")).join("\n");
}

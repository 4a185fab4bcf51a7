import type { Browser, Page } from "playwright";

interface TraceEvent {
    readonly name: string;
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    /** Microseconds of the thread's own time; what other programs take away does not count. */
    readonly tdur?: number;
    readonly args: { readonly name?: string };
}

const CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline"];

/** Milliseconds of processor time of every task of a page's main thread while something happens. */
export async function mainThreadTasks(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
    await browser.startTracing(page, { categories: CATEGORIES });
    let trace: Buffer;
    try {
        await work();
    } finally {
        trace = await browser.stopTracing();
    }
    const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
    const threads = new Set(
        traceEvents
            .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
            .map(({ pid, tid }) => `${pid} ${tid}`),
    );
    return traceEvents
        .filter(({ name, ph, pid, tid }) => name === "RunTask" && ph === "X" && threads.has(`${pid} ${tid}`))
        .map(({ tdur = 0 }) => tdur / 1000);
}

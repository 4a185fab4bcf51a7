import type { Browser, Page } from "playwright";

interface TraceEvent {
    readonly name: string;
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    /** Microseconds. */
    readonly dur?: number;
    /** Microseconds of the thread's own time; what other programs take away does not count. */
    readonly tdur?: number;
}

/** Milliseconds of one task: of processor time, and as a clock on the wall shows. */
export interface Task {
    readonly processor: number;
    readonly wall: number;
}

const CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline", "blink.user_timing"];
/** Tells the page's thread from those of the browser's own pages. */
const MARK = "traced from here";

/** Every task of a page's main thread while something happens. */
export async function mainThreadTasks(browser: Browser, page: Page, work: () => Promise<void>): Promise<Task[]> {
    await browser.startTracing(page, { categories: CATEGORIES });
    let trace: Buffer;
    try {
        await page.evaluate((mark) => performance.mark(mark), MARK);
        await work();
    } finally {
        trace = await browser.stopTracing();
    }
    const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
    const mark = traceEvents.find(({ name }) => name === MARK);
    if (!mark) throw new Error("mainThreadTasks: the trace lacks the page's thread");
    return traceEvents
        .filter(({ name, ph, pid, tid }) => name === "RunTask" && ph === "X" && pid === mark.pid && tid === mark.tid)
        .map(({ dur = 0, tdur = 0 }) => ({ processor: tdur / 1000, wall: dur / 1000 }));
}

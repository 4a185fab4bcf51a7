/** Milliseconds at 60 frames a second. */
export const FRAME = 1000 / 60;
/** Seconds that the figures look back. */
const WINDOW = 2000;

interface Frame {
    readonly at: number;
    /** Milliseconds since the frame before. */
    readonly interval: number;
    /** Milliseconds of the page's own work in it. */
    readonly own: number;
}

/** Frame times as bars, newest at the right; what the page itself did in a frame is brighter. */
export class FrameGraph {
    private readonly frames: Frame[] = [];
    private drawn = 0;

    constructor(private readonly canvas: HTMLCanvasElement) {}

    /** @param interval null for the first frame after a pause */
    add(interval: number | null, own: number): void {
        const at = performance.now();
        if (interval !== null) this.frames.push({ at, interval, own });
        if (this.frames.length > this.canvas.width / 2) this.frames.shift();
        // The graph itself is to cost nothing.
        if (at - this.drawn > 100) {
            this.drawn = at;
            this.draw();
        }
    }

    /** Middle and longest frame, and longest own work, of the last seconds; null without frames. */
    summary(): { median: number; longest: number; own: number } | null {
        const since = performance.now() - WINDOW;
        const recent = this.frames.filter(({ at }) => at > since);
        if (recent.length === 0) return null;
        const intervals = recent.map(({ interval }) => interval).sort((a, b) => a - b);
        return {
            median: intervals[intervals.length >> 1],
            longest: intervals[intervals.length - 1],
            own: Math.max(...recent.map(({ own }) => own)),
        };
    }

    private draw(): void {
        const context = this.canvas.getContext("2d");
        if (!context) return;
        const { width, height } = this.canvas;
        const longest = Math.max(2 * FRAME, ...this.frames.map(({ interval }) => interval));
        const scale = (height - 2) / longest;
        context.clearRect(0, 0, width, height);
        this.frames.forEach(({ interval, own }, n) => {
            const x = width - 2 * (this.frames.length - n);
            context.fillStyle = interval > 1.1 * FRAME ? "#e0a35c" : "#5f8fb8";
            context.fillRect(x, height - scale * interval, 1.6, scale * interval);
            context.fillStyle = "#ffffff";
            context.fillRect(x, height - scale * own, 1.6, scale * own);
        });
        context.fillStyle = "#ffffff66";
        context.fillRect(0, height - scale * FRAME, width, 1);
    }
}

import { countDownloads, sizeText } from "./downloads.js";
import type { FrameGraph } from "./frameGraph.js";
import type { PropStream } from "./stream.js";

const number = new Intl.NumberFormat("en");

/** The figures in the corner. */
export class Hud {
    private shown = 0;
    private readonly values = new Map<string, HTMLElement>();

    constructor(
        root: HTMLElement,
        private readonly graph: FrameGraph,
        private readonly decoderAddress: string,
    ) {
        for (const element of root.querySelectorAll<HTMLElement>("[data-figure]")) {
            this.values.set(element.dataset.figure!, element);
        }
    }

    /** Browsers do not tell a page what its workers fetch. */
    sayThatWorkersFetchToo(): void {
        const label = document.querySelector('[data-label="code"]');
        if (label) label.textContent = "Page, code (worker's aside)";
    }

    /** Several times a second is enough. */
    update(stream: PropStream, isForced = false): void {
        const now = performance.now();
        if (now - this.shown < 250 && !isForced) return;
        this.shown = now;
        const { decoder, code } = countDownloads(this.decoderAddress);
        const { count, bytes } = stream.made;
        const frame = this.graph.summary();
        this.set("props", `${stream.standingCount} of ${stream.wantedCount}`);
        this.set("made", number.format(count));
        this.set("frame", frame ? `${frame.median.toFixed(1)} ms, longest ${frame.longest.toFixed(0)}` : "at rest");
        this.set("own", frame ? `${frame.own.toFixed(1)} ms at most` : "0 ms");
        this.set("decoder", sizeText(decoder));
        this.set("code", sizeText(code));
        this.set("glb", sizeText(bytes));
        const ratio = bytes / (decoder || 1);
        this.set("ratio", ratio >= 1 ? `${ratio.toFixed(ratio < 10 ? 1 : 0)} times the decoder` : "");
    }

    private set(name: string, text: string): void {
        const element = this.values.get(name);
        if (element && element.textContent !== text) element.textContent = text;
    }
}

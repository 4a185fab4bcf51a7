import { countDownloads, sizeText } from "./downloads.js";
import type { FrameGraph } from "./frameGraph.js";
import type { PropStream } from "./stream.js";

const number = new Intl.NumberFormat("en");

/** The figures in the corner. */
export class Hud {
    /** Of the code and engines; browsers do not tell a page what its workers fetch. */
    workerBytes = 0;
    private shown = 0;
    private readonly values = new Map<string, HTMLElement>();

    constructor(
        root: HTMLDetailsElement,
        private readonly graph: FrameGraph,
        private readonly decoderAddress: string,
    ) {
        // Where there is little room the picture comes first.
        root.open = !matchMedia("(max-width: 600px), (max-height: 480px)").matches;
        for (const element of root.querySelectorAll<HTMLElement>("[data-figure]")) {
            this.values.set(element.dataset.figure!, element);
        }
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
        this.set("frame", frame ? `${inBrief(frame.median)} to ${inBrief(frame.longest)} ms` : "at rest");
        this.set("own", frame ? `${frame.own.toFixed(1)} ms at most` : "0 ms");
        this.set("decoder", sizeText(decoder));
        this.set("code", sizeText(code + this.workerBytes));
        this.set("glb", sizeText(bytes));
        const ratio = bytes / (decoder || 1);
        this.set("ratio", ratio >= 1 ? `${ratio.toFixed(ratio < 10 ? 1 : 0)} times the decoder` : "");
    }

    private set(name: string, text: string): void {
        const element = this.values.get(name);
        if (element && element.textContent !== text) element.textContent = text;
    }
}

/** Parts of a millisecond tell something of quick frames only. */
function inBrief(milliseconds: number): string {
    return milliseconds.toFixed(milliseconds < 100 ? 1 : 0);
}

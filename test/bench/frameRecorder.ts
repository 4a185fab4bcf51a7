/** One turn of the page's frame loop. Times are milliseconds of the page's clock. */
export interface FrameRecord {
    /** When the browser says that the frame began. */
    readonly at: number;
    /** When the page's own work began, and how long it took. */
    readonly began: number;
    own: number;
    /** Whether anything was drawn. */
    drew: boolean;
    /** From the end of the own work until the GPU had done all that was given to it; null unless drawn and told. */
    gpu: number | null;
    /** Props put up since the start, and those that stood. */
    putUp: number;
    standing: number;
}

/** A piece of the page's work that the scene measured. */
export interface Piece {
    readonly name: string;
    readonly start: number;
    readonly duration: number;
}

export interface Recording {
    /** When props began to arrive; 0 until they do. */
    start: number;
    /** When the last prop wanted was put up; 0 until it is. */
    end: number;
    made: number;
    /** Begins with the last frame before the start. */
    frames: FrameRecord[];
    pieces: Piece[];
}

/** What the page shows of itself. */
interface MarketInside {
    readonly stage: { draw(): boolean; readonly engine: { readonly _device?: GPUDevice } };
    readonly stream: { update(): number; readonly standingCount: number; readonly made: { readonly count: number } };
}

/** What the recorder leaves on the window. */
export interface Recorded {
    readonly recording: Recording;
}

/**
 * Runs in the page before its own scripts: records each frame from the moment that props arrive until `goal` of them
 * were put up.
 */
export function recordFrames(goal: number): void {
    const recording: Recording = { start: 0, end: 0, made: 0, frames: [], pieces: [] };
    let frame: FrameRecord | null = null;
    let putUp = 0;
    let market: MarketInside | null = null;

    const finish = () => {
        recording.end = performance.now();
        recording.pieces = performance
            .getEntriesByType("measure")
            .filter(({ name }) => name.startsWith("market: "))
            .map(({ name, startTime, duration }) => ({ name: name.slice(8), start: startTime, duration }));
    };
    const noteGpu = (of: FrameRecord) => {
        const given = performance.now();
        market?.stage.engine._device?.queue.onSubmittedWorkDone().then(
            () => {
                of.gpu = performance.now() - given;
            },
            () => {},
        );
    };
    const noteFrame = (of: FrameRecord) => {
        if (!market || recording.end > 0) return;
        if (of.drew) noteGpu(of);
        of.putUp = putUp;
        of.standing = market.stream.standingCount;
        recording.made = market.stream.made.count;
        if (recording.frames.at(-1) !== of) recording.frames.push(of);
        if (putUp >= goal) finish();
    };
    const nextFrame = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) =>
        nextFrame((at) => {
            const began = performance.now();
            if (frame?.at !== at) frame = { at, began, own: 0, drew: false, gpu: null, putUp, standing: 0 };
            callback(at);
            frame.own += performance.now() - began;
            noteFrame(frame);
        });
    const watch = (found: MarketInside) => {
        market = found;
        recording.start = performance.now();
        // What a player sees begins with the picture that was there.
        if (frame) recording.frames.push({ ...frame, drew: true });
        const { stage, stream } = found;
        const [draw, update] = [stage.draw.bind(stage), stream.update.bind(stream)];
        stage.draw = () => {
            const drew = draw();
            if (frame && drew) frame.drew = true;
            return drew;
        };
        stream.update = () => {
            const count = update();
            putUp += count;
            return count;
        };
    };
    // The page puts its market on the window in the task in which props begin to arrive.
    Object.defineProperty(window, "market", {
        configurable: true,
        set(found: MarketInside) {
            Object.defineProperty(window, "market", { value: found, writable: true, configurable: true });
            watch(found);
        },
    });
    Object.assign(window, { recording });
}

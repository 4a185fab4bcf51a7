import type { Recording } from "./frameRecorder.js";

/** A frame at 60 Hz; the same with a millisecond that timers are off by; two frames. */
const LIMITS = [16.7, 17.7, 33.4];
/** Long frames that are told one by one, and pieces of work told of each. */
const MOST_LONG_FRAMES = 40;
const MOST_PIECES = 4;

/** Milliseconds. */
interface Tail {
    readonly median: number;
    readonly p95: number;
    readonly p99: number;
    readonly longest: number;
}

interface LongFrame {
    /** Milliseconds from the start until it was there. */
    readonly after: number;
    readonly interval: number;
    readonly own: number;
    /** Own work of the drawn frame before, whose cost may have made this one late, and its time on the GPU. */
    readonly ownBefore: number;
    readonly gpuBefore: number | null;
    readonly putUp: number;
    /** Longest pieces of work since the frame before began, each with its milliseconds. */
    readonly pieces: string[];
}

export interface FrameFigures {
    readonly isComplete: boolean;
    readonly putUp: number;
    readonly made: number;
    readonly seconds: number;
    readonly propsPerSecond: number;
    /** Turns of the frame loop, and those that drew nothing. */
    readonly frames: number;
    readonly skipped: number;
    /** Between frames that were drawn, by the browser's time of the frame. */
    readonly intervals: Tail;
    /** The same by the moment at which the page's work began. */
    readonly starts: Tail;
    readonly longerThan: Readonly<Record<string, number>>;
    readonly own: Tail;
    readonly ownLongerThan: Readonly<Record<string, number>>;
    readonly gpu: Tail;
    readonly longFrames: readonly LongFrame[];
}

/** What a recording says; of one that was cut off, what it got. */
export function frameFigures({ start, end, made, frames, pieces }: Recording, goal: number): FrameFigures {
    const drawn = frames.filter(({ drew }) => drew);
    const pairs = drawn.slice(1).map((frame, n) => {
        // The clock's tenths of a millisecond, without the last bits of their difference.
        return { frame, before: drawn[n], interval: round(frame.at - drawn[n].at) };
    });
    const intervals = pairs.map(({ interval }) => interval);
    const own = frames.slice(1).map((frame) => frame.own);
    const putUp = frames.at(-1)?.putUp ?? 0;
    const seconds = ((end || (frames.at(-1)?.at ?? start)) - start) / 1000;
    const longFrames = pairs
        .filter(({ interval }) => interval > LIMITS[1])
        .sort((a, b) => b.interval - a.interval)
        .slice(0, MOST_LONG_FRAMES)
        .sort((a, b) => a.frame.at - b.frame.at)
        .map(({ frame, before, interval }) => ({
            after: round(frame.at - start),
            interval: round(interval),
            own: round(frame.own),
            ownBefore: round(before.own),
            gpuBefore: before.gpu === null ? null : round(before.gpu),
            putUp: frame.putUp,
            pieces: pieces
                .filter((piece) => piece.start >= before.began && piece.start < frame.began)
                .sort((a, b) => b.duration - a.duration)
                .slice(0, MOST_PIECES)
                .map(({ name, duration }) => `${name} ${round(duration)}`),
        }));
    return {
        isComplete: putUp >= goal,
        putUp,
        made,
        seconds: round(seconds),
        propsPerSecond: round(seconds > 0 ? putUp / seconds : 0),
        frames: own.length,
        skipped: frames.filter(({ drew }) => !drew).length,
        intervals: tail(intervals),
        starts: tail(pairs.map(({ frame, before }) => frame.began - before.began)),
        longerThan: countLonger(intervals, LIMITS),
        own: tail(own),
        ownLongerThan: countLonger(own, [8, ...LIMITS]),
        gpu: tail(frames.flatMap(({ gpu }) => gpu ?? [])),
        longFrames,
    };
}

/** How many values lie above each limit. */
export function countLonger(values: readonly number[], limits: readonly number[]): Record<string, number> {
    return Object.fromEntries(limits.map((limit) => [limit, values.filter((value) => value > limit).length]));
}

/** Zeros where there is no value. */
export function tail(values: readonly number[]): Tail {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share: number) => round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
    return { median: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) };
}

function round(value: number): number {
    return Math.round(value * 100) / 100;
}

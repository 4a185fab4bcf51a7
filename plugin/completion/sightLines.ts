import type { Field } from "../field/field.js";
import type { Bounds } from "../model/decoder.js";
import type { CoarseField } from "./coarseField.js";
import { clampInto, type FitState } from "./fitProblem.js";
import { type Box, boxAround, type Observations } from "./observations.js";
import { type Similarity, toModel, turnToModel } from "./pose.js";
import type { UnitScan } from "./scan.js";
import { Sketch } from "./sketch.js";

/** Points that lines of sight are taken from, at most, and lines that are kept of them. */
const MOST_POINTS = 30_000;
const MOST_LINES = 1200;
/** Lines are so far apart at the object, unit frame: those that met nothing, and those that met it. */
const EMPTY_SPACING = 0.06;
const SEEN_SPACING = 0.12;
/** A line that met the object tells nothing of this last bit before it, for noise and grazing light; unit frame. */
const BEFORE_SEEN = 0.05;
/** A line tells nothing farther than this from the box of what was seen. */
const MARGIN = 0.3;

/** A shape may be on a line where its coarse field is below this, followed in such steps; model units. */
const NEAR = 0.07;
const STEP = 0.04;
/** Where the field itself is asked, from where the coarse one is least; model units along the line. */
const LOOKS = [-0.04, 0, 0.04];

/** Distance that a shape must keep from a line's deepest place in it, unit frame. */
const KEPT = 0.005;
/** What a line counts as a part of a sample: about its share of the picture to that of a sample of the surface. */
const WEIGHT = 0.6;

/** Where a shape stands in lines of sight along which nothing was. */
export interface Contradictions {
    /** [n], which lines. */
    readonly lines: readonly number[];
    /** The deepest place of each, as what the field must be there. */
    readonly observations: Observations;
    /** [n], distances there, unit frame, below 0. */
    readonly depths: readonly number[];
}

/** A line that is empty from `from` to `to`, unit frame. */
interface SightLine {
    readonly origin: readonly number[];
    /** Unit length. */
    readonly direction: readonly number[];
    readonly from: number;
    readonly to: number;
}

/**
 * Lines along which sensors looked through: past the object, and in front of what they saw. Samples of empty space miss
 * thin parts that stand in it; lines through them do not.
 */
export class SightLines {
    private constructor(private readonly lines: readonly SightLine[]) {}

    /** The lines of a scan, evenly over its sensors' pictures; null where no sensor tells. */
    static of({ positions, sensorPositions, emptyPoints, emptySensors }: UnitScan): SightLines | null {
        const box = boxAround(positions, MARGIN);
        const past = emptySensors ? linesTo(emptyPoints, emptySensors, EMPTY_SPACING, 0, box) : [];
        const before = sensorPositions ? linesTo(positions, sensorPositions, SEEN_SPACING, BEFORE_SEEN, box) : [];
        const found = [...past, ...before];
        const stride = Math.max(1, found.length / MOST_LINES);
        const count = Math.floor(found.length / stride);
        return count > 0
            ? new SightLines(Array.from({ length: count }, (_, n) => found[Math.floor(n * stride)]))
            : null;
    }

    /** The lines that go through a shape: its coarse field tells which come near, the field itself how deep they go. */
    async contradictions(
        field: Field,
        bounds: Bounds,
        { latent, pose }: Pick<FitState, "latent" | "pose">,
        signal?: AbortSignal,
    ): Promise<Contradictions> {
        const sketch = await Sketch.CreateAsync(field, bounds, latent, signal);
        const coarse = await sketch.fineAsync(signal);
        const near = this.near(coarse, bounds, pose);
        const looks = near.flatMap(({ line, along }) =>
            LOOKS.map((step) => ({ line, along: pose.scale * (along + step) })),
        );
        const places = looks.map(({ line, along }) => placeOn(this.lines[line], along));
        const { points, excess } = clampInto(bounds, toModel(pose, Float32Array.from(places.flat())));
        const distances = looks.length > 0 ? await field.evaluateAsync(latent, points, { signal }) : [];
        const deepest = near.flatMap(({ line }, n) => {
            const first = n * LOOKS.length;
            const found = LOOKS.map((_, k) => ({
                line,
                place: places[first + k],
                depth: pose.scale * (distances[first + k] + excess[first + k]),
            })).reduce((a, b) => (b.depth < a.depth ? b : a));
            return found.depth < 0 ? [found] : [];
        });
        return {
            lines: deepest.map(({ line }) => line),
            observations: emptyAt(deepest.map(({ place }) => place)),
            depths: deepest.map(({ depth }) => depth),
        };
    }

    /** Lines that come near a shape by its coarse field, and where they do, model units. */
    private near(coarse: CoarseField, bounds: Bounds, pose: Similarity): { line: number; along: number }[] {
        const origins = toModel(pose, Float32Array.from(this.lines.flatMap(({ origin }) => origin)));
        const directions = turnToModel(pose, Float32Array.from(this.lines.flatMap(({ direction }) => direction)));
        return this.lines.flatMap(({ from, to }, line) => {
            const origin = origins.subarray(3 * line, 3 * line + 3);
            const direction = directions.subarray(3 * line, 3 * line + 3);
            const { enter, leave } = crossing(origin, direction, bounds);
            const end = Math.min(leave, to / pose.scale);
            let [least, along] = [NEAR, -1];
            for (let t = Math.max(enter, from / pose.scale); t < end; t += Math.max(STEP, coarse.distance)) {
                coarse.sample(origin[0] + t * direction[0], origin[1] + t * direction[1], origin[2] + t * direction[2]);
                if (coarse.distance < least) [least, along] = [coarse.distance, t];
            }
            return along < 0 ? [] : [{ line, along }];
        });
    }
}

/** Lines from sensors to points, one of each direction that differs: the one that reaches farthest. */
function linesTo(points: Float32Array, sensors: Float32Array, spacing: number, gap: number, box: Box): SightLine[] {
    const farthest = new Map<string, SightLine>();
    const stride = 3 * Math.max(1, Math.ceil(points.length / 3 / MOST_POINTS));
    for (let at = 0; at < points.length; at += stride) {
        const origin = [...sensors.subarray(at, at + 3)];
        const ray = origin.map((value, axis) => points[at + axis] - value);
        const length = Math.hypot(...ray);
        if (!(length > 0)) continue;
        const direction = ray.map((value) => value / length);
        const away = Math.hypot(...origin);
        const key = [...direction.map((value) => Math.round((value * away) / spacing)), ...origin].join();
        const { enter, leave } = crossing(origin, direction, box);
        const to = Math.min(leave, length - gap);
        if (to > enter && to > (farthest.get(key)?.to ?? 0)) {
            farthest.set(key, { origin, direction, from: enter, to });
        }
    }
    return [...farthest.values()];
}

function placeOn({ origin, direction }: SightLine, along: number): number[] {
    return origin.map((value, axis) => value + along * direction[axis]);
}

/** That no shape is at places. */
function emptyAt(places: readonly (readonly number[])[]): Observations {
    const count = places.length;
    return {
        points: Float32Array.from(places.flat()),
        targets: new Float32Array(count).fill(KEPT),
        isBound: new Uint8Array(count).fill(1),
        isEitherSide: new Uint8Array(count),
        weights: new Float32Array(count).fill(WEIGHT),
    };
}

/** How far along a line a box begins and ends; it ends before it begins where the line misses it. */
function crossing(origin: ArrayLike<number>, direction: ArrayLike<number>, { min, max }: Box) {
    let [enter, leave] = [0, Number.POSITIVE_INFINITY];
    for (let axis = 0; axis < 3; axis++) {
        const inverse = 1 / (direction[axis] || 1e-12);
        const [a, b] = [(min[axis] - origin[axis]) * inverse, (max[axis] - origin[axis]) * inverse];
        enter = Math.max(enter, Math.min(a, b));
        leave = Math.min(leave, Math.max(a, b));
    }
    return { enter, leave };
}

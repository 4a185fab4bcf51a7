import type { Field } from "../field/field.js";
import { mapTogether } from "../field/together.js";
import type { Bounds } from "../model/decoder.js";
import { CORNERS, CoarseField, coarsePoints, cornerAt, cornersOf } from "./coarseField.js";

/** Every other corner is evaluated first; cubics through these tell the others roughly. */
const FIRST = (CORNERS + 1) / 2;

/** Model units, less than the first corners lie apart: distances cut off here tell nothing of what is between. */
const CUT_OFF = 0.2;

/** Corners between are evaluated in their turn where one of the first around them is nearer to the surface. Model units. */
const NEAR = 0.1;

/** Sketches that are drawn side by side. */
const AT_ONCE = 4;

/** Share of the progress until sketches are rough. */
const ROUGH_PROGRESS = 0.35;

/** A code's field on the coarse grid: at first from one corner in eight, which tells whether a closer look is worth it. */
export class Sketch {
    /** @throws if the signal is aborted */
    static async CreateAsync(field: Field, bounds: Bounds, code: Float32Array, signal?: AbortSignal): Promise<Sketch> {
        const evaluate = (count: number) => field.evaluateAsync(code, cornersOf(bounds, count), { signal });
        const first = await evaluate(FIRST);
        if (first.some((distance) => Math.abs(distance) > CUT_OFF)) {
            return new Sketch(field, bounds, code, new CoarseField(withMidpoints(first), bounds), null);
        }
        const whole = new CoarseField(await evaluate(CORNERS), bounds);
        return new Sketch(field, bounds, code, whole, whole);
    }

    private constructor(
        private readonly field: Field,
        private readonly bounds: Bounds,
        private readonly code: Float32Array,
        readonly rough: CoarseField,
        private fine: CoarseField | null,
    ) {}

    /** With every corner near the surface evaluated; only the first call has to wait. */
    async fineAsync(signal?: AbortSignal): Promise<CoarseField> {
        if (this.fine) return this.fine;
        const { field, bounds, code, rough } = this;
        const values = rough.values.slice();
        between ??= cornersBetween();
        const near = between.filter(({ around }) => around.some((corner) => Math.abs(values[corner]) < NEAR));
        // None where a code makes no shape at all.
        if (near.length > 0) {
            const all = coarsePoints(bounds);
            const points = new Float32Array(3 * near.length);
            for (const [n, { corner }] of near.entries()) {
                points.set(all.subarray(3 * corner, 3 * corner + 3), 3 * n);
            }
            const distances = await field.evaluateAsync(code, points, { signal });
            for (const [n, { corner }] of near.entries()) values[corner] = distances[n];
        }
        this.fine = new CoarseField(values, bounds);
        return this.fine;
    }
}

/** Sketches of the codes that searches of one field begin at: the same for every scan. */
const known = new WeakMap<Field, Map<string, Sketch>>();

/**
 * Sketches of codes; those asked for before are remembered as long as the field lives.
 *
 * @param onProgress told the share that is done
 */
export async function sketchesOf(
    field: Field,
    bounds: Bounds,
    codes: readonly Float32Array[],
    signal?: AbortSignal,
    onProgress?: (share: number) => void,
): Promise<Sketch[]> {
    const sketches = known.get(field) ?? new Map<string, Sketch>();
    known.set(field, sketches);
    let done = 0;
    return mapTogether(codes, AT_ONCE, async (code) => {
        const key = code.join();
        const sketch = sketches.get(key) ?? (await Sketch.CreateAsync(field, bounds, code, signal));
        sketches.set(key, sketch);
        done++;
        onProgress?.(done / codes.length);
        return sketch;
    });
}

/** The sketches of codes as finely as they are ever asked for; arguments as in `sketchesOf`. */
export async function finishSketches(
    field: Field,
    bounds: Bounds,
    codes: readonly Float32Array[],
    signal?: AbortSignal,
    onProgress?: (share: number) => void,
): Promise<CoarseField[]> {
    const sketches = await sketchesOf(field, bounds, codes, signal, (share) => onProgress?.(ROUGH_PROGRESS * share));
    let done = 0;
    return mapTogether(sketches, AT_ONCE, async (sketch) => {
        const fine = await sketch.fineAsync(signal);
        done++;
        onProgress?.(ROUGH_PROGRESS + ((1 - ROUGH_PROGRESS) * done) / codes.length);
        return fine;
    });
}

let between: ReturnType<typeof cornersBetween> | null = null;

/** Corners that are not among the first, and those of the first that surround each. */
function cornersBetween(): { readonly corner: number; readonly around: readonly number[] }[] {
    return Array.from({ length: CORNERS ** 3 }, (_, corner) => {
        let around = [corner];
        for (const [axis, stride] of [1, CORNERS, CORNERS ** 2].entries()) {
            if (cornerAt(corner)[axis] % 2 === 1) around = around.flatMap((at) => [at - stride, at + stride]);
        }
        return { corner, around };
    }).filter(({ around }) => around.length > 1);
}

/** Values on every other corner of a grid [FIRST³] with those between. [CORNERS³] */
function withMidpoints(values: Float32Array): Float32Array {
    let [all, stride] = [values, 1];
    for (let axis = 0; axis < 3; axis++) {
        all = withMidpointsAlong(all, stride);
        stride *= CORNERS;
    }
    return all;
}

/**
 * Lines of `FIRST` values with those half-way between, by the cubic through four of them, at the ends the parabola
 * through three.
 *
 * @param stride from one value of a line to the next, the axes before it being finished
 */
function withMidpointsAlong(values: Float32Array, stride: number): Float32Array {
    const all = new Float32Array((values.length / FIRST) * CORNERS);
    for (let line = 0; line < values.length / FIRST; line++) {
        const [block, offset] = [Math.floor(line / stride), line % stride];
        const from = block * FIRST * stride + offset;
        const to = block * CORNERS * stride + offset;
        const last = FIRST - 1;
        const at = (n: number) => values[from + n * stride];
        for (let n = 0; n <= last; n++) all[to + 2 * n * stride] = at(n);
        for (let n = 0; n < last; n++) {
            const both = at(n) + at(n + 1);
            let between = (9 * both - at(n - 1) - at(n + 2)) / 16;
            if (n === 0) between = (3 * both + 3 * at(1) - at(2)) / 8;
            if (n === last - 1) between = (3 * both + 3 * at(last - 1) - at(last - 2)) / 8;
            all[to + (2 * n + 1) * stride] = between;
        }
    }
    return all;
}

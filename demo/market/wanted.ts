import { SEGMENT_LENGTH, type Slot, slotsOf } from "./layout.js";

/** Metres of street that are kept up in each direction. */
export const REACH = 46;
/** Metres that a place counts as farther for each radian that it lies outside the view. */
const ASIDE = 12;

/** Where somebody stands, and what is in the view: angles in radians, `yaw` 0 along the street. */
export interface View {
    readonly x: number;
    readonly z: number;
    readonly yaw: number;
    /** From the middle of the view to its left or right edge. */
    readonly halfAngle: number;
}

/** Stretches of street around a place. */
export function segmentsAround(z: number): number[] {
    const [first, last] = [z - REACH, z + REACH].map((at) => Math.floor(at / SEGMENT_LENGTH));
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

/** A street's places for props, each stretch worked out once. */
export class Places {
    private readonly bySegment = new Map<number, Slot[]>();

    constructor(
        private readonly seed: number,
        private readonly families: readonly string[],
    ) {}

    /** Works out more stretches around a walker for some milliseconds, at least one. @returns whether all are known */
    plan(z: number, budget: number): boolean {
        const start = performance.now();
        const missing = segmentsAround(z).filter((segment) => !this.bySegment.has(segment));
        for (const [n, segment] of missing.entries()) {
            if (n > 0 && performance.now() - start > budget) return false;
            this.inSegment(segment);
        }
        return true;
    }

    /** The places around a walker, the most urgent first: the nearest of those in the view. */
    around(view: View, limit: number): Slot[] {
        const { z } = view;
        const segments = segmentsAround(z);
        for (const known of this.bySegment.keys()) {
            if (!segments.includes(known)) this.bySegment.delete(known);
        }
        const hosts = new Map<string, number>();
        const urgency = (slot: Slot) => {
            // What stands on another prop comes after it and goes before it; the layout names hosts first.
            if (slot.on) return (hosts.get(slot.on) ?? 0) + 1e-6;
            const key = apparentDistance(slot, view) - 2 * slot.size;
            hosts.set(slot.id, key);
            return key;
        };
        return segments
            .flatMap((segment) => this.inSegment(segment))
            .filter(({ z: at, on }) => on !== undefined || Math.abs(at - z) < REACH)
            .map((slot) => ({ slot, key: urgency(slot) }))
            .filter(({ slot: { on } }) => on === undefined || hosts.has(on))
            .sort((a, b) => a.key - b.key)
            .slice(0, limit)
            .map(({ slot }) => slot);
    }

    private inSegment(segment: number): Slot[] {
        let slots = this.bySegment.get(segment);
        if (!slots) {
            slots = slotsOf(segment, this.seed, this.families);
            this.bySegment.set(segment, slots);
        }
        return slots;
    }
}

/** Metres to a place, more for one outside the view. */
function apparentDistance(place: { x: number; z: number }, { x, z, yaw, halfAngle }: View): number {
    const [dx, dz] = [place.x - x, place.z - z];
    const turn = Math.atan2(dx, dz) - yaw;
    const angle = Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn)));
    return Math.hypot(dx, dz) + ASIDE * Math.max(0, angle - halfAngle);
}

import { SEGMENT_LENGTH, type Slot, slotsOf } from "./layout.js";

/** Metres of street that are kept up in each direction. */
export const REACH = 46;
/** Places behind the walker count as this much farther. */
const BEHIND = 2;

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

    /** Works out at most one more stretch around a walker. @returns whether all are known */
    planNext(z: number): boolean {
        const missing = segmentsAround(z).filter((segment) => !this.bySegment.has(segment));
        if (missing.length > 0) this.inSegment(missing[0]);
        return missing.length <= 1;
    }

    /** The places around a walker, the most urgent first. */
    around(x: number, z: number, yaw: number, limit: number): Slot[] {
        const segments = segmentsAround(z);
        for (const known of this.bySegment.keys()) {
            if (!segments.includes(known)) this.bySegment.delete(known);
        }
        const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
        const hosts = new Map<string, number>();
        const urgency = (slot: Slot) => {
            // What stands on another prop comes after it and goes before it; the layout names hosts first.
            if (slot.on) return (hosts.get(slot.on) ?? 0) + 1e-6;
            const [dx, dz] = [slot.x - x, slot.z - z];
            const isBehind = dx * sin + dz * cos < 0;
            const key = Math.sqrt(dx * dx + dz * dz) * (isBehind ? BEHIND : 1) - 2 * slot.size;
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

/**
 * Seeded random numbers for training data: sfc32 (Chris Doty-Humphrey, PractRand), 32-bit integer arithmetic only, so
 * that a seed gives the same shapes, samples and batches on every machine.
 */
export class Random {
    private a: number;
    private b: number;
    private c: number;
    private counter = 1;

    /** @param keys any integers; streams of different keys are independent for all practical purposes */
    constructor(...keys: number[]) {
        this.a = 0x9e3779b9;
        this.b = 0x243f6a88;
        this.c = 0xb7e15162;
        for (const key of keys) {
            this.a = (this.a ^ key) | 0;
            for (let i = 0; i < 15; i++) this.nextInt();
        }
    }

    /** An integer in [-2³¹, 2³¹). */
    private nextInt(): number {
        const t = (((this.a + this.b) | 0) + this.counter) | 0;
        this.counter = (this.counter + 1) | 0;
        this.a = this.b ^ (this.b >>> 9);
        this.b = (this.c + (this.c << 3)) | 0;
        this.c = (this.c << 21) | (this.c >>> 11);
        this.c = (this.c + t) | 0;
        return t;
    }

    /** A number in [0, 1), a multiple of 2⁻³². */
    uniform(): number {
        return (this.nextInt() >>> 0) / 4294967296;
    }

    /** A number in [low, high). */
    between(low: number, high: number): number {
        return low + (high - low) * this.uniform();
    }

    /** An integer in [0, count). */
    below(count: number): number {
        return Math.floor(this.uniform() * count);
    }

    /** True with the given probability. */
    chance(probability: number): boolean {
        return this.uniform() < probability;
    }

    /** One of `values`, all alike likely. */
    pick<T>(values: readonly T[]): T {
        return values[this.below(values.length)] as T;
    }

    /** A normally distributed number (Box and Muller; the last bit may differ between engines). */
    normal(): number {
        const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
        return radius * Math.cos(2 * Math.PI * this.uniform());
    }

    /** The integers 0 … count − 1 in random order (Fisher and Yates). */
    permutation(count: number): Uint32Array {
        const order = Uint32Array.from({ length: count }, (_, i) => i);
        for (let i = count - 1; i > 0; i--) {
            const j = this.below(i + 1);
            const kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        return order;
    }
}

/** A 32-bit key of a text, for seeding by name (FNV-1a). */
export function textKey(text: string): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return hash | 0;
}

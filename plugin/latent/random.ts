/**
 * Random numbers that are the same bits on every engine: integer arithmetic and IEEE 754's basic operations (+ − × ÷ √)
 * only, which the standard rounds exactly; no Math.log, Math.sin or the like, which it does not.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand). Normal numbers: Marsaglia's polar method, 1964, with a logarithm
 * of our own.
 */
export class LatentRandom {
    private a: number;
    private b: number;
    private c: number;
    private counter = 1;
    private spare: number | null = null;

    /** @param keys integers; only their low 32 bits count */
    constructor(...keys: number[]) {
        this.a = 0x9e3779b9;
        this.b = 0x243f6a88;
        this.c = 0xb7e15162;
        for (const key of keys) {
            this.a = (this.a ^ key) | 0;
            for (let i = 0; i < 15; i++) {
                this.nextInteger();
            }
        }
    }

    /** In [0, 2³²). */
    nextInteger(): number {
        const sum = (((this.a + this.b) | 0) + this.counter) | 0;
        this.counter = (this.counter + 1) | 0;
        this.a = this.b ^ (this.b >>> 9);
        this.b = (this.c + (this.c << 3)) | 0;
        this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
        return sum >>> 0;
    }

    /** In [0, 1), a multiple of 2⁻⁵³. */
    uniform(): number {
        const high = this.nextInteger() >>> 5;
        const low = this.nextInteger() >>> 6;
        return (high * 67108864 + low) / 9007199254740992;
    }

    /** Mean 0, deviation 1. */
    normal(): number {
        if (this.spare !== null) {
            const { spare } = this;
            this.spare = null;
            return spare;
        }
        for (;;) {
            const u = 2 * this.uniform() - 1;
            const v = 2 * this.uniform() - 1;
            const s = u * u + v * v;
            if (s < 1 && s > 0) {
                const factor = Math.sqrt((-2 * exactLog(s)) / s);
                this.spare = v * factor;
                return u * factor;
            }
        }
    }
}

/** The series is over after these many terms: |t| ≤ 0.172, so the next is below 2⁻⁵⁴. */
const LOG_TERMS = 11;

/** Natural logarithm of a number in (0, 1] by basic operations: ln(m · 2ᵉ) = e ln 2 + 2 artanh((m − 1) / (m + 1)). */
export function exactLog(x: number): number {
    let mantissa = x;
    let exponent = 0;
    // Doubling is exact. The mantissa ends in [√½, √2).
    while (mantissa < Math.SQRT1_2) {
        mantissa *= 2;
        exponent--;
    }
    const t = (mantissa - 1) / (mantissa + 1);
    const square = t * t;
    let sum = 0;
    for (let k = LOG_TERMS; k >= 0; k--) {
        sum = sum * square + 1 / (2 * k + 1);
    }
    return exponent * Math.LN2 + 2 * t * sum;
}

const seedBits = new DataView(new ArrayBuffer(8));

/** The two halves of a number's bits, so that 7, 7.5 and −7 are seeds of their own. */
export function seedKeys(seed: number): [number, number] {
    // −0 and 0 are one seed.
    seedBits.setFloat64(0, seed === 0 ? 0 : seed);
    return [seedBits.getUint32(0), seedBits.getUint32(4)];
}
